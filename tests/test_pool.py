"""The models of a kernel: kept while they fit beside all else, never let go while they run, read as was allowed."""

from __future__ import annotations

import gc
import importlib.util
import json
import shutil
import threading
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfmagic.devices import Device
from hfmagic.errors import NotAvailable
from hfmagic.hub.facts import ModelFacts, read_facts
from hfmagic.models import Loaded, Pool, quantised
from hfmagic.models.load import Wish
from hfmagic.models.spread import offload

GPU = Device("cuda", "T4", 1000, 1000, ("float16", "float32"), 0)
CPU = Device("cpu", "2 cores", 1000, 1000)
LABELS = {"auto": "AutoModelForSequenceClassification", "processor": "AutoTokenizer"}


@dataclass
class Memory:
    """A model of a device's memory, with something of the user's own in it; the pool loads into it what is no model."""

    total: int = 1000
    users: int = 0
    loads: list[str] = field(default_factory=list)
    pool: Pool = field(init=False)

    def __post_init__(self) -> None:
        self.pool = Pool(self.load, self.free)

    def load(self, wish: Wish) -> Loaded:
        self.loads.append(wish.revision)
        return Loaded(wish.facts, wish.revision, SimpleNamespace(), None, wish.device, wish.stored, wish.bytes, 0.0)

    def free(self, name: str) -> int:
        return self.total - self.users - sum(m.bytes for m in self.pool.loaded() if m.device == name)

    def get(self, name: str, size: int = 300, **more: Any) -> Loaded | None:
        """A model of `size` bytes in float32."""
        facts = ModelFacts(f"org/{name}", None, parameters=size // 4)
        return self.pool.get(facts, name, **LABELS, **{"device": GPU, "dtype": "float32", **more})

    @property
    def names(self) -> list[str]:
        return [m.revision for m in self.pool.loaded()]


def test_models_stay_while_they_fit_and_the_least_recently_used_goes_first():
    memory = Memory()
    for name in ("a", "b", "c", "a", "d"):
        memory.get(name)

    assert memory.names == ["a", "d"] or memory.names == ["c", "a", "d"]
    assert memory.loads == ["a", "b", "c", "d"]


def test_the_users_own_tensors_take_their_part_at_each_load():
    memory = Memory()
    memory.get("a")
    memory.users = 500

    memory.get("b")

    assert memory.names == ["b"]


def test_a_model_that_runs_is_never_let_go():
    memory = Memory()
    a = memory.get("a")
    memory.get("b")

    with memory.pool.lease(a):
        memory.get("c", 600)
        held = memory.names
    memory.get("d", 900)

    assert held == ["a", "c"]
    assert memory.names == ["d"]


def test_two_steps_may_run_one_model():
    memory = Memory()
    a = memory.get("a")
    with memory.pool.lease(a):
        with memory.pool.lease(a):
            pass
        memory.get("b", 900)
        assert "a" in memory.names


def test_a_spare_model_lets_nothing_go():
    memory = Memory()
    memory.get("a")
    memory.get("b")

    assert memory.get("c", 600, spare=True) is None
    assert memory.get("d", 200, spare=True) is not None
    assert memory.names == ["a", "b", "d"]
    assert memory.get("a", spare=True) is not None
    assert memory.loads == ["a", "b", "d"]


def test_a_model_on_another_device_is_no_room():
    memory = Memory()
    memory.get("on the CPU", 900, device=CPU)

    memory.get("a", 700)

    assert memory.names == ["on the CPU", "a"]


def test_two_threads_that_want_a_model_load_it_once():
    memory = Memory()
    threads = [threading.Thread(target=memory.get, args=("a",)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert memory.loads == ["a"]


def test_before_a_row_is_given_up_every_idle_model_on_its_device_makes_way():
    memory = Memory()
    a, b = memory.get("a", 200), memory.get("b", 200)
    memory.get("c", 200)
    memory.get("on the CPU", 200, device=CPU)

    with memory.pool.lease(a), memory.pool.lease(b):
        assert memory.pool.movable("cuda:0") == 200
        assert memory.pool.make_way(a)
        assert not memory.pool.make_way(a)

    assert memory.names == ["a", "b", "on the CPU"]


def test_what_is_in_memory_is_plain_data_the_last_used_first():
    memory = Memory()
    memory.get("a", 200)
    b = memory.get("b", 400, quantize="8bit")

    with memory.pool.lease(b):
        b_shown, a_shown = memory.pool.in_memory()

    assert (b_shown.model_id, b_shown.dtype, b_shown.bytes, b_shown.runs) == ("org/b", "int8", 100, True)
    assert (a_shown.dtype, a_shown.devices, a_shown.runs) == ("float32", ("cuda:0",), False)


def test_a_model_in_another_dtype_is_another_model():
    memory = Memory()
    for more in ({}, {"dtype": "float16"}, {"quantize": "8bit"}, {"quantize": "4bit"}, {}):
        memory.get("a", 200, **more)

    assert [m.dtype for m in memory.pool.loaded()] == ["float16", "int8", "int4", "float32"]


@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from([100, 300, 600]), st.booleans()), max_size=40))
def test_what_fits_alone_never_overfills_the_device(asked: list[tuple[int, int, bool]]):
    memory = Memory()
    with patch("hfmagic.models.pool.give_back"):  # it collects the garbage of the whole process
        for name, size, spare in asked:
            memory.get(f"{name} {size}", size, spare=spare)

            assert memory.free("cuda:0") >= 0


@pytest.fixture
def sentiment(starter_hub: Path) -> ModelFacts:
    return read_facts(starter_hub / "starter" / "bert-tiny-sentiment", "starter/bert-tiny-sentiment")


def scores(loaded: Loaded) -> Any:
    import torch

    inputs = loaded.tokenizer(["a great film", "an awful film, alas"], return_tensors="pt", padding=True)
    with torch.inference_mode():
        return loaded.model(**inputs).logits.float().softmax(-1)


def loaded(facts: ModelFacts, **more: Any) -> Loaded:
    found = Pool().get(facts, "r", **LABELS, device=CPU, **more)
    assert found is not None
    return found


@pytest.mark.parametrize(("quantize", "dtype"), [("8bit", "int8"), ("4bit", "int4")])
def test_fewer_bits_take_fewer_bytes_and_leave_the_head_alone(sentiment: ModelFacts, quantize: Any, dtype: str):
    pytest.importorskip("bitsandbytes")
    import torch

    whole, small = loaded(sentiment), loaded(sentiment, quantize=quantize)

    assert (small.dtype, small.model.classifier.weight.dtype) == (dtype, torch.float32)
    assert small.bytes < whole.bytes
    assert torch.allclose(scores(small), scores(whole), atol=0.1)


def test_fewer_bits_without_their_package_say_what_to_install(sentiment: ModelFacts, monkeypatch: pytest.MonkeyPatch):
    real = importlib.util.find_spec  # which transformers, imported meanwhile, asks of other packages
    missing = lambda name, *rest: None if name == "bitsandbytes" else real(name, *rest)  # noqa: E731
    monkeypatch.setattr(quantised.importlib.util, "find_spec", missing)

    with pytest.raises(NotAvailable, match=r"hfmagic\[quant\]"):
        loaded(sentiment, quantize="8bit")


def test_a_model_larger_than_the_memory_runs_from_the_disk_with_the_same_numbers(sentiment: ModelFacts):
    import torch

    whole = loaded(sentiment)
    some = loaded(sentiment, memory={"cpu": whole.bytes // 2, "disk": 10**12})

    assert "disk" in some.model.hf_device_map.values()
    assert torch.equal(scores(some), scores(whole))


def test_offloaded_layers_give_the_same_numbers_in_the_same_dtype(sentiment: ModelFacts):
    import torch

    model = loaded(sentiment)
    before = scores(model)

    offload(model.model, "cpu")

    assert {p.device.type for p in model.model.parameters()} == {"meta"}
    assert torch.equal(scores(model), before)


def test_on_a_cpu_there_is_nothing_to_offload(sentiment: ModelFacts):
    assert not Pool().offload(loaded(sentiment))


def test_a_config_cannot_name_the_attention_that_it_is_run_with(sentiment: ModelFacts, tmp_path: Path):
    folder = tmp_path / "model"
    shutil.copytree(sentiment.folder, folder)
    config = json.loads((folder / "config.json").read_text("utf-8"))
    asked = {"attn_implementation": "evil/kernel", "_attn_implementation": "evil/kernel"}
    (folder / "config.json").write_text(json.dumps(config | asked), "utf-8")

    found = loaded(read_facts(folder, "evil/model"))

    assert found.model.config._attn_implementation == "sdpa"


def test_a_model_that_went_leaves_no_folder_behind(sentiment: ModelFacts, tmp_path: Path, monkeypatch: Any):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    some = loaded(sentiment, memory={"cpu": 10**6, "disk": 10**12})
    there = list(tmp_path.iterdir())

    del some
    gc.collect()

    assert len(there) == 1
    assert list(tmp_path.iterdir()) == []
