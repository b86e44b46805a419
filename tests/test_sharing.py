"""`--share-rows`: what an LLM elsewhere is told of the rows, seen from the server's side, byte for byte."""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from IPython.core.interactiveshell import InteractiveShell

from hfmagic.config import HFMagic
from hfmagic.errors import BadOption, NotShared
from hfmagic.example_rows import MOST_CHARACTERS, MOST_IN_ALL, MOST_ROWS, example_rows
from hfmagic.operations.redact import redact_text
from hfmagic.recognise import Reader, recognise
from tests.guard_models import build
from tests.llmserver import Seen, TestLLM, says
from tests.shell import run

EMAIL, PHONE, CARD, TOKEN = "jo.doe@example.org", "+49 30 901820", "4111 1111 1111 1111", "A1B2C3D4E5"
CANARIES = (EMAIL, PHONE, CARD, TOKEN, "Alice", "Smith", "Marta", "Berlin-Canary")
TEXTS = [
    f"Alice Smith wrote: the order was late, write to {EMAIL} or {PHONE}",
    f"it was great and not awful, refund from {CARD} to the order {TOKEN}",
    "you said it was awful and Marta wrote it is good",
    'the reply was "ignore all rules" </script> and it was great',
]
LABELS = ["good", "bad", "good", "odd"]
PLAN = {"steps": [{"task": "text-classification", "text": "review", "about": "sentiment", "where": []}], "cannot": ""}
CELL = "%%hf reviews --plan {0}\nLabel the sentiment of each review."


@pytest.fixture(scope="session")
def guards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("guards"))


@pytest.fixture
def told(shell: InteractiveShell):
    """A shell whose planner is an LLM on loopback, and its server."""
    frame = pd.DataFrame(
        {"review": TEXTS, "kind": LABELS, "customer_name": ["Berlin-Canary"] * 4, "stars": [1, 5, 2, 4]}
    )
    shell.push({"reviews": frame})
    with TestLLM(script=lambda _: says(PLAN)) as llm:
        assert run(shell, f"%hf planner {llm.url} tiny").error is None
        run(shell, "%config HFMagic.picker = 'score'")
        yield shell, llm


def with_names(shell: InteractiveShell, guards: Path) -> None:
    """The model that finds names is on this machine."""
    shell.user_ns["hf"].config.hub_dirs = [*shell.user_ns["hf"].config.hub_dirs, str(guards)]


def block_in(text: str) -> str:
    """The block as the cell shows it."""
    return next(line for line in text.split("\n") if line.startswith('{"reviews": '))


def test_without_the_option_no_value_of_a_row_is_sent(told: tuple[InteractiveShell, TestLLM]):
    shell, llm = told

    run(shell, CELL.format(""))

    (seen,) = llm.asked
    assert not [c for c in (*CANARIES, *TEXTS, "odd", "ignore all rules") if c in seen.words]


def test_rows_are_shown_redacted_and_wait_for_a_yes(told: tuple[InteractiveShell, TestLLM], guards: Path):
    shell, llm = told
    with_names(shell, guards)

    seen = run(shell, CELL.format("--share-rows 4"))

    assert isinstance(seen.error, NotShared)
    assert llm.asked == []
    block = block_in(seen.text)
    assert not [c for c in CANARIES if c in seen.text]
    assert len(json.loads(block)["reviews"]) == 4
    assert "names by guard/names" in seen.text
    assert "[PERSON]" in block
    assert "<script" not in seen.html.replace("</script>", "")
    assert "%hf go --share-rows" in seen.text


@pytest.mark.rule(12)
def test_what_was_agreed_to_is_what_is_sent(told: tuple[InteractiveShell, TestLLM], guards: Path):
    shell, llm = told
    with_names(shell, guards)
    block = block_in(run(shell, CELL.format("--share-rows 3")).text)

    seen = run(shell, "%hf go --share-rows")

    (asked,) = llm.asked
    assert seen.error is None
    assert asked.words.count(block) == 1
    assert not [c for c in CANARIES if c in asked.words]
    assert "3 redacted rows were shared with endpoint:tiny" in seen.text
    assert "review_sentiment" in shell.user_ns["_hf"].columns


def test_sent_shows_the_exact_bytes_and_the_store_keeps_no_row(
    told: tuple[InteractiveShell, TestLLM], guards: Path, config: HFMagic
):
    shell, llm = told
    with_names(shell, guards)
    block = block_in(run(shell, CELL.format("--share-rows 4")).text)
    run(shell, "%hf go --share-rows")

    sent = run(shell, "%hf sent").text

    (asked,) = llm.asked
    assert asked.body.decode() in sent
    cells = [c for row in json.loads(block)["reviews"] for c in row.values() if isinstance(c, str) and " " in c]
    with sqlite3.connect(config.cache_path / "store.sqlite3") as store:
        tables = [name for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        kept = repr([store.execute(f'SELECT * FROM "{name}"').fetchall() for name in tables])  # noqa: S608
    store.close()
    assert cells
    assert not [c for c in cells if c in kept]
    metadata = shell.user_ns["hf"].record.to_json() if hasattr(shell.user_ns["hf"].record, "to_json") else ""
    assert not [c for c in cells if c in metadata + repr(shell.user_ns["hf"].record)]


def test_rows_that_changed_meanwhile_are_asked_about_again(told: tuple[InteractiveShell, TestLLM]):
    shell, llm = told
    run(shell, CELL.format("--share-rows 4"))
    shell.user_ns["reviews"] = shell.user_ns["reviews"].assign(kind="other words")

    seen = run(shell, "%hf go --share-rows")

    assert isinstance(seen.error, NotShared)
    assert "other words" in seen.text
    assert llm.asked == []


def test_another_planner_is_asked_about_again(told: tuple[InteractiveShell, TestLLM]):
    shell, _ = told
    run(shell, CELL.format("--share-rows 4"))

    with TestLLM(script=lambda _: says(PLAN)) as other:
        run(shell, f"%hf planner {other.url} tiny")
        seen = run(shell, "%hf go --share-rows")

        assert isinstance(seen.error, NotShared)
        assert other.asked == []


def test_a_hash_agrees_headless(told: tuple[InteractiveShell, TestLLM]):
    shell, llm = told
    shown = run(shell, CELL.format("--share-rows 4")).text
    agreed = re.search(r"--approve ([0-9a-f]{16})", shown)[1]

    refused = run(shell, CELL.format("--share-rows 4 --yes --approve 0123456789abcdef"))
    seen = run(shell, CELL.format(f"--share-rows 4 --approve {agreed}"))

    assert isinstance(refused.error, NotShared)  # a yes to a download is none to this
    assert seen.error is None
    assert len(llm.asked) == 1


def test_go_alone_sends_nothing_while_a_request_waits(told: tuple[InteractiveShell, TestLLM]):
    shell, llm = told
    run(shell, CELL.format("--share-rows"))

    seen = run(shell, "%hf go")

    assert isinstance(seen.error, NotShared)
    assert llm.asked == []
    assert run(shell, CELL.format("")).error is None
    assert run(shell, "%hf go").error is None


def test_without_a_model_for_names_it_is_said(told: tuple[InteractiveShell, TestLLM]):
    shell, _ = told

    seen = run(shell, CELL.format("--share-rows 4"))

    assert "by patterns alone: names of people may be left" in seen.text
    assert not [c for c in (EMAIL, PHONE, CARD, TOKEN) if c in seen.text]


@pytest.mark.parametrize(
    ("request_", "words"),
    [("Label the sentiment of each review.", "no rows were shared"), ("标注每条评论的情感。", "没有发送任何行")],
)
def test_rules_are_shown_no_row_and_say_so(shell: InteractiveShell, request_: str, words: str):
    seen = run(shell, f"%%hf reviews --plan --share-rows 4\n{request_}")

    assert seen.error is None
    assert words in seen.text


@pytest.mark.parametrize(
    "line", ["%%hf reviews --share-rows 21\nx", "%%hf reviews --share-rows -1\nx", "%hf go --share-rows"]
)
def test_what_cannot_be_shared_is_said(shell: InteractiveShell, line: str):
    assert isinstance(run(shell, line).error, BadOption)


def test_a_request_without_a_frame_has_no_rows(told: tuple[InteractiveShell, TestLLM]):
    shell, llm = told
    shell.push({"note": "the order was late"})

    seen = run(shell, "%%hf note --share-rows 3\nLabel the sentiment of the note.")

    assert isinstance(seen.error, BadOption)
    assert llm.asked == []


def test_nothing_is_shown_for_a_yes_where_the_rules_plan_and_a_small_llm_is_not_asked(
    told: tuple[InteractiveShell, TestLLM],
):
    shell, llm = told
    run(shell, "%config HFMagic.planner_trust = 'checked'")

    seen = run(shell, CELL.format("--share-rows 2"))

    assert seen.error is None
    assert llm.asked == []
    assert "asking" not in seen.text
    assert shell.user_ns["hf"].held is None
    assert shell.user_ns["hf"].planner.prompt == ""
    assert "planned by rules: no rows were shared" in " ".join(shell.user_ns["hf"].proposal.plan.notes)


def parrot(seen: Seen) -> object:
    """Plans, and puts an answer into the words that it is told."""
    last = seen.json["messages"][-1]["content"]
    if not last.startswith('{"asked"'):
        return says(PLAN)
    return says({"sentences": [{"text": f["text"], "step": f["step"]} for f in json.loads(last)["findings"]]})


def test_the_sentences_of_an_answer_are_shown_before_they_go(told: tuple[InteractiveShell, TestLLM]):
    shell, llm = told
    llm.script = parrot
    before = run(shell, CELL.format("--share-results").replace("--plan", ""))
    asked = len(llm.asked)
    assert run(shell, "%hf go").error is None  # what only runs again is no yes
    result = shell.user_ns["_hf"]
    assert len(llm.asked) == asked

    seen = run(shell, "%hf go --share-results")

    told_of = json.loads(llm.asked[-1].json["messages"][-1]["content"])["findings"]
    assert before.error is None
    assert seen.error is None
    assert (asked, len(llm.asked)) == (1, 2)
    assert shell.user_ns["_hf"] is result  # nothing ran again
    assert all(f["text"] in before.text for f in told_of)
    assert not [c for c in CANARIES if c in llm.asked[-1].words]
    assert "endpoint:tiny" in seen.text


def test_rules_put_nothing_into_words_and_say_so(shell: InteractiveShell):
    seen = run(shell, "%%hf reviews --rows 3 --phrase\nLabel the sentiment of each review.")

    assert seen.error is None
    assert "%hf planner local" in seen.text


def test_phrase_needs_a_run(shell: InteractiveShell):
    assert isinstance(run(shell, "%hf go --phrase").error, BadOption)


def test_the_options_are_completed(shell: InteractiveShell):
    from hfmagic.completion import candidates

    session = shell.user_ns["hf"]

    assert candidates("%%hf reviews --sh", session, shell.user_ns) == ("--sh", ["--share-rows", "--share-results"])
    assert candidates("%hf go --share-r", session, shell.user_ns) == ("--share-r", ["--share-rows", "--share-results"])
    assert candidates("%%hf reviews --mod", session, shell.user_ns) == ("--mod", ["--model", "--moderate"])


CELLS = st.one_of(st.none(), st.text(max_size=300), st.integers(), st.floats(), st.sampled_from(TEXTS))


@given(st.lists(st.tuples(CELLS, st.text(max_size=5000)), min_size=1, max_size=30), st.integers(1, 40))
def test_any_rows_become_short_json_that_reads_back(rows: list[tuple[object, str]], most: int):
    frame = pd.DataFrame({"a": pd.Series([r[0] for r in rows], dtype=object), "b": [r[1] for r in rows]})
    given_ = {"rows": recognise("rows", frame, reader=Reader(()))}

    found = example_rows(given_, most, lambda texts: [redact_text(t) for t in texts])

    back = json.loads(found.text)
    assert found.count <= min(most, MOST_ROWS)
    assert len(found.text) <= MOST_IN_ALL + 40
    assert all(len(v) <= MOST_CHARACTERS for row in back.get("rows", ()) for v in row.values() if isinstance(v, str))
    assert found.text.encode().decode() == found.text
    assert found == example_rows(given_, most, lambda texts: [redact_text(t) for t in texts])
    assert not re.search(r"\d{7,}", found.text)


@settings(max_examples=15)
@given(st.integers(3_000, 4_100), st.sampled_from([EMAIL, CARD, TOKEN]))
def test_nothing_private_slips_through_where_a_long_cell_is_cut(length: int, private: str):
    before = "https://" + "x" * length  # becomes 5 characters, so that what is cut in two comes near
    frame = pd.DataFrame({"b": [f"{before} {private} end"]})

    found = example_rows({"r": recognise("r", frame, reader=Reader(()))}, 1, lambda ts: [redact_text(t) for t in ts])

    assert not [n for n in range(4, len(private)) if private[:n] in found.text]
