"""Any cells, any values and any damage: a result, a reason or one line, and never an error of another library."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from hfmagic.conversions import convert
from hfmagic.errors import HFMagicError, hide_secrets
from hfmagic.kinds import Box, Kind, Label, Span
from hfmagic.media import open_media
from hfmagic.plan import Column, Plan, Step
from hfmagic.recognise import recognise
from hfmagic.results import StepResult
from hfmagic.session import Options, Session
from tests.faults.test_data import GOOD, sound

CELLS = st.sampled_from(
    (GOOD, "It broke, useless thing", "", "  ", None, float("nan"), pd.NA, 5, b"x", ("a",), "\ud800")
)
LABELS = st.integers(-3, 3) | st.text("ab\u4e2d", max_size=2) | st.dates()


@pytest.mark.fault(46)
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(CELLS, LABELS), max_size=12), name=st.sampled_from(("review", "n", 7, "é\n")))
def test_a_frame_of_any_cells_and_any_index_comes_back_in_its_order_with_a_result_or_a_reason(
    session: Session, rows: list[tuple[Any, Any]], name: Any
):
    index = pd.Index([label for _, label in rows], dtype=object)
    cells = pd.Series([cell for cell, _ in rows], dtype=object, index=index)
    frame = pd.DataFrame({"other": range(len(rows))}, index=index).assign(review=cells, more=1)
    frame.columns = [name if c == "more" and name != "review" else c for c in frame.columns]
    reads = [isinstance(cell, str) and bool(cell.strip()) and cell.isascii() for cell, _ in rows]

    result, found = step_over(session, frame)

    if not any(reads):
        assert result is None or (rows == [] and len(found) == 0)
        return
    assert result is not None
    assert found.index.equals(index)
    assert list(found["other"]) == list(range(len(rows)))
    assert [label == label and label is not None for label in found["review_sentiment"]] == reads
    assert [row.row for row in result.rejected] == [i for i, read in enumerate(reads) if not read]
    assert all(0 < len(row.reason) <= 120 for row in result.rejected)


def step_over(session: Session, frame: pd.DataFrame) -> tuple[StepResult | None, Any]:
    """What the sentiment of the column `review` gives, and the frame with it."""
    given_input = recognise("x", frame, reader=session.reader)
    reads = {"text": Column(column="review", of="x")}
    step = Step(id="s", task="text-classification", inputs=reads, output="review_sentiment")
    proposal = session.choose_models(Plan(inputs=(given_input.schema,), steps=(step,)), {"x": given_input}, Options())
    results, _ = session.compute(proposal)
    return results.get("s"), results.value


VALUES: Mapping[Kind, st.SearchStrategy[Any]] = {
    Kind.TEXT: st.text(max_size=20),
    Kind.NUMBER: st.floats() | st.integers(),
    Kind.LABELS: st.lists(st.builds(Label, st.text(max_size=5), st.floats()), max_size=3).map(tuple),
    Kind.SPANS: st.lists(
        st.builds(Span, st.text(max_size=5), st.floats(), st.integers(0, 9), st.integers(0, 9), st.text(max_size=5)),
        max_size=3,
    ).map(tuple),
    Kind.BOXES: st.lists(st.builds(Box, st.text(max_size=5), *[st.floats()] * 5), max_size=3).map(tuple),
    Kind.EMBEDDING: st.lists(st.floats(width=32), max_size=4),
}


@settings(max_examples=300)
@given(data=st.data(), found=st.sampled_from(list(VALUES)), wanted=st.sampled_from(list(Kind)))
def test_any_value_becomes_another_kind_or_one_line(data: st.DataObject, found: Kind, wanted: Kind):
    value = data.draw(VALUES[found])

    assert is_done_or_one_line(lambda: convert(value, found, wanted))


def reencoded(kind: Kind) -> bytes:
    if kind is Kind.AUDIO:
        return sound(400)
    out = io.BytesIO()
    Image.effect_noise((20, 14), 50).save(out, "PNG")
    return out.getvalue()


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
@pytest.mark.parametrize(("kind", "suffix"), [(Kind.IMAGE, "png"), (Kind.AUDIO, "wav")])
@pytest.mark.filterwarnings("error")
def test_any_damage_to_a_file_is_a_medium_or_one_line(tmp_path: Path, kind: Kind, suffix: str, data: st.DataObject):
    content = bytearray(reencoded(kind))
    for at, byte in data.draw(st.lists(st.tuples(st.integers(0, len(content) - 1), st.integers(0, 255)), max_size=8)):
        content[at] = byte
    path = tmp_path / f"odd.{suffix}"
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])

    assert is_done_or_one_line(lambda: open_media(path, kind))


def is_done_or_one_line(work: Callable[[], object]) -> bool:
    try:
        work()
    except HFMagicError as error:
        return "\n" not in error.line and len(error.line) <= 200
    return True


KEYS = st.from_regex(r"(hf_|sk-0|gsk_0)[A-Za-z0-9]{12,30}", fullmatch=True)


@given(
    st.lists(
        st.tuples(st.sampled_from((HFMagicError, ValueError, OSError)), KEYS, st.booleans()), min_size=1, max_size=5
    )
)
def test_no_key_is_in_the_stack_of_an_error_however_deep_it_lies(nested: list[tuple[type[Exception], str, bool]]):
    error: Exception | None = None
    for sort, key, as_cause in nested:
        outer = sort(f"401 for https://me:{key}@host and Bearer {key}, {key}")
        outer.__cause__, outer.__context__ = (error, None) if as_cause else (None, error)
        error = outer
    shown = HFMagicError("it failed")
    shown.__cause__, shown.debug = error, True

    stack = "".join(shown._render_traceback_())

    assert "it failed" in stack
    assert not any(key in stack for _, key, _ in nested)
    assert hide_secrets(stack) == stack
