"""The next step's model, on its way while a step runs: once, in silence, and no more of it than is wanted."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from hfmagic.devices import Device
from hfmagic.engine.executor import run_plan
from hfmagic.engine.machine import Machine
from hfmagic.engine.prefetch import Prefetch
from hfmagic.errors import DownloadFailed, HFMagicError
from hfmagic.hub.facts import ModelFacts
from hfmagic.hub.job import Moment
from hfmagic.hub.sources import Sources
from hfmagic.kinds import Label
from hfmagic.plan import Column, ModelChoice, Plan, Step
from hfmagic.recognise import recognise
from hfmagic.results import Done, Downloading, Failed, Results
from hfmagic.runners import registry
from hfmagic.scope import validate
from hfmagic.session import Options, Session
from tests.hub.bench import REVIEWS, Bench, whole_gets
from tests.hubserver import TestHub, status

pytest_plugins = ["tests.hubserver.fixtures"]
pytestmark = pytest.mark.usefixtures("no_hub_settings")

SECONDS = 30.0  # after which a wait in here has failed
CPU = Device("cpu", "a processor", 0, 0)
GPU = Device("cuda", "a GPU", 0, 0, ("bfloat16", "float32"))


@dataclass
class SlowHub:
    """A Hub whose downloads tell of a byte, wait until they are let, and tell of the rest."""

    error: HFMagicError | None = None
    revision_now: str = ""
    asked: list[tuple[str, int | None]] = field(default_factory=list)
    broken_off: list[str] = field(default_factory=list)
    told: threading.Event = field(default_factory=threading.Event)
    let: threading.Event = field(default_factory=threading.Event)

    def find(self, model_id: str, revision: str) -> ModelFacts:
        return ModelFacts(model_id, None, architectures=("BertForSequenceClassification",), revision=revision)

    def revision(self, facts: ModelFacts) -> str:
        return self.revision_now or facts.revision

    def fetch(self, facts: ModelFacts, on: Callable[[Moment], None], *, most: int | None = None) -> ModelFacts:
        self.asked.append((facts.model_id, most))
        on(Moment(1, 10))
        self.told.set()
        assert self.let.wait(SECONDS)
        if self.error:
            raise self.error
        try:
            on(Moment(10, 10))
        except Exception:
            self.broken_off.append(facts.model_id)
            raise
        return facts


@dataclass
class Loads:
    """A pool that only writes down what it is asked for, and on which thread."""

    asked: list[Mapping[str, Any]] = field(default_factory=list)
    threads: set[threading.Thread] = field(default_factory=set)

    def get(self, facts: ModelFacts, revision: str, **how: Any) -> None:
        self.asked.append({"model_id": facts.model_id, "revision": revision, **how})
        self.threads.add(threading.current_thread())


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    yield
    assert workers() == []


@pytest.fixture
def hub() -> Iterator[SlowHub]:
    found = SlowHub()
    yield found
    found.let.set()
    ended()


def workers() -> list[threading.Thread]:
    return [t for t in threading.enumerate() if t.name == "hfmagic-prefetch"]


def ended() -> None:
    for thread in workers():
        thread.join(SECONDS)


def machine(hub: SlowHub, **more: Any) -> Machine:
    rest = {"pool": Loads(), "device": CPU, "reader": None, "store": None, **more}
    return Machine(hub=hub, **rest)  # type: ignore[arg-type]


def step(model_id: str, task: str = "text-classification") -> Step:
    text = {"text": Column(column="review", of="x")}
    name = model_id.rpartition("/")[2]
    return Step(id=name, task=task, inputs=text, output=name, model=ModelChoice(model_id=model_id, revision="a" * 40))


def fail_if_told(moment: Moment) -> None:
    raise AssertionError(moment)


B, C = step("acme/b"), step("acme/c")


# One model


def test_a_model_is_fetched_within_what_may_be_downloaded_while_the_caller_goes_on(hub: SlowHub):
    prefetch = Prefetch(machine(hub, most_fetched=123))

    prefetch.begin(B)

    assert hub.told.wait(SECONDS)
    assert hub.asked == [("acme/b", 123)]


def test_its_step_joins_the_download_and_is_told_of_it_from_then_on(hub: SlowHub):
    prefetch, told = Prefetch(machine(hub)), []
    prefetch.begin(B)
    assert hub.told.wait(SECONDS)

    def on(moment: Moment) -> None:
        told.append(moment)
        hub.let.set()

    prefetch.wait(B, on)

    assert told[0] == Moment(1, 10)
    assert workers() == []
    assert len(hub.asked) == 1


def test_one_model_at_a_time_and_none_twice(hub: SlowHub):
    prefetch = Prefetch(machine(hub))
    for coming in (None, B, C, B):
        prefetch.begin(coming)
    hub.let.set()
    ended()
    for coming in (B, C, C):
        prefetch.begin(coming)
        ended()

    assert [model_id for model_id, _ in hub.asked] == ["acme/b", "acme/c"]


def test_a_step_without_a_model_has_none_to_be_fetched_and_waits_for_none(hub: SlowHub):
    prefetch = Prefetch(machine(hub))
    without = B.model_copy(update={"model": None})

    prefetch.begin(without)
    prefetch.wait(B, fail_if_told)
    prefetch.stop()

    assert hub.asked == []


def test_what_goes_wrong_is_kept_silent_and_not_tried_again(hub: SlowHub):
    hub.error = DownloadFailed("the line is cut", hint="again")
    prefetch = Prefetch(machine(hub))
    hub.let.set()

    prefetch.begin(B)
    prefetch.wait(B, lambda _: None)
    prefetch.begin(B)
    prefetch.load()
    ended()

    assert len(hub.asked) == 1
    assert prefetch.machine.pool.asked == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("way", ["another step", "the end"])
def test_a_download_that_nobody_wants_any_more_is_broken_off_without_a_wait(hub: SlowHub, way: str):
    prefetch = Prefetch(machine(hub))
    prefetch.begin(B)
    assert hub.told.wait(SECONDS)

    if way == "the end":
        prefetch.stop()
    else:
        prefetch.wait(C, fail_if_told)
    assert len(workers()) == 1  # it was not waited for
    hub.let.set()
    ended()

    assert hub.broken_off == ["acme/b"]
    prefetch.load()
    assert prefetch.machine.pool.asked == []  # type: ignore[attr-defined]


def test_one_that_is_broken_off_keeps_no_other_waiting(hub: SlowHub):
    prefetch = Prefetch(machine(hub))
    prefetch.begin(B)
    assert hub.told.wait(SECONDS)
    prefetch.wait(C, fail_if_told)

    hub.let.set()
    prefetch.begin(C)
    prefetch.wait(C, lambda _: None)
    ended()

    assert sorted(model_id for model_id, _ in hub.asked) == ["acme/b", "acme/c"]
    assert hub.broken_off == ["acme/b"]


def test_a_wait_can_be_interrupted(hub: SlowHub):
    prefetch = Prefetch(machine(hub))
    prefetch.begin(B)
    assert hub.told.wait(SECONDS)

    with pytest.raises(KeyboardInterrupt):
        prefetch.wait(B, lambda _: os.kill(os.getpid(), signal.SIGINT))

    prefetch.stop()
    assert len(workers()) == 1


# Into memory


def test_what_was_fetched_is_loaded_when_it_may_be_once_and_only_beside_the_others(hub: SlowHub):
    prefetch = Prefetch(machine(hub))
    prefetch.begin(B)
    prefetch.load()  # not here yet
    hub.let.set()
    ended()

    for _ in range(3):
        prefetch.load()
        ended()

    pool: Any = prefetch.machine.pool
    (asked,) = pool.asked
    assert (asked["model_id"], asked["revision"], asked["spare"]) == ("acme/b", "a" * 40, True)
    assert (asked["auto"], asked["dtype"]) == ("AutoModelForSequenceClassification", "auto")
    assert threading.current_thread() not in pool.threads


@pytest.mark.parametrize(
    "settings",
    [
        {"dtype": "bfloat16"},
        {"device": GPU},
        {"quantize": "8bit"},
        {"dtype": "fast", "device": replace(CPU, dtypes=("bfloat16",))},
    ],
    ids=str,
)
def test_a_model_in_another_dtype_is_left_to_its_step(hub: SlowHub, settings: dict[str, Any]):
    prefetch = Prefetch(machine(hub, **settings))
    hub.let.set()
    prefetch.begin(B)
    ended()

    prefetch.load()
    ended()

    assert prefetch.machine.pool.asked == []  # type: ignore[attr-defined]


def test_a_model_that_has_changed_since_the_plan_is_not_loaded(hub: SlowHub):
    hub.revision_now = "b" * 40
    prefetch = Prefetch(machine(hub))
    hub.let.set()
    prefetch.begin(B)
    ended()

    prefetch.load()
    ended()

    assert prefetch.machine.pool.asked == []  # type: ignore[attr-defined]


# In a run, over a Hub


FIRST, SECOND = "acme/tiny-sentiment", "acme/tiny-emotions"
REVIEW = {"text": Column(column="review", of="x")}
STEPS = tuple(Step(id=name, task="text-classification", inputs=REVIEW, output=name) for name in ("first", "second"))


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> dict[str, threading.Event]:
    """Set when a model's fetch has ended, however it did."""
    ends = {FIRST: threading.Event(), SECOND: threading.Event()}
    fetch = Sources.fetch

    def noted(self: Sources, facts: ModelFacts, *more: Any, **named: Any) -> ModelFacts:
        try:
            return fetch(self, facts, *more, **named)
        finally:
            ends[facts.model_id].set()

    monkeypatch.setattr(Sources, "fetch", noted)
    return ends


def run_two(
    bench: Bench,
    monkeypatch: pytest.MonkeyPatch,
    during_first: Callable[[], object],
    before: Callable[[], object] = lambda: None,
) -> Results:
    """A run of two steps: what is to happen while the first step's model runs, and before anything runs."""
    (runner,) = registry.RUNNERS["text-classification"]

    def run(loaded: Any, values: Sequence[str], parameters: Mapping[str, Any]) -> list[Any]:
        if loaded.facts.model_id == FIRST:
            during_first()
        return [(Label("x", 1.0),)] * len(values)

    only = replace(runner, run=run, encode=None, forward=None, cost=lambda _, values: [1] * len(values), window=0)
    monkeypatch.setattr(registry, "RUNNERS", {**registry.RUNNERS, "text-classification": (only,)})
    session: Session = bench.session
    given = recognise("x", REVIEWS, reader=session.reader)
    options = Options(models={"first": FIRST, "second": SECOND})
    proposal = session.choose_models(validate(Plan(inputs=(given.schema,), steps=STEPS)), {"x": given}, options)
    before()
    return run_plan(proposal.plan, {"x": given}, session._machine(options), bench.events.append)


def downloads(hub: TestHub, model_id: str) -> int:
    """How often a model's weights went over the line as a whole."""
    return len([r for r in whole_gets(hub, "filename=model.safetensors") if f"/{model_id}/" in r.path])


def test_the_second_model_is_here_before_the_first_step_ends_and_came_once(
    bench: Bench, tiny_hub: TestHub, fetched: dict[str, threading.Event], monkeypatch: pytest.MonkeyPatch
):
    here: list[bool] = []

    def during_first() -> None:
        assert fetched[SECOND].wait(SECONDS)
        here.append(bench.blob(model_id=SECOND).is_file())

    results = run_two(bench, monkeypatch, during_first)
    ended()

    assert not results.failed
    assert here == [True]
    assert (downloads(tiny_hub, FIRST), downloads(tiny_hub, SECOND)) == (1, 1)
    assert {e.step_id for e in bench.events if isinstance(e, Downloading)} == {"first"}


def test_a_download_that_fails_is_told_of_by_its_own_step(
    bench: Bench, tiny_hub: TestHub, fetched: dict[str, threading.Event], monkeypatch: pytest.MonkeyPatch
):
    results = run_two(
        bench,
        monkeypatch,
        during_first=lambda: fetched[SECOND].wait(SECONDS),
        before=lambda: tiny_hub.faults.add(rf"/{SECOND}/.*filename=model", status(404)),
    )
    ended()

    assert fetched[SECOND].is_set()
    assert list(results.failed) == ["second"]
    kinds = (Done, Failed)
    assert [(type(e), e.step_id) for e in bench.events if isinstance(e, kinds)] == [(Done, "first"), (Failed, "second")]
