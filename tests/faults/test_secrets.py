"""Keys, passwords and tokens that are used, refused and sent back by servers are in nothing that is left behind."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from tests.hubserver import TestHub
from tests.llmserver import TestLLM, echo_key, error_200
from tests.llmserver.server import Exchange

pytest_plugins = ["tests.hubserver.fixtures"]

KEY, TOKEN, PASSWORD = "sk-canary-4711471147114711", "hf_canary4711471147114711", "canary4711471147p"
CANARY = b"4711471147"
CELL = "%%hf reviews {} -o scored\nLabel the sentiment of each review."
CELLS = (
    "import logging, os, pandas as pd\nlogging.basicConfig(filename='debug.log', level=logging.DEBUG)",
    "%load_ext hfmagic",
    "%xmode Verbose",
    "reviews = pd.DataFrame({'review': ['good phone, I like it', 'it broke at once, awful']})",
    "%config HFMagic.endpoints = {'mine': {'base_url': 'LLM', 'model': 'tiny', 'key': 'CANARY_KEY'}}",
    "%hf planner mine",
    CELL.format(""),  # 401, with the key in it
    CELL.format("--debug"),
    CELL.format("--debug"),  # 200 and an error, with the key in it
    "%hf planner rules",
    CELL.format(""),  # the Hub says 401 to the password
    "%config HFMagic.hub_endpoint = os.environ['HF_ENDPOINT'] = 'HUB'",
    CELL.format(""),  # the Hub says 401 to the token
    CELL.format("--debug"),
    CELL.format("--offline"),
    "%config HFMagic.offline = True",
    "%config HFMagic.hub_dirs = ['STARTER']",
    CELL.format(""),
    *("%hf sent", "%hf log", "%hf status", "%hf doctor", "%hf models", "%hf planner", "%hf why sentiment", "%hf audit"),
    *(
        "%hf plan",
        "%hf code",
        "%hf code --as cell",
        "%config HFMagic",
        "hf",
        "vars(hf)",
        "hf.planner.__dict__",
        "scored",
    ),
    "import pickle\nopen('plan.json', 'w').write(hf.proposal.plan.to_json())",
    "open('code.py', 'w').write(__import__('hfmagic').to_python(hf.proposal.plan))",
    "raise ValueError('at last, with the frames of this kernel')",
)


def echo_200(exchange: Exchange) -> None:
    error_200(f"no credit for {exchange.seen.headers.get('authorization', '')}")(exchange)


@pytest.mark.rule(11)
def test_no_secret_is_left_in_a_notebook_a_log_a_store_or_an_export(
    tmp_path: Path, tiny_hub: TestHub, starter_hub: Path, monkeypatch: pytest.MonkeyPatch
):
    work = tmp_path / "work"
    work.mkdir()
    tiny_hub.needs_token = True
    for name, value in {
        "HF_TOKEN": TOKEN,
        "HF_ENDPOINT": tiny_hub.url.replace("http://", f"http://me:{PASSWORD}@"),
        "CANARY_KEY": KEY,
        "HFMAGIC_OFFLINE": "0",
        "HFMAGIC_CACHE_DIR": str(tmp_path / "cache"),
        "HFMAGIC_HUB_CACHE": str(tmp_path / "models"),
        "HF_HOME": str(tmp_path / "home"),
        "IPYTHONDIR": str(tmp_path / "ipython"),
    }.items():
        monkeypatch.setenv(name, value)
    with TestLLM(echo_key(), echo_key(), script=lambda _: echo_200) as llm:
        named = {"LLM": llm.url, "HUB": tiny_hub.url, "STARTER": str(starter_hub)}
        book = executed([re.sub("LLM|HUB|STARTER", lambda m: named[m[0]], cell) for cell in CELLS], work)
        authorized = {e.headers.get("authorization") for e in llm.asked}
    tried = {r.authorization for r in tiny_hub.log}

    assert f"Bearer {KEY}" in authorized  # it was used
    assert f"Bearer {TOKEN}" in tried
    assert f"Basic {base64.b64encode(f'me:{PASSWORD}'.encode()).decode()}" in tried
    assert errors(book)[-1][0].startswith("ValueError")
    left = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    named = {"code.py", "plan.json", "debug.log", "book.ipynb", "store.sqlite3", "history.sqlite"}
    assert named <= {p.name for p in left}
    assert [str(path.relative_to(tmp_path)) for path, content in left.items() if CANARY in content] == []


def executed(cells: list[str], folder: Path) -> Any:
    """The notebook after all its cells, saved as a user would."""
    book = new_notebook(cells=[new_code_cell(cell) for cell in cells])
    history = f"--HistoryManager.hist_file={folder / 'history.sqlite'}"  # as in JupyterLab; nbclient keeps none
    metadata = {"metadata": {"path": str(folder)}}
    NotebookClient(book, timeout=120, allow_errors=True, resources=metadata, extra_arguments=[history]).execute()
    nbformat.write(book, folder / "book.ipynb")
    return book


def errors(book: Any) -> list[list[str]]:
    return [["\n".join([o.ename, *o.traceback])] for c in book.cells for o in c.outputs if o.output_type == "error"]
