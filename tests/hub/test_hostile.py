"""A model folder made to harm: it is refused with a reason, and nothing of it is run or opened that should not be."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from hfmagic.errors import NoModelFits
from hfmagic.hub.facts import read_facts
from hfmagic.hub.folder import FolderHub
from hfmagic.recognise import recognise
from hfmagic.session import Options, Session

REVIEWS = pd.DataFrame({"review": ["I love it, it works great.", "It broke after two days. Useless."]})


class Bomb:
    def __reduce__(self) -> Any:
        return (os.system, (f"touch {CANARY}",))


CANARY = "/tmp/hfmagic-canary"  # noqa: S108
OPENED: list[str] = []
_watching = [False]


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if _watching[0] and event == "open" and isinstance(arguments[0], str | bytes):
        OPENED.append(os.fsdecode(arguments[0]))


sys.addaudithook(_audit)


@pytest.fixture
def folder(tmp_path: Path, starter_hub: Path) -> Path:
    found = tmp_path / "hub" / "org" / "model"
    shutil.copytree(starter_hub / "starter" / "bert-tiny-sentiment", found)
    return found


def set_config(folder: Path, **values: Any) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def write_header(folder: Path, header: Any) -> None:
    text = json.dumps(header).encode()
    (folder / "model.safetensors").write_bytes(len(text).to_bytes(8, "little") + text)


def leads_out(folder: Path) -> None:
    outside = folder.parents[2] / "outside.txt"
    outside.write_text("secret")
    (folder / "vocab2.txt").symlink_to(outside)


HOSTILE: dict[str, tuple[Callable[[Path], object], str]] = {
    "own code": (lambda f: set_config(f, auto_map={"AutoModel": "x.Y"}), "own code"),
    "own code within": (lambda f: set_config(f, text_config={"a": [{"auto_map": {"AutoModel": "o/r--x.Y"}}]}), "own code"),
    "kernel": (lambda f: set_config(f, attn_implementation="org/kernel"), "from elsewhere"),
    "kernel within": (lambda f: set_config(f, vision_config={"_attn_implementation_internal": "o/k"}), "from elsewhere"),
    "huge": (lambda f: set_config(f, x="x" * 2_000_000), "too large"),
    "deep": (lambda f: (f / "config.json").write_text("[" * 100_000), "damaged"),
    "a list": (lambda f: (f / "config.json").write_text("[]"), "damaged"),
    "huge shape": (lambda f: write_header(f, {"a": {"dtype": "F32", "shape": [10**400], "data_offsets": [0, 0]}}), "damaged"),
    "no offsets": (lambda f: write_header(f, {"a": {"dtype": "F32", "shape": [1], "data_offsets": []}}), "damaged"),
    "header a text": (lambda f: write_header(f, "x"), "damaged"),
    "no weights": (lambda f: (f / "model.safetensors").write_bytes(b""), "damaged"),
    "link": (leads_out, "leads out"),
    "index": (
        lambda f: (f / "model.safetensors.index.json").write_text('{"weight_map": {"a": "../../bomb.bin"}}'),
        "not its own",
    ),
    "index a list": (lambda f: (f / "model.safetensors.index.json").write_text("[]"), "damaged"),
    "adapter": (lambda f: (f / "adapter_config.json").write_text("{}"), "adapter"),
    "pipe": (lambda f: ((f / "model.safetensors").unlink(), os.mkfifo(f / "model.safetensors")), "no safetensors"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.rule(2, 3)
def test_a_hostile_folder_is_refused_with_its_reason(folder: Path, session: Session, name: str):
    spoil, reason = HOSTILE[name]
    spoil(folder)
    session.config.hub_dirs = [str(folder.parents[1])]

    facts = session.hub.find("org/model")
    with pytest.raises(NoModelFits) as error:
        session.propose(
            "Label the sentiment of each review.", {"x": REVIEWS}, ["x"], Options(models={"sentiment": "org/model"})
        )

    assert reason in facts.problem
    assert len(error.value.line) <= 200


@pytest.mark.parametrize(
    "card",
    [
        "---\ntags: &a [x, x]\nlicense: 5\nlanguage: [[en], {a: b}]\n---\n",
        "---\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9) if i else 'x'}]\n" for i in range(12)) + "tags: *a11\n---\n",
        "---\n" + "[" * 5000 + "\n---\n",
        "---\nmodel-index:\n- name: x\n  results:\n  - metrics:\n    - {type: accuracy, value: .nan}\n    - {type: f1, value: " + "9" * 400 + "}\n---\n",
        "x" * 3_000_000,
    ],
    ids=["kinds", "aliases", "deep", "metrics", "huge"],
)  # fmt: skip
def test_a_hostile_card_says_nothing(folder: Path, card: str):
    (folder / "README.md").write_text(card)

    facts = read_facts(folder, "org/model")

    assert facts.metrics == {}
    assert facts.license is None
    assert facts.problem == ""


@pytest.mark.parametrize("length", [True, -5, 0, 10**30])
def test_an_impossible_length_is_none(folder: Path, length: int):
    set_config(folder, max_position_embeddings=length)

    assert read_facts(folder, "org/model").max_tokens is None


@pytest.mark.rule(1)
def test_pickle_is_never_opened(folder: Path, session: Session):
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps(Bomb()))
    session.config.hub_dirs = [str(folder.parents[1])]
    session.hub.revision(session.hub.find("org/model"))  # it hashes every file, once
    OPENED.clear()
    _watching[0] = True
    try:
        proposal = session.propose(
            "Label the sentiment of each review.", {"x": REVIEWS}, ["x"], Options(models={"sentiment": "org/model"})
        )
        results, _ = session.run(proposal)
        (folder / "model.safetensors").unlink()
        with pytest.raises(NoModelFits, match="never loads pickle"):
            session.propose(
                "Label the sentiment of each review.", {"x": REVIEWS}, ["x"], Options(models={"sentiment": "org/model"})
            )
    finally:
        _watching[0] = False

    assert results.failed == {}
    assert any(path.endswith("config.json") for path in OPENED)
    assert [path for path in OPENED if path.endswith(".bin")] == []
    assert not Path(CANARY).exists()


@pytest.mark.rule(10)
def test_strings_in_columns_are_never_opened(session: Session, tmp_path: Path):
    paths = ["../../../../etc/passwd", "/etc/passwd.png", "file:///etc/hosts.png", "//host/x.png", "~/.ssh/id.png"]
    frame = pd.DataFrame({"image": [str(tmp_path / "none.png"), *paths]})
    texts = pd.DataFrame({"review": [f"{path} is what I read today" for path in paths]})
    OPENED.clear()
    _watching[0] = True
    try:
        recognise("frame", frame, reader=session.reader)
        session.run(session.propose("Label the sentiment of each review.", {"x": texts}, ["x"]))
    finally:
        _watching[0] = False

    assert [path for path in OPENED if path.startswith("/etc/passwd") or ".ssh" in path or path in paths] == []


def test_a_file_that_vanishes_is_a_problem_of_that_model_alone(folder: Path, monkeypatch: pytest.MonkeyPatch):
    def gone(*_: object) -> str:
        raise FileNotFoundError("gone")

    monkeypatch.setattr("hfmagic.hub.folder.read_facts", gone)

    (facts,) = FolderHub((folder.parents[1],)).models()

    assert facts.problem == "cannot be read (FileNotFoundError)"


def test_the_store_holds_no_row(session: Session):
    frame = pd.DataFrame({"review": ["The zebracanary works great and I love it.", "The zebracanary broke today."]})

    session.run(session.propose("Label the sentiment of each review.", {"x": frame}, ["x"]))

    kept = b"".join(p.read_bytes() for p in Path(session.config.cache_dir).rglob("*") if p.is_file())
    assert b"starter/" in kept
    assert b"zebracanary" not in kept
