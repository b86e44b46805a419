"""A planner in the kernel, chosen by a user in a shell: real weights of the starter set, and no network."""

from __future__ import annotations

import gc
import sys
import weakref

import pytest
from IPython.core.interactiveshell import InteractiveShell

from hfmagic.config import HFMagic
from hfmagic.devices import Device
from hfmagic.doctor import examine
from hfmagic.errors import HFMagicError, NeedsConsent, NoEndpoint, NotAvailable
from hfmagic.kinds import InputSchema, Kind
from hfmagic.planners.local import tenths
from hfmagic.planners.local.choice import SMALL, Size, choose, needed, place
from hfmagic.scope import validate
from hfmagic.session import Session
from tests.hub.bench import Bench, check_line, whole_gets
from tests.hubserver import TestHub
from tests.shell import run

from .local_models import STARTER

pytest_plugins = ["tests.hubserver.fixtures"]
GB = 10**9
NAME = f"local:{STARTER}"
CAUSAL = "acme/tiny-writer"


def cpu(free: int) -> Device:
    return Device("cpu", "2 cores", 64 * GB, free)


def gpu(free: int) -> Device:
    return Device("cuda", "A GPU", 80 * GB, free, ("bfloat16", "float32"))


def size(name: str, billions: float, *, here: bool = False) -> Size:
    return Size(name, int(billions * GB), here=here)


SIZES = [size("a/1.5b", 1.54), size("a/4b", 4.0), size("a/7b", 7.6)]
LEAST = 1_500_000_000


# A plan


def test_a_plan_by_a_model_of_the_starter_set(shell: InteractiveShell):
    chosen = run(shell, f"%hf planner local {STARTER}").text
    assert chosen.strip() == f"planner: {NAME}, in this kernel; nothing leaves it"
    run(shell, '%config HFMagic.planner_trust = "full"')

    session = shell.user_ns["hf"]  # so small a model may want tasks that no model here does: the plan alone is made
    plan = session.planner.plan("Transcribe the clip.", (InputSchema(name="clip", kind=Kind.AUDIO),))
    assert session.planner.llm.last.written > 10  # it was asked; its plan is taken, or is said to be unusable
    assert plan.planner == NAME or NAME in plan.notes[0]
    assert validate(plan) == plan
    assert session.planner.prompt
    assert STARTER in run(shell, "%hf status").text
    assert f"now: {NAME}" in run(shell, "%hf planner").text
    assert not session.store.sent("")


def test_time_that_is_over_gives_the_plan_of_the_rules_and_says_so(shell: InteractiveShell):
    run(shell, f"%hf planner local {STARTER}")
    run(shell, '%config HFMagic.planner_trust = "full"')
    run(shell, "%config HFMagic.planner_seconds = 0.1")

    seen = run(shell, "%%hf reviews --rows 6 --plan\nLabel the sentiment of each review.")

    assert seen.error is None
    assert "its time was over" in seen.text
    assert shell.user_ns["hf"].proposal.plan.planner == "rules"


def test_a_model_that_was_let_go_leaves_the_memory_and_is_loaded_again(config: HFMagic):
    session = Session(config)
    session.planner.choose("local", STARTER)
    session.planner.llm.prepare()
    (loaded,) = session.pool.loaded()
    gone, facts = weakref.ref(loaded.model), loaded.facts
    del loaded

    session.pool.unload(STARTER)
    gc.collect()
    assert gone() is None

    session.planner.llm.prepare()
    assert [m.facts for m in session.pool.loaded()] == [facts]


# Who it is


def test_the_choice_lasts_and_its_name_loads_nothing(config: HFMagic):
    Session(config).planner.choose("local", "smollm2-135m-instruct")

    later = Session(config)

    assert later.planner.name == NAME
    assert later.planner.is_here
    assert f"{NAME} (nothing leaves this machine)" in str(examine(later, offline=True))
    assert later.pool.loaded() == ()
    assert later.planner.choose("rules") == "rules"


def test_a_line_of_configuration_chooses_too(config: HFMagic):
    config.planner = f"local {STARTER}"

    assert Session(config).planner.llm.name == NAME


def test_an_endpoint_of_that_name_goes_first(config: HFMagic):
    config.endpoints = {"local": {"base_url": "http://127.0.0.1:9/v1", "model": "m"}}
    planner = Session(config).planner

    planner.choose("local")

    assert (planner.name, planner.is_here, planner.address) == ("local:m", False, "http://127.0.0.1:9/v1")


def test_it_leaves_the_choice_of_models_to_their_score(config: HFMagic):
    config.planner = f"local {STARTER}"

    assert Session(config).planner.picker is None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            "",
            f"of 1.5 B parameters or more is on this machine, and it is offline. → a small one: {SMALL}",
        ),
        ("starter/bert-tiny-sentiment", "it is no instruct model"),
        ("starter/smollm", "did you mean"),
    ],
)
def test_what_cannot_plan_is_refused_and_the_choice_stays(shell: InteractiveShell, words: str, said: str):
    seen = run(shell, f"%hf planner local {words}")

    assert isinstance(seen.error, HFMagicError)
    assert said in seen.error.line
    assert shell.user_ns["hf"].planner.name == "rules"


def test_without_the_extra_it_is_said_how_to_install_it(shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "llguidance", None)

    seen = run(shell, f"%hf planner local {STARTER}")
    shell.user_ns["hf"].config.planner = f"local {STARTER}"
    cell = run(shell, "%%hf reviews --plan\nLabel the sentiment of each review.")

    for error in (seen.error, cell.error):
        assert isinstance(error, NotAvailable)
        check_line(error, "pip install 'hfmagic[local]'")
    assert "pip install 'hfmagic[local]'" in run(shell, "%hf planner").text


# Which model, and where


@pytest.mark.parametrize(
    ("devices", "here", "chosen"),
    [
        ([cpu(64 * GB)], [], "a/1.5b"),  # on a CPU time is short, not memory
        ([gpu(24 * GB), cpu(64 * GB)], [], "a/7b"),
        ([gpu(12 * GB), cpu(64 * GB)], [], "a/4b"),
        ([gpu(2 * GB), cpu(64 * GB)], [], "a/1.5b"),
        ([gpu(24 * GB), cpu(64 * GB)], [size("b/2b", 2.0, here=True)], "b/2b"),
        ([cpu(64 * GB)], [size("b/2b", 2.0, here=True), size("b/3b", 3.0, here=True)], "b/2b"),
        ([cpu(64 * GB)], [size("b/0.1b", 0.1, here=True)], "a/1.5b"),
    ],
)
def test_free_memory_chooses_and_what_is_here_goes_first(devices: list[Device], here: list[Size], chosen: str):
    assert choose([*here, *SIZES], devices, least=LEAST).model_id == chosen


def test_too_little_memory_is_said_with_what_there_is():
    with pytest.raises(NoEndpoint) as error:
        choose(SIZES, [cpu(4 * GB)], least=LEAST)

    check_line(error.value, "fits into 3.7 GiB", SMALL)


def test_it_runs_beside_the_other_models_or_on_the_cpu():
    small, room = SIZES[0], needed(SIZES[0], gpu(0))

    assert place(small, [gpu(room), cpu(64 * GB)]).kind == "cuda"
    assert place(small, [gpu(room - 1), cpu(64 * GB)]).kind == "cpu"
    assert place(small, [gpu(room - 1), cpu(1 * GB)]) is None
    assert needed(small, cpu(0)) == 2 * room  # 4 bytes a parameter instead of 2


def test_the_settings_can_allow_a_smaller_one(config: HFMagic):
    config.planner_min_params = 100_000_000

    assert Session(config).planner.choose("local") == NAME


# From the Hub


@pytest.mark.usefixtures("no_hub_settings")
def test_a_large_model_waits_for_a_yes_and_is_then_fetched(bench: Bench, tiny_hub: TestHub):
    bench.config.ask_download = 1000
    planner = bench.session.planner

    with pytest.raises(NeedsConsent) as error:
        planner.choose("local", CAUSAL)
    check_line(error.value, CAUSAL, f"%hf planner local {CAUSAL} --yes")
    assert (planner.name, whole_gets(tiny_hub, "model.safetensors")) == ("rules", [])

    told: list[str] = []
    assert planner.choose("local", CAUSAL, yes=True, on=tenths(told.append)) == f"local:{CAUSAL}"
    assert 1 <= len(told) <= 11
    assert bench.session.hub.find(CAUSAL).folder is not None


@pytest.mark.usefixtures("no_hub_settings")
def test_a_line_of_configuration_fetches_nothing_large(bench: Bench):
    bench.config.ask_download, bench.config.planner = 1000, f"local {CAUSAL}"
    bench.config.planner_trust = "full"

    with pytest.raises(NeedsConsent) as error:
        bench.propose()

    check_line(error.value, f"%hf planner local {CAUSAL} --yes")


@pytest.mark.usefixtures("no_hub_settings")
def test_a_model_without_a_chat_template_is_refused(bench: Bench):
    bench.config.planner, bench.config.planner_trust = f"local {CAUSAL}", "full"

    with pytest.raises(NotAvailable) as error:
        bench.propose()

    check_line(error.value, "no instruct model")


@pytest.mark.usefixtures("no_hub_settings")
def test_a_model_that_cannot_write_is_refused_before_a_byte_is_fetched(bench: Bench, tiny_hub: TestHub):
    with pytest.raises(HFMagicError) as error:
        bench.session.planner.choose("local", "acme/tiny-sentiment", yes=True)

    check_line(error.value, "cannot plan")
    assert whole_gets(tiny_hub, "model.safetensors") == []
