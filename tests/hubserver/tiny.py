"""Build a folder of tiny models with the classes of transformers: random weights, real formats, the same every time."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .hub import SETTINGS

WORDS = "the a was is and not it i we you good great awful bad late order parcel refund price card thanks"
TOKEN = "hf_reader"  # noqa: S105  may read the gated model


def build(root: Path) -> None:
    """Make root/<org>/<name>/ for every model below, and root/hub.json with what is set on the Hub itself."""
    import torch

    for seed, (model_id, make) in enumerate(MODELS.items()):
        folder = root / model_id
        folder.mkdir(parents=True)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            make(folder)
    (root / SETTINGS).write_text(json.dumps(ON_THE_HUB, indent=2))


def tokenizer(folder: Path, *, generates: bool = False) -> None:
    """A fast word-level tokenizer; for generation without the frame of [CLS] and [SEP]."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "</s>"]
    vocab = {word: i for i, word in enumerate([*special, *WORDS.split(), *"abcdefghijklmnopqrstuvwxyz.,!?"])}
    made = Tokenizer(models.WordLevel(vocab, unk_token="[UNK]"))  # noqa: S106  no secret
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    names = {"pad_token": "[PAD]", "unk_token": "[UNK]"}
    if generates:
        names |= {"eos_token": "</s>", "bos_token": "</s>"}
    else:
        names |= {"cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]"}
        made.post_processor = processors.TemplateProcessing(
            single="[CLS] $A [SEP]",
            pair="[CLS] $A [SEP] $B:1 [SEP]:1",
            special_tokens=[("[CLS]", vocab["[CLS]"]), ("[SEP]", vocab["[SEP]"])],
        )
    PreTrainedTokenizerFast(tokenizer_object=made, model_max_length=64, **names).save_pretrained(folder)


def readme(folder: Path, text: str) -> None:
    """A model card: front matter and a title."""
    (folder / "README.md").write_text(f"---\n{text.strip()}\n---\n# {folder.name}\n\nRandom weights, for tests.\n")


def bert_config(hidden: int = 16, **more: Any) -> Any:
    """A BERT of two layers that fits the tokenizer."""
    from transformers import BertConfig

    sizes: dict[str, Any] = {
        "vocab_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "max_position_embeddings": 64,
    }
    return BertConfig(hidden_size=hidden, intermediate_size=2 * hidden, **sizes, **more)


def classifier(folder: Path, labels: list[str], hidden: int = 16, **how: Any) -> None:
    """A BERT that classifies texts, with its tokenizer."""
    from transformers import BertForSequenceClassification

    names = dict(enumerate(labels))
    config = bert_config(hidden, id2label=names, label2id={label: i for i, label in names.items()})
    BertForSequenceClassification(config).save_pretrained(folder, **how)
    tokenizer(folder)


def gpt2_config(**more: Any) -> Any:
    """A GPT-2 of two layers that fits the tokenizer."""
    from transformers import GPT2Config

    ends: dict[str, Any] = {"bos_token_id": 5, "eos_token_id": 5, "pad_token_id": 0}
    return GPT2Config(vocab_size=64, n_positions=64, n_embd=16, n_layer=2, n_head=2, **ends, **more)


def sentiment(folder: Path) -> None:
    """The plain case: labels with names, safetensors, a full card."""
    classifier(folder, ["NEGATIVE", "POSITIVE"])
    readme(
        folder,
        """
license: apache-2.0
language: en
pipeline_tag: text-classification
library_name: transformers
tags: [sentiment]
datasets: [acme/reviews]
base_model: acme/tiny-embed
model-index:
- name: tiny-sentiment
  results:
  - task: {type: text-classification}
    dataset: {name: reviews, type: acme/reviews, split: test}
    metrics: [{type: accuracy, value: 0.91}]
""",
    )


def emotions(folder: Path) -> None:
    """Another licence, two languages, four labels, a larger model."""
    classifier(folder, ["anger", "joy", "sadness", "neutral"], hidden=48)
    readme(folder, "license: cc-by-nc-4.0\nlanguage: [en, de]\npipeline_tag: text-classification\ntags: [emotion]")


def answers(folder: Path) -> None:
    """Question answering: a span of the context."""
    from transformers import BertForQuestionAnswering

    BertForQuestionAnswering(bert_config()).save_pretrained(folder)
    tokenizer(folder)
    readme(folder, "license: mit\nlanguage: en\npipeline_tag: question-answering")


def writer(folder: Path) -> None:
    """Text generation."""
    from transformers import GPT2LMHeadModel

    GPT2LMHeadModel(gpt2_config()).save_pretrained(folder)
    tokenizer(folder, generates=True)
    readme(folder, "license: mit\nlanguage: en\npipeline_tag: text-generation")


def summary(folder: Path) -> None:
    """Summarization: encoder and decoder."""
    from transformers import T5Config, T5ForConditionalGeneration

    sizes: dict[str, Any] = {"vocab_size": 64, "d_model": 16, "d_kv": 8, "d_ff": 32, "num_layers": 2, "num_heads": 2}
    ends: dict[str, Any] = {"decoder_start_token_id": 0, "pad_token_id": 0, "eos_token_id": 5}
    T5ForConditionalGeneration(T5Config(**sizes, **ends)).save_pretrained(folder)
    tokenizer(folder, generates=True)
    readme(folder, "license: apache-2.0\nlanguage: en\npipeline_tag: summarization")


def photos(folder: Path) -> None:
    """Image classification."""
    from transformers import ViTConfig, ViTForImageClassification

    labels = {0: "cat", 1: "dog", 2: "parcel"}
    sizes: dict[str, Any] = {
        "hidden_size": 16,
        "intermediate_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
    }
    config = ViTConfig(
        image_size=32, patch_size=8, id2label=labels, label2id={v: k for k, v in labels.items()}, **sizes
    )
    ViTForImageClassification(config).save_pretrained(folder)
    half = {"image_mean": [0.5] * 3, "image_std": [0.5] * 3, "size": {"height": 32, "width": 32}}
    write_json(folder / "preprocessor_config.json", {"image_processor_type": "ViTImageProcessor", **half})
    readme(folder, "license: apache-2.0\npipeline_tag: image-classification\ntags: [vision]")


def embed(folder: Path) -> None:
    """Sentence embeddings: a base BERT and the files of sentence-transformers."""
    from transformers import BertModel

    BertModel(bert_config()).save_pretrained(folder)
    tokenizer(folder)
    kinds = [("0", "", "Transformer"), ("1", "1_Pooling", "Pooling"), ("2", "2_Normalize", "Normalize")]
    rows = [
        {"idx": i, "name": name, "path": path, "type": f"sentence_transformers.models.{kind}"}
        for i, (name, path, kind) in enumerate(kinds)
    ]
    write_json(folder / "modules.json", rows)
    write_json(folder / "1_Pooling/config.json", {"word_embedding_dimension": 16, "pooling_mode_mean_tokens": True})
    write_json(folder / "sentence_bert_config.json", {"max_seq_length": 64, "do_lower_case": False})
    write_json(folder / "config_sentence_transformers.json", {"similarity_fn_name": "cosine"})
    readme(folder, "license: mit\npipeline_tag: sentence-similarity\nlibrary_name: sentence-transformers")


def sharded(folder: Path) -> None:
    """Weights in several safetensors files."""
    classifier(folder, ["NEGATIVE", "POSITIVE"], hidden=32, max_shard_size="30KB")
    readme(folder, "license: apache-2.0\nlanguage: fr\npipeline_tag: text-classification")


def pickled(folder: Path) -> None:
    """Weights only as pytorch_model.bin."""
    classifier(folder, ["NEGATIVE", "POSITIVE"])
    to_pickle(folder)
    (folder / "model.safetensors").unlink()
    readme(folder, "license: mit\nlanguage: en\npipeline_tag: text-classification")


def all_formats(folder: Path) -> None:
    """The same weights as safetensors, pickle and (in name only) ONNX: a client should fetch one of them."""
    classifier(folder, ["NEGATIVE", "POSITIVE"])
    to_pickle(folder)
    (folder / "onnx").mkdir()
    (folder / "onnx" / "model.onnx").write_bytes(b"not read by any test\0" * 4096)
    readme(folder, "license: apache-2.0\nlanguage: en\npipeline_tag: text-classification")


def own_code(folder: Path) -> None:
    """A model whose classes come with it. The code leaves a trace when it runs."""
    classifier(folder, ["NEGATIVE", "POSITIVE"])
    (folder / "modeling_own.py").write_text(OWN_CODE)
    config = json.loads((folder / "config.json").read_text())
    config |= {"model_type": "own-bert", "architectures": ["OwnForSequenceClassification"]}
    config["auto_map"] = {
        "AutoConfig": "modeling_own.OwnConfig",
        "AutoModelForSequenceClassification": "modeling_own.OwnForSequenceClassification",
    }
    write_json(folder / "config.json", config)
    readme(folder, "license: mit\nlanguage: en\npipeline_tag: text-classification\ntags: [custom_code]")


def unknown_type(folder: Path) -> None:
    """A model_type that no transformers release knows."""
    classifier(folder, ["NEGATIVE", "POSITIVE"])
    config = json.loads((folder / "config.json").read_text())
    config |= {"model_type": "quux9", "architectures": ["Quux9ForSequenceClassification"]}
    write_json(folder / "config.json", config)
    readme(folder, "license: mit\nlanguage: en\npipeline_tag: text-classification")


def headless(folder: Path) -> None:
    """Base weights that call themselves a classifier: score.weight is missing and would be random."""
    from transformers import GPT2Model

    GPT2Model(gpt2_config(num_labels=2)).save_pretrained(folder)
    config = json.loads((folder / "config.json").read_text())
    config["architectures"] = ["GPT2ForSequenceClassification"]
    write_json(folder / "config.json", config)
    tokenizer(folder, generates=True)
    readme(folder, "license: mit\nlanguage: en\npipeline_tag: text-classification")


def gated(folder: Path) -> None:
    """Like the first, behind a gate."""
    classifier(folder, ["NEGATIVE", "POSITIVE"])
    readme(folder, "license: other\nlanguage: en\npipeline_tag: text-classification\nextra_gated_prompt: Be kind.")


def to_pickle(folder: Path) -> None:
    """Write pytorch_model.bin from model.safetensors."""
    import torch
    from safetensors.torch import load_file

    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")


def write_json(path: Path, value: Any) -> None:
    """A JSON file as transformers writes them."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(value, indent=2) + "\n")


OWN_CODE = '''"""Classes of this model. Importing them sets HFMAGIC_TEST_OWN_CODE, so that a test can tell."""

import os

from transformers import BertConfig, BertForSequenceClassification

os.environ["HFMAGIC_TEST_OWN_CODE"] = "ran"


class OwnConfig(BertConfig):
    model_type = "own-bert"


class OwnForSequenceClassification(BertForSequenceClassification):
    config_class = OwnConfig
'''

MODELS: dict[str, Callable[[Path], None]] = {
    "acme/tiny-sentiment": sentiment,
    "acme/tiny-emotions": emotions,
    "acme/tiny-answers": answers,
    "acme/tiny-writer": writer,
    "acme/tiny-summary": summary,
    "acme/tiny-photos": photos,
    "acme/tiny-embed": embed,
    "acme/tiny-sharded": sharded,
    "acme/tiny-all-formats": all_formats,
    "acme/tiny-gated": gated,
    "shady/tiny-pickled": pickled,
    "shady/tiny-own-code": own_code,
    "shady/tiny-unknown-type": unknown_type,
    "shady/tiny-headless": headless,
}

ON_THE_HUB: dict[str, dict[str, Any]] = {
    "acme/tiny-sentiment": {"downloads": 90_000, "likes": 120, "trendingScore": 5},
    "acme/tiny-emotions": {"downloads": 40_000, "likes": 300, "trendingScore": 9},
    "acme/tiny-answers": {"downloads": 30_000, "likes": 40},
    "acme/tiny-writer": {"downloads": 70_000, "likes": 80, "trendingScore": 2},
    "acme/tiny-summary": {"downloads": 20_000, "likes": 30},
    "acme/tiny-photos": {"downloads": 25_000, "likes": 35},
    "acme/tiny-embed": {"downloads": 60_000, "likes": 70},
    "acme/tiny-sharded": {"downloads": 5_000, "likes": 4},
    "acme/tiny-all-formats": {"downloads": 8_000, "likes": 6},
    "acme/tiny-gated": {"downloads": 15_000, "likes": 20, "gated": "manual", "readers": [TOKEN]},
    "shady/tiny-pickled": {"downloads": 500_000, "likes": 2},
    "shady/tiny-own-code": {"downloads": 3_000, "likes": 1},
    "shady/tiny-unknown-type": {"downloads": 2_000},
    "shady/tiny-headless": {"downloads": 1_000},
}
