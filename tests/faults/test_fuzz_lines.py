"""Any line, any braces, any plan, any rows, any stack: a value or one line of ours, and nothing run, sent or shown."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from hfmagic.errors import MAX_LINE, HFMagicError, reason_of
from hfmagic.lines import LINES
from hfmagic.plan import Plan
from hfmagic.scope import validate
from tests.faults.test_injection import plan_with
from tests.llmserver import TestLLM, says
from tests.shell import run

OPTIONS = (
    *("-o", "--output", "--plan", "--model", "--limit", "--trial", "--labels", "--by", "--target", "--rows"),
    *("--device", "--batch-size", "--on-error", "--engine", "--offline", "--approve", "--share-rows", "--phrase"),
    *("--share-results", "--moderate", "--function", "--alerts", "--csv", "--debug", "--", "--rows=-1", "-h"),
)
ODD = (
    *('"', "'", "''", "\\", "\0", "\x1b[31m", "\x1b]8;;http://x\x07", "\u202e", "\ud800", "中文", "9" * 400, "nan"),
    *("1e309", "a=b", "a=", "=b", "sentiment=x/y", "license=permissive", "max_size=2GB", "{n}", "{evil}", "{lone}"),
    *("{__import__('os').system('touch pwned')}", "{n:>999999999}", "$(touch pwned)", "`touch pwned`"),
    *("!touch pwned", "@x", "~root", "/etc/passwd", "../..", "x" * 5_000, "a\nb", "%hf", "import", "None", "_"),
    *("json", "tasks", "sentiment", "reviews", "rules", "x/y", "found"),
)
SLOW = {"doctor", "audit", "fit", "go", "trial", "tune", "reproduce"}  # in tests of their own
WORDS = st.sampled_from((*(w for w in LINES if w not in SLOW), *OPTIONS, *ODD)) | st.text(max_size=6)
ANY_LINE = st.lists(WORDS, max_size=6).map(" ".join) | st.text(max_size=40)
ANY_CELL = st.none() | st.sampled_from(("", "{n} {evil} {lone}", "{n.__class__} \0 \x1b[31m")) | st.text(max_size=30)
LOOSE = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@pytest.mark.rule(8, 10, 14)
@settings(max_examples=120, suppress_health_check=LOOSE)
@given(line=ANY_LINE, cell=ANY_CELL)
def test_any_line_and_any_cell_are_a_value_or_one_line_and_run_and_replace_nothing(
    shell: InteractiveShell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, cell: str | None
):
    monkeypatch.chdir(tmp_path)
    shell.push({"n": 3, "evil": "--yes", "lone": "\ud800"})
    before = {name: shell.user_ns[name] for name in ("n", "evil", "lone", "reviews", "hf", "In", "get_ipython")}
    error: Exception | None = None
    with capture_output():
        try:
            shell.run_line_magic("hf", line) if cell is None else shell.run_cell_magic("hf", line, cell)
        except (HFMagicError, UsageError) as caught:
            error = caught

    if isinstance(error, HFMagicError):
        assert error.code != "HF900"
        assert len(f"{error.code} {error.line}") <= MAX_LINE
        assert "\n" not in error.line
        assert "\x1b" not in error.line
    assert [name for name, value in before.items() if shell.user_ns.get(name) is not value] == []
    assert not list(tmp_path.rglob("pwned"))


class Trap:
    """Notices whoever reads, shows or formats it."""

    touched = 0

    def _touch(self, *_: object) -> str:
        Trap.touched += 1
        return "TRAPPED"

    __str__ = __repr__ = __format__ = __getitem__ = _touch  # type: ignore[assignment]

    @property
    def inner(self) -> str:
        return self._touch()


FILLED = {
    "{n}": "3",
    "${n}": "$3",
    **{
        same: same
        for same in (
            *("{n.real}", "{n!r}", "{n:>9}", "{n[0]}", "{n+1}", "{}", "{0}", "{__name__}", "{_}", "{In}", "{Out}"),
            *("{trap}", "{trap.inner}", "{trap[0]}", "{__import__}", "{print}", "{hf}", "$n", "{n }"),
        )
    },
}


@pytest.mark.rule(8)
@settings(max_examples=15, suppress_health_check=LOOSE)
@given(parts=st.lists(st.sampled_from(list(FILLED)), min_size=1, max_size=6))
def test_only_a_plain_name_of_a_single_value_is_replaced_and_nothing_is_evaluated(
    shell: InteractiveShell, parts: list[str]
):
    Trap.touched = 0
    shell.push({"n": 3, "trap": Trap()})

    seen = run(shell, f'%hf "{"|".join(parts)}"')
    cell = run(shell, f"%%hf reviews --plan\nLabel the sentiment of each review. {' '.join(parts)}")

    wanted = "|".join(FILLED[part] for part in parts)
    assert seen.error.message == f"%hf {wanted!r} is unknown."
    assert "TRAPPED" not in cell.text
    assert Trap.touched == 0


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
WHOLE = json.loads(plan_with())


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value."""
    yield path
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield from places(inner, (*path, key))


def put(whole: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    changed = copy.deepcopy(whole)
    at = changed
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return changed


@pytest.mark.fault(37, 38, 39)
@settings(max_examples=300)
@given(path=st.sampled_from(list(places(WHOLE))), value=JSON)
def test_a_plan_with_any_value_at_any_place_is_valid_or_one_line(path: tuple[Any, ...], value: Any):
    text = json.dumps(put(WHOLE, path, value))
    plan, refused = None, HFMagicError("")
    try:
        plan = validate(Plan.from_json(text))
    except HFMagicError as error:
        refused = error

    if plan:
        assert Plan.from_json(plan.to_json()) == plan
    else:
        assert refused.code in ("HF202", "HF301", "HF302")
        assert len(f"{refused.code} {refused.line}") <= MAX_LINE
        assert "\n" not in refused.line


BROKEN = {"steps": [{"task": "text-classification", "text": "zzz_q", "about": "sentiment", "where": []}], "cannot": ""}
CANARY = st.text("bcdfghjklmnpqrstvwxz", min_size=12, max_size=12)


@pytest.fixture
def asked(shell: InteractiveShell) -> Iterator[TestLLM]:
    """An endpoint whose first plan has one field that cannot be used."""
    with TestLLM(script=lambda seen: says(BROKEN if "steps" in str(seen.json["response_format"]) else {})) as llm:
        run(shell, "%config HFMagic.picker = 'score'")
        assert run(shell, f"%hf planner {llm.url} tiny").error is None
        yield llm


@pytest.mark.rule(8, 12)
@settings(max_examples=2, suppress_health_check=LOOSE)
@given(rows=st.tuples(*[st.lists(CANARY, min_size=6, max_size=6, unique=True)] * 2))
def test_a_plan_its_repair_a_run_and_what_follows_send_the_same_bytes_whatever_the_rows_hold(
    shell: InteractiveShell, asked: TestLLM, rows: tuple[list[str], list[str]]
):
    bodies = []
    for cells in (rows[0], *rows):  # the first so that each of the others follows a plan
        run(shell, "del reviews")
        frame = {"note": [f"{c} is what somebody wrote here" for c in cells], "verdict": [*cells[:2]] * 3}
        shell.push({"reviews": pd.DataFrame({**frame, "title": [f"{c} of a book" for c in cells]})})
        asked.log.clear()
        shell.user_ns.pop("found", None)
        for words in ("-o found\nLabel the sentiment of each note.", "--plan\nFind out how people feel."):
            run(shell, f"%%hf reviews {words}")
        run(shell, "%hf why sentiment")
        bodies.append([seen.body for seen in asked.asked])
        assert "note_sentiment" in shell.user_ns["found"].columns

    assert len(bodies[1]) >= 2  # the plan, and the question about its field
    assert bodies[1] == bodies[2]
    assert [c for c in (*rows[0], *rows[1]) if c.encode() in b"".join(bodies[1])] == []


KEYS = st.from_regex(r"(hf_|sk-0|gsk_0|ghp_0|nvapi-0)[A-Za-z0-9]{12,30}", fullmatch=True)
KEYS |= st.from_regex(r"AIza[A-Za-z0-9]{31}", fullmatch=True)


@st.composite
def nested(draw: st.DrawFn, depth: int = 3) -> tuple[BaseException, list[str]]:
    """An exception that holds keys in its words, notes, arguments, group, cause and context; and the keys."""
    keys = draw(st.lists(KEYS, min_size=2, max_size=2))
    error: BaseException = draw(st.sampled_from((ValueError, OSError, KeyError, HFMagicError, RuntimeError)))(keys[0])
    if depth and draw(st.booleans()):
        inner, more = draw(nested(depth - 1))
        keys += more
        error = BaseExceptionGroup(f"several, with {keys[0]}", [inner, error])
    if depth and draw(st.booleans()):
        inner, more = draw(nested(depth - 1))
        keys += more
        error.__cause__, error.__context__ = (inner, None) if draw(st.booleans()) else (None, inner)
    if not isinstance(error, BaseExceptionGroup | HFMagicError) and draw(st.booleans()):
        error.args = ({"Authorization": f"Bearer {keys[1]}"}, [keys[0]])
    error.add_note(f"sent with {keys[1]}")
    return error, keys


@pytest.mark.rule(11)
@settings(max_examples=60)
@given(nested())
def test_no_key_is_in_the_stack_or_the_reason_of_any_nest_of_errors(found: tuple[BaseException, list[str]]):
    error, keys = found
    shown = HFMagicError("it failed")
    shown.__cause__, shown.debug = error, True

    stack = "".join(shown._render_traceback_())

    assert "it failed" in stack
    assert [key for key in keys if key in stack] == []
    assert isinstance(error, HFMagicError) or [key for key in keys if key in reason_of(error)] == []
