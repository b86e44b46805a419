"""Tiny models that hear or make sound: random weights, real architectures, with what prepares their input."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hfmagic.devices import find_devices
from hfmagic.hub.facts import read_facts
from hfmagic.models import Loaded, Pool
from hfmagic.runners.registry import find_runner
from tests.hubserver.tiny import tokenizer

RATE = 16_000
LABELS = {0: "bell", 1: "dog", 2: "rain", 3: "music", 4: "speech", 5: "silence"}
SPECIAL = ["<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|de|>", "<|transcribe|>", "<|translate|>"]
SPECIAL += ["<|startofprev|>", "<|startoflm|>", "<|nospeech|>", "<|notimestamps|>"]
TIMES = [f"<|{i * 0.02:.2f}|>" for i in range(1501)]

WAVE: dict[str, Any] = {
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "conv_dim": (8,) * 7,
    "conv_stride": (5, 2, 2, 2, 2, 2, 2),
    "conv_kernel": (10, 3, 3, 3, 3, 2, 2),
    "num_conv_pos_embeddings": 16,
    "num_conv_pos_embedding_groups": 2,
    "classifier_proj_size": 8,
}
DECODER: dict[str, Any] = {"d_model": 16, "encoder_layers": 1, "decoder_layers": 1, "encoder_ffn_dim": 32}
DECODER |= {"decoder_ffn_dim": 32, "encoder_attention_heads": 2, "decoder_attention_heads": 2}


def loaded(folder: Path, task: str = "automatic-speech-recognition") -> Loaded:
    """The model in a folder, ready for its task, on the CPU."""
    facts = read_facts(folder, f"tiny/{folder.name}")
    runner = find_runner(task, facts.architectures)
    device = next(d for d in find_devices() if d.kind == "cpu")
    return Pool().get(facts, str(folder), auto=runner.auto, processor=runner.processor, device=device)


def names() -> dict[str, Any]:
    """Of labels, for a config."""
    return {"id2label": LABELS, "label2id": {label: i for i, label in LABELS.items()}}


def spelling(folder: Path) -> None:
    """A CTC tokenizer that spells words."""
    from transformers import Wav2Vec2CTCTokenizer

    letters = ["<pad>", "<s>", "</s>", "<unk>", "|", *"ETAONIHSRDLUMWCFGYPBVK'XJQZ"]
    (folder / "vocab.json").write_text(json.dumps({letter: i for i, letter in enumerate(letters)}))
    Wav2Vec2CTCTokenizer(str(folder / "vocab.json")).save_pretrained(folder)


def waves(folder: Path, **how: Any) -> None:
    """The feature extractor of raw sound."""
    from transformers import Wav2Vec2FeatureExtractor

    Wav2Vec2FeatureExtractor(sampling_rate=RATE, return_attention_mask=False, **how).save_pretrained(folder)


def ctc(family: str, **more: Any) -> Callable[[Path], None]:
    """A model of raw sound that spells."""

    def make(folder: Path) -> None:
        import transformers

        config = getattr(transformers, f"{family}Config")(vocab_size=32, **WAVE, **more)
        getattr(transformers, f"{family}ForCTC")(config).save_pretrained(folder)
        waves(folder)
        spelling(folder)

    return make


def labeller(family: str, **more: Any) -> Callable[[Path], None]:
    """A model of raw sound with six labels."""

    def make(folder: Path) -> None:
        import transformers

        config = getattr(transformers, f"{family}Config")(**WAVE, **names(), **more)
        getattr(transformers, f"{family}ForSequenceClassification")(config).save_pretrained(folder)
        waves(folder)

    return make


def wav2vec2_bert(folder: Path) -> None:
    """Wav2Vec2-BERT, which hears a spectrogram."""
    from transformers import SeamlessM4TFeatureExtractor, Wav2Vec2BertConfig, Wav2Vec2BertForCTC

    sizes: dict[str, Any] = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2}
    config = Wav2Vec2BertConfig(vocab_size=32, intermediate_size=32, add_adapter=True, output_hidden_size=16, **sizes)
    Wav2Vec2BertForCTC(config).save_pretrained(folder)
    SeamlessM4TFeatureExtractor().save_pretrained(folder)
    spelling(folder)


def parakeet(folder: Path) -> None:
    """Parakeet, which shortens its spectrogram eight times and spells in pieces of words."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import (
        ParakeetCTCConfig,
        ParakeetFeatureExtractor,
        ParakeetForCTC,
        ParakeetProcessor,
        ParakeetTokenizer,
    )

    pieces = ["<unk>", *(f"▁{c}" for c in "abcdefghij"), *"abcdefghijklmnopqrst", "<pad>"]
    made = Tokenizer(models.WordLevel({piece: i for i, piece in enumerate(pieces)}, unk_token="<unk>"))  # noqa: S106
    made.pre_tokenizer, made.decoder = pre_tokenizers.Metaspace(), decoders.Metaspace()
    encoder: dict[str, Any] = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2}
    encoder |= {"intermediate_size": 32, "subsampling_conv_channels": 8, "num_mel_bins": 80}
    config = ParakeetCTCConfig(vocab_size=len(pieces), encoder_config=encoder, pad_token_id=len(pieces) - 1)
    ParakeetForCTC(config).save_pretrained(folder)
    tokens = ParakeetTokenizer(tokenizer_object=made, pad_token="<pad>", unk_token="<unk>")  # noqa: S106
    ParakeetProcessor(ParakeetFeatureExtractor(feature_size=80), tokens).save_pretrained(folder)


def whisper(folder: Path) -> None:
    """Whisper, in two languages, with its tokens for languages, tasks and times."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import (
        GenerationConfig,
        WhisperConfig,
        WhisperFeatureExtractor,
        WhisperForConditionalGeneration,
        WhisperProcessor,
        WhisperTokenizer,
    )

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    made = Tokenizer(models.BPE({c: i for i, c in enumerate(letters)}, []))
    made.pre_tokenizer, made.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    tokens = WhisperTokenizer(tokenizer_object=made, vocab={c: i for i, c in enumerate(letters)}, merges=[])
    tokens.add_tokens([*SPECIAL[1:]], special_tokens=True)
    tokens.add_tokens(TIMES)
    ids = {token: tokens.convert_tokens_to_ids(token) for token in SPECIAL}
    end, start = ids["<|endoftext|>"], ids["<|startoftranscript|>"]
    config = WhisperConfig(
        vocab_size=len(tokens),
        max_target_positions=32,
        pad_token_id=end,
        bos_token_id=end,
        eos_token_id=end,
        decoder_start_token_id=start,
        suppress_tokens=None,
        begin_suppress_tokens=None,
        **DECODER,
    )
    model = WhisperForConditionalGeneration(config)
    model.generation_config = GenerationConfig(
        max_length=10,
        pad_token_id=end,
        bos_token_id=end,
        eos_token_id=end,
        decoder_start_token_id=start,
        is_multilingual=True,
        lang_to_id={name: ids[name] for name in ("<|en|>", "<|de|>")},
        task_to_id={name: ids[f"<|{name}|>"] for name in ("transcribe", "translate")},
        no_timestamps_token_id=ids["<|notimestamps|>"],
        prev_sot_token_id=ids["<|startofprev|>"],
        alignment_heads=[[0, 0], [0, 1]],
    )
    model.save_pretrained(folder)
    WhisperProcessor(WhisperFeatureExtractor(), tokens).save_pretrained(folder)


def moonshine(folder: Path) -> None:
    """Moonshine, which hears raw sound and writes."""
    from transformers import (
        MoonshineConfig,
        MoonshineForConditionalGeneration,
        PreTrainedTokenizerFast,
        Wav2Vec2FeatureExtractor,
        Wav2Vec2Processor,
    )

    tokenizer(folder, generates=True)
    sizes: dict[str, Any] = {"hidden_size": 32, "intermediate_size": 32}
    for part in ("encoder", "decoder"):
        sizes |= {f"{part}_num_hidden_layers": 1, f"{part}_num_attention_heads": 2, f"{part}_num_key_value_heads": 2}
    config = MoonshineConfig(
        vocab_size=64, bos_token_id=5, eos_token_id=5, pad_token_id=0, decoder_start_token_id=5, **sizes
    )
    MoonshineForConditionalGeneration(config).save_pretrained(folder)
    extractor = Wav2Vec2FeatureExtractor(sampling_rate=RATE, do_normalize=False, return_attention_mask=True)
    Wav2Vec2Processor(extractor, PreTrainedTokenizerFast.from_pretrained(folder)).save_pretrained(folder)


def speech_encoder_decoder(folder: Path) -> None:
    """A wav2vec 2.0 that a GPT-2 puts into words."""
    from transformers import SpeechEncoderDecoderConfig, SpeechEncoderDecoderModel, Wav2Vec2Config

    from tests.hubserver.tiny import gpt2_config

    encoder, decoder = Wav2Vec2Config(**WAVE), gpt2_config(is_decoder=True, add_cross_attention=True)
    config = SpeechEncoderDecoderConfig.from_encoder_decoder_configs(encoder, decoder)
    config.decoder_start_token_id, config.pad_token_id, config.eos_token_id = 5, 0, 5
    SpeechEncoderDecoderModel(config=config).save_pretrained(folder)
    waves(folder)
    tokenizer(folder, generates=True)


def ast(folder: Path) -> None:
    """An audio spectrogram transformer."""
    from transformers import ASTConfig, ASTFeatureExtractor, ASTForAudioClassification

    sizes: dict[str, Any] = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2}
    config = ASTConfig(intermediate_size=32, max_length=128, num_mel_bins=32, **sizes, **names())
    ASTForAudioClassification(config).save_pretrained(folder)
    ASTFeatureExtractor(max_length=128, num_mel_bins=32).save_pretrained(folder)


def whisper_labeller(folder: Path) -> None:
    """The encoder of Whisper with labels."""
    from transformers import WhisperConfig, WhisperFeatureExtractor, WhisperForAudioClassification

    WhisperForAudioClassification(WhisperConfig(vocab_size=64, **DECODER, **names())).save_pretrained(folder)
    WhisperFeatureExtractor().save_pretrained(folder)


def clap(folder: Path, truncation: str = "rand_trunc") -> None:
    """CLAP: sounds and texts in one space."""
    from transformers import ClapAudioConfig, ClapConfig, ClapFeatureExtractor, ClapModel, ClapTextConfig

    text = ClapTextConfig(
        vocab_size=64, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32
    )
    audio = ClapAudioConfig(
        patch_embeds_hidden_size=16,
        hidden_size=64,
        depths=[1, 1, 1],
        num_attention_heads=[2, 2, 2],
        num_hidden_layers=3,
        spec_size=64,
        num_mel_bins=16,
        window_size=4,
        enable_fusion=truncation == "fusion",
        projection_dim=16,
    )
    ClapModel(ClapConfig(text_config=text, audio_config=audio, projection_dim=16)).save_pretrained(folder)
    ClapFeatureExtractor(feature_size=16, max_length_s=1, truncation=truncation).save_pretrained(folder)
    tokenizer(folder)


def vits(folder: Path) -> None:
    """A voice that reads letters."""
    from transformers import VitsConfig, VitsModel

    letters = {c: i for i, c in enumerate("_ abcdefghijklmnopqrstuvwxyz'.,!?")}
    settings = VitsConfig(
        vocab_size=len(letters),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        ffn_dim=16,
        flow_size=16,
        spectrogram_bins=9,
        upsample_initial_channel=16,
        upsample_rates=[8, 4],
        upsample_kernel_sizes=[16, 8],
        resblock_kernel_sizes=[3],
        resblock_dilation_sizes=[[1, 3]],
        posterior_encoder_num_wavenet_layers=1,
        prior_encoder_num_flows=1,
        prior_encoder_num_wavenet_layers=1,
        duration_predictor_num_flows=1,
        depth_separable_num_layers=1,
        sampling_rate=8000,
    )
    VitsModel(settings).save_pretrained(folder)
    (folder / "vocab.json").write_text(json.dumps(letters))
    how = {"tokenizer_class": "VitsTokenizer", "phonemize": False, "pad_token": "_", "unk_token": " "}
    (folder / "tokenizer_config.json").write_text(json.dumps(how))


def codec_config(**more: Any) -> Any:
    """A codec of 100 frames a second."""
    from transformers import EncodecConfig

    sizes: dict[str, Any] = {"hidden_size": 16, "codebook_dim": 16, "num_filters": 4, "num_residual_layers": 1}
    sizes |= {"sampling_rate": 3200, "upsampling_ratios": [8, 4], "codebook_size": 32, "num_lstm_layers": 1}
    return EncodecConfig(**sizes | more)


def _music(folder: Path, family: str, **more: Any) -> None:
    import transformers

    codec = codec_config(target_bandwidths=[1.0], use_causal_conv=False)
    text = transformers.T5Config(vocab_size=64, d_model=16, d_kv=8, d_ff=32, num_layers=1, num_heads=2)
    decoder = getattr(transformers, f"{family}DecoderConfig")(
        vocab_size=32,
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        ffn_dim=32,
        num_codebooks=2,
        max_position_embeddings=256,
        pad_token_id=32,
        bos_token_id=32,
        decoder_start_token_id=32,
    )
    config = getattr(transformers, f"{family}Config")(
        text_encoder=text.to_dict(), audio_encoder=codec.to_dict(), decoder=decoder.to_dict(), **more
    )
    model = getattr(transformers, f"{family}ForConditionalGeneration")(config)
    model.generation_config.update(
        do_sample=True, guidance_scale=3.0, decoder_start_token_id=32, pad_token_id=32, bos_token_id=32
    )
    model.save_pretrained(folder)
    tokenizer(folder)


def musicgen(folder: Path) -> None:
    """MusicGen."""
    _music(folder, "Musicgen")


def musicgen_melody(folder: Path) -> None:
    """MusicGen that can also follow a melody."""
    _music(folder, "MusicgenMelody")


def bark(folder: Path) -> None:
    """Bark: text to meaning, to coarse sound, to fine sound."""
    from transformers import BarkConfig, BarkModel
    from transformers.models.bark.generation_configuration_bark import (
        BarkCoarseGenerationConfig,
        BarkFineGenerationConfig,
        BarkGenerationConfig,
        BarkSemanticGenerationConfig,
    )

    sizes: dict[str, Any] = {"hidden_size": 16, "num_layers": 1, "num_heads": 2, "block_size": 1024}
    config = BarkConfig(
        semantic_config={**sizes, "input_vocab_size": 129600, "output_vocab_size": 10048},
        coarse_acoustics_config={**sizes, "input_vocab_size": 12096, "output_vocab_size": 12096},
        fine_acoustics_config={
            **sizes,
            "input_vocab_size": 1056,
            "output_vocab_size": 1056,
            "n_codes_total": 8,
            "n_codes_given": 1,
        },
        codec_config=codec_config(target_bandwidths=[8.0], codebook_size=1024).to_dict(),
    )
    BarkModel(config).save_pretrained(folder)
    settings = BarkGenerationConfig.from_sub_model_configs(
        BarkSemanticGenerationConfig(max_new_tokens=6, max_input_semantic_length=8),
        BarkCoarseGenerationConfig(max_coarse_input_length=8, sliding_window_len=6),
        BarkFineGenerationConfig(max_fine_history_length=8, max_fine_input_length=16),
        sample_rate=3200,
    )
    (folder / "generation_config.json").write_text(json.dumps(settings.to_dict()))
    tokenizer(folder)
