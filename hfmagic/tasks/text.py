"""Tasks that read text."""

from __future__ import annotations

from ..kinds import Kind
from .parameters import CANDIDATES, LENGTH
from .spec import Parameter, TaskSpec

TEXT, TABLE, LABELS, SPANS = Kind.TEXT, Kind.TABLE, Kind.LABELS, Kind.SPANS
EMBEDDING, NUMBER = Kind.EMBEDDING, Kind.NUMBER

TASKS = (
    TaskSpec(
        "text-classification",
        {"text": TEXT},
        LABELS,
        "label",
        "label each text with the model's own labels, such as its sentiment",
        (Parameter("about", str, "sentiment", "what the labels are about; guides the choice of a model"),),
        heads=("ForSequenceClassification",),
    ),
    TaskSpec(
        "zero-shot-classification",
        {"text": TEXT},
        LABELS,
        "label",
        "sort each text into labels that the request names",
        (CANDIDATES,),
        heads=("ForSequenceClassification", "Model"),
    ),
    TaskSpec(
        "token-classification",
        {"text": TEXT},
        SPANS,
        "entities",
        "find the people, places, organizations or other things that each text names",
        heads=("ForTokenClassification",),
    ),
    TaskSpec(
        "question-answering",
        {"text": TEXT, "question": TEXT},
        LABELS,
        "answer",
        "answer a question with words of each text",
        heads=("ForQuestionAnswering", "ForConditionalGeneration"),
    ),
    TaskSpec(
        "table-question-answering",
        {"question": TEXT, "table": TABLE},
        TEXT,
        "answer",
        "answer a question from the cells of a table",
        heads=("TapasForQuestionAnswering", "BartForConditionalGeneration"),
    ),
    TaskSpec(
        "text-ranking",
        {"text": TEXT, "query": TEXT},
        NUMBER,
        "relevance",
        "how well each text answers a query; more is better",
        heads=("ForSequenceClassification",),
    ),
    TaskSpec(
        "sentence-similarity",
        {"text": TEXT},
        NUMBER,
        "similarity",
        "how close each text is in meaning to a sentence, -1…1",
        (Parameter("sentence", str, None, "the sentence to compare with", required=True),),
        heads=("Model",),
    ),
    TaskSpec(
        "feature-extraction", {"text": TEXT}, EMBEDDING, "embedding", "an embedding of each text", heads=("Model",)
    ),
    TaskSpec(
        "fill-mask",
        {"text": TEXT},
        LABELS,
        "word",
        "the likeliest words for the gap in each text, written [MASK] or ___",
        (Parameter("top_k", int, 5, "how many words", "", 1, 100),),
        heads=("ForMaskedLM",),
    ),
    TaskSpec(
        "summarization",
        {"text": TEXT},
        TEXT,
        "summary",
        "a short text or title for each text",
        (LENGTH, Parameter("style", str, "summary", "what is wanted", choices=("summary", "title"))),
        heads=("ForConditionalGeneration",),
    ),
    TaskSpec(
        "translation",
        {"text": TEXT},
        TEXT,
        "translation",
        "each text in another language",
        (
            Parameter("target", str, None, "the language to translate into, by name or code", required=True),
            Parameter("source", str, "", "the language of the texts; empty: as detected, or the model's own"),
            Parameter("max_new_tokens", int, 512, "longest translation", "tokens", 1, 2048),
        ),
        heads=("ForConditionalGeneration", "MarianMTModel"),
    ),
    TaskSpec(
        "text-generation",
        {"text": TEXT},
        TEXT,
        "answer",
        "write new text after an instruction",
        (LENGTH, Parameter("instruction", str, "", "what to do with the text")),
        heads=("ForCausalLM", "LMHeadModel", "ForConditionalGeneration"),
    ),
)
