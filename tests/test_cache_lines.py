"""`%hf cache`: what is kept, forgotten and checked, as a user types it; what an interrupted cell says of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from IPython.core.interactiveshell import InteractiveShell

from hfmagic.answer import answer
from hfmagic.cache import Computation, Entry
from hfmagic.completion import candidates
from hfmagic.kinds import Kind
from hfmagic.render.cache_view import OFF, cache_view
from hfmagic.render.states import StepState, state_cell, state_plain
from hfmagic.render.words import kept_words
from hfmagic.results import INTERRUPTED, RejectedRow, Results
from hfmagic.running import KEPT
from hfmagic.session import Session
from hfmagic.sink import Sink
from tests.render.build import reviews
from tests.shell import run


def keep(shell: InteractiveShell, model_id: str, values: Sequence[str], task: str = "summarization") -> None:
    """Keep results of a model as a run would."""
    computation = Computation(task, model_id, "1" * 40, "float32", {}, 0, "1")
    kept = shell.user_ns["hf"].results_cache.of(computation, Kind.TEXT)
    kept.add(kept.keys(values), list(values))
    kept.flush()


def test_cache_is_cache_ls(shell: InteractiveShell):
    keep(shell, "org/small", ["one", "two"])

    assert run(shell, "%hf cache").text == run(shell, "%hf cache ls").text


def test_cache_lists_models_with_rows_and_the_total_of_the_limit(shell: InteractiveShell):
    keep(shell, "org/small", ["one", "two"])
    keep(shell, "org/other", ["one"], task="translation")
    run(shell, "%config HFMagic.cache_bytes = 5_000_000")

    seen = run(shell, "%hf cache")

    assert [line.split()[:3] for line in seen.text.splitlines() if line.startswith("org/")] in (
        [["org/small", "summarization", "2"], ["org/other", "translation", "1"]],
        [["org/other", "translation", "1"], ["org/small", "summarization", "2"]],
    )
    assert "3 rows, " in seen.text
    assert "of at most 5.0 MB, in " in seen.text
    assert str(shell.user_ns["hf"].results_cache.folder) in seen.text


def test_an_empty_cache_says_so(shell: InteractiveShell):
    assert "nothing to show" in run(shell, "%hf cache").text
    assert run(shell, "%hf cache rm").text.strip() == "no results are kept"
    assert "✓ 0 rows" in run(shell, "%hf cache verify").text


def test_a_cache_that_is_off_says_how_to_turn_it_on(shell: InteractiveShell):
    run(shell, "%config HFMagic.cache_results = False")

    assert run(shell, "%hf cache").text.strip() == OFF
    assert "none: the cache is off" in run(shell, "%hf doctor").text


def test_rm_forgets_one_model_or_all(shell: InteractiveShell):
    keep(shell, "org/small", ["one", "two"])
    keep(shell, "org/other", ["one"])

    one = run(shell, "%hf cache rm org/small").text
    left = run(shell, "%hf cache").text
    every = run(shell, "%hf cache rm").text

    assert one.startswith("forgotten: 2 rows of org/small, ")
    assert "org/small" not in left
    assert "org/other" in left
    assert every.startswith("forgotten: 1 row, ")
    assert "nothing to show" in run(shell, "%hf cache").text


def test_results_that_are_files_are_listed_and_removed_and_no_other_file_is(shell: InteractiveShell):
    folder: Path = shell.user_ns["hf"].outputs
    folder.mkdir(parents=True, exist_ok=True)
    with Sink(folder / "out.parquet", pa.schema([("score", pa.float64())])) as sink:
        sink.write(pa.table({"score": [0.5] * 1000}))
        sink.close()
    pq.write_table(pa.table({"mine": [1]}), folder / "mine.parquet")

    listed = run(shell, "%hf cache").text
    first, second = run(shell, "%hf cache rm files").text, run(shell, "%hf cache rm files").text

    assert "1 result in files of " in listed
    assert str(folder) in listed
    assert first.startswith("removed: 1 file of results, ")
    assert second.strip() == "no results are in files"
    assert [path.name for path in folder.iterdir()] == ["mine.parquet"]
    assert "in files of" not in run(shell, "%hf cache").text


def test_rm_of_a_model_without_results_names_the_nearest(shell: InteractiveShell):
    keep(shell, "org/small", ["one"])

    seen = run(shell, "%hf cache rm org/smal")

    assert "did you mean 'org/small'?" in str(seen.error)
    assert "org/small" in run(shell, "%hf cache").text


def test_verify_counts_what_is_whole_and_what_was_set_aside(shell: InteractiveShell):
    keep(shell, "org/small", ["one", "two"])
    keep(shell, "org/other", ["one"])
    whole = run(shell, "%hf cache verify").text
    folder: Path = shell.user_ns["hf"].results_cache.folder
    shard = max((p for p in folder.glob("*/*") if p.is_file() and p.stat().st_size), key=lambda p: p.stat().st_size)
    content = bytearray(shard.read_bytes())
    content[len(content) // 2] ^= 0xFF
    shard.write_bytes(bytes(content))

    damaged = run(shell, "%hf cache verify").text

    assert whole.strip() == "✓ 3 rows in 2 files as written"
    assert damaged.startswith("✗ ")
    assert "1 damaged file was set aside; the rows are computed again" in damaged


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("%hf cache lst", "did you mean 'ls'?"),
        ("%hf cache zzz", "%hf cache ls, rm, verify"),
        ("%hf cache ls org/model", "takes no word"),
        ("%hf cache rm a b", "takes 0 to 2 words"),
    ],
)
def test_a_line_that_cannot_be_meant_is_one_line(shell: InteractiveShell, line: str, said: str):
    error = run(shell, line).error

    assert said in str(error)
    assert len(str(error)) <= 200
    assert "\n" not in str(error)


def test_completion_of_the_words_and_of_models_that_have_results(shell: InteractiveShell):
    keep(shell, "org/small", ["one"])

    def found(typed: str) -> list[str]:
        fragment_and_names = candidates(typed, shell.user_ns["hf"], shell.user_ns)
        assert fragment_and_names is not None
        return fragment_and_names[1]

    assert found("%hf ca") == ["cache"]
    assert found("%hf cache ") == ["ls", "rm", "verify"]
    assert found("%hf cache v") == ["verify"]
    assert found("%hf cache rm ") == ["org/small", "files"]
    assert found("%hf cache rm org/s") == ["org/small"]
    assert found("%hf cache verify ") == []


def test_a_foreign_name_reaches_the_table_as_text():
    view = cache_view([Entry("org/<b>x", "t<i>", 1, 10, 0.0)], Path("/cache"), 100, {})

    assert "<b>x" not in view.html.html
    assert "<i>" not in view.html.html


def test_the_first_run_says_once_that_results_are_kept(session: Session):
    namespace = {"texts": ["I love it, it works great.", "It broke after two days. Useless."]}

    def notes() -> tuple[str, ...]:
        proposal = session.propose("Label the sentiment of each text.", namespace, ["texts"])
        return session.run(proposal, {})[0].notes

    assert notes() == (KEPT,)
    assert notes() == ()


# In the line of a step


def ran(**details: Any) -> StepState:
    return StepState("done", result=replace(reviews()["feel"], rows=2314, unique=2100, rejected=(), **details))


@pytest.mark.parametrize(
    ("cached", "said"),
    [
        (0, "✓ done 2,314 rows, 0.20 s"),
        (1902, "✓ done 2,314 rows, 1,902 from the cache, 0.20 s"),
        (2100, "✓ done 2,314 rows, all from the cache, 0.20 s"),
    ],
)
def test_a_step_says_how_many_rows_came_from_the_cache(cached: int, said: str):
    assert state_plain(ran(cached=cached)) == said
    assert ("from the cache" in state_cell(ran(cached=cached)).html) is bool(cached)


# After an interrupt


def stopped(done: int, rows: int, **step: Any) -> Results:
    left = tuple(RejectedRow(row, INTERRUPTED) for row in range(done, rows))
    feel = reviews()["feel"]
    feel = replace(feel, rows=rows, rejected=left, step=feel.step.model_copy(update=step))
    return replace(reviews(), steps={"feel": feel}, interrupted=True)


@pytest.mark.parametrize(
    ("setting", "said"), [("True", "run the cell again to go on"), ("False", "the cache is off: a rerun starts anew")]
)
def test_an_interrupted_cell_says_what_is_kept(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch, setting: str, said: str
):
    run(shell, f"%config HFMagic.cache_results = {setting}")
    results = stopped(412, 10_000)
    monkeypatch.setattr(Session, "run", lambda *_, **__: (results, answer(results)))

    seen = run(shell, "%%hf reviews\nLabel the sentiment of each review.")

    assert isinstance(seen.error, KeyboardInterrupt)
    assert str(seen.error) == f"interrupted: kept 412 of 10,000 rows; {said}"


def test_a_cell_that_was_interrupted_between_steps_promises_no_rows(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
):
    results = replace(reviews(), interrupted=True)
    monkeypatch.setattr(Session, "run", lambda *_, **__: (results, answer(results)))

    seen = run(shell, "%%hf reviews -o scored\nLabel the sentiment of each review.")

    assert str(seen.error) == "interrupted; what was finished is kept in scored; %hf go runs the plan again"


def test_a_rerun_goes_on_only_where_results_are_kept():
    result = stopped(412, 10_000)

    assert kept_words(result, cached=True) == "kept 412 of 10,000 rows; run the cell again to go on"
    assert kept_words(result, cached=False) == "kept 412 of 10,000 rows; the cache is off: a rerun starts anew"
    assert "its rows are not cached: a rerun starts anew" in kept_words(stopped(4, 10, model=None), cached=True)
    assert kept_words(reviews(), cached=True) == ""
