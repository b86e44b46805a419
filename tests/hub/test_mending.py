"""A model's task from its architecture: transformers' own tables are the judge."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfmagic.hub.mending import mended, task_of
from hfmagic.tasks import CATALOGUE

# transformers' table → the tasks that a model in it may have; an empty one: nothing is said.
TABLES = {
    "AUDIO_CLASSIFICATION": {"audio-classification"},
    "CTC": {"automatic-speech-recognition"},
    "DEPTH_ESTIMATION": {"depth-estimation"},
    "DOCUMENT_QUESTION_ANSWERING": {"document-question-answering", "question-answering"},  # LayoutLMv2 is in both
    "IMAGE_CLASSIFICATION": {"image-classification"},
    "MASK_GENERATION": {"mask-generation"},
    "QUESTION_ANSWERING": {"question-answering", "document-question-answering", ""},
    "SEMANTIC_SEGMENTATION": {"image-segmentation"},
    "SEQUENCE_CLASSIFICATION": {"text-classification"},
    "TABLE_QUESTION_ANSWERING": {"table-question-answering"},
    "TOKEN_CLASSIFICATION": {"token-classification"},
    "VIDEO_CLASSIFICATION": {"video-classification"},
    "OBJECT_DETECTION": {"object-detection", ""},
    "ZERO_SHOT_OBJECT_DETECTION": {"zero-shot-object-detection", ""},
    "ZERO_SHOT_IMAGE_CLASSIFICATION": {"zero-shot-image-classification", ""},
    "VISUAL_QUESTION_ANSWERING": {"visual-question-answering", ""},
    "SEQ_TO_SEQ_CAUSAL_LM": {"translation", ""},  # Marian; the others may write anything
    "SPEECH_SEQ_2_SEQ": {"automatic-speech-recognition", ""},
    "MULTIPLE_CHOICE": {""},
    "NEXT_SENTENCE_PREDICTION": {""},
}


@pytest.mark.parametrize("table", TABLES)
def test_an_architecture_has_the_task_that_transformers_gives_it(table: str):
    from transformers.models.auto import modeling_auto

    named = getattr(modeling_auto, f"MODEL_FOR_{table}_MAPPING_NAMES").values()
    names = {name for entry in named for name in ([entry] if isinstance(entry, str) else entry)}

    found = {task_of([name]) for name in names}

    assert found <= TABLES[table]
    assert found & TABLES[table] - {""} or TABLES[table] == {""}


@pytest.mark.parametrize(
    ("tag", "architecture", "task"),
    [
        (None, "BertForTokenClassification", "token-classification"),
        (None, "T5ForConditionalGeneration", None),
        (None, "BertModel", None),
        (None, "MarianMTModel", "translation"),
        ("text-classification", "BertForTokenClassification", "token-classification"),
        ("text-classification", "BertForSequenceClassification", "text-classification"),
        ("question-answering", "BertForSequenceClassification", "text-classification"),
        ("image-classification", "DetrForObjectDetection", "object-detection"),
        ("table-question-answering", "BartForConditionalGeneration", "table-question-answering"),
        ("summarization", "BartForConditionalGeneration", "summarization"),
        # What was saved as a language model may have been trained for more.
        ("text-ranking", "Qwen3ForCausalLM", "text-ranking"),
        ("text-classification", "LlamaForCausalLM", "text-classification"),
        ("token-classification", "BertForMaskedLM", "token-classification"),
        # Tasks that any body does, and those that are none of ours.
        ("feature-extraction", "BertForSequenceClassification", "feature-extraction"),
        ("zero-shot-classification", "BartForSequenceClassification", "zero-shot-classification"),
        ("reinforcement-learning", "BertForSequenceClassification", "reinforcement-learning"),
    ],
)
def test_a_tag_is_mended_where_it_is_missing_or_cannot_be_right(tag: str | None, architecture: str, task: str | None):
    assert mended(tag, [architecture]) == task


def test_an_embedder_keeps_its_tag_whatever_head_it_was_saved_with():
    assert mended("sentence-similarity", ["BertForTokenClassification"], pooled=True) == "sentence-similarity"
    assert mended(None, ["BertForMaskedLM"], pooled=True) is None


@given(st.none() | st.text(max_size=30), st.lists(st.text(max_size=40), max_size=3))
def test_whatever_is_written_there_the_task_is_the_tag_or_one_of_ours(tag: str | None, architectures: list[str]):
    assert mended(tag, architectures) in {tag, *CATALOGUE}
