"""Without a front end and a keyboard: the same result, nothing asked, and a failed step is an error."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_notebook

from tests.shell import run

REQUEST = "Label the sentiment of each review."
GOOD = ("I love it, it is great", "It broke after a day, useless")
LINE = "HF501 step 'sentiment': every row was rejected: empty; missing. → check the input"


@pytest.fixture(autouse=True)
def _settings(tmp_path: Path, starter_hub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HFMAGIC_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("HFMAGIC_HUB_DIRS", str(starter_hub))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))


def executed(*cells: str, fails: bool = False) -> Any:
    book = new_notebook(cells=[new_code_cell(cell) for cell in cells])
    client = NotebookClient(book, timeout=120, allow_errors=False, store_widget_state=True)
    if fails:
        with pytest.raises(CellExecutionError):
            client.execute()
    else:
        client.execute()
    return book


@pytest.mark.fault(58)
def test_a_notebook_without_a_page_gives_the_same_and_keeps_no_widget(shell: Any):
    import pandas as pd

    shell.user_ns["reviews"] = pd.DataFrame({"review": list(GOOD)})
    run(shell, f"%%hf reviews -o found\n{REQUEST}")

    book = executed(
        "%load_ext hfmagic",
        f"import pandas as pd\nreviews = pd.DataFrame({{'review': {list(GOOD)!r}}})",
        f"%%hf reviews -o found\n{REQUEST}",
        "print(found.to_json(double_precision=4))",
    )

    assert json.loads(book.cells[-1].outputs[0].text) == json.loads(shell.user_ns["found"].to_json(double_precision=4))
    kinds = {kind for cell in book.cells for out in cell.outputs for kind in out.get("data", {})}
    assert "text/html" in kinds
    assert not any("widget" in kind for kind in kinds)
    assert not book.metadata.get("widgets")


@pytest.mark.fault(58)
def test_a_failed_step_ends_a_notebook_with_one_line_and_asks_nothing():
    book = executed(
        "%load_ext hfmagic",
        "import pandas as pd\nreviews = pd.DataFrame({'review': ['  ', None]}, dtype=object)",
        f"%%hf reviews -o found\n{REQUEST}",
        "print('not reached')",
        fails=True,
    )

    (error,) = [out for out in book.cells[2].outputs if out.output_type == "error"]
    assert error.traceback == [LINE]
    assert book.cells[3].outputs == []


@pytest.mark.fault(57)
def test_rows_of_markup_controls_and_megabytes_are_shown_escaped_and_clipped(shell: Any):
    import pandas as pd

    evil = ["<img src=x onerror=alert(1)> I love it", "\x1b[31mred\x1b[0m \u202etxt.exe I love it", "good " * 2_000_000]
    shell.user_ns["reviews"] = pd.DataFrame({"review": evil})

    shown = run(shell, f"%%hf reviews -o found\n{REQUEST}")

    assert shown.error is None
    assert "<img src=x" not in shown.html
    assert not {"\x1b", "\u202e"} & {*shown.html, *shown.text}
    assert len(shown.html) + len(shown.text) < 200_000
    assert list(shell.user_ns["found"]["review"]) == evil
