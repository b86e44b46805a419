"""Text runners with models whose weights are set by hand, so that the right answer is known."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from hfmagic.errors import StepFailed, UnknownKind
from hfmagic.hub.facts import read_facts
from hfmagic.kinds import Label
from hfmagic.models import Loaded
from hfmagic.runners import answers, embeddings, entailment, entities, gaps, generation, ranking, tables, translation
from hfmagic.runners.runner import token_counts
from hfmagic.runners.text import classify, max_tokens
from tests.conformance.text_models import fairseq_tokens, m2m100_tokens, marian_tokens, tiny
from tests.hubserver.tiny import embed, tokenizer, write_json


def loaded(folder: Path, auto: str, name: str = "tiny/model") -> Loaded:
    """A model of a folder, as the pool gives it."""
    import transformers

    from hfmagic.models import quiet

    with quiet():
        model = getattr(transformers, auto).from_pretrained(folder).eval()
        made = transformers.AutoTokenizer.from_pretrained(folder)
    return Loaded(read_facts(folder, name), "", model, made, "cpu", "float32", 0, 0.0)


def speaking(model: Loaded, monkeypatch: pytest.MonkeyPatch, logits: Any) -> None:
    """Let a model give what `logits` makes of its token ids: a dict of outputs."""

    def forward(input_ids: Any, attention_mask: Any = None, **rest: Any) -> Any:
        return SimpleNamespace(**logits(input_ids))

    monkeypatch.setattr(model.model, "forward", forward)


def scores_by_word(model: Loaded, words: Mapping[str, int], ids: Any, size: int) -> Any:
    """Logits of shape (rows, tokens, size): 9 at the place that each word names, 9 at place 0 elsewhere."""
    import torch

    found = torch.zeros(*ids.shape, size)
    names = {model.tokenizer.convert_tokens_to_ids(word): place for word, place in words.items()}
    for row, column in ((r, c) for r in range(ids.shape[0]) for c in range(ids.shape[1])):
        found[row, column, names.get(int(ids[row, column]), 0)] = 9.0
    return found


@pytest.fixture
def make(tmp_path: Path):
    """Make and load a tiny model."""

    def made(family: str, head: str, auto: str, *args: Any, **more: Any) -> Loaded:
        tiny(family, head, *args, **more)(tmp_path)
        return loaded(tmp_path, auto)

    return made


def test_entities_are_whole_words_wherever_they_stand_in_a_long_text(make, monkeypatch):
    names = ("O", "B-LOC", "I-LOC")
    model = make("Bert", "ForTokenClassification", "AutoModelForTokenClassification", names)
    words = {"parcel": 1, "card": 2}
    speaking(model, monkeypatch, lambda ids: {"logits": scores_by_word(model, words, ids, 3)})
    text = "the order was late , " * 40 + "parcel card was it"

    (spans,) = entities.find_entities(model, [text], {})

    assert [(s.label, text[s.start : s.end], s.text) for s in spans] == [("LOC", "parcel card", "parcel card")]
    assert spans[0].score > 0.9


@pytest.mark.parametrize(
    ("names", "words", "wanted"),
    [
        (("O", "B-X", "I-X"), {"parcel": 1, "card": 1}, ["parcel", "card"]),
        (("O", "S-X", "E-X"), {"parcel": 1, "card": 2}, ["parcel", "card"]),
        (("O", "X", "Y"), {"parcel": 1, "card": 1}, ["parcel card"]),
        (("O", "X", "Y"), {"parcel": 1, "card": 2}, ["parcel", "card"]),
        (("O", "I-X", "I-Y"), {"parcel": 1, "card": 1}, ["parcel card"]),
    ],
)
def test_entities_of_every_scheme(make, monkeypatch, names, words, wanted):
    model = make("Bert", "ForTokenClassification", "AutoModelForTokenClassification", names)
    speaking(model, monkeypatch, lambda ids: {"logits": scores_by_word(model, words, ids, 3)})

    (spans,) = entities.find_entities(model, ["Late: parcel card."], {})

    assert [s.text for s in spans] == wanted
    assert all(s.label in ("X", "Y") for s in spans)


def answering(model: Loaded, monkeypatch: pytest.MonkeyPatch, first: str, last: str, null: float = 0.0) -> None:
    """Let a model find the span from one word to another."""

    def logits(ids: Any) -> dict[str, Any]:
        found = {}
        for name, word in (("start_logits", first), ("end_logits", last)):
            scores = (ids == model.tokenizer.convert_tokens_to_ids(word)).float() * 9 - 4
            scores[:, 0] = null
            found[name] = scores
        return found

    speaking(model, monkeypatch, logits)


def test_an_answer_is_found_at_the_end_of_a_long_text_and_not_in_the_question(make, monkeypatch):
    model = make("Bert", "ForQuestionAnswering", "AutoModelForQuestionAnswering")
    answering(model, monkeypatch, "parcel", "card", null=-2.0)
    text = "the order was late , " * 40 + "Parcel  Card was it"

    ((answer,), (other,)) = answers.find_answer(model, [(text, "a parcel card ?"), ("a Parcel card", "was it")], {})

    assert (answer.label, other.label) == ("Parcel  Card", "Parcel card")
    assert 0.5 < answer.score <= 1
    assert 0.5 < other.score <= 1


def test_no_answer_is_an_empty_label_with_its_probability(make, monkeypatch):
    model = make("Bert", "ForQuestionAnswering", "AutoModelForQuestionAnswering")
    answering(model, monkeypatch, "parcel", "card", null=6.0)

    ((answer,),) = answers.find_answer(model, [("the order was late", "was it")], {})

    assert answer.label == ""
    assert answer.score > 0.9


@pytest.mark.parametrize("gap", ["[MASK]", "<mask>", "___", "______"])
def test_a_gap_is_filled_wherever_it_stands(make, monkeypatch, gap):
    model = make("Bert", "ForMaskedLM", "AutoModelForMaskedLM")
    good = model.tokenizer.convert_tokens_to_ids("good")
    words = {"[MASK]": good}
    speaking(model, monkeypatch, lambda ids: {"logits": scores_by_word(model, words, ids, 64)})
    long = "the order was late , " * 40

    found = gaps.fill_gap(model, [f"it was {gap} .", f"{long} {gap} {long}", f"{long} {gap}"], {"top_k": 3})

    assert [(labels[0].label, len(labels)) for labels in found] == [("good", 3)] * 3


@pytest.mark.parametrize(("text", "why"), [("it was good", "no gap"), ("___ was ___", "2 gaps")])
def test_a_text_without_one_gap_is_rejected(make, text, why):
    model = make("Bert", "ForMaskedLM", "AutoModelForMaskedLM")

    with pytest.raises(UnknownKind, match=why):
        gaps.fill_gap(model, [text], {"top_k": 3})


def test_zero_shot_by_entailment_reads_the_label_named_so(make, monkeypatch):
    labels = ("ENTAILMENT", "neutral", "contradiction")
    model = make("Bert", "ForSequenceClassification", "AutoModelForSequenceClassification", labels)
    price = model.tokenizer.convert_tokens_to_ids("price")

    def logits(ids: Any) -> dict[str, Any]:
        import torch

        return {"logits": torch.stack([(ids == price).any(1).float() * 5, *torch.zeros(2, len(ids))], dim=1)}

    speaking(model, monkeypatch, logits)

    (found,) = entailment.classify_by_entailment(model, ["it was late"], {"candidate_labels": ["order", "price"]})

    assert found[0].label == "price"
    assert sum(label.score for label in found) == pytest.approx(1)
    assert entailment.problem({"label2id": {"POSITIVE": 0, "NEGATIVE": 1}})
    assert not entailment.problem({"label2id": {"entailment": 0, "not_entailment": 1}})


def test_ranking_is_a_probability_whatever_the_head(make, monkeypatch, tmp_path):
    import torch

    model = make("Bert", "ForSequenceClassification", "AutoModelForSequenceClassification", ("relevant",))
    speaking(model, monkeypatch, lambda _: {"logits": torch.tensor([[20.0], [21.0], [-3.0]])})

    scores = ranking.relevance(model, [("a", "b"), ("c", "b"), ("d", "b")], {})

    assert scores[1] > scores[0] > 0.99
    assert scores[2] < 0.1
    assert ranking.problem({"id2label": {"0": "a", "1": "b", "2": "c"}})


def test_a_head_for_a_number_gives_it_as_it_is(make, monkeypatch):
    import torch

    model = make("Bert", "ForSequenceClassification", "AutoModelForSequenceClassification", ("stars",))
    speaking(model, monkeypatch, lambda _: {"logits": torch.tensor([[3.7]])})
    model.model.config.problem_type = "regression"

    assert classify(model, ["good"], {})[0][0] == Label("stars", pytest.approx(3.7))


@pytest.mark.parametrize("family", ["GPT2", "Llama", "Qwen3"])
def test_a_decoder_classifies_a_batch_as_it_does_each_text(make, family):
    head, auto = "ForSequenceClassification", "AutoModelForSequenceClassification"
    model = make(family, head, auto, ("a", "b"), pad_token_id=None)
    model.tokenizer.pad_token = None
    texts = ["it was good", "the order was late and the parcel was awful"]

    together = classify(model, texts, {})
    alone = [classify(model, [text], {})[0] for text in texts]

    assert [x[0].score for x in together] == pytest.approx([x[0].score for x in alone], abs=1e-5)


@pytest.mark.parametrize("mode", ["cls_token", "mean_tokens", "max_tokens", "lasttoken"])
def test_embeddings_are_pooled_as_the_model_says(tmp_path, mode):
    import torch

    embed(tmp_path)
    write_json(tmp_path / "1_Pooling" / "config.json", {f"pooling_mode_{mode}": True})
    model = loaded(tmp_path, "AutoModel")
    batch = model.tokenizer(["it was good"], return_tensors="pt")
    with torch.inference_mode():
        hidden = model.model(**batch).last_hidden_state[0]
    pools = {
        "cls_token": hidden[0],
        "mean_tokens": hidden.mean(0),
        "max_tokens": hidden.amax(0),
        "lasttoken": hidden[-1],
    }
    wanted = torch.nn.functional.normalize(pools[mode], dim=0)

    found = embeddings.embed(model, ["it was good", "the order was late and awful"])[0]

    assert torch.allclose(found, wanted, atol=1e-5)


def test_a_default_prompt_stands_before_each_text_and_another_does_not(tmp_path):
    import torch

    embed(tmp_path)
    model = loaded(tmp_path, "AutoModel")
    plain = embeddings.embed(model, ["it was good", "the order it was good"])
    name = tmp_path / "config_sentence_transformers.json"

    write_json(name, {"prompts": {"query": "the order "}, "default_prompt_name": None})
    assert torch.equal(embeddings.embed(model, ["it was good"])[0], plain[0])
    write_json(name, {"prompts": {"query": "the order "}, "default_prompt_name": "query"})
    assert torch.allclose(embeddings.embed(model, ["it was good"])[0], plain[1], atol=1e-6)


def test_an_embedding_that_needs_more_than_pooling_is_refused(tmp_path):
    embed(tmp_path)
    write_json(tmp_path / "modules.json", [{"idx": 2, "type": "sentence_transformers.models.Dense"}])
    model = loaded(tmp_path, "AutoModel")

    with pytest.raises(StepFailed, match="dense layer"):
        embeddings.RUNNERS["feature-extraction"][0].longest(model, {})


@pytest.mark.parametrize("chat", [False, True])
@pytest.mark.parametrize("instruction", ["", "say it is good"])
def test_a_prompt_and_its_answer_stay_within_what_a_model_reads(make, monkeypatch, chat, instruction):
    # a tokenizer that puts a token before and one after each prompt
    model = make("GPT2", "LMHeadModel", "AutoModelForCausalLM", tokens=lambda folder: tokenizer(folder) or 64)
    if chat:
        model.tokenizer.chat_template = "{% for m in messages %}the a {{ m.content }} !{% endfor %} it was"
    parameters = {"max_new_tokens": 8, "instruction": instruction}
    lengths = []
    real = model.model.generate
    monkeypatch.setattr(model.model, "generate", lambda **kw: lengths.append(kw["input_ids"].shape[1]) or real(**kw))
    text = "the order was late , " * 40

    generation.generate(model, [text], parameters)

    assert max_tokens(model) - 8 - 2 <= lengths[0] <= max_tokens(model) - 8
    assert generation.room(model, parameters) < token_counts(model, [text])[0]


@pytest.mark.parametrize(
    ("family", "tokens", "target", "option", "prefix"),
    [
        (("M2M100", "ForConditionalGeneration"), m2m100_tokens, "French", "__fr__", ""),
        (("M2M100", "ForConditionalGeneration"), fairseq_tokens("Nllb"), "简体中文", "zho_Hans", ""),
        (("M2M100", "ForConditionalGeneration"), fairseq_tokens("Nllb"), "ar", "arb_Arab", ""),
        (("MBart", "ForConditionalGeneration"), fairseq_tokens("MBart"), "ger", "de_DE", ""),
        (("Marian", "MTModel"), marian_tokens("fra", "deu"), "德语", "", ">>deu<< "),
        (("Marian", "MTModel"), marian_tokens(), "German", "", ""),
        (("T5", "ForConditionalGeneration"), None, "zh", "", "translate English to Chinese: "),
    ],
)
def test_every_family_is_told_the_language_in_its_own_way(make, family, tokens, target, option, prefix):
    model = make(*family, "AutoModelForSeq2SeqLM", tokens=tokens)

    way = translation.way_of(model, target)

    assert (way.token, way.prefix) == (option, prefix)
    if option:
        assert way.options == {"forced_bos_token_id": model.tokenizer.convert_tokens_to_ids(option)}


def test_the_source_language_is_told_as_well_and_forgotten_after(make, monkeypatch):
    model = make("M2M100", "ForConditionalGeneration", "AutoModelForSeq2SeqLM", tokens=fairseq_tokens("Nllb"))
    own, read = model.tokenizer("it").input_ids[0], []

    def write(loaded, prompts, *_, **__):
        read.append(loaded.tokenizer(prompts[0]).input_ids[0])
        return prompts

    monkeypatch.setattr(translation, "write", write)
    for detected in ("de", ""):
        parameters = {"target": "en", "source": "", "detected": detected, "max_new_tokens": 2}
        translation.translate(model, ["it was late"], parameters)

    german = model.tokenizer.convert_tokens_to_ids("deu_Latn")
    assert read == [german, own]
    assert own != german


@pytest.mark.parametrize(
    ("tokens", "has"), [(marian_tokens(), "German"), (marian_tokens("fra", "ita"), "French, Italian")]
)
def test_a_language_that_a_model_lacks_is_said_with_those_it_has(make, tokens, has):
    model = make("Marian", "MTModel", "AutoModelForSeq2SeqLM", tokens=tokens)

    with pytest.raises(StepFailed, match=f"does not translate into Spanish; it has {has}"):
        translation.way_of(model, "Spanish")


@pytest.mark.parametrize(
    ("name", "answer"), [("NONE", "$1,200.50, 30"), ("SUM", "1230.5"), ("AVERAGE", "615.25"), ("COUNT", "2")]
)
def test_cells_are_counted_as_the_model_says(name, answer):
    assert tables.OPERATORS[name](pd.Series(["$1,200.50", "30"])) == answer


def test_cells_without_numbers_are_not_added_up():
    with pytest.raises(UnknownKind, match="no numbers"):
        tables.OPERATORS["SUM"](pd.Series(["red", "30"]))


def test_a_table_in_a_line_is_as_tapex_reads_it():
    table = pd.DataFrame({"year": [1896, 2004], "city": ["Athens", None]})

    assert tables.flat(table.fillna("")) == "col : year | city row 1 : 1896 | Athens row 2 : 2004 | "
