"""What huggingface_hub and its HTTP client raise, as one line that says what to do. Knows no request."""

from __future__ import annotations

import re

from ..errors import GatedModel, HFMagicError, HubRefused, HubUnreachable, RevisionGone, UnknownModel

_SECRET = re.compile(r"\b(?:hf_|sk-|api_org_)\w{6,}|Bearer \S+", re.I)


def refusal(error: BaseException, *, host: str, endpoint: str, what: str = "") -> HFMagicError:
    """The error as one of ours; `what` is the model or file that was asked for."""
    from huggingface_hub import errors as hub

    model_id = what.rpartition(" of ")[2]
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
            return _by_status(error, host)
        case _:
            return HubUnreachable(
                f"{host} does not answer ({type(error).__name__}).", hint="--offline uses what is on this machine"
            )


def _by_status(error: BaseException, host: str) -> HFMagicError:
    status = getattr(getattr(error, "response", None), "status_code", 0)
    match status:
        case 401:
            return HubRefused(f"your HF_TOKEN was refused by {host}.", hint="unset it to use public models")
        case 403:
            return HubRefused(f"refused with 403 by {host}.", hint="a proxy, or a token without access; try --offline")
        case 429:
            return HubRefused(f"{host} answers no more requests for now (429).", hint="wait, log in, or --offline")
        case _:
            return HubRefused(f"{host} answered {status or 'with an error'}.", hint="try again, or --offline")


def without_secrets(text: str) -> str:
    """A text with everything that looks like a token struck out."""
    return _SECRET.sub("***", text)
