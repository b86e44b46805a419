"""Whatever is done with a session, in whatever order: a run gives what a fresh one that nobody disturbs gives."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd
import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from hfmagic.config import HFMagic
from hfmagic.results import INTERRUPTED
from hfmagic.runners import registry
from hfmagic.session import Options, Session
from tests.conftest import USER_CACHE

REQUEST = "Label the sentiment of each review"
MODELS = ("starter/minilm-l6-sentiment", "starter/bert-tiny-sentiment")
TEXTS = tuple(
    f"{said} {'really ' * (i % 5)}and I say so for the {i}. time"
    for i, said in enumerate(("I love it,", "It broke, useless", "Fine for the price", "Never again,", "好用") * 8)
)
OTHERS = tuple(f"{text} And so on." for text in TEXTS)  # for a run at the end, of which nothing is known before
BAD: Mapping[Any, str] = {None: "missing", "  ": "empty", "half \ud800": "holds half a character (a lone surrogate)"}
ROWS = st.lists(st.sampled_from(TEXTS) | st.sampled_from(list(BAD)), min_size=24, max_size=40).map(
    lambda r: [TEXTS[0], *r]
)
INDEXES = ("from 0", "backwards", "all the same")


class Interrupted:
    """The classifier, a few rows a pass, which an interrupt stops before one of them; 0: never."""

    def __init__(self) -> None:
        self.left, self._before = 0, registry.RUNNERS
        (runner,) = self._before["text-classification"]
        forward = runner.forward
        assert forward is not None

        def stopped(*args: Any) -> Any:
            self.left -= 1
            if self.left == 0:
                raise KeyboardInterrupt
            return forward(*args)

        changed = (replace(runner, forward=stopped, most=5),)
        registry.RUNNERS = {**self._before, "text-classification": changed}  # type: ignore[misc]

    def undo(self) -> None:
        registry.RUNNERS = self._before  # type: ignore[misc]


def session_over(folder: Path) -> Session:
    starter = HFMagic(cache_dir=str(USER_CACHE)).starter_path
    return Session(HFMagic(cache_dir=str(folder), hub_dirs=[str(starter)], listing_models=0))


@pytest.fixture(scope="module")
def expected(starter_hub: Path) -> Mapping[str, Mapping[str, tuple[str, float]]]:
    """Model → text → label and score, of one run each that nothing disturbs."""
    found = {}
    for model in MODELS:
        with tempfile.TemporaryDirectory() as folder:
            session, names = session_over(Path(folder)), {"reviews": pd.DataFrame({"review": [*TEXTS, *OTHERS]})}
            session.run(session.propose(REQUEST, names, ("reviews",), Options(models={"sentiment": model})), names)
            frame = names["_hf"]
            scores = zip(frame["review_sentiment"], frame["review_sentiment_score"], strict=True)
            found[model] = dict(zip([*TEXTS, *OTHERS], scores, strict=True))
    return found


class SessionMachine(RuleBasedStateMachine):
    """A kernel's session, beside what should be known of it: its rows, its model, and whether a plan stands."""

    expected: Mapping[str, Mapping[str, tuple[str, float]]]
    kept: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.folder, self.interrupt = Path(tempfile.mkdtemp(prefix="hfmagic-machine-")), Interrupted()
        self.session, self.names = session_over(self.folder), dict[str, Any]()
        self.rows: list[str | None] = []
        self.planned = (MODELS[0], pd.DataFrame())  # the model, and the frame that the plan works on

    def teardown(self) -> None:
        try:
            self.define(self.rows_at_last(), "backwards", MODELS[1])
            self.run(2, False)
            self.restart()
            if len(self.planned[1]) % 2:
                self.damage(0.9)
            self.run(0, False)  # whatever was done before
        finally:
            self.interrupt.undo()
            self.session.pool.clear()
        shutil.rmtree(self.folder)

    def rows_at_last(self) -> list[str | None]:
        """Those of the last plan, and others."""
        return [*self.planned[1].get("review", ()), *OTHERS]

    @initialize(rows=ROWS)
    def first(self, rows: list[str | None]) -> None:
        self.define(rows, "from 0", MODELS[0])

    @rule(rows=ROWS, index=st.sampled_from(INDEXES), model=st.sampled_from(MODELS))
    def define(self, rows: list[str | None], index: str, model: str) -> None:
        labels = {"from 0": range(len(rows)), "backwards": range(len(rows), 0, -1), "all the same": [7] * len(rows)}
        self.names["reviews"] = pd.DataFrame({"review": pd.Series(rows, dtype=object)}).set_axis(list(labels[index]))

        self.plan(model)

    def plan(self, model: str) -> None:
        options = Options(output="found", models={"sentiment": model})
        self.session.propose(REQUEST, self.names, ("reviews",), options)
        self.session.end_cell()
        self.planned = (model, self.names["reviews"])

    @rule(model=st.sampled_from(MODELS))
    def swap(self, model: str) -> None:
        self.session.use("sentiment", model)
        self.planned = (model, self.planned[1])

    @rule(at=st.sampled_from((0, 2, 3, 1, 4, 5)), only_changed=st.booleans())
    def run(self, at: int, only_changed: bool) -> None:
        """Run; 0: no interrupt, else before that pass of the model, where it comes so far."""
        assert self.session.proposal is not None
        self.names.pop("found", None)
        self.interrupt.left = at
        results, _ = self.session.run(self.session.proposal, self.names, only_changed=only_changed)
        stopped, self.interrupt.left = self.interrupt.left == 0 < at, 0

        assert results.interrupted == stopped
        assert results.failed == {}
        if "sentiment" not in results:  # before the first row
            assert stopped
            return
        texts = list(self.planned[1]["review"])
        bad = {i: BAD[text] for i, text in enumerate(texts) if text in BAD}
        rejected = {r.row: r.reason for r in results["sentiment"].rejected}
        left = {i for i, reason in rejected.items() if reason == INTERRUPTED}
        assert {i: reason for i, reason in rejected.items() if i not in left} == bad
        assert self.right() == len(texts) - len(bad) - len(left)
        assert bool(left) <= stopped
        self.kept["by an interrupt"] += stopped
        self.kept["found again"] += results["sentiment"].cached > 0
        self.kept["damaged"] += any("damaged" in note for note in results.notes)

    @rule()
    def unload(self) -> None:
        self.session.pool.unload()
        assert self.session.pool.loaded() == ()

    @rule()
    def restart(self) -> None:
        """Another kernel over the same cache and store; its user runs the cell that defines the rows again."""
        self.session.pool.clear()
        self.session, self.names = session_over(self.folder), {"reviews": self.names["reviews"]}
        self.plan(self.planned[0])

    @rule(at=st.sampled_from((0.9, 0.5, 0.1)))
    def damage(self, at: float) -> None:
        """A byte of each shard is another one."""
        for shard in (self.folder / "results").glob("*/*.arrow*"):
            content = bytearray(shard.read_bytes())
            content[int(at * (len(content) - 1))] ^= 0x20
            shard.write_bytes(content)

    def right(self) -> int:
        """How many rows of what was found have a result, each of which must be that of the undisturbed run."""
        (model, frame), found = self.planned, self.names["found"]
        assert list(found.index) == list(frame.index)
        count = 0
        for text, label, score in zip(
            frame["review"], found["review_sentiment"], found["review_sentiment_score"], strict=True
        ):
            if not pd.isna(label):
                count += 1
                assert text not in BAD
                assert label == self.expected[model][text][0]
                assert score == pytest.approx(self.expected[model][text][1], abs=1e-4)
        return count


@pytest.fixture
def quiet() -> Iterator[None]:
    before = registry.RUNNERS
    yield
    assert registry.RUNNERS is before


@pytest.mark.fault(51, 54, 56)
def test_any_sequence_of_what_users_do_ends_in_what_a_fresh_run_gives(
    expected: Mapping[str, Mapping[str, tuple[str, float]]], quiet: None
):
    machine = type("Machine", (SessionMachine,), {"expected": expected})

    bounded = settings(max_examples=5, stateful_step_count=8, deadline=None, phases=[Phase.generate])  # not minutes
    run_state_machine_as_test(machine, settings=bounded)
    assert min(SessionMachine.kept.values()) > 0, "it comes to what it is about"
