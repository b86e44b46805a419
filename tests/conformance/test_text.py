"""Architectures of the text tasks."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from tests.hubserver.tiny import embed

from .harness import Architecture, check, rows
from .text_models import bart_tokens, fairseq_tokens, m2m100_tokens, marian_tokens, tapas_tokens, tiny

LONG = "the order was late and the parcel was awful , " * 12  # more than the 64 tokens that a tiny model reads
TEXTS = ("the order was late and awful", LONG)
GAPS = ("the order was ___ and awful", f"{LONG} it was [MASK] . {LONG}")
TABLE = pd.DataFrame({"card": ["a", "b"], "price": [1, 2]})


def heads(
    task: str, head: str, families: str, labels: tuple[str, ...] = (), samples: tuple[str, str] = TEXTS, **step: dict
) -> tuple[Architecture, ...]:
    """A row for each family with that head."""
    return tuple(
        Architecture(task, f"{family}{head}", tiny(family, head, labels), samples=samples, **step)
        for family in families.split()
    )


CLASSIFIES = (
    "Bert DistilBert Roberta XLMRoberta Albert Electra DebertaV2 MPNet ModernBert GPT2 Llama Qwen2 Mistral Bart"
)
QUESTION = {"question": "is it good ?"}
SORT = {"candidate_labels": ["price", "order"]}
NLI = ("contradiction", "neutral", "entailment")
NAMES = ("O", "B-PER", "I-PER", "B-LOC", "I-LOC")
WRITE = {"max_new_tokens": 4}
OPERATORS = {"num_aggregation_labels": 4, "aggregation_labels": {0: "NONE", 1: "SUM", 2: "AVERAGE", 3: "COUNT"}}
INTO = {"target": "French", "max_new_tokens": 4}

ARCHITECTURES = (
    *heads("text-classification", "ForSequenceClassification", CLASSIFIES, ("bad", "good")),
    *heads("text-classification", "ForSequenceClassification", "Qwen3 GPTNeoX", ("bad", "good", "neutral")),
    *heads("zero-shot-classification", "ForSequenceClassification", "Roberta DebertaV2 Bart", NLI, parameters=SORT),
    *heads("zero-shot-classification", "Model", "Bert", parameters=SORT),
    *heads("token-classification", "ForTokenClassification", "Bert DistilBert XLMRoberta Electra DebertaV2", NAMES),
    *heads("question-answering", "ForQuestionAnswering", "Bert DistilBert Roberta Electra Albert", constants=QUESTION),
    *heads("question-answering", "ForConditionalGeneration", "T5", constants=QUESTION),
    *heads("text-ranking", "ForSequenceClassification", "Bert XLMRoberta", ("relevant",), constants={"query": "price"}),
    *heads("text-ranking", "ForSequenceClassification", "ModernBert", ("no", "yes"), constants={"query": "price"}),
    *heads("fill-mask", "ForMaskedLM", "Bert DistilBert Roberta Albert Electra ModernBert Camembert", samples=GAPS),
    *heads("sentence-similarity", "Model", "MPNet XLMRoberta", parameters={"sentence": "it was late"}),
    *heads("feature-extraction", "Model", "Roberta Qwen3 ModernBert"),
    Architecture("feature-extraction", "BertModel", embed, samples=TEXTS),
    *heads("summarization", "ForConditionalGeneration", "T5 MT5 Bart MBart Pegasus LED", parameters=WRITE),
    *heads("text-generation", "ForCausalLM", "Llama Qwen2 Qwen3 Mistral Gemma Phi OPT GPTNeoX Bloom", parameters=WRITE),
    *heads("text-generation", "LMHeadModel", "GPT2", parameters=WRITE),
    *heads("text-generation", "ForConditionalGeneration", "T5", parameters=WRITE),
    *heads("translation", "ForConditionalGeneration", "T5 MT5", parameters=INTO),
    *(
        Architecture("translation", name, tiny(family, head, tokens=tokens), parameters=INTO, samples=TEXTS)
        for name, family, head, tokens in (
            ("MarianMTModel", "Marian", "MTModel", marian_tokens("fra", "deu")),
            ("M2M100ForConditionalGeneration", "M2M100", "ForConditionalGeneration", m2m100_tokens),
            ("NllbM2M100ForConditionalGeneration", "M2M100", "ForConditionalGeneration", fairseq_tokens("Nllb")),
            ("MBartForConditionalGeneration", "MBart", "ForConditionalGeneration", fairseq_tokens("MBart")),
        )
    ),
    *(
        Architecture(
            "table-question-answering",
            name,
            tiny(family, head, tokens=tokens, max_position_embeddings=130, **more),
            constants={"table": TABLE},
            samples=("what price is a ?", "how good is it ?"),
        )
        for name, family, head, tokens, more in (
            ("TapasForQuestionAnswering", "Tapas", "ForQuestionAnswering", tapas_tokens, OPERATORS),
            ("BartForConditionalGeneration", "Bart", "ForConditionalGeneration", bart_tokens, {}),
        )
    ),
)


@rows(ARCHITECTURES)
def test_an_architecture_runs(architecture: Architecture, tmp_path: Path):
    check(architecture, tmp_path)
