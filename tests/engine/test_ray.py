"""`--engine ray`: the same results, no row lost with a worker, nothing heard beyond this machine."""

from __future__ import annotations

import ipaddress
import json
import os
import signal
import stat
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import psutil
import pytest

from hfmagic.cli import main
from hfmagic.engine.batching import Outcome
from hfmagic.engine.ray import RaySettings, local, made, run, run_on_ray
from hfmagic.errors import DamagedModel, NotAvailable, StepFailed

from .ray_workers import Doubling, damaged, dying, knowing, telling

pytest.importorskip("ray")
pytest_plugins = ["tests.cli.fixtures"]
ONE = RaySettings(actors=1)
KEYS = {"HF_TOKEN": "hf_canary4711471147", "OPENAI_API_KEY": "sk-canary-4711471147", "MY_PASSWORD": "canary4711471147"}


@pytest.fixture(scope="module", autouse=True)
def _own_ray() -> Iterator[None]:
    before = {name: os.environ.get(name) for name in KEYS}
    os.environ.update(KEYS)
    yield
    for name, value in before.items():
        os.environ.pop(name)
        os.environ.update({} if value is None else {name: value})
    processes = psutil.Process().children(recursive=True)
    local.stop()
    assert not psutil.wait_procs(processes, timeout=30)[1]


def ray_run(
    values: Any,
    make: Any,
    settings: RaySettings = ONE,
    outcome: Outcome | None = None,
    progress: Any = lambda _new: None,
) -> Outcome:
    found = Outcome() if outcome is None else outcome
    run_on_ray(values, make, outcome=found, progress=progress, settings=settings)
    return found


def test_without_ray_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(NotAvailable, match=r"pip install 'hfmagic\[ray\]'"):
        ray_run(["a"], Doubling)


@pytest.mark.parametrize(
    ("settings", "resources", "expected"),
    [
        (RaySettings(), {"CPU": 8.0}, (8, 1, 0)),
        (RaySettings(threads_per_actor=4), {"CPU": 10.0}, (2, 4, 0)),
        (RaySettings(), {"CPU": 8.0, "GPU": 2.0}, (2, 1, 1)),
        (RaySettings(gpus_per_actor=0.5), {"CPU": 8.0, "GPU": 2.0}, (4, 1, 0.5)),
        (RaySettings(gpus_per_actor=0), {"CPU": 3.0, "GPU": 2.0}, (3, 1, 0)),
        (RaySettings(actors=2), {"CPU": 1.0}, (2, 0.5, 0)),
        (RaySettings(actors=3), {"CPU": 1.0}, (3, 0.33, 0)),
    ],
)
def test_actors_share_what_the_cluster_has(settings: RaySettings, resources: Any, expected: Any) -> None:
    pool = run._pool(settings, resources)
    assert (pool.actors, pool.cpus, pool.gpus) == expected


def test_results_and_reasons_stand_at_the_positions_of_their_values() -> None:
    values = ["a", (1, "b"), None, 2.5, Path("c"), np.arange(3), threading.Lock(), *range(100)]
    outcome, told = Outcome(results={8: "held"}), []
    ray_run(values, Doubling, RaySettings(actors=2), outcome, progress=lambda part: told.append(part))
    assert outcome.results[8] == "held"
    assert [outcome.results[i][0] for i in (0, 1, 3)] == ["aa", (1, "b", 1, "b"), 5.0]
    assert outcome.results[5][0].tolist() == [0, 2, 4]
    assert [outcome.results[i][0] for i in range(9, 107)] == [2 * value for value in range(2, 100)]
    assert outcome.reasons[2] == "unsupported operand type(s) for *: 'NoneType' and 'int'"
    assert outcome.reasons.keys() == {2, 4, 6}
    assert "cannot be sent to a worker" in outcome.reasons[6]
    assert sorted(i for part in told for i in (*part.results, *part.reasons)) == [i for i in range(107) if i != 8]


def test_a_worker_is_offline_leaves_interrupts_alone_and_keeps_to_its_threads_and_nothing_gathers_figures() -> None:
    outcome = ray_run([(1, "x")], telling, RaySettings(actors=1, threads_per_actor=3))
    assert outcome.results[0] == ("1", "3", "0", True, tuple, (1, "x"))
    assert not [thread.name for thread in threading.enumerate() if "usage" in thread.name]


@pytest.mark.rule(11)
def test_no_key_is_in_a_worker_or_in_what_ray_writes() -> None:
    outcome = ray_run(["canary471147", "canary-4711471147", "1"], knowing)
    written = b"".join(p.read_bytes() for p in Path(local._state["folder"]).rglob("*") if p.is_file())
    assert [outcome.results[i] for i in range(2)] == [[], []]
    assert "OMP_NUM_THREADS" in outcome.results[2]
    assert b"4711471147" not in written
    assert os.environ["HF_TOKEN"] == KEYS["HF_TOKEN"]


@pytest.mark.fault(55)
def test_a_row_that_kills_its_worker_is_rejected_and_only_it() -> None:
    outcome = ray_run(range(40), partial(Doubling, killers=(13,)), RaySettings(actors=2, block_rows=8))
    assert outcome.reasons == {13: "its worker died"}
    assert {i: result for i, (result, _) in outcome.results.items()} == {i: 2 * i for i in range(40) if i != 13}


@pytest.mark.fault(55)
def test_a_worker_killed_from_outside_loses_nothing() -> None:
    killed: list[int] = []

    def kill(part: Outcome) -> None:
        if not killed:
            killed.append(next(iter(part.results.values()))[1])
            os.kill(killed[0], signal.SIGKILL)

    outcome = ray_run(range(640), Doubling, RaySettings(actors=1, block_rows=16), progress=kill)
    assert [outcome.results[i][0] for i in range(640)] == [2 * i for i in range(640)]
    assert not outcome.reasons
    assert {pid for _, pid in outcome.results.values()} > set(killed)


def test_an_interrupt_keeps_what_came_and_ends_the_workers(tmp_path: Path) -> None:
    stopped, ended, outcome = tmp_path / "stopped", threading.Event(), Outcome()

    def interrupt() -> None:
        while not (stopped.exists() and outcome.done >= 96) and not ended.wait(0.02):
            pass
        if not ended.is_set():
            os.kill(os.getpid(), signal.SIGINT)

    watcher = threading.Thread(target=interrupt)
    watcher.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            ray_run(range(128), partial(Doubling, stops=100, stopped=stopped), outcome=outcome)
    finally:
        ended.set()
        watcher.join()
    assert outcome.results.keys() == set(range(96))
    workers = {pid for _, pid in outcome.results.values()}
    assert not psutil.wait_procs([psutil.Process(pid) for pid in workers if psutil.pid_exists(pid)], timeout=30)[1]


def test_workers_that_only_die_fail_the_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "DEATHS", 0)
    with pytest.raises(StepFailed, match="the workers die before any row is done"):
        ray_run(range(40), dying)


def test_what_is_raised_when_a_worker_is_made_is_raised_here() -> None:
    with pytest.raises(DamagedModel) as raised:
        ray_run(range(40), damaged)
    assert (raised.value.message, raised.value.hint) == ("its weights are gone.", "run the cell again")


@pytest.mark.rule(15)
def test_nothing_is_heard_beyond_this_machine() -> None:
    local.connected("")
    heard = []
    for process in [psutil.Process(), *psutil.Process().children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):
            heard += [c.laddr.ip for c in process.net_connections("inet") if c.status == psutil.CONN_LISTEN]
    addresses = [ipaddress.ip_address(ip) for ip in heard]
    assert len(addresses) >= 3
    assert all((getattr(a, "ipv4_mapped", None) or a).is_loopback for a in addresses), heard


def test_its_files_are_this_users_and_there_is_no_dashboard() -> None:
    ray = local.connected("")
    folder = Path(local._state["folder"])
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert folder in Path(ray._private.worker._global_node.address_info["session_dir"]).parents
    assert not ray._private.worker._global_node.address_info["webui_url"]
    assert "RAY_AUTH_TOKEN" not in os.environ


def test_a_real_model_gives_what_it_gives_here(starter_hub: Path) -> None:
    from hfmagic.engine.worker import Job
    from hfmagic.hub.folder import FolderHub
    from hfmagic.kinds import Kind
    from hfmagic.recognise import Reader

    hub = FolderHub((starter_hub,))
    facts = hub.find("starter/bert-tiny-sentiment")
    job = Job("text-classification", facts, hub.revision(facts), {}, (Kind.TEXT,), Reader(()), dtype="float32")
    texts = [f"{word} thing, {i} times {word}" for i in range(30) for word in ("good", "awful", "odd")]
    here = made(job).run(texts)
    outcome = ray_run(texts, partial(made, job))
    assert [[label.label for label in outcome.results[i]] for i in range(90)] == [
        [label.label for label in here.results[i]] for i in range(90)
    ]
    scores = [[[label.score for label in found.results[i]] for i in range(90)] for found in (here, outcome)]
    assert np.allclose(*scores, atol=1e-4)  # batches differ, and so does the order of sums


def test_the_command_gives_the_same_rows_and_the_ledger_has_them(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = ("run", "plan.json", "reviews.csv", "--rows", "8", "--quiet")
    assert main([*told, "-o", "here.csv"]) == 0
    assert main(["cache", "rm"]) == 0
    assert main([*told, "-o", "ray.csv", "--engine", "ray"]) == 0

    pd.testing.assert_frame_equal(pd.read_csv("ray.csv"), pd.read_csv("here.csv"), atol=1e-5)
    capsys.readouterr()
    assert main(["ledger", "--format", "json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["what"], row["times"], row["rows"]) == ("step", 2, 16)
