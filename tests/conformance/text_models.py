"""Tiny text models of real architectures: two layers, 16 numbers a token, random weights, real tokenizer files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.hubserver.tiny import WORDS, tokenizer

BERT = {
    "vocab_size": 64,
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "max_position_embeddings": 66,
    "pad_token_id": 0,
}
LLAMA = BERT | {"num_key_value_heads": 1, "head_dim": 8, "bos_token_id": 5, "eos_token_id": 5}
BART = {
    "vocab_size": 64,
    "d_model": 16,
    "encoder_layers": 2,
    "decoder_layers": 2,
    "encoder_attention_heads": 2,
    "decoder_attention_heads": 2,
    "encoder_ffn_dim": 32,
    "decoder_ffn_dim": 32,
    "max_position_embeddings": 66,
    "pad_token_id": 0,
    "bos_token_id": 5,
    "eos_token_id": 5,
    "decoder_start_token_id": 5,
    "forced_eos_token_id": None,
}
T5 = {
    "vocab_size": 64,
    "d_model": 16,
    "d_kv": 8,
    "d_ff": 32,
    "num_layers": 2,
    "num_heads": 2,
    "decoder_start_token_id": 0,
    "pad_token_id": 0,
    "eos_token_id": 5,
}
SIZES: Mapping[str, Mapping[str, Any]] = {
    "Bert": BERT,
    "DistilBert": {"vocab_size": 64, "dim": 16, "n_layers": 2, "n_heads": 2, "hidden_dim": 32},
    "Roberta": BERT,
    "XLMRoberta": BERT,
    "Albert": BERT | {"embedding_size": 8},
    "Electra": BERT | {"embedding_size": 8},
    "DebertaV2": BERT | {"relative_attention": True, "pos_att_type": ["p2c", "c2p"], "position_buckets": 8},
    "MPNet": BERT,
    "ModernBert": BERT | {"cls_token_id": 2, "sep_token_id": 3, "bos_token_id": 2, "eos_token_id": 3},
    "Camembert": BERT,
    "Tapas": BERT | {"type_vocab_sizes": [3, 256, 256, 2, 256, 256, 10]},
    "GPT2": {"vocab_size": 64, "n_positions": 64, "n_embd": 16, "n_layer": 2, "n_head": 2, "eos_token_id": 5},
    "Llama": LLAMA,
    "Qwen2": LLAMA,
    "Qwen3": LLAMA,
    "Mistral": LLAMA,
    "Gemma": LLAMA,
    "Phi": LLAMA,
    "OPT": BERT | {"ffn_dim": 32, "word_embed_proj_dim": 16, "bos_token_id": 5, "eos_token_id": 5},
    "GPTNeoX": BERT | {"bos_token_id": 5, "eos_token_id": 5},
    "Bloom": {"vocab_size": 64, "hidden_size": 16, "n_layer": 2, "n_head": 2, "eos_token_id": 5, "pad_token_id": 0},
    "T5": T5,
    "MT5": T5,
    "Bart": BART,
    "MBart": BART,
    "Marian": BART,
    "M2M100": BART,
    "Pegasus": BART,
    "LED": BART | {"max_encoder_position_embeddings": 64, "max_decoder_position_embeddings": 64, "attention_window": 8},
}
GENERATES = frozenset({"GPT2", "Llama", "Qwen2", "Qwen3", "Mistral", "Gemma", "Phi", "OPT", "GPTNeoX", "Bloom", "T5"})
GENERATES |= {"MT5", "Bart", "MBart", "Marian", "M2M100", "Pegasus", "LED"}


def tiny(
    family: str, head: str, labels: tuple[str, ...] = (), tokens: Callable[[Path], int] | None = None, **more: Any
) -> Callable[[Path], None]:
    """Make a model of that family and head, such as Bert and ForMaskedLM.

    Args:
        tokens: writes the tokenizer and gives the size of its vocabulary; None: whole words.
        more: settings of the config.
    """

    def make(folder: Path) -> None:
        import transformers

        settings = dict(SIZES[family]) | more
        if labels:
            settings |= {"id2label": dict(enumerate(labels)), "label2id": {name: i for i, name in enumerate(labels)}}
        if tokens is None and family == "Bart" and "Classification" in head:
            settings["eos_token_id"] = 3  # it reads the text at its last token, which must be an end
            tokenizer(folder)
        elif tokens is None:
            tokenizer(folder, generates=family in GENERATES)
        else:
            settings["vocab_size"] = tokens(folder)
        config = getattr(transformers, f"{family}Config")(**settings)
        getattr(transformers, f"{family}{head}")(config).save_pretrained(folder)

    return make


def pieces(folder: Path, name: str) -> Path:
    """A sentencepiece model of single letters and a few words, with the special tokens of fairseq."""
    import sentencepiece

    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=_sentences(WORDS),
        model_prefix=str(folder / name.partition(".")[0]),
        vocab_size=48,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    made = folder / f"{name.partition('.')[0]}.model"
    made.with_suffix(".vocab").unlink()
    return made.rename(folder / name)


def _sentences(text: str) -> Iterator[str]:
    words = text.split()
    for i in range(200):
        yield " ".join(words[(i * step) % len(words)] for step in (1, 3, 5, 7))


def marian_tokens(*languages: str) -> Callable[[Path], int]:
    """As opus-mt has them: source.spm, target.spm, vocab.json; with `>>fra<<` for each of several targets."""

    def write(folder: Path) -> int:
        import sentencepiece

        from tests.hubserver.tiny import write_json

        source = pieces(folder, "source.spm")
        (folder / "target.spm").write_bytes(source.read_bytes())
        read = sentencepiece.SentencePieceProcessor(model_file=str(source))
        own = [read.id_to_piece(i) for i in range(len(read)) if read.id_to_piece(i) not in ("<s>", "</s>", "<unk>")]
        names = ["<pad>", "<unk>", "</s>", *own, *(f">>{code}<<" for code in languages)]
        write_json(folder / "vocab.json", {name: i for i, name in enumerate(names)})
        how = {"source_lang": "en", "target_lang": "mul" if languages else "de", "model_max_length": 64}
        write_json(folder / "tokenizer_config.json", how | {"tokenizer_class": "MarianTokenizer"})
        return len(names)

    return write


def m2m100_tokens(folder: Path) -> int:
    """As M2M100 has them: vocab.json and sentencepiece.bpe.model; its 100 languages are the tokenizer's own."""
    import sentencepiece
    from transformers import M2M100Tokenizer

    from tests.hubserver.tiny import write_json

    source = pieces(folder, "sentencepiece.bpe.model")
    read = sentencepiece.SentencePieceProcessor(model_file=str(source))
    own = [read.id_to_piece(i) for i in range(len(read)) if read.id_to_piece(i) not in ("<s>", "</s>", "<unk>")]
    write_json(folder / "vocab.json", {n: i for i, n in enumerate(["<s>", "<pad>", "</s>", "<unk>", *own])})
    made = M2M100Tokenizer(str(folder / "vocab.json"), str(source), model_max_length=64)
    made.save_pretrained(folder)
    return made.encoder_size + len(made.lang_code_to_id) + 8  # its madeup words


def fairseq_tokens(kind: str) -> Callable[[Path], int]:
    """As NLLB or mBART has them: letters and words in a tokenizer.json, and the languages that its class knows."""

    def write(folder: Path) -> int:
        import transformers

        words = WORDS.split()
        own = [*("▁" + w for w in words), "▁", *"abcdefghijklmnopqrstuvwxyz.,!?"]
        special = ["<s>", "<pad>", "</s>", "<unk>"]
        if kind == "Nllb":
            vocab: Any = {token: i for i, token in enumerate([*special, *own])}
        else:
            vocab = [(token, 0.0) for token in special] + [(token, -1.0) for token in own]
        made = getattr(transformers, f"{kind}Tokenizer")(vocab=vocab, model_max_length=64)
        made.save_pretrained(folder)
        return len(made)

    return write


def tapas_tokens(folder: Path) -> int:
    """A word piece vocabulary as TAPAS reads it."""
    from transformers import TapasTokenizer

    special = ["[PAD]", "[EMPTY]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    words = WORDS.split()
    letters = "abcdefghijklmnopqrstuvwxyz0123456789.,!?"
    names = [*special, *words, *letters, *(f"##{c}" for c in letters)]
    (folder / "vocab.txt").write_text("\n".join(names) + "\n")
    TapasTokenizer(str(folder / "vocab.txt"), model_max_length=128).save_pretrained(folder)
    return len(names)


def bart_tokens(folder: Path) -> int:
    """Bytes as BART has them: vocab.json and merges.txt, no merges."""
    from tokenizers.pre_tokenizers import ByteLevel

    from tests.hubserver.tiny import write_json

    names = ["<s>", "<pad>", "</s>", "<unk>", "<mask>", *sorted(ByteLevel.alphabet())]
    write_json(folder / "vocab.json", {name: i for i, name in enumerate(names)})
    (folder / "merges.txt").write_text("#version: 0.2\n")
    write_json(folder / "tokenizer_config.json", {"tokenizer_class": "TapexTokenizer", "model_max_length": 128})
    return len(names)
