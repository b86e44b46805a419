"""A Ray of this kernel's own, on the loopback, or one at an address. Knows no step.

The local one starts on first use, serves later cells and ends with the kernel. Its ports are on 127.0.0.1 and ask for a
token that only its processes have; its files lie in a folder that only this user can read. A cluster at an address is
trusted: its machines get the values, and what they send back is unpickled.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import secrets
import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ...errors import NotAvailable, reason_of
from ...processes import without_secrets

OBJECT_STORE_BYTES = 512 * 2**20
"""What does not fit is spilled into the folder of the local Ray."""
LONGEST_FOLDER = 36  # characters: the sockets in it may have a path of 103 on macOS, and Ray adds 67
_TOKEN = secrets.token_hex(32)  # one to a process: Ray reads it once
_state: dict[str, Any] = {}  # Ray itself is one to a process


def connected(address: str) -> Any:
    """The module `ray`, connected: to `address`, or to a Ray on this machine, which is started where none runs.

    Raises: NotAvailable without the package, or where the cluster does not answer.
    """
    ray = _imported()
    if ray.is_initialized():
        if _state.get("address") != address:  # one that the user connected may be other people's machines
            raise NotAvailable("this kernel runs with another Ray already.", hint="restart the kernel")
        return ray
    with contextlib.ExitStack() as undo:  # an interrupt leaves no half-started Ray
        undo.callback(stop)
        _state["address"] = address
        try:
            _connect(ray, address) if address else _start(ray)
        except (RuntimeError, ConnectionError, ValueError, OSError) as error:
            where = f"no Ray answers at {address}" if address else "Ray could not be started"
            raise NotAvailable(f"{where}: {reason_of(error)}.", hint="--engine local") from error
        undo.pop_all()
    return ray


def stop() -> None:
    """End the local Ray, or leave the cluster. Nothing happens where hfmagic has started none."""
    atexit.unregister(stop)
    if "address" in _state:
        ray = sys.modules["ray"]
        ray.shutdown()
        ray._private.worker._worker_logs_enabled = True
    if folder := _state.get("folder"):
        shutil.rmtree(folder, ignore_errors=True)
    _state.clear()


def cpus() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _imported() -> Any:
    # for good: Ray Data reads both as it runs, and asks localhost:9090 for figures to send
    os.environ.update(RAY_USAGE_STATS_ENABLED="0", RAY_DATA_USAGE_DISABLED="1")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Ray warns of its own settings as it makes them
            import ray
            import ray.data

            ray.data.DataContext.get_current()
    except ImportError as error:
        raise NotAvailable("`--engine ray` needs ray.", hint="pip install 'hfmagic[ray]'") from error
    return ray


def _connect(ray: Any, address: str) -> None:
    _before(ray)
    ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)


def _start(ray: Any) -> None:
    folder = tempfile.mkdtemp(prefix="hfmagic-ray-")  # 0700
    if len(folder) > LONGEST_FOLDER and Path("/tmp").is_dir():  # noqa: S108  as on macOS
        Path(folder).rmdir()
        folder = tempfile.mkdtemp(prefix="hfmagic-ray-", dir="/tmp")
    _state["folder"] = folder
    _before(ray)
    with _alone(ray), _no_stderr():
        ray.init(
            address="local",  # nothing found in RAY_ADDRESS
            num_cpus=cpus(),
            object_store_memory=OBJECT_STORE_BYTES,
            include_dashboard=False,
            log_to_driver=False,
            logging_level=logging.ERROR,
            _node_ip_address="127.0.0.1",
            _temp_dir=f"{folder}/ray",  # Ray opens it to everyone (0777)
        )


def _before(ray: Any) -> None:
    atexit.register(stop)
    # each death of a worker would be printed into the cell, `log_to_driver` or not (worker.listen_error_messages)
    ray._private.worker._worker_logs_enabled = False


@contextmanager
def _alone(ray: Any) -> Iterator[None]:
    """What the processes of the local Ray find in their environment.

    On Linux Ray replaces 127.0.0.1 by the machine's address (services.resolve_ip_for_localhost) and listens on all
    interfaces, unless it is told that there is no cluster: its switch is named after the systems where that is the
    default. Without a token in the environment it would write one into ~/.ray. The user's keys are nothing to them.
    Without a dashboard one process would be left that counts usage: with that switched off it still asks the addresses
    at which clouds tell of a machine (usage_lib.get_cloud_from_metadata_requests).
    """
    constants, services = ray._private.ray_constants, ray._private.services
    wanted = {
        "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
        "RAY_AUTH_TOKEN": _TOKEN,
        "RAY_BACKEND_LOG_LEVEL": "fatal",
    }
    keys = os.environ.keys() - without_secrets(os.environ).keys() - wanted.keys()
    before = {name: os.environ.get(name) for name in (*wanted, *keys, "RAY_AUTH_MODE")}
    cluster = constants.ENABLE_RAY_CLUSTER  # read from the environment when ray was imported
    start_counting = services.start_api_server
    os.environ.update(wanted)
    for name in (*keys, "RAY_AUTH_MODE"):  # without a mode a local Ray asks for the token
        os.environ.pop(name, None)
    constants.ENABLE_RAY_CLUSTER = False
    services.start_api_server = lambda *_, **__: (None, None)  # no address, no process
    try:
        yield
    finally:
        constants.ENABLE_RAY_CLUSTER = cluster
        services.start_api_server = start_counting
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def _no_stderr() -> Iterator[None]:
    """Ray's C++ says there at which level it logs, which is to say nothing. What goes wrong is raised."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


@contextmanager
def quiet(ray: Any) -> Iterator[None]:
    """Ray Data tells of each block on stderr, and of each death; the step's own words say what happened."""
    logger = logging.getLogger("ray.data")
    level, context = logger.level, ray.data.DataContext.get_current()
    logger.setLevel(logging.CRITICAL)
    bars, told = context.enable_progress_bars, context.print_on_execution_start
    context.enable_progress_bars = context.print_on_execution_start = False
    try:
        yield
    finally:
        logger.setLevel(level)
        with suppress(AttributeError):
            context.enable_progress_bars, context.print_on_execution_start = bars, told
