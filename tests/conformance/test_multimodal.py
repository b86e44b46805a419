"""Architectures that read pictures, pages and videos in words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.test_video import film

from .harness import Architecture, check, rows
from .seeing import chat, clip_pictures, page, processor_file, save, text_sizes, tokenizer, vision_sizes

SHORT = {"max_new_tokens": 6}
ASKED = {"text": "what is in this picture ?"}
QUESTION = {"question": "what is in this picture ?"}
ASKS = {"question": "what is the total ?"}
PAGES = (page("Invoice number: 4711", "Total due 93.50"), page("Card 12", "Total due 7.20", "Thanks"))


def blip(folder: Path, head: str = "BlipForConditionalGeneration") -> None:
    import transformers
    from transformers import BlipConfig, BlipImageProcessorPil, BlipProcessor

    text = text_sizes(encoder_hidden_size=16, sep_token_id=3)
    config = BlipConfig(text_config=text, vision_config=vision_sizes(), projection_dim=8, image_text_hidden_size=8)
    pictures = BlipImageProcessorPil(size={"height": 16, "width": 16})
    save(folder, getattr(transformers, head)(config), BlipProcessor(pictures, tokenizer(frame=True)))


def blip_vqa(folder: Path) -> None:
    blip(folder, "BlipForQuestionAnswering")


def blip2(folder: Path) -> None:
    from transformers import Blip2Config, Blip2ForConditionalGeneration, Blip2Processor, BlipImageProcessorPil

    opt = text_sizes(model_type="opt", ffn_dim=32, word_embed_proj_dim=16)
    asking = text_sizes(encoder_hidden_size=16, cross_attention_frequency=1)
    words = tokenizer("<image>")
    mark = words.convert_tokens_to_ids("<image>")
    config = Blip2Config(
        vision_config=vision_sizes(), qformer_config=asking, text_config=opt, num_query_tokens=4, image_token_index=mark
    )
    pictures = BlipImageProcessorPil(size={"height": 16, "width": 16})
    save(folder, Blip2ForConditionalGeneration(config), Blip2Processor(pictures, words, num_query_tokens=4))


def git(folder: Path) -> None:
    from transformers import GitConfig, GitForCausalLM, GitProcessor

    config = GitConfig(vision_config=vision_sizes(), **text_sizes())
    save(folder, GitForCausalLM(config), GitProcessor(clip_pictures(), tokenizer(frame=True)))


def pix2struct(folder: Path) -> None:
    from transformers import (
        Pix2StructConfig,
        Pix2StructForConditionalGeneration,
        Pix2StructImageProcessorPil,
        Pix2StructProcessor,
    )

    text = {"vocab_size": 128, "hidden_size": 16, "d_kv": 8, "d_ff": 32, "num_layers": 2, "num_heads": 2}
    seen = {"hidden_size": 16, "patch_embed_hidden_size": 16 * 16 * 3, "d_ff": 32, "d_kv": 8, "num_hidden_layers": 2}
    config = Pix2StructConfig(
        text_config=text | {"pad_token_id": 0, "eos_token_id": 6, "decoder_start_token_id": 0},
        vision_config=seen | {"num_attention_heads": 2},
    )
    pictures = Pix2StructImageProcessorPil(max_patches=16)
    save(folder, Pix2StructForConditionalGeneration(config), Pix2StructProcessor(pictures, tokenizer()))


def encoder_decoder(folder: Path, encoder: Any, decoder: Any, *parts: Any) -> None:
    """A VisionEncoderDecoderModel; the decoder starts with <s>."""
    from transformers import VisionEncoderDecoderConfig, VisionEncoderDecoderModel

    config = VisionEncoderDecoderConfig.from_encoder_decoder_configs(encoder, decoder)
    config.decoder_start_token_id, config.pad_token_id, config.eos_token_id = 5, 0, 6
    model = VisionEncoderDecoderModel(config=config)
    model.generation_config.decoder_start_token_id, model.generation_config.pad_token_id = 5, 0
    model.generation_config.eos_token_id = 6
    save(folder, model, *parts)


def vit_gpt2(folder: Path) -> None:
    from transformers import GPT2Config, ViTConfig, ViTImageProcessorPil

    gpt2 = GPT2Config(vocab_size=128, n_positions=64, n_embd=16, n_layer=2, n_head=2, bos_token_id=5, eos_token_id=6)
    pictures = ViTImageProcessorPil(size={"height": 16, "width": 16})
    encoder_decoder(folder, ViTConfig(**vision_sizes()), gpt2, pictures, tokenizer())


def trocr(folder: Path) -> None:
    from transformers import TrOCRConfig, TrOCRProcessor, ViTConfig, ViTImageProcessorPil

    sizes = {"d_model": 16, "decoder_layers": 2, "decoder_attention_heads": 2, "decoder_ffn_dim": 32}
    ends = {"pad_token_id": 0, "bos_token_id": 5, "eos_token_id": 6, "decoder_start_token_id": 5}
    decoder = TrOCRConfig(vocab_size=128, cross_attention_hidden_size=16, **sizes, **ends)
    pictures = ViTImageProcessorPil(size={"height": 16, "width": 16})
    encoder_decoder(folder, ViTConfig(**vision_sizes()), decoder, TrOCRProcessor(pictures, tokenizer()))


def donut(folder: Path, *marks: str) -> None:
    from transformers import DonutImageProcessorPil, DonutProcessor, DonutSwinConfig, MBartConfig

    seen = DonutSwinConfig(
        image_size=(32, 32), patch_size=4, embed_dim=8, depths=[1, 1], num_heads=[2, 2], window_size=4
    )
    sizes = {"d_model": 16, "decoder_layers": 2, "decoder_attention_heads": 2, "decoder_ffn_dim": 32}
    decoder = MBartConfig(vocab_size=128, max_position_embeddings=64, pad_token_id=0, eos_token_id=6, **sizes)
    decoder.is_decoder, decoder.add_cross_attention = True, True
    pictures = DonutImageProcessorPil(size={"height": 32, "width": 32})
    encoder_decoder(folder, seen, decoder, DonutProcessor(pictures, tokenizer(*marks)))


def donut_cord(folder: Path) -> None:
    donut(folder, "<s_cord-v2>", "<s_total>", "</s_total>")


def donut_docvqa(folder: Path) -> None:
    donut(folder, "<s_docvqa>", "<s_question>", "</s_question>", "<s_answer>", "</s_answer>")


def llava(folder: Path) -> None:
    from transformers import CLIPVisionConfig, LlamaConfig, LlavaConfig, LlavaForConditionalGeneration, LlavaProcessor

    words = tokenizer("<image>", names={"extra_special_tokens": {"image_token": "<image>"}})
    config = LlavaConfig(
        text_config=LlamaConfig(**text_sizes(num_key_value_heads=2)),
        vision_config=CLIPVisionConfig(**vision_sizes()),
        image_token_index=words.convert_tokens_to_ids("<image>"),
        image_seq_length=4,
    )
    reads = LlavaProcessor(
        clip_pictures(),
        words,
        patch_size=8,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=chat("<image>"),
    )
    save(folder, LlavaForConditionalGeneration(config), reads)


def vilt(folder: Path) -> None:
    from transformers import ViltConfig, ViltForQuestionAnswering, ViltImageProcessorPil, ViltProcessor

    labels = dict(enumerate(["yes", "no", "two", "red"]))
    sizes = text_sizes(image_size=32, patch_size=8, max_image_length=-1)
    config = ViltConfig(id2label=labels, label2id={v: k for k, v in labels.items()}, **sizes)
    pictures = ViltImageProcessorPil(size={"shortest_edge": 32}, size_divisor=8)
    save(folder, ViltForQuestionAnswering(config), ViltProcessor(pictures, tokenizer(frame=True)))


def videos(folder: Path, name: str, pictures: str, **sizes: Any) -> None:
    """A model of videos of four frames with three labels."""
    import transformers

    labels = {0: "running", 1: "eating", 2: "sleeping"}
    kind = getattr(transformers, f"{name}ForVideoClassification")
    config = kind.config_class(
        num_frames=4, id2label=labels, label2id={v: k for k, v in labels.items()}, **vision_sizes(), **sizes
    )
    crop = {"height": 16, "width": 16}
    save(folder, kind(config), getattr(transformers, pictures)(size={"shortest_edge": 16}, crop_size=crop))


def videomae(folder: Path) -> None:
    videos(folder, "VideoMAE", "VideoMAEImageProcessorPil", tubelet_size=2)


def timesformer(folder: Path) -> None:
    videos(folder, "Timesformer", "VideoMAEImageProcessorPil")


def vivit(folder: Path) -> None:
    videos(folder, "Vivit", "VivitImageProcessor", tubelet_size=[2, 8, 8])


def idefics3(folder: Path, name: str = "Idefics3") -> None:
    import transformers
    from transformers import LlamaConfig

    marks = ("<image>", "<fake_token_around_image>", "<global-img>", "<end_of_utterance>", "<row_1_col_1>")
    words = tokenizer(*marks)
    config = getattr(transformers, f"{name}Config")(
        text_config=LlamaConfig(**text_sizes(num_key_value_heads=2)),
        vision_config=vision_sizes(image_size=32),
        image_token_id=words.convert_tokens_to_ids("<image>"),
        scale_factor=2,
        pad_token_id=0,
    )
    pictures = getattr(transformers, f"{name}ImageProcessorPil")(
        size={"longest_edge": 32}, max_image_size={"longest_edge": 32}, do_image_splitting=False
    )
    save(folder, getattr(transformers, f"{name}ForConditionalGeneration")(config), pictures, words)
    processor_file(folder, f"{name}Processor", image_seq_len=4)
    (folder / "chat_template.jinja").write_text(chat("<image>"))


def smolvlm(folder: Path) -> None:
    idefics3(folder, "SmolVLM")


def idefics2(folder: Path) -> None:
    from transformers import (
        Idefics2Config,
        Idefics2ForConditionalGeneration,
        Idefics2ImageProcessorPil,
        Idefics2Processor,
        MistralConfig,
    )

    words = tokenizer("<image>", "<fake_token_around_image>", "<end_of_utterance>")
    config = Idefics2Config(
        text_config=MistralConfig(**text_sizes(num_key_value_heads=2)),
        vision_config=vision_sizes(image_size=32),
        perceiver_config={"resampler_n_latents": 4, "resampler_depth": 1, "resampler_n_heads": 2, "hidden_size": 16}
        | {"resampler_head_dim": 8, "num_key_value_heads": 2},
        image_token_id=words.convert_tokens_to_ids("<image>"),
    )
    pictures = Idefics2ImageProcessorPil(size={"shortest_edge": 16, "longest_edge": 32}, do_image_splitting=False)
    reads = Idefics2Processor(pictures, words, image_seq_len=4, chat_template=chat("<image>"))
    save(folder, Idefics2ForConditionalGeneration(config), reads)


def paligemma(folder: Path) -> None:
    from transformers import (
        PaliGemmaConfig,
        PaliGemmaForConditionalGeneration,
        PaliGemmaProcessor,
        SiglipImageProcessorPil,
    )

    words = tokenizer("<image>", names={"extra_special_tokens": {"image_token": "<image>"}})
    config = PaliGemmaConfig(
        text_config=text_sizes(model_type="gemma", num_key_value_heads=1, head_dim=8),
        vision_config=vision_sizes(projection_dim=16, model_type="siglip_vision_model"),
        image_token_index=words.convert_tokens_to_ids("<image>"),
        projection_dim=16,
    )
    pictures = SiglipImageProcessorPil(size={"height": 16, "width": 16})
    pictures.image_seq_length = 4
    save(folder, PaliGemmaForConditionalGeneration(config), PaliGemmaProcessor(pictures, words))


def gemma3(folder: Path) -> None:
    from transformers import Gemma3Config, Gemma3ForConditionalGeneration, Gemma3ImageProcessorPil, Gemma3Processor

    own = {"boi_token": "<start_of_image>", "eoi_token": "<end_of_image>", "image_token": "<image_soft_token>"}
    words = tokenizer(*own.values(), names={"extra_special_tokens": own})
    config = Gemma3Config(
        text_config=text_sizes(num_key_value_heads=1, head_dim=8, sliding_window=64),
        vision_config=vision_sizes(image_size=32, model_type="siglip_vision_model"),
        image_token_index=words.convert_tokens_to_ids("<image_soft_token>"),
        boi_token_index=words.convert_tokens_to_ids("<start_of_image>"),
        eoi_token_index=words.convert_tokens_to_ids("<end_of_image>"),
        mm_tokens_per_image=4,
    )
    pictures = Gemma3ImageProcessorPil(size={"height": 32, "width": 32})
    reads = Gemma3Processor(pictures, words, image_seq_length=4, chat_template=chat("<start_of_image>"))
    save(folder, Gemma3ForConditionalGeneration(config), reads)


def qwen2_vl(folder: Path, name: str = "Qwen2VL") -> None:
    import transformers
    from transformers import Qwen2VLImageProcessorPil

    marks = ("<|image_pad|>", "<|video_pad|>", "<|vision_start|>", "<|vision_end|>")
    words = tokenizer(*marks)
    seen = {"depth": 2, "num_heads": 2, "patch_size": 4, "spatial_merge_size": 2, "temporal_patch_size": 2}
    sides = {
        "Qwen2VL": {"embed_dim": 16, "hidden_size": 16, "mlp_ratio": 2},
        "Qwen2_5_VL": {"hidden_size": 16, "out_hidden_size": 16, "intermediate_size": 32, "window_size": 16},
        "Qwen3VL": {"hidden_size": 16, "out_hidden_size": 16, "intermediate_size": 32}
        | {"num_position_embeddings": 64, "deepstack_visual_indexes": [0]},
    }[name]
    places = {"rope_type": "default", "mrope_section": [1, 1, 2], "rope_theta": 10000.0}
    ids = {
        f"{mark}_token_id": words.convert_tokens_to_ids(token)
        for mark, token in zip(("image", "video", "vision_start", "vision_end"), marks, strict=True)
    }
    config = getattr(transformers, f"{name}Config")(
        text_config=text_sizes(num_key_value_heads=2, head_dim=8, rope_parameters=places),
        vision_config=seen | sides,
        **ids,
    )
    pictures = Qwen2VLImageProcessorPil(
        patch_size=4, merge_size=2, temporal_patch_size=2, size={"shortest_edge": 256, "longest_edge": 1024}
    )
    save(folder, getattr(transformers, f"{name}ForConditionalGeneration")(config), pictures, words)
    processor_file(folder, f"{name}Processor")
    (folder / "chat_template.jinja").write_text(chat("<|vision_start|><|image_pad|><|vision_end|>"))


def qwen2_5_vl(folder: Path) -> None:
    qwen2_vl(folder, "Qwen2_5_VL")


def qwen3_vl(folder: Path) -> None:
    qwen2_vl(folder, "Qwen3VL")


def internvl(folder: Path) -> None:
    from transformers import GotOcr2ImageProcessorPil, InternVLConfig, InternVLForConditionalGeneration, Qwen2Config

    own = {
        "start_image_token": "<img>",
        "end_image_token": "</img>",
        "context_image_token": "<IMG_CONTEXT>",
        "video_token": "<video>",
    }
    words = tokenizer(*own.values(), names={"extra_special_tokens": own})
    config = InternVLConfig(
        text_config=Qwen2Config(**text_sizes(num_key_value_heads=2)),
        vision_config=vision_sizes(image_size=[16, 16], patch_size=[4, 4]),
        image_token_id=words.convert_tokens_to_ids("<IMG_CONTEXT>"),
        image_seq_length=4,
        downsample_ratio=0.5,
    )
    pictures = GotOcr2ImageProcessorPil(size={"height": 16, "width": 16}, crop_to_patches=False)
    save(folder, InternVLForConditionalGeneration(config), pictures, words)
    processor_file(folder, "InternVLProcessor", image_seq_length=4)
    (folder / "chat_template.jinja").write_text(chat("<IMG_CONTEXT>"))


def llava_next(folder: Path) -> None:
    from transformers import (
        CLIPVisionConfig,
        LlamaConfig,
        LlavaNextConfig,
        LlavaNextForConditionalGeneration,
        LlavaNextImageProcessorPil,
        LlavaNextProcessor,
    )

    words = tokenizer("<image>", names={"extra_special_tokens": {"image_token": "<image>"}})
    grid = [[16, 32], [32, 16], [32, 32]]
    config = LlavaNextConfig(
        text_config=LlamaConfig(**text_sizes(num_key_value_heads=2)),
        vision_config=CLIPVisionConfig(**vision_sizes()),
        image_token_index=words.convert_tokens_to_ids("<image>"),
        image_grid_pinpoints=grid,
        image_seq_length=4,
    )
    square = {"height": 16, "width": 16}
    pictures = LlavaNextImageProcessorPil(size={"shortest_edge": 16}, crop_size=square, image_grid_pinpoints=grid)
    reads = LlavaNextProcessor(
        pictures,
        words,
        patch_size=8,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=chat("<image>"),
    )
    save(folder, LlavaNextForConditionalGeneration(config), reads)


def llava_onevision(folder: Path) -> None:
    from transformers import (
        LlavaOnevisionConfig,
        LlavaOnevisionForConditionalGeneration,
        LlavaOnevisionImageProcessorPil,
        Qwen2Config,
        SiglipVisionConfig,
    )

    words = tokenizer("<image>", "<video>")
    grid = [[16, 32], [32, 16], [32, 32]]
    config = LlavaOnevisionConfig(
        text_config=Qwen2Config(**text_sizes(num_key_value_heads=2)),
        vision_config=SiglipVisionConfig(**vision_sizes(vision_use_head=False)),
        image_token_index=words.convert_tokens_to_ids("<image>"),
        video_token_index=words.convert_tokens_to_ids("<video>"),
        image_grid_pinpoints=grid,
        vision_feature_select_strategy="full",
        vision_feature_layer=-1,
    )
    pictures = LlavaOnevisionImageProcessorPil(size={"height": 16, "width": 16}, image_grid_pinpoints=grid)
    save(folder, LlavaOnevisionForConditionalGeneration(config), pictures, words)
    processor_file(
        folder,
        "LlavaOnevisionProcessor",
        num_image_tokens=4,
        vision_feature_select_strategy="full",
    )
    (folder / "chat_template.jinja").write_text(chat("<image>"))


def kosmos2(folder: Path) -> None:
    from transformers import Kosmos2Config, Kosmos2ForConditionalGeneration, Kosmos2Processor

    words = tokenizer(names={"add_bos_token": True})
    reads = Kosmos2Processor(clip_pictures(), words, num_patch_index_tokens=4)
    text = {"vocab_size": len(words) + 8, "embed_dim": 16, "layers": 2, "ffn_dim": 32, "attention_heads": 2}
    config = Kosmos2Config(
        text_config=text | {"pad_token_id": 0, "bos_token_id": 5, "eos_token_id": 6, "max_position_embeddings": 256},
        vision_config=vision_sizes(),
        latent_query_num=64,
    )
    save(folder, Kosmos2ForConditionalGeneration(config), reads)


def florence2(folder: Path) -> None:
    from transformers import BartConfig, Florence2Config, Florence2ForConditionalGeneration, Florence2Processor

    words = tokenizer("<image>", names={"extra_special_tokens": {"image_token": "<image>"}})
    text = BartConfig(
        vocab_size=128,
        d_model=16,
        encoder_layers=1,
        decoder_layers=1,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=32,
        decoder_ffn_dim=32,
        pad_token_id=0,
        bos_token_id=5,
        eos_token_id=6,
        decoder_start_token_id=6,
        forced_eos_token_id=None,
    )
    seen = {"depths": [1], "patch_size": [7], "patch_stride": [4], "patch_padding": [3], "patch_prenorm": [False]}
    seen |= {"embed_dim": [16], "num_heads": [2], "num_groups": [2], "window_size": 4, "projection_dim": 16}
    config = Florence2Config(
        text_config=text, vision_config=seen, image_token_id=words.convert_tokens_to_ids("<image>")
    )
    pictures = clip_pictures()
    pictures.image_seq_length = 17
    save(folder, Florence2ForConditionalGeneration(config), Florence2Processor(pictures, words))


def instructblip(folder: Path) -> None:
    from transformers import (
        BlipImageProcessorPil,
        InstructBlipConfig,
        InstructBlipForConditionalGeneration,
        InstructBlipProcessor,
    )

    opt = text_sizes(model_type="opt", ffn_dim=32, word_embed_proj_dim=16)
    words = tokenizer("<image>")
    config = InstructBlipConfig(
        vision_config=vision_sizes(),
        qformer_config=text_sizes(encoder_hidden_size=16, cross_attention_frequency=1),
        text_config=opt,
        num_query_tokens=4,
        image_token_index=words.convert_tokens_to_ids("<image>"),
    )
    pictures = BlipImageProcessorPil(size={"height": 16, "width": 16})
    reads = InstructBlipProcessor(pictures, words, tokenizer(frame=True), num_query_tokens=4)
    save(folder, InstructBlipForConditionalGeneration(config), reads)


def layoutlm(folder: Path) -> None:
    from transformers import LayoutLMConfig, LayoutLMForQuestionAnswering

    config = LayoutLMConfig(max_2d_position_embeddings=1024, **text_sizes(vocab_size=128, max_position_embeddings=512))
    save(folder, LayoutLMForQuestionAnswering(config), tokenizer(frame=True))


def layoutlmv3(folder: Path) -> None:
    from transformers import (
        LayoutLMv3Config,
        LayoutLMv3ForQuestionAnswering,
        LayoutLMv3ImageProcessorPil,
        LayoutLMv3Processor,
        LayoutLMv3Tokenizer,
    )

    base = ["<s>", "<pad>", "</s>", "<unk>", "<mask>", "Ġ", *"abcdefghijklmnopqrstuvwxyz0123456789.,!?:ABCDEFT"]
    words = LayoutLMv3Tokenizer(vocab={t: i for i, t in enumerate(base)}, merges=[], model_max_length=512)
    config = LayoutLMv3Config(
        **text_sizes(pad_token_id=1, bos_token_id=0, eos_token_id=2, max_position_embeddings=514),
        coordinate_size=3,
        shape_size=2,
        max_2d_position_embeddings=1024,
        input_size=32,
        patch_size=8,
        num_labels=2,
    )
    pictures = LayoutLMv3ImageProcessorPil(size={"height": 32, "width": 32})
    save(folder, LayoutLMv3ForQuestionAnswering(config), LayoutLMv3Processor(pictures, words))


ARCHITECTURES = (
    Architecture("image-to-text", "BlipForConditionalGeneration", blip, SHORT),
    Architecture("image-to-text", "Blip2ForConditionalGeneration", blip2, SHORT),
    Architecture("image-to-text", "GitForCausalLM", git, SHORT),
    Architecture("image-to-text", "Pix2StructForConditionalGeneration", pix2struct, SHORT),
    Architecture("image-to-text", "VisionEncoderDecoderModel-ViT-GPT2", vit_gpt2, SHORT),
    Architecture("image-to-text", "VisionEncoderDecoderModel-TrOCR", trocr, SHORT),
    Architecture("image-to-text", "VisionEncoderDecoderModel-Donut", donut_cord, SHORT),
    Architecture("image-to-text", "LlavaForConditionalGeneration", llava, SHORT),
    Architecture("image-to-text", "PaliGemmaForConditionalGeneration", paligemma, SHORT),
    Architecture("image-to-text", "Kosmos2ForConditionalGeneration", kosmos2, SHORT),
    Architecture("image-to-text", "Florence2ForConditionalGeneration", florence2, SHORT),
    Architecture("image-to-text", "InstructBlipForConditionalGeneration", instructblip, SHORT),
    Architecture("image-text-to-text", "LlavaNextForConditionalGeneration", llava_next, SHORT, ASKED),
    Architecture("image-text-to-text", "LlavaOnevisionForConditionalGeneration", llava_onevision, SHORT, ASKED),
    Architecture("image-text-to-text", "Idefics2ForConditionalGeneration", idefics2, SHORT, ASKED),
    Architecture("image-text-to-text", "Idefics3ForConditionalGeneration", idefics3, SHORT, ASKED),
    Architecture("image-text-to-text", "PaliGemmaForConditionalGeneration", paligemma, SHORT, ASKED),
    Architecture("image-text-to-text", "Gemma3ForConditionalGeneration", gemma3, SHORT, ASKED),
    Architecture("image-text-to-text", "Qwen2VLForConditionalGeneration", qwen2_vl, SHORT, ASKED),
    Architecture("image-text-to-text", "Qwen2_5_VLForConditionalGeneration", qwen2_5_vl, SHORT, ASKED),
    Architecture("image-text-to-text", "Qwen3VLForConditionalGeneration", qwen3_vl, SHORT, ASKED),
    Architecture("image-text-to-text", "InternVLForConditionalGeneration", internvl, SHORT, ASKED),
    Architecture("image-text-to-text", "LlavaForConditionalGeneration", llava, SHORT, ASKED),
    Architecture("visual-question-answering", "ViltForQuestionAnswering", vilt, SHORT, QUESTION),
    Architecture("visual-question-answering", "BlipForQuestionAnswering", blip_vqa, SHORT, QUESTION),
    Architecture("visual-question-answering", "Blip2ForConditionalGeneration", blip2, SHORT, QUESTION),
    Architecture("visual-question-answering", "GitForCausalLM", git, SHORT, QUESTION),
    Architecture("visual-question-answering", "LlavaForConditionalGeneration", llava, SHORT, QUESTION),
    Architecture("document-question-answering", "VisionEncoderDecoderModel-Donut", donut_docvqa, SHORT, QUESTION),
    Architecture("document-question-answering", "LayoutLMForQuestionAnswering", layoutlm, SHORT, ASKS, PAGES),
    Architecture("document-question-answering", "LayoutLMv3ForQuestionAnswering", layoutlmv3, SHORT, ASKS, PAGES),
    Architecture("document-question-answering", "Qwen2VLForConditionalGeneration", qwen2_vl, SHORT, QUESTION),
    Architecture("video-classification", "VideoMAEForVideoClassification", videomae),
    Architecture("video-classification", "TimesformerForVideoClassification", timesformer),
    Architecture("video-classification", "VivitForVideoClassification", vivit),
    Architecture("video-text-to-text", "LlavaForConditionalGeneration", llava, SHORT, ASKED),
)


@rows(ARCHITECTURES)
def test_an_architecture_runs(architecture: Architecture, tmp_path: Path):
    check(architecture, tmp_path)


def test_files_of_videos_run(tmp_path: Path):
    row = next(a for a in ARCHITECTURES if a.name == "VideoMAEForVideoClassification")
    files = (str(film(tmp_path / "one.mp4", frames=9)), str(film(tmp_path / "two.mp4", frames=30)))

    check(replace(row, samples=files), tmp_path)
