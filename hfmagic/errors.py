"""The tree of errors: one line for the analyst, the stack only for whoever asks with `--debug`.

HFMagicError
├── RequestError            what the cell asked for
│   ├── EmptyRequest        HF101  no words in the cell
│   ├── NoTaskFits          HF102  no task for a part of the request
│   └── BadOption           HF103  an option or a `%hf` line that cannot be read
├── InputError              what it was to work on
│   ├── UnknownVariable     HF201
│   ├── UnknownColumn       HF202
│   ├── AmbiguousColumn     HF203  several columns would do
│   ├── MissingFile         HF204  not there, or outside the allowed folders
│   └── UnknownKind         HF205  a value that hfmagic cannot read
├── PlanError               the plan
│   ├── InvalidPlan         HF301
│   └── UnknownTask         HF302
├── ModelError              models
│   ├── NoModels            HF401  none at all
│   ├── NoModelFits         HF402  every candidate was rejected
│   ├── UnknownModel        HF403
│   ├── NoTrainedHead       HF404  its scores would be random
│   ├── DamagedModel        HF405
│   └── StarterError        HF406  the starter set could not be made
├── RunError                running
│   ├── StepFailed          HF501
│   ├── OutOfMemory         HF502
│   └── NotAvailable        HF503  something this machine lacks
├── HubError                the Hub, and the downloads from it
│   ├── HubUnreachable      HF601  no answer, or offline
│   ├── HubRefused          HF602  401, 403, 429, 5xx, or no Hub at all
│   ├── GatedModel          HF603  its owner lets in who asks
│   ├── RevisionGone        HF604  the pinned commit is not there any more
│   ├── DownloadFailed      HF605  cut, stalled or damaged on the way
│   ├── NoSpace             HF606  the disk is too small, or cannot be written
│   └── NeedsConsent        HF607  more bytes than `ask_download` would be fetched
├── PlannerError            the LLM behind a planner
│   ├── NoEndpoint          HF701  no such planner, or it lacks its key or model
│   ├── EndpointUnreachable HF702
│   ├── EndpointRefused     HF703  401, 403, 429 or 5xx
│   ├── EndpointSlow        HF704  no whole answer before the deadline
│   ├── BadAnswer           HF705  no answer of an OpenAI-compatible endpoint, or no plan in it
│   └── NotShared           HF706  rows would be sent, and nobody agreed to just these
└── Unforeseen              HF900  a mistake of hfmagic's own
"""

from __future__ import annotations

import difflib
import re
import traceback
from collections.abc import Iterable

MAX_LINE = 200
MAX_HINT = 120
_OOM_TEXTS = (
    *("out of memory", "out_of_memory", "can't allocate memory", "not enough memory", "unable to allocate"),
    *("status_alloc_failed", "cudaerrormemoryallocation"),
)
_SECRET = re.compile(
    r"""(?ix) \bbearer\s+[^\s"',]+ | (?<=://)[^/\s@]+(?=@)
    | \b(?: hf_|api_org_|github_pat_|(?:sk|gsk|xai)-
        | (?:sk|gsk|xai|csk|nvapi|pk|key|gh[opsu])[-_](?=[\w-]*\d) ) [\w*.-]{6,}
    | \br8_\w{30,}
    | \b(?:AIza[\w-]{30,} | eyJ[\w-]{6,}\.eyJ[\w-]{6,}\.[\w-]+)"""
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]+")


class HFMagicError(Exception):
    """What went wrong, in one line of at most 200 characters that says what to do.

    Args:
        message: which thing, what was found, what was wanted.
        hint: the next step, a command where there is one.
    """

    code = "HF000"

    def __init__(self, message: str, *, hint: str = "") -> None:
        self.message = one_line(message)
        self.hint = one_line(hint)
        super().__init__(self.line)

    @property
    def line(self) -> str:
        """Message and hint in one line, with the code within MAX_LINE; the message is clipped before the hint is."""
        tail = f" → {clip(self.hint, MAX_HINT)}" if self.hint else ""
        return clip(self.message, MAX_LINE - len(tail) - len(self.code) - 1) + tail

    debug = False

    def _render_traceback_(self) -> list[str]:
        if self.debug:
            return [hide_secrets(part) for part in traceback.format_exception(self)]
        return [f"{self.code} {self.line}"]


class RequestError(HFMagicError):
    """What the cell asked for cannot be understood."""

    code = "HF100"


class EmptyRequest(RequestError):
    """The cell has no words."""

    code = "HF101"


class NoTaskFits(RequestError):
    """No task does what a part of the request asks for."""

    code = "HF102"


class BadOption(RequestError):
    """An option or a `%hf` line that cannot be read."""

    code = "HF103"


class InputError(HFMagicError):
    """What the request was to work on cannot be used."""

    code = "HF200"


class UnknownVariable(InputError):
    """No variable of that name in this kernel."""

    code = "HF201"


class UnknownColumn(InputError):
    """No column of that name in the frame."""

    code = "HF202"


class AmbiguousColumn(InputError):
    """Several columns would do and none was named."""

    code = "HF203"


class MissingFile(InputError):
    """A file that is not there, or outside the allowed folders."""

    code = "HF204"


class UnknownKind(InputError):
    """A value that hfmagic cannot read."""

    code = "HF205"


class PlanError(HFMagicError):
    """The plan cannot be carried out."""

    code = "HF300"


class InvalidPlan(PlanError):
    """A reference, kind or parameter of a step is wrong."""

    code = "HF301"


class UnknownTask(PlanError):
    """A step asks for a task that hfmagic does not have."""

    code = "HF302"


class ModelError(HFMagicError):
    """No model can do a step."""

    code = "HF400"


class NoModels(ModelError):
    """There is no model at all."""

    code = "HF401"


class NoModelFits(ModelError):
    """Every candidate was rejected; `%hf why STEP` lists the reasons."""

    code = "HF402"


class UnknownModel(ModelError):
    """No model of that name."""

    code = "HF403"


class NoTrainedHead(ModelError):
    """The weights lack the task's head; its scores would be random."""

    code = "HF404"


class DamagedModel(ModelError):
    """A file of the model is damaged or missing."""

    code = "HF405"


class StarterError(ModelError):
    """The starter set could not be fetched or converted."""

    code = "HF406"


class RunError(HFMagicError):
    """A step did not finish."""

    code = "HF500"


class StepFailed(RunError):
    """Every row of a step was rejected, or its operation failed."""

    code = "HF501"


class OutOfMemory(RunError):
    """A single row does not fit into the device's memory."""

    code = "HF502"


class NotAvailable(RunError):
    """Something that this machine lacks."""

    code = "HF503"


class HubError(HFMagicError):
    """The Hub did not give what was asked for."""

    code = "HF600"


class HubUnreachable(HubError):
    """The Hub does not answer, or `offline` is set."""

    code = "HF601"


class HubRefused(HubError):
    """The Hub answered with a refusal, or what answered is no Hub."""

    code = "HF602"


class GatedModel(HubError):
    """The model's owner lets in only who asked."""

    code = "HF603"


class RevisionGone(HubError):
    """The pinned commit, or a file of it, is not there any more."""

    code = "HF604"


class DownloadFailed(HubError):
    """A download was cut, stalled, or gave other bytes than the Hub names."""

    code = "HF605"


class NoSpace(HubError):
    """The disk is too small for a model, or its folder cannot be written."""

    code = "HF606"


class NeedsConsent(HubError):
    """More bytes than `ask_download` would be fetched, and nobody said yes."""

    code = "HF607"


class PlannerError(HFMagicError):
    """The LLM behind a planner gave no plan."""

    code = "HF700"


class NoEndpoint(PlannerError):
    """There is no planner of that name, or its key or model is not known."""

    code = "HF701"


class EndpointUnreachable(PlannerError):
    """Nothing answers at the planner's address."""

    code = "HF702"


class EndpointRefused(PlannerError):
    """The endpoint answered with a refusal."""

    code = "HF703"


class EndpointSlow(PlannerError):
    """No whole answer came before the deadline."""

    code = "HF704"


class BadAnswer(PlannerError):
    """What came back is no OpenAI-compatible answer, or holds no plan."""

    code = "HF705"


class NotShared(PlannerError):
    """Rows would be sent to an LLM, and nobody agreed to just these."""

    code = "HF706"


class Unforeseen(HFMagicError):
    """What hfmagic did not expect: a mistake of its own."""

    code = "HF900"


def is_out_of_memory(error: BaseException) -> bool:
    """True for every way in which torch and Python say it, also where it was wrapped."""
    seen: BaseException | None = error
    while seen is not None:
        name = type(seen).__name__
        if name in ("OutOfMemoryError", "MemoryError") or any(t in str(seen).lower() for t in _OOM_TEXTS):
            return True
        seen = seen.__cause__
    return False


def reason_of(error: BaseException) -> str:
    """An error of whatever library in a few words, to end a sentence with: why a row or a step has no result."""
    text = error.message if isinstance(error, HFMagicError) else hide_secrets(f"{type(error).__name__}: {error}")
    return clip(one_line(text).removesuffix("."), 120)


def one_line(text: str) -> str:
    """Fold white space and strip control, escape and text-direction characters: foreign text ends up in messages."""
    return " ".join(_CONTROL.sub(" ", text).split())


def hide_secrets(text: str) -> str:
    """A text with what looks like a token, or a password in an address, struck out."""
    return _SECRET.sub("***", text)


def secrets_in(text: str) -> list[str]:
    """What `hide_secrets` would strike out."""
    return _SECRET.findall(text)


def clip(text: str, width: int) -> str:
    """Shorten to `width` characters, the last of them an ellipsis."""
    return text if len(text) <= width else text[: width - 1] + "…"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The nearest known name as a hint: `did you mean 'reviews'?`, or an empty string."""
    names = sorted(set(known))
    folded = {k.casefold(): k for k in names}
    near = difflib.get_close_matches(name.casefold(), list(folded), n=1, cutoff=0.6)
    return f"did you mean {folded[near[0]]!r}?" if near else ""
