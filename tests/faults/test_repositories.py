"""Repositories that were made to harm, on a Hub: what they bring is not fetched, not run, and said."""

from __future__ import annotations

import json
import os
import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hfmagic.errors import HFMagicError
from tests.hub.bench import MODEL, Bench, check_line, error_of, whole_gets
from tests.hubserver import TestHub

pytest_plugins = ["tests.hubserver.fixtures"]
pytestmark = pytest.mark.usefixtures("no_hub_settings")

EVIL = "shady/evil"
WANTED = {"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"}
_calls: list[tuple[Any, ...]] = []
_watching = [False]


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if _watching[0] and event in ("pickle.find_class", "os.system", "import", "exec"):
        _calls.append((event, *map(str, arguments[:2])))


sys.addaudithook(_audit)


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    """Where a file stands once anything of a repository has run."""
    return tmp_path / "canary"


@pytest.fixture
def watched():
    """What was unpickled, imported and executed in this process while the test ran."""
    _calls.clear()
    _watching[0] = True
    yield _calls
    _watching[0] = False


class Bomb:
    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self) -> Any:
        return os.system, (f"touch {self.canary}",)


def files_of(hub: TestHub, model_id: str = MODEL) -> dict[str, bytes]:
    return {name: blob.content for name, blob in hub.repos[model_id].main.files.items()}


def only(hub: TestHub, files: dict[str, bytes]) -> None:
    """The one model of the Hub, and another person's repository beside it."""
    for model_id in list(hub.repos):
        hub.remove(model_id)
    hub.add(EVIL, files, downloads=10**6)


def merged(text: bytes, **values: Any) -> bytes:
    return json.dumps({**json.loads(text), **values}).encode()


def code(canary: Path) -> bytes:
    """A module that does its harm when it is imported."""
    return f"import pathlib\npathlib.Path({str(canary)!r}).touch()\nclass Own: pass\n".encode()


def asked_for(hub: TestHub) -> str:
    return "\n".join(f"{r.path}?{r.query}" for r in hub.log)


PICKLES = (
    *("pytorch_model.bin", "model.pt", "model.pth", "model.ckpt", "model.pkl", "model.joblib", "training_args.bin"),
    *("optimizer.pt", "rng_state.pth", "tf_model.h5", "flax_model.msgpack", "weights.npy", "x.dill", "data.7z"),
)
PROGRAMS = (
    "modeling_own.py",
    "setup.py",
    "handler.py",
    "__init__.py",
    "sitecustomize.py",
    "requirements.txt",
    "run.sh",
)


@pytest.mark.rule(1)
def test_bombs_beside_good_weights_are_not_even_fetched(
    bench: Bench, tiny_hub: TestHub, canary: Path, watched: list[tuple[Any, ...]]
):
    bomb = pickle.dumps(Bomb(canary))
    only(tiny_hub, {**files_of(tiny_hub), **dict.fromkeys(PICKLES, bomb), **dict.fromkeys(PROGRAMS, code(canary))})

    results = bench.run()

    assert not results.failed
    assert set(bench.snapshots) == WANTED
    assert [name for name in (*PICKLES, *PROGRAMS) if name in asked_for(tiny_hub)] == []
    assert [call for call in watched if call[1:] == ("posix", "system") or call[0] == "os.system"] == []
    assert not canary.exists()


@pytest.mark.rule(1)
@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.safetensors"])
def test_a_bomb_for_weights_is_refused_in_a_line(bench: Bench, tiny_hub: TestHub, canary: Path, name: str):
    files = files_of(tiny_hub)
    del files["model.safetensors"]
    only(tiny_hub, {**files, name: pickle.dumps(Bomb(canary))})

    with pytest.raises(HFMagicError) as caught:
        bench.run(models={"sentiment": EVIL})

    check_line(caught.value, EVIL)
    assert "safetensors" in caught.value.line
    assert whole_gets(tiny_hub) == []
    assert not canary.exists()


AUTO: dict[str, dict[str, dict[str, Any]]] = {
    "own": {"config.json": {"auto_map": {"AutoConfig": "own.Own", "AutoModelForSequenceClassification": "own.Own"}}},
    "cross-repo": {"config.json": {"auto_map": {"AutoModelForSequenceClassification": "shady/other--own.Own"}}},
    "unknown type": {"config.json": {"model_type": "own", "auto_map": {"AutoConfig": "own.Own"}}},
    "tokenizer": {
        "tokenizer_config.json": {
            "tokenizer_class": "Own",
            "auto_map": {"AutoTokenizer": ["own.Own", "shady/other--own.Own"]},
        }
    },
    "processor": {
        "processor_config.json": {"processor_class": "Own", "auto_map": {"AutoProcessor": "own.Own"}},
        "preprocessor_config.json": {"auto_map": {"AutoImageProcessor": "shady/other--own.Own"}},
    },
    "generation": {"generation_config.json": {"custom_generate": "shady/other", "auto_map": {"x": "own.Own"}}},
    "sentence-transformers": {"modules.json": {"type": "own.Own"}},
}


@pytest.mark.rule(2)
@pytest.mark.parametrize("name", AUTO)
def test_code_that_a_repository_names_is_neither_fetched_nor_run(
    bench: Bench, tiny_hub: TestHub, canary: Path, watched: list[tuple[Any, ...]], name: str
):
    files = files_of(tiny_hub)
    for file, values in AUTO[name].items():
        files[file] = merged(files.get(file, b"{}"), **values)
    only(tiny_hub, {**files, "own.py": code(canary), "custom_generate/generate.py": code(canary)})
    tiny_hub.add("shady/other", {"own.py": code(canary), "config.json": b"{}"})

    if "config.json" in AUTO[name]:
        with pytest.raises(HFMagicError, match="needs its own code, which hfmagic never runs") as caught:
            bench.run()
        check_line(caught.value, EVIL)
    else:  # transformers has classes of its own for it
        assert not bench.run().failed

    assert ".py" not in asked_for(tiny_hub)
    assert "shady/other" not in asked_for(tiny_hub)
    assert [call for call in watched if call[0] == "import" and call[1].split(".")[-1] == "own"] == []
    assert not canary.exists()


CONFIGS: dict[str, dict[str, Any]] = {
    "kernel": {"attn_implementation": "shady/other"},
    "kernel, private": {"_attn_implementation_internal": "shady/other:flash@main"},
    "kernel of experts": {"experts_implementation": "shady/other"},
    "kernel within": {"text_config": {"deep": [{"_attn_implementation": "shady/other"}]}},
    "layers": {"num_hidden_layers": 10**9},
    "width": {"hidden_size": 10**9},
    "vocabulary": {"vocab_size": 10**12},
    "labels": {"num_labels": 10**9, "id2label": {}},
    "negative": {"hidden_size": -5},
    "words": {"num_attention_heads": "import os"},
    "dtype": {"dtype": "os.system", "torch_dtype": "__import__"},
    "long": {"x": "x" * 2_000_000},
}


@pytest.mark.rule(3)
@pytest.mark.parametrize("name", CONFIGS)
def test_a_hostile_config_picks_no_code_and_no_size(bench: Bench, tiny_hub: TestHub, name: str):
    files = files_of(tiny_hub)
    only(tiny_hub, {**files, "config.json": merged(files["config.json"], **CONFIGS[name])})
    tiny_hub.add("shady/other", {"config.json": b"{}"})

    with pytest.raises(HFMagicError) as caught:
        bench.propose(models={"sentiment": EVIL})

    check_line(caught.value, EVIL)
    assert whole_gets(tiny_hub) == []
    assert "shady/other" not in asked_for(tiny_hub)


TEMPLATES = {
    "takes too long": "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
    "calls itself": "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(60) }}",
    "too much memory": "{{ 'a' * 10 ** 10 }}",
    "more than 1 MB": "{{ 'a' * 10 ** 7 }}",
    "more than 64 kB": "{# " + "x" * 70_000 + " #}",
    "__class__": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "__init__": "{{ cycler.__init__.__globals__.os.system('touch CANARY') }}",
    "__globals__": "{{ raise_exception.__globals__['__builtins__']['open']('CANARY', 'w') }}",
}
GOOD = "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}<assistant>"


def write(hub: TestHub, bench: Bench, template: str, length: int = 64) -> Any:
    """A text by the writer of the tiny models with another chat template."""
    files = files_of(hub, "acme/tiny-writer")
    for model_id in list(hub.repos):
        hub.remove(model_id)
    hub.add(EVIL, {**files, "chat_template.jinja": template.encode()}, downloads=10**6)
    return bench.run(f"Write a reply of at most {length} tokens to each review")


@pytest.mark.rule(4)
def test_a_chat_template_is_rendered(bench: Bench, tiny_hub: TestHub):
    assert not write(tiny_hub, bench, GOOD).failed


@pytest.mark.rule(14)
@pytest.mark.parametrize(("length", "why"), [(2048, ""), (1, "tokens, the model has room for 64")])
def test_no_more_is_written_than_a_model_has_positions_for(bench: Bench, tiny_hub: TestHub, length: int, why: str):
    results = write(tiny_hub, bench, GOOD + " it" * (70 if why else 0), length)

    assert [why in error.line for error in results.failed.values()] == [True] * bool(why)
    for error in results.failed.values():
        check_line(error)


@pytest.mark.rule(4)
@pytest.mark.parametrize("why", TEMPLATES)
def test_a_hostile_chat_template_ends_in_a_line(bench: Bench, tiny_hub: TestHub, canary: Path, why: str):
    error = error_of(write(tiny_hub, bench, TEMPLATES[why].replace("CANARY", str(canary))))

    check_line(error, EVIL, "its chat template")
    assert not canary.exists()


MOVED: dict[str, Callable[[dict[str, bytes]], dict[str, bytes]]] = {
    "weights": lambda files: {**files, "model.safetensors": files["model.safetensors"][:-4] + b"\x7f\x7f\x7f\x7f"},
    "labels": lambda files: {
        **files,
        "config.json": merged(files["config.json"], id2label={"0": "POSITIVE", "1": "NEGATIVE"}),
    },
}


@pytest.mark.rule(7)
@pytest.mark.parametrize("what", MOVED)
def test_an_approved_plan_runs_what_was_planned_although_main_has_moved(bench: Bench, tiny_hub: TestHub, what: str):
    only(tiny_hub, files_of(tiny_hub))
    was = tiny_hub.sha(EVIL)
    proposal = bench.propose()
    tiny_hub.commit(EVIL, MOVED[what](files_of(tiny_hub, EVIL)))

    results = bench.go(proposal)

    (step,) = results.plan.steps
    assert step.model is not None
    assert step.model.revision == was != tiny_hub.sha(EVIL)
    assert [r.path for r in tiny_hub.log if "/resolve/main/" in r.path] == []
    assert f'"revision":"{was}"' in results.plan.to_json().replace(" ", "")
    assert set(results.plan.steps[0].model.model_dump()) >= {"model_id", "revision"}
