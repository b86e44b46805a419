"""A real kernel: interrupts at every moment, settings that were refused, and never a question on stdin."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from jupyter_client.manager import start_new_kernel

from .interrupted import unmeasured

CELL = "%%hf reviews -o found\nLabel the sentiment of each review."
REVIEWS = (
    "import pandas as pd\nreviews = pd.DataFrame({'review': [f'Part {i} is great and works well' for i in range(N)]})"
)


@dataclass
class Ran:
    """What a cell gave, and the seconds from the interrupt to the prompt."""

    error: str = ""
    stack: str = ""
    text: str = ""
    asked: bool = False
    stopped_after: float = 0.0
    bundles: list[dict[str, Any]] = field(default_factory=list)


class Kernel:
    def __init__(self, cache: Path, hub: Path) -> None:
        names = {"HFMAGIC_CACHE_DIR": str(cache), "HFMAGIC_HUB_DIRS": str(hub), "OMP_NUM_THREADS": "1"}
        self.manager, self.client = start_new_kernel(env=unmeasured(**names))

    def run(self, source: str, *, interrupt: str | float = "", timeout: float = 120) -> Ran:
        """Run a cell; interrupt it after so many seconds, or as soon as the words are displayed."""
        sent, ran = self.client.execute(source, allow_stdin=True), Ran()
        start, stopped = time.monotonic(), 0.0
        while time.monotonic() - start < timeout:
            due = isinstance(interrupt, float) and time.monotonic() - start > interrupt
            if not stopped and (due or (isinstance(interrupt, str) and interrupt and interrupt in ran.text)):
                stopped = time.monotonic()
                self.manager.interrupt_kernel()
            try:
                message = self.client.get_iopub_msg(timeout=0.02)
            except Empty:
                continue
            if message["parent_header"].get("msg_id") != sent:
                continue
            content = message["content"]
            if message["msg_type"] == "error":
                ran.error, ran.stack = content["ename"], "\n".join(content["traceback"])
            ran.text += content.get("text", "") + content.get("data", {}).get("text/plain", "")
            if content.get("execution_state") == "idle":
                break
        ran.stopped_after = time.monotonic() - stopped if stopped else 0.0
        try:
            self.client.get_stdin_msg(timeout=0.05)
            ran.asked = True
        except Empty:
            pass
        return ran


@pytest.fixture
def kernel(tmp_path: Path, starter_hub: Path) -> Iterator[Kernel]:
    found = Kernel(tmp_path / "cache", starter_hub)
    found.run("%load_ext hfmagic")
    yield found
    found.client.stop_channels()
    found.manager.shutdown_kernel(now=True)


@pytest.mark.fault(51)
def test_an_interrupted_run_keeps_its_rows_and_the_next_cell_works(kernel: Kernel):
    kernel.run(REVIEWS.replace("N", "20000"))
    kernel.run(CELL.replace("reviews -o", "reviews --rows 2 -o"))

    stopped = kernel.run(CELL, interrupt="rows/s")
    kept = kernel.run("print(0 < found['review_sentiment'].notna().sum() < len(found) == 20000)")
    again = kernel.run(CELL.replace("reviews -o", "reviews --rows 2 -o"))

    assert stopped.stopped_after < 2
    assert "what was finished is kept" in stopped.text
    assert kept.text.strip() == "True"
    assert again.error == ""
    assert not any(ran.asked for ran in (stopped, again))


@pytest.mark.parametrize("moment", [0.3, 1.0, "loading"])
def test_a_kernel_interrupted_while_loading_still_works(kernel: Kernel, moment: Any):
    """An interrupt in the middle of `import torch` would leave it half imported for good."""
    kernel.run(REVIEWS.replace("N", "3"))

    stopped = kernel.run(CELL, interrupt=moment)
    again = kernel.run(CELL)

    assert stopped.error in ("", "KeyboardInterrupt")
    assert "Traceback" not in stopped.stack
    assert again.error == ""
    assert "3 of 3" in again.text


def test_a_setting_that_was_refused_does_not_stop_the_reload(kernel: Kernel):
    kernel.run(REVIEWS.replace("N", "3"))
    kernel.run("%config HFMagic.device = 'bad'")

    reloaded = kernel.run("%reload_ext hfmagic")
    ran = kernel.run(CELL.replace("%%hf", "%%hf --plan"))
    away = kernel.run("%unload_ext hfmagic\n%load_ext hfmagic\nprint(hf.config.device)")

    assert reloaded.error == ""
    assert "left out" in reloaded.text
    assert ran.error == ""
    assert away.text.strip().endswith("auto")
