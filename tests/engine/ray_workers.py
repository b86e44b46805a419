"""Workers for the tests of Ray: light to import, as each of Ray's processes does."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hfmagic.engine.batching import Outcome
from hfmagic.errors import DamagedModel


@dataclass(frozen=True)
class Doubling:
    """Twice each value. `killers` end the process; at `stops` it waits until it is killed, having made a file."""

    killers: tuple[Any, ...] = ()
    stops: Any = None
    stopped: Path | None = None

    def run(self, values: Sequence[Any]) -> Outcome:
        outcome = Outcome()
        for position, value in enumerate(values):
            if value in self.killers:
                os._exit(1)
            if self.stopped and value == self.stops:
                self.stopped.touch()
                while True:
                    signal.pause()
            try:
                outcome.results[position] = (value * 2, os.getpid())
            except TypeError as error:
                outcome.reasons[position] = str(error)
        return outcome


class Telling:
    """What a worker finds in its process."""

    def run(self, values: Sequence[Any]) -> Outcome:
        names = ("HF_HUB_OFFLINE", "OMP_NUM_THREADS", "RAY_USAGE_STATS_ENABLED")
        ignored = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        return Outcome({i: (*(os.environ.get(n) for n in names), ignored, type(v), v) for i, v in enumerate(values)})


def telling() -> Telling:
    return Telling()


class Knowing:
    """The names of variables of its environment whose value holds a text."""

    def run(self, values: Sequence[Any]) -> Outcome:
        return Outcome({i: [n for n, v in os.environ.items() if str(value) in v] for i, value in enumerate(values)})


def knowing() -> Knowing:
    return Knowing()


def dying() -> Doubling:
    os._exit(1)


def damaged() -> Doubling:
    raise DamagedModel("its weights are gone.", hint="run the cell again")
