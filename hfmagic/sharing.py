"""Example rows for the LLM that plans: redacted, shown, and sent only when the user agreed to just these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .cache import NO_CACHE
from .config import HFMagic
from .engine.executor import run_plan
from .errors import BadOption, HFMagicError, NotShared, clip
from .example_rows import ExampleRows, example_rows
from .kinds import ColumnSchema, InputSchema, Kind
from .language import column_language
from .llm import LLM
from .moderating import Moderating
from .operations.redact import redact_text
from .plan import Column, Plan, Step
from .planners.planner import RECORDED, RULES
from .proposal import Options
from .recognise import Input
from .render.run_view import RunView
from .render.share_view import share_view
from .selection.choose import choose_models

UNREAD = "[UNREAD]"
"""Instead of a text in which the model could not look for names."""
_CELLS, _TEXT, _NAMES = "cells", "text", "names"


@dataclass(frozen=True)
class Held:
    """A request that waits until the user agrees to its example rows; `hash` is of these and of who would read them."""

    request: str
    names: Sequence[str]
    options: Options
    hash: str


@dataclass
class _Names:
    """Takes what names or reaches a person out of texts, by a model where one can be had; then says how."""

    sharing: Sharing
    request: str
    options: Options
    model: str = ""
    lacking: str = ""

    def __call__(self, texts: Sequence[str]) -> list[str]:
        try:
            spans = self._spans(texts)
        except HFMagicError as error:
            self.lacking = error.message.rstrip(".")
            spans = [()] * len(texts)
        return [UNREAD if s is None and t.strip() else redact_text(t, s) for t, s in zip(texts, spans, strict=True)]

    def _spans(self, texts: Sequence[str]) -> list[Any]:
        """Names in each text; None for one that could not be read. Raises: what picking or running the model raises."""
        inputs = {_CELLS: _as_input(texts)}
        step = Step(
            id=_NAMES, task="token-classification", inputs={_TEXT: Column(column=_TEXT, of=_CELLS)}, output=_NAMES
        )
        plan = Plan(request=self.request, inputs=(inputs[_CELLS].schema,), steps=(step,))
        sharing, options = self.sharing, replace(self.options, models={})
        chooser = sharing._chooser(plan, inputs, options, aside=True)
        plan, _ = choose_models(plan, chooser)
        machine = replace(
            sharing._machine(options, None if options.yes else sharing._unasked), logged=False, cache=NO_CACHE
        )
        results = run_plan(plan, inputs, machine, lambda _: sharing.turn.check())
        if results.failed:
            raise results.failed[_NAMES]
        if results.interrupted:
            raise KeyboardInterrupt
        model = plan.step(_NAMES).model
        self.model = model.model_id if model else ""
        found: list[Any] = results.steps[_NAMES].value
        return found


class Sharing(Moderating):
    """What an LLM is shown of the rows themselves: nothing, until the user agreed to it."""

    def __init__(self, config: HFMagic | None = None) -> None:
        super().__init__(config)
        self.held: Held | None = None
        self._agreed: frozenset[str] = frozenset()

    def agreed_rows(
        self, request: str, names: Sequence[str], options: Options, inputs: Mapping[str, Input], cell: RunView
    ) -> ExampleRows | None:
        """The example rows that the planner may be told; None where none are wanted, or no LLM plans.

        An LLM in this kernel is told them without a question: nothing leaves it. For one elsewhere they are shown in
        the cell, and the request waits for `agree`, or for their hash in `approve`.
        Raises: NotShared while nobody agreed to just these; BadOption where there is no row to show.
        """
        self.held = None
        if not options.share_rows or self.planner.llm is None:
            return None
        remove = _Names(self, request, options)
        cell.live.say("example rows: names are taken out here; nothing is sent before you agree …")
        with self.turn.taken():
            found = example_rows(inputs, options.share_rows, remove, seed=self.config.seed)
        if not found.count:
            hint = "name a frame with columns of text, labels or numbers"
            raise BadOption("there are no rows to share.", hint=hint)
        if not isinstance(self.planner.llm, LLM):
            return found
        key = found.hash_for(f"{self.planner.name} {self.planner.address}")
        if key in {options.approve, *self.config.approved} | self._agreed:
            return found
        self.held = Held(request, names, options, key)
        reader = f"{self.planner.name} at {self.planner.address}"
        agree = f"not sent yet: %hf go --share-rows sends these to {reader}; headless: --approve {key}"
        lines = [_replaced_words(found.replaced), _names_words(remove), agree]
        cell.show_results(share_view(found.rows, found.text, lines), in_cell=True)
        raise NotShared(
            f"{found.count} example rows would go to {clip(reader, 80)}.",
            hint=f"%hf go --share-rows sends just these; headless: --approve {key}",
        )

    def agree(self) -> Held:
        """Agree to the rows that were shown last; gives the request that waited for it. Raises: BadOption for none."""
        held = self.held
        if held is None:
            raise BadOption("no example rows wait for a yes.", hint="%%hf FRAME --share-rows 5 shows them first")
        self._agreed |= {held.hash}
        return held

    def shared_notes(self, options: Options, shared: ExampleRows | None) -> list[tuple[str, tuple[str, ...]]]:
        """What a plan says of the rows that were wanted: shared with whom, or not, as no LLM was asked."""
        if not options.share_rows:
            return []
        if shared is None or not self.planner.prompt:
            by = RULES if shared is not None else self.planner.name
            return [("unshared", (RECORDED if by == RECORDED else RULES,))]
        return [("shared", (str(shared.count), self.planner.name))]


def _as_input(texts: Sequence[str]) -> Input:
    """Texts as a frame of one column."""
    import narwhals as nw
    import pyarrow as pa

    column = ColumnSchema(name=_TEXT, kind=Kind.TEXT, dtype="string", language=column_language(list(texts)))
    schema = InputSchema(name=_CELLS, kind=Kind.TABLE, rows=len(texts), columns=(column,))
    return Input(schema, frame=nw.from_native(pa.table({_TEXT: pa.array(texts, pa.string())}), eager_only=True))


def _replaced_words(replaced: Mapping[str, int]) -> str:
    listed = ", ".join(f"{count} × {mark}" for mark, count in replaced.items())
    return f"replaced: {listed}" if listed else "replaced: nothing was found"


def _names_words(remove: _Names) -> str:
    if remove.model:
        return f"names by {remove.model}, the rest by patterns"
    return f"by patterns alone: names of people may be left ({remove.lacking or 'no texts'})"
