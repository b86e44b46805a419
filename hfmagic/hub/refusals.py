"""What huggingface_hub and its HTTP client raise, as one line that says what to do. Knows no request."""

from __future__ import annotations

import math
import re
import ssl
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from ..errors import GatedModel, HFMagicError, HubRefused, HubUnreachable, RevisionGone, UnknownModel

PATIENCE_SECONDS = 60.0  # longest wait that the Hub may ask for, all waits of one question together
_BUSY = frozenset({429, 500, 502, 503, 504})


def shown(endpoint: str) -> str:
    """An address without the user and password in it."""
    parts = urlsplit(endpoint)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def host_of(endpoint: str) -> str:
    """Host and port of an address, for messages."""
    return urlsplit(endpoint).netloc.rpartition("@")[2]


def response_of(error: BaseException) -> Any:
    """The HTTP answer behind an error, or None: huggingface_hub hides some behind "check your connection"."""
    return getattr(_behind(error), "response", None)


def refusal(error: BaseException, *, endpoint: str, what: str = "", token: bool = True) -> HFMagicError:
    """The error as one of ours.

    Args:
        what: the model or file that was asked for.
        token: whether one was sent.
    """
    from huggingface_hub import errors as hub

    host, model_id = host_of(endpoint), what.rpartition(" of ")[2] or "the list of models"
    error = _behind(error)
    match error:
        case HFMagicError():
            return error
        case hub.GatedRepoError():
            where = f"{shown(endpoint)}/{model_id}"
            return GatedModel(f"{model_id} is gated.", hint=f"ask for access at {where}, then log in")
        case hub.RevisionNotFoundError():
            gone = f"the pinned revision {_revision(error)}of {model_id} is gone."
            return RevisionGone(gone, hint="run the cell again to pin anew")
        case hub.EntryNotFoundError():
            return RevisionGone(f"there is no {what} any more.", hint="run the cell again to pin anew")
        case hub.DisabledRepoError():
            return HubRefused(f"{model_id} is disabled by {host}.", hint="%hf models lists others")
        case hub.RepositoryNotFoundError():
            return UnknownModel(f"no public model {model_id!r} on {host}.", hint="check its name, or log in to it")
        case hub.HfHubHTTPError() if _status(error) == 404:  # some mirrors do not say what is lacking
            return _lacking(host, what)
        case hub.HfHubHTTPError():
            return _by_status(error, host, token, what)
        case hub.FileMetadataError():
            return no_hub(host)
        case _ if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(error)):
            hint = "set SSL_CERT_FILE to your company's, restart the kernel; or --offline"
            return HubUnreachable(f"{host}'s certificate is not trusted.", hint=hint)
        case _:
            return HubUnreachable(
                f"{host} does not answer ({type(error).__name__}).", hint="--offline uses what is on this machine"
            )


def no_hub(host: str) -> HubRefused:
    """What answers is something else, such as the login page of a network."""
    return HubRefused(f"{host} is not a Hub (a proxy or login page?).", hint="log in there, or use --offline")


def _behind(error: BaseException) -> BaseException:
    """The Hub's refusal in a chain of causes; the error itself where there is none."""
    from huggingface_hub.errors import FileMetadataError, HfHubHTTPError

    found = (cause for cause in _causes(error) if isinstance(cause, HfHubHTTPError | FileMetadataError))
    return next(found, error)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error, and what led to each."""
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__  # httpcore suppresses what it wraps


def _revision(error: BaseException) -> str:
    """The commit in the address that was asked for, as plans show it, and a space; empty where there is none."""
    path = str(getattr(getattr(error, "response", None), "url", ""))
    found = re.search(r"/(?:resolve|revision|tree)/([0-9a-f]{7})[0-9a-f]{33}\b", path)
    return f"{found[1]} " if found else ""


def _lacking(host: str, what: str) -> HFMagicError:
    if not what:
        return no_hub(host)
    if " of " in what:
        return RevisionGone(f"there is no {what} any more.", hint="run the cell again to pin anew")
    return UnknownModel(f"no public model {what!r} on {host}.", hint="check its name, or log in to it")


def _by_status(error: BaseException, host: str, token: bool, what: str) -> HFMagicError:
    match status := _status(error):
        case 401 if not token:
            return HubRefused(f"{host} lets nobody in without a token.", hint="log in with `hf auth login`")
        case 401:
            return HubRefused(f"your HF_TOKEN was refused by {host}.", hint="unset it to use public models")
        case 403:
            return HubRefused(f"refused with 403 by {host}.", hint="a proxy, or a token without access; try --offline")
        case 429:
            return HubRefused(f"{host} answers no more requests for now (429).", hint="wait, log in, or --offline")
        case _:
            asked = f" for {what}" if what else ""
            return HubRefused(f"{host} answered {status or 'with an error'}{asked}.", hint="try again, or --offline")


def _status(error: BaseException) -> int:
    return int(getattr(getattr(error, "response", None), "status_code", 0))


def seconds_to_next(answer: Any, attempt: int, patience: float) -> float | None:
    """Seconds until a busy Hub may be asked again; None for another answer, or where it wants more than `patience`."""
    if answer is None or answer.status_code not in _BUSY:
        return None
    delay = _wait_seconds(answer.headers, attempt)
    return delay if delay <= patience else None


def has_broken(error: BaseException) -> bool:
    """True for a connection that was made and then broke: the next may hold. Not where nobody answered at all."""
    from huggingface_hub.utils import httpx

    return isinstance(error, httpx.RemoteProtocolError | httpx.ReadError | httpx.WriteError)


def _wait_seconds(headers: Mapping[str, str], attempt: int) -> float:
    """What the Hub asks for, else 0.5, 1, 2 …"""
    try:
        asked = float(next(v for k, v in headers.items() if k.lower() == "retry-after"))
    except (StopIteration, ValueError):
        asked = math.nan
    return max(asked, 0.0) if math.isfinite(asked) else float(2 ** (attempt - 2))
