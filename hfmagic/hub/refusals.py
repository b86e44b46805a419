"""What huggingface_hub and its HTTP client raise, as one line that says what to do. Knows no request."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from ..errors import GatedModel, HFMagicError, HubRefused, HubUnreachable, RevisionGone, UnknownModel

_SECRET = re.compile(r"\b(?:hf_|sk-|api_org_)[\w-]{6,}|Bearer \S+", re.I)


def response_of(error: BaseException) -> Any:
    """The HTTP answer behind an error, or None: huggingface_hub hides some behind "check your connection"."""
    return getattr(_behind(error), "response", None)


def refusal(error: BaseException, *, host: str, endpoint: str, what: str = "", token: bool = True) -> HFMagicError:
    """The error as one of ours.

    Args:
        what: the model or file that was asked for.
        token: whether one was sent.
    """
    from huggingface_hub import errors as hub

    model_id = what.rpartition(" of ")[2] or "the list of models"
    error = _behind(error)
    match error:
        case HFMagicError():
            return error
        case hub.GatedRepoError():
            return GatedModel(f"{model_id} is gated.", hint=f"ask for access at {endpoint}/{model_id}, then log in")
        case hub.RevisionNotFoundError():
            return RevisionGone(f"the pinned revision of {model_id} is gone.", hint="run the cell again to pin anew")
        case hub.EntryNotFoundError():
            return RevisionGone(f"there is no {what} any more.", hint="run the cell again to pin anew")
        case hub.DisabledRepoError():
            return HubRefused(f"{model_id} is disabled by {host}.", hint="%hf models lists others")
        case hub.RepositoryNotFoundError():
            return UnknownModel(f"no public model {model_id!r} on {host}.", hint="check its name, or log in to it")
        case hub.HfHubHTTPError():
            return no_hub(host) if not what and _status(error) == 404 else _by_status(error, host, token)
        case hub.FileMetadataError():
            return no_hub(host)
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

    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, HfHubHTTPError | FileMetadataError):
            return seen
        seen = seen.__cause__
    return error


def _by_status(error: BaseException, host: str, token: bool) -> HFMagicError:
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
            return HubRefused(f"{host} answered {status or 'with an error'}.", hint="try again, or --offline")


def _status(error: BaseException) -> int:
    return int(getattr(getattr(error, "response", None), "status_code", 0))


def wait_seconds(headers: Mapping[str, str], attempt: int) -> float:
    """Seconds to wait before the next try: what the Hub asks for, else 0.5, 1, 2 …"""
    try:
        asked = float(next(v for k, v in headers.items() if k.lower() == "retry-after"))
    except (StopIteration, ValueError):
        asked = math.nan
    return max(asked, 0.0) if math.isfinite(asked) else float(2 ** (attempt - 2))


def without_secrets(text: str) -> str:
    """A text with everything that looks like a token struck out."""
    return _SECRET.sub("***", text)
