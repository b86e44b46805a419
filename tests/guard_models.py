"""Tiny models whose weights are written by hand: one finds names, one toxic words, one unsafe pictures, one repeats.

Each is a real architecture of transformers, so that it is picked, loaded and run like any other.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

NAMES = ("alice", "smith", "marta")
TOXIC = ("idiot", "stupid")
_PLAIN = "the a was is and not it i you good great awful late order refund from wrote said write reply text to - : ."
_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "</s>")
VOCABULARY = {word: i for i, word in enumerate((*_SPECIAL, *NAMES, *TOXIC, *_PLAIN.split()))}


def build(root: Path) -> Path:
    """Make root/guard/<name>/ for each."""
    for name, make in {"names": names, "toxic": toxic, "nsfw": nsfw, "parrot": parrot}.items():
        folder = root / "guard" / name
        folder.mkdir(parents=True)
        make(folder)
    return root


def _card(folder: Path, task: str, **more: str) -> None:
    lines = {"license": "mit", "language": "en", "pipeline_tag": task, **more}
    front = "\n".join(f"{key}: {value}" for key, value in lines.items())
    (folder / "README.md").write_text(f"---\n{front}\n---\n# {folder.name}\n")


def _tokenizer(folder: Path, *, framed: bool = True) -> None:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    made = Tokenizer(models.WordLevel(VOCABULARY, unk_token="[UNK]"))  # noqa: S106  no secret
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    names = {"pad_token": "[PAD]", "unk_token": "[UNK]"}
    if framed:
        names |= {"cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]"}
        ends = [(t, VOCABULARY[t]) for t in ("[CLS]", "[SEP]")]
        made.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=ends)
    else:
        names |= {"eos_token": "</s>", "bos_token": "</s>"}
    PreTrainedTokenizerFast(tokenizer_object=made, model_max_length=128, **names).save_pretrained(folder)


def _bert(layers: int, labels: tuple[str, ...]) -> Any:
    from transformers import BertConfig

    named = dict(enumerate(labels))
    sizes = {"hidden_size": 4, "intermediate_size": 4, "num_hidden_layers": layers, "num_attention_heads": 1}
    return BertConfig(
        vocab_size=len(VOCABULARY),
        max_position_embeddings=128,
        id2label=named,
        label2id={label: i for i, label in named.items()},
        **sizes,
    )


def _zeroed(model: Any) -> Any:
    """All weights 0, but those of the layer norms."""
    import torch

    with torch.no_grad():
        for name, weight in model.named_parameters():
            weight.fill_(1.0 if "LayerNorm.weight" in name or ("layernorm" in name and "weight" in name) else 0.0)
    return model


def names(folder: Path) -> None:
    """A name is a person; nothing else is."""
    import torch
    from transformers import BertForTokenClassification

    model = _zeroed(BertForTokenClassification(_bert(0, ("O", "B-PER"))))
    with torch.no_grad():
        for word, i in VOCABULARY.items():
            places = [1.0, -1.0, 0.0, 0.0] if word in NAMES else [0.0, 0.0, 1.0, -1.0]
            model.bert.embeddings.word_embeddings.weight[i] = torch.tensor(places)
        model.classifier.weight.copy_(torch.tensor([[0.0, 0.0, 4.0, -4.0], [4.0, -4.0, 0.0, 0.0]]))
    model.save_pretrained(folder)
    _tokenizer(folder)
    _card(folder, "token-classification")


def toxic(folder: Path) -> None:
    """A text with a toxic word is toxic: attention is even, so that the first token sees every word."""
    import torch
    from transformers import BertForSequenceClassification

    model = _zeroed(BertForSequenceClassification(_bert(1, ("non-toxic", "toxic"))))
    with torch.no_grad():
        for word in TOXIC:
            model.bert.embeddings.word_embeddings.weight[VOCABULARY[word]] = torch.tensor([1.0, -1.0, 0.0, 0.0])
        layer = model.bert.encoder.layer[0].attention
        for linear in (layer.self.value, layer.output.dense, model.bert.pooler.dense):
            linear.weight.copy_(torch.eye(4))
        model.classifier.weight.copy_(torch.tensor([[-2.0, 2.0, 0.0, 0.0], [2.0, -2.0, 0.0, 0.0]]))
        model.classifier.bias.copy_(torch.tensor([1.0, -1.0]))
    model.save_pretrained(folder)
    _tokenizer(folder)
    _card(folder, "text-classification", tags="[toxicity]")


def nsfw(folder: Path) -> None:
    """Any picture is unsafe."""
    import torch
    from transformers import ViTConfig, ViTForImageClassification, ViTImageProcessor

    sizes = {"hidden_size": 4, "intermediate_size": 4, "num_hidden_layers": 1, "num_attention_heads": 1}
    labels = {0: "normal", 1: "nsfw"}
    config = ViTConfig(image_size=16, patch_size=8, id2label=labels, label2id={"normal": 0, "nsfw": 1}, **sizes)
    model = _zeroed(ViTForImageClassification(config))
    with torch.no_grad():
        model.classifier.bias.copy_(torch.tensor([-2.0, 2.0]))
    model.save_pretrained(folder)
    ViTImageProcessor(size={"height": 16, "width": 16}).save_pretrained(folder)
    _card(folder, "image-classification", tags="[nsfw]")


def parrot(folder: Path) -> None:
    """Says the last word again: each token is a direction of its own, and nothing lies between in and out."""
    import torch
    from transformers import GPT2Config, GPT2LMHeadModel

    size, end = len(VOCABULARY), VOCABULARY["</s>"]
    ends = {"bos_token_id": end, "eos_token_id": end, "pad_token_id": VOCABULARY["[PAD]"]}
    config = GPT2Config(vocab_size=size, n_positions=128, n_embd=size, n_layer=0, n_head=1, **ends)
    model = GPT2LMHeadModel(config)
    with torch.no_grad():
        model.transformer.wpe.weight.zero_()
        model.transformer.wte.weight.copy_(torch.eye(size))
    model.save_pretrained(folder)
    _tokenizer(folder, framed=False)
    _card(folder, "text-generation")
