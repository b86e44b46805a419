"""A second Ctrl-C while the process of a download is ended: it is ended all the same, whoever keeps the traceback."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import psutil
import pytest

from hfmagic.hub import download
from tests.faults.test_twice import HERE
from tests.hub.bench import MODEL, Bench
from tests.hubserver import TestHub, stall

pytest_plugins = ["tests.hubserver.fixtures"]


def untraced(work: Callable[..., object], *arguments: object) -> None:
    """Run something that begins to trace, which ends with it."""
    try:
        work(*arguments)
    finally:
        sys.settrace(None)


@pytest.mark.fault(51)
@pytest.mark.usefixtures("no_hub_settings")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # of pipes that a traceback kept
def test_a_second_interrupt_at_any_line_of_the_end_of_a_download_leaves_no_process(
    bench: Bench, tiny_hub: TestHub, monkeypatch: pytest.MonkeyPatch
):
    facts, left, places = bench.session.hub.find(MODEL), 0, []
    tiny_hub.faults.add("safetensors", stall(100), method="GET")

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal left
        # Python looks for signals where it calls: not in `_run`'s own lines, of which no call comes before `stop`.
        if not frame.f_code.co_filename.startswith(HERE) or frame.f_code.co_name == "_run":
            return None
        if event == "line":
            left -= 1
            if left == 0:
                places.append((frame.f_code.co_name, frame.f_lineno))
                raise KeyboardInterrupt
        return trace

    def interrupted(*_: object) -> None:
        sys.settrace(trace)
        raise KeyboardInterrupt

    monkeypatch.setattr(download, "_follow", interrupted)
    for number in range(1, 40):
        left, before = number, len(places)
        with pytest.raises(KeyboardInterrupt) as kept:  # its traceback keeps the pipes open, as IPython's does
            untraced(bench.session.hub.fetch, facts, lambda _: None)
        children = psutil.Process().children()
        for child in children:
            child.kill()
        assert children == [], places[-1:]
        assert kept.value is not None
        if len(places) == before:
            break
    assert {name for name, _ in places} >= {"stop", "sweep"}
    tiny_hub.faults.clear()
    del kept
    gc.collect()  # what the tracebacks kept is closed here, and not in another test
