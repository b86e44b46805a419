"""What all prompts begin with is read once: the model says the same as without."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from hfmagic.models import Loaded
from hfmagic.runners import prefix
from hfmagic.runners.encoded import Encoded, encode, padded
from hfmagic.runners.prefix import LEAST, after_prefix, common
from hfmagic.runners.registry import find_runner
from tests.conformance.harness import Architecture
from tests.conformance.test_text import ARCHITECTURES
from tests.runners.loaded import loaded, made, run

INSTRUCTION = "the order was late and the parcel was awful , the price is good and it is late . "
TEXTS = ["good", "the parcel was late , awful and late", "awful price"]
DECODERS = [a for a in ARCHITECTURES if a.task == "text-generation" and a.name != "T5ForConditionalGeneration"]


@pytest.mark.parametrize("architecture", DECODERS, ids=[a.name for a in DECODERS])
def test_every_architecture_writes_what_it_writes_without(architecture: Architecture, tmp_path: Path):
    model = loaded("text-generation", made(architecture.make, tmp_path / "model"))
    model.tokenizer.padding_side = "left"
    items = encode(model, [INSTRUCTION + text for text in TEXTS], 0)
    batch, read = after_prefix(model, items, 4)

    assert common(items) >= LEAST
    assert bool(read) == (architecture.name != "BloomForCausalLM")  # it counts no positions
    torch.testing.assert_close(logits(model, batch, read), logits(model, padded(model, items, "left"), {}))


def logits(model: Loaded, batch: dict[str, Any], read: dict[str, Any]) -> torch.Tensor:
    """Of what is written, of shape (tokens written, rows, vocabulary)."""
    given = {k: v for k, v in batch.items() if k in ("input_ids", "attention_mask")} | read
    more = {"return_dict_in_generate": True, "output_logits": True, "pad_token_id": model.tokenizer.pad_token_id}
    with torch.inference_mode():
        out = model.model.generate(**given, do_sample=False, max_new_tokens=4, min_new_tokens=4, **more)
    return torch.stack(out.logits)


def test_the_instruction_goes_through_the_model_once_a_batch(tmp_path: Path):
    (llama,) = (a for a in DECODERS if a.name == "LlamaForCausalLM")
    model = loaded("text-generation", made(llama.make, tmp_path / "model"))
    runner = find_runner("text-generation", model.facts.architectures)
    told = {"instruction": INSTRUCTION, "max_new_tokens": 1}
    assert runner.encode
    assert runner.forward
    items = runner.encode(model, TEXTS, told)
    seen = []

    with mock.patch.object(model.model.model, "forward", wraps=model.model.model.forward) as forward:
        found = runner.forward(model, items, told)
        seen = [call.kwargs["input_ids"].shape for call in forward.call_args_list]

    assert found == run("text-generation", model, TEXTS, **told)
    assert seen == [(1, common(items)), (3, max(len(i.ids) for i in items) - common(items))]


@pytest.mark.parametrize(
    ("texts", "why"),
    [(TEXTS[:1], "one row"), (TEXTS, "a short beginning"), (["good", "late"], "none")],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_it_reads_all_at_once_where_that_would_not_pay(texts: list[str], why: str, tmp_path: Path):
    model = loaded("text-generation", made(DECODERS[0].make, tmp_path / "model"))
    items = encode(model, [("the order was " if why == "a short beginning" else "") + t for t in texts], 0)

    assert after_prefix(model, items, 4)[1] == {}


def test_a_model_that_forgets_what_is_far_back_reads_each_prompt_whole(tmp_path: Path):
    (mistral,) = (a for a in DECODERS if a.name == "MistralForCausalLM")
    model = loaded("text-generation", made(mistral.make, tmp_path / "model"))
    model.model.config.sliding_window = 8
    items = encode(model, [INSTRUCTION + text for text in TEXTS], 0)

    assert after_prefix(model, items, 4)[1] == {}


@given(st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=6), min_size=2, max_size=4))
def test_what_is_common_is_the_longest_beginning_that_leaves_each_a_token(rows: list[list[int]]):
    import numpy as np

    count = common([Encoded(np.array(row, np.int32), len(row)) for row in rows])
    longer = {tuple(row[: count + 1]) for row in rows}

    assert len({tuple(row[:count]) for row in rows}) == 1
    assert count == min(map(len, rows)) - 1 or len(longer) > 1
    assert prefix.common([Encoded(np.array([1], np.int32), 1)] * 2) == 0
