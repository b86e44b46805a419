"""What a model needs, where it fits, how long it takes: before anything runs."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfmagic.devices import Device
from hfmagic.fit import Need, StepNeed, estimate, fit_rows, fits, forecast, seconds
from hfmagic.fit.need import DTYPE_BYTES
from hfmagic.fit.placement import ROOMY
from hfmagic.fit.time import seconds_words
from hfmagic.hardware import find_all, find_hardware
from hfmagic.hub.facts import ModelFacts, read_facts
from hfmagic.hub.shape import MOST, Shape, read_shape

GB = 10**9
BERT = Shape(layers=12, hidden=768, heads=12, kv_heads=12, head_dim=64, intermediate=3072, vocab=30522)
LLAMA = Shape(
    layers=32, hidden=4096, heads=32, kv_heads=8, head_dim=128, intermediate=14336, vocab=128256, gated=True
)  # Llama 3 8B
SHAPES = st.builds(
    Shape,
    layers=st.integers(0, 80),
    hidden=st.integers(0, 8192),
    heads=st.integers(0, 64),
    kv_heads=st.integers(0, 64),
    head_dim=st.integers(0, 256),
    intermediate=st.integers(0, 30_000),
    vocab=st.integers(0, 250_000),
    decoder_layers=st.integers(0, 40),
    gated=st.booleans(),
    tokens=st.integers(0, 2000),
    pixels=st.integers(0, 10**6),
    rate=st.sampled_from([0, 50]),
)
HEADS = st.sampled_from(["BertModel", "BertForMaskedLM", "DebertaV2Model", "LlamaForCausalLM"])
SIZES = st.integers(1, 512)
PEAKS = st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 10**11)), max_size=6)


def model(parameters: int = 10**8, shape: Shape | None = BERT, head: str = "BertModel", **more: Any) -> ModelFacts:
    return ModelFacts("org/name", None, architectures=(head,), parameters=parameters, shape=shape, **more)


MODELS = st.builds(model, st.integers(1, 10**11), st.one_of(st.none(), SHAPES), HEADS)


def need(facts: ModelFacts, batch: int, length: int, generated: int = 0, **more: Any) -> Need:
    return estimate(facts, **{"dtype": "float32", **more}, batch=batch, length=length, generated=generated)


# The need


def test_weights_are_counted_exactly_at_the_dtype_of_the_run():
    for dtype, size in DTYPE_BYTES.items():
        assert need(model(123_456_789), 1, 1, dtype=dtype).weights_bytes == 123_456_789 * size


def test_the_cache_of_a_llama_is_counted_exactly():
    one = need(model(8 * GB, LLAMA, "LlamaForCausalLM"), 1, 1000, 100, dtype="bfloat16")
    two = need(model(8 * GB, LLAMA, "LlamaForCausalLM"), 1, 2000, 100, dtype="bfloat16")

    # 32 layers and the one that grows, keys and values, 8 heads × 128, 2 bytes: 0.135 MB a token
    assert two.kv_bytes - one.kv_bytes == 1000 * 33 * 2 * 8 * 128 * 2
    assert need(model(8 * GB, LLAMA), 1, 1000).kv_bytes == 0


@given(MODELS, SIZES, SIZES, st.integers(0, 64), SIZES, SIZES, st.integers(0, 64), PEAKS)
def test_more_rows_longer_ones_and_more_words_never_need_less(
    facts: ModelFacts, batch: int, length: int, written: int, rows: int, longer: int, words: int, peaks: Any
):
    least = need(facts, batch, length, written, peaks=peaks)

    assert least.total >= least.weights_bytes
    assert need(facts, batch + rows, length, written, peaks=peaks).total >= least.total
    assert need(facts, batch, length + longer, written, peaks=peaks).total >= least.total
    assert need(facts, batch, length, written + words, peaks=peaks).total >= least.total


@given(MODELS, SIZES, SIZES, st.integers(0, 64), st.integers(0, 10**11))
def test_more_parameters_and_wider_numbers_never_need_less(
    facts: ModelFacts, batch: int, length: int, written: int, more: int
):
    half = need(facts, batch, length, written, dtype="float16")
    larger = replace(facts, parameters=facts.parameters + more)

    assert need(facts, batch, length, written, dtype="float32").total >= half.total
    assert need(larger, batch, length, written, dtype="float16").total >= half.total


@given(MODELS, SIZES, SIZES, st.integers(0, 64), PEAKS, st.integers(0, 10**11))
def test_a_corrected_need_is_never_below_what_was_measured_of_that_size(
    facts: ModelFacts, batch: int, length: int, written: int, peaks: list[tuple[int, int]], rise: int
):
    peak = need(facts, batch, length).weights_bytes + rise

    found = need(facts, batch, length, written, peaks=[*peaks, (batch * length, peak)])

    assert found.total >= peak


def test_a_measured_size_stands_as_it_was_measured():
    facts = model()
    found = need(facts, 16, 128, peaks=[(2048, 700_000_000), (0, 5), (2048, 600_000_000)])

    assert found.total == 700_000_000
    assert found.measured
    assert need(facts, 16, 128, peaks=[(2048, 0)]) == need(facts, 16, 128)


def test_between_and_beyond_measured_sizes_the_need_follows_them():
    facts = model()
    weights = need(facts, 1, 1).weights_bytes
    peaks = [(1024, weights + 100_000_000), (2048, weights + 200_000_000)]

    assert need(facts, 12, 128, peaks=peaks).total == weights + 150_000_000
    far = need(facts, 64, 128, peaks=peaks).total - weights
    assert far == pytest.approx(800_000_000, rel=0.2)


def test_a_small_batch_that_was_dear_does_not_blow_up_a_large_one():
    facts = model()
    weights = need(facts, 1, 1).weights_bytes

    found = need(facts, 16, 512, peaks=[(16, weights + 40_000_000)])  # lazy imports, not tensors

    assert found.total - weights < 8 * (need(facts, 16, 512).total - weights)


def test_attention_that_writes_its_scores_down_needs_more():
    deberta = need(model(head="DebertaV2ForSequenceClassification"), 8, 512).activation_bytes

    assert deberta - need(model(), 8, 512).activation_bytes == 8 * 3 * 12 * 512**2 * 4


def test_a_head_for_every_word_at_every_token_needs_more():
    head = need(model(head="BertForMaskedLM"), 8, 128).activation_bytes

    assert head - need(model(), 8, 128).activation_bytes == 8 * 128 * 2 * 30522 * 4


def test_of_a_model_that_says_nothing_of_its_layers_the_need_is_a_guess():
    assert not need(model(shape=None), 1, 1).known
    assert need(model(shape=None), 4, 1).total > need(model(shape=None), 1, 1).total
    assert need(model(), 1, 1).known


# The place


def device(kind: str, free: int, name: str = "x", index: int = 0) -> Device:
    return Device(kind, name, free, free, ("float32",), index)


@pytest.mark.parametrize(("free", "verdict"), [(10.1, "green"), (9.9, "amber"), (7.01, "amber"), (6.99, "red")])
def test_a_place_is_green_with_room_amber_without_and_red_where_it_is_too_small(free: float, verdict: str):
    seven = Need(7 * GB, 0, 0, 0)

    assert fits(seven, [device("cpu", int(free * GB))]).verdict == verdict
    assert ROOMY == 0.7


def test_what_does_not_fit_the_gpu_goes_to_the_cpu():
    place = fits(Need(7 * GB, 0, 0, 0), [device("cuda", 6 * GB, "T4"), device("cpu", 32 * GB, "8 cores")])

    assert (place.name, place.verdict) == ("8 cores", "green")
    assert place.words == "fits 8 cores: needs 7.0 GB of 32 GB free"


def test_several_gpus_share_a_models_layers():
    llama = need(model(8 * 10**9, LLAMA, "LlamaForCausalLM"), 1, 1000, 100, dtype="float16")
    one, two = fits(llama, find_all("a T4")), fits(llama, find_all("2x T4"))

    assert one.verdict == "red"
    assert (two.verdict, two.name) == ("green", "2 × T4")
    assert llama.total / 2 < two.needed < llama.total
    assert fits(llama, find_all("2x T4"), split=False).verdict == "red"


def test_an_apple_gpu_leaves_a_share_of_the_memory_to_the_rest():
    assert fits(Need(8 * GB, 0, 0, 0), [device("mps", 10 * GB)]).verdict == "red"
    assert fits(Need(8 * GB, 0, 0, 0), [device("cuda", 10 * GB)]).verdict == "amber"


def test_of_a_model_without_a_size_nothing_is_said():
    place = fits(need(model(0), 1, 1), [device("cpu", GB)])

    assert place.verdict == "unknown"
    assert place.words == "its size is not known"


# The time


CPU = Device("cpu", "2 cores", 8 * GB, 8 * GB)


def test_a_measured_speed_goes_before_any_formula():
    found = seconds(model(), CPU, rows=2314, length=128, rows_per_second=57.85)

    assert (found.seconds, found.basis) == (40.0, "measured")
    assert found.words == "~40 s (measured here)"


@pytest.mark.parametrize(
    ("facts", "place"),
    [
        (model(), Device("cuda", "a GPU with 8 GB", GB, GB)),
        (model(), Device("cpu", "a CPU with 8 GB", GB, GB)),
        (model(shape=None), CPU),
        (model(0), CPU),
    ],
    ids=["unknown GPU", "unknown CPU", "no layers", "no parameters"],
)
def test_what_nothing_is_known_of_is_not_invented(facts: ModelFacts, place: Device):
    assert seconds(facts, place, rows=10, length=10).words == "time not known"


@given(st.integers(1, 10**6), st.integers(1, 2000), st.integers(0, 200), st.integers(1, 64), st.integers(1, 1000))
def test_more_rows_and_longer_ones_never_take_less(rows: int, length: int, written: int, batch: int, more: int):
    def took(rows: int, length: int, written: int) -> float:
        found = seconds(model(), CPU, rows=rows, length=length, generated=written, batch=batch).seconds
        assert found is not None
        return found

    assert took(rows + more, length, written) >= took(rows, length, written)
    assert took(rows, length + more, written) >= took(rows, length, written)
    assert took(rows, length, written + more) >= took(rows, length, written)


def test_a_faster_card_takes_less():
    rows = {"rows": 1000, "length": 512, "generated": 100, "batch": 16, "dtype": "float16"}
    llama = model(8 * 10**9, LLAMA, "LlamaForCausalLM")

    t4, a100 = (seconds(llama, find_hardware(name), **rows).seconds for name in ("T4", "A100"))

    assert t4 is not None
    assert a100 is not None
    assert t4 > 2 * a100


@pytest.mark.parametrize(
    ("value", "words"), [(0.01, "0.1 s"), (3.21, "3.2 s"), (40, "40 s"), (600, "10 min"), (9000, "2.5 h")]
)
def test_seconds_read_as_a_person_says_them(value: float, words: str):
    assert seconds_words(value) == words


# The forecast


def step(name: str, **more: Any) -> StepNeed:
    facts = model(67_000_000, weight_bytes=268_000_000)
    return StepNeed(name, **{"facts": facts, "rows": 2314, "length": 64, **more})


def test_a_forecast_says_what_a_plan_fetches_needs_and_takes():
    found = forecast([step("sentiment", rows_per_second=57.85)], [device("cpu", int(7.2 * GB), "2 cores")])

    assert found.words == "fetches 268 MB · needs 402 MB of 7.2 GB free · ~40 s for 2,314 rows (measured here)"
    assert (found.download_bytes, found.verdict, found.seconds) == (268_000_000, "green", 40.0)


def test_a_model_of_two_steps_is_fetched_once_and_the_hungriest_counts():
    small, large = step("a"), step("b", length=512)
    found = forecast([small, large], [CPU])

    assert found.download_bytes == 268_000_000
    assert found.peak_bytes == max(p.need.total for p in found.parts)
    assert found.words.endswith("for 2,314 rows (estimated)")


def test_what_is_here_is_not_fetched_and_what_is_not_known_is_said(tmp_path: Path):
    here = forecast([step("a", facts=replace(model(), folder=tmp_path))], [CPU])
    unknown = forecast([step("a", facts=model(shape=None))], [CPU])

    assert not here.words.startswith("fetches")
    assert unknown.words.startswith("fetches at least 0 bytes · needs ")
    assert unknown.words.endswith("time not known")


def test_a_step_stands_in_the_table_with_its_verdict_on_named_hardware():
    llama = model(8 * 10**9, LLAMA, "LlamaForCausalLM", dtype="bfloat16", weight_bytes=16 * GB)
    plan = [step("sentiment"), step("answer", facts=llama, generated=128, most=16, length=200)]

    first, second = fit_rows(forecast(plan, find_all("a T4")))

    assert first["verdict"].startswith("fits T4: needs ")
    assert first["weights"] == "134 MB (float16)"
    assert first["KV cache"] == "–"
    assert second["verdict"].startswith("does not fit T4: needs 1")
    assert second["total"].endswith(" GB")
    assert "to" in second["time"]


def test_a_batch_is_as_large_as_the_runner_makes_it():
    assert step("a", length=64).batch == 32
    assert step("a", length=64, most=16).batch == 16
    assert step("a", length=64, rows=3).batch == 3
    assert step("a", length=9999).batch == 1


def test_an_empty_plan_needs_nothing():
    found = forecast([], [CPU])

    assert (found.words, found.peak_bytes, found.seconds, found.verdict) == ("", 0, 0, "green")


# The shape


def test_the_starter_models_say_their_layers(starter_hub: Path):
    found = {
        folder.name: read_facts(folder, folder.name).shape
        for folder in (starter_hub / "starter").iterdir()
        if (folder / "config.json").exists()
    }

    assert found["minilm-l6-sentiment"] == Shape(6, 384, 12, 12, 32, 1536, 30522)
    assert found["smollm2-135m-instruct"] == Shape(30, 576, 9, 3, 64, 1536, 49152, gated=True)
    assert found["flan-t5-small-titler"] == Shape(8, 512, 6, 6, 64, 1024, 32128, decoder_layers=8, gated=True)
    assert found["whisper-tiny.en"] == Shape(4, 384, 6, 6, 64, 1536, 51864, decoder_layers=4, tokens=1500)
    assert found["efficientnet-lite0"].pixels == 224 * 224


FAMILIES: dict[str, tuple[str, dict[str, Any], tuple[int, int, int, int]]] = {
    "GPT-2": ("GPT2Config", {}, (12, 768, 12, 12)),
    "DistilBERT": ("DistilBertConfig", {}, (6, 768, 12, 12)),
    "BART": ("BartConfig", {}, (12, 1024, 16, 16)),
    "Falcon": ("FalconConfig", {"multi_query": True}, (32, 4544, 71, 1)),
    "BLOOM": ("BloomConfig", {}, (2, 64, 8, 8)),
    "Mistral": ("MistralConfig", {}, (32, 4096, 32, 8)),
    "XLM": ("XLMConfig", {}, (12, 2048, 16, 16)),
    "ProphetNet": ("ProphetNetConfig", {}, (12, 1024, 16, 16)),
    "ViT": ("ViTConfig", {}, (12, 768, 12, 12)),
    "Swin": ("SwinConfig", {}, (12, 96, 0, 0)),
    "wav2vec 2.0": ("Wav2Vec2Config", {}, (12, 768, 12, 12)),
    "CLIP": ("CLIPConfig", {}, (12, 512, 8, 8)),
    "LLaVA": ("LlavaConfig", {}, (32, 4096, 32, 32)),
    "TrOCR": ("TrOCRConfig", {}, (12, 1024, 16, 16)),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_the_layers_of_every_family_are_read(family: str):
    import transformers

    name, settings, counts = FAMILIES[family]
    config = json.loads(json.dumps(getattr(transformers, name)(**settings).to_dict(), default=str))

    shape = read_shape(config)

    assert shape is not None
    assert (shape.layers, shape.hidden, shape.heads, shape.kv_heads) == counts


def test_pictures_and_sounds_say_what_a_value_is_to_the_layers():
    from transformers import CLIPConfig, ViTConfig, Wav2Vec2Config

    shapes = [read_shape(json.loads(kind().to_json_string())) for kind in (ViTConfig, CLIPConfig, Wav2Vec2Config)]
    vit, clip, wave = shapes

    assert (vit.tokens, vit.pixels) == (14 * 14 + 1, 224 * 224)
    assert clip.tokens == 7 * 7 + 1
    assert wave.rate == 50


ODD: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(10**30), 10**30), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(("text_config", "x")), inner)),
    max_leaves=8,
)
KEYS = st.sampled_from(
    ("hidden_size", "num_hidden_layers", "num_attention_heads", "n_head", "text_config", "encoder", "depths",
     "vocab_size", "conv_stride", "image_size", "patch_size", "hidden_act", "model_type",
     "multi_query", "head_dim", "hidden_sizes")
)  # fmt: skip


@given(st.dictionaries(KEYS, ODD))
def test_whatever_a_config_says_its_shape_holds_bounded_counts(config: dict[str, Any]):
    shape = read_shape(config)

    if shape is not None:
        counts = [v for k, v in vars(shape).items() if k != "gated"]
        assert all(type(v) is int and 0 <= v <= 10**8 for v in counts)
        assert shape.layers <= MOST
        assert need(model(10**8, shape), 2, 100, 3).total >= 4 * 10**8


def test_a_config_that_holds_itself_ends():
    config: dict[str, Any] = {"hidden_size": 8}
    for _ in range(100):
        config = {"text_config": config, "vision_config": config}

    assert read_shape(config) is None
