"""Tiny pipelines of diffusers and enlargers of transformers, with random weights, as their own tests build them.

https://github.com/huggingface/diffusers/tree/v0.35.1/tests/pipelines
"""

from __future__ import annotations

import string
from pathlib import Path
from typing import Any


def clip_tokenizer() -> Any:
    """CLIP's tokenizer with the letters alone."""
    from transformers import CLIPTokenizer

    letters = [*string.ascii_lowercase, *string.digits, *string.punctuation]
    names = [*letters, *(f"{x}</w>" for x in letters), "<|startoftext|>", "<|endoftext|>"]
    return CLIPTokenizer({name: i for i, name in enumerate(names)}, [], model_max_length=77)


def t5_tokenizer() -> Any:
    """T5's tokenizer with the letters alone."""
    from transformers import T5Tokenizer

    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0)]
    pieces += [(x, -3.0) for x in (*string.ascii_letters, *string.punctuation)]
    return T5Tokenizer(pieces, extra_ids=0, model_max_length=77)


def clip_text(words: int, *, projects: bool = False) -> Any:
    """CLIP's reader of texts, 32 numbers a word."""
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

    config = CLIPTextConfig(
        bos_token_id=words - 2,
        eos_token_id=words - 1,
        pad_token_id=words - 1,
        hidden_size=32,
        intermediate_size=37,
        num_attention_heads=4,
        num_hidden_layers=2,
        vocab_size=words,
        hidden_act="gelu",
        projection_dim=32,
    )
    return (CLIPTextModelWithProjection if projects else CLIPTextModel)(config).eval()


def t5_text(words: int) -> Any:
    """T5's reader of texts, 32 numbers a word."""
    from transformers import T5Config, T5EncoderModel

    config = T5Config(vocab_size=words, d_model=32, d_kv=8, d_ff=37, num_layers=2, num_heads=4, pad_token_id=0)
    return T5EncoderModel(config).eval()


def vae(latents: int = 4, blocks: int = 2, **more: Any) -> Any:
    """Latents to pictures, two to the power of (blocks - 1) times as large."""
    from diffusers import AutoencoderKL

    return AutoencoderKL(
        block_out_channels=(32,) * blocks,
        in_channels=3,
        out_channels=3,
        down_block_types=("DownEncoderBlock2D",) * blocks,
        up_block_types=("UpDecoderBlock2D",) * blocks,
        latent_channels=latents,
        **more,
    ).eval()


def unet(channels: int = 4, **more: Any) -> Any:
    """What takes the noise away, from latents of 32 × 32."""
    from diffusers import UNet2DConditionModel

    settings = {
        "block_out_channels": (32, 64),
        "layers_per_block": 1,
        "sample_size": 32,
        "in_channels": channels,
        "out_channels": 4,
        "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D"),
        "up_block_types": ("CrossAttnUpBlock2D", "UpBlock2D"),
        "cross_attention_dim": 32,
    }
    return UNet2DConditionModel(**(settings | more)).eval()


def scheduler() -> Any:
    """The steps of Stable Diffusion."""
    from diffusers import DDIMScheduler

    return DDIMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False, steps_offset=1
    )


def stable_diffusion(folder: Path, name: str = "StableDiffusionPipeline", channels: int = 4) -> None:
    import diffusers

    tokenizer = clip_tokenizer()
    pipeline = getattr(diffusers, name)(
        unet=unet(channels),
        scheduler=scheduler(),
        vae=vae(),
        text_encoder=clip_text(len(tokenizer)),
        tokenizer=tokenizer,
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.save_pretrained(folder)


def latent_consistency(folder: Path) -> None:
    from diffusers import LatentConsistencyModelPipeline, LCMScheduler

    tokenizer = clip_tokenizer()
    LatentConsistencyModelPipeline(
        unet=unet(time_cond_proj_dim=32),
        scheduler=LCMScheduler(),
        vae=vae(),
        text_encoder=clip_text(len(tokenizer)),
        tokenizer=tokenizer,
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    ).save_pretrained(folder)


def stable_diffusion_xl(folder: Path, name: str = "StableDiffusionXLPipeline") -> None:
    import diffusers

    tokenizer = clip_tokenizer()
    getattr(diffusers, name)(
        unet=unet(
            attention_head_dim=(2, 4),
            use_linear_projection=True,
            addition_embed_type="text_time",
            addition_time_embed_dim=8,
            transformer_layers_per_block=(1, 2),
            projection_class_embeddings_input_dim=80,
            cross_attention_dim=64,
        ),
        scheduler=scheduler(),
        vae=vae(),
        text_encoder=clip_text(len(tokenizer), projects=False),
        tokenizer=tokenizer,
        text_encoder_2=clip_text(len(tokenizer), projects=True),
        tokenizer_2=clip_tokenizer(),
    ).save_pretrained(folder)


def stable_diffusion_3(folder: Path) -> None:
    from diffusers import FlowMatchEulerDiscreteScheduler, SD3Transformer2DModel, StableDiffusion3Pipeline

    tokenizer, t5 = clip_tokenizer(), t5_tokenizer()
    StableDiffusion3Pipeline(
        transformer=SD3Transformer2DModel(
            sample_size=32,
            patch_size=1,
            in_channels=4,
            num_layers=1,
            attention_head_dim=8,
            num_attention_heads=4,
            caption_projection_dim=32,
            joint_attention_dim=32,
            pooled_projection_dim=64,
            out_channels=4,
        ),
        scheduler=FlowMatchEulerDiscreteScheduler(),
        vae=vae(shift_factor=0.06, scaling_factor=1.5, use_quant_conv=False, use_post_quant_conv=False),
        text_encoder=clip_text(len(tokenizer), projects=True),
        tokenizer=tokenizer,
        text_encoder_2=clip_text(len(tokenizer), projects=True),
        tokenizer_2=clip_tokenizer(),
        text_encoder_3=t5_text(len(t5)),
        tokenizer_3=t5,
    ).save_pretrained(folder)


def flux(folder: Path) -> None:
    from diffusers import FlowMatchEulerDiscreteScheduler, FluxPipeline, FluxTransformer2DModel

    tokenizer, t5 = clip_tokenizer(), t5_tokenizer()
    FluxPipeline(
        transformer=FluxTransformer2DModel(
            patch_size=1,
            in_channels=4,
            num_layers=1,
            num_single_layers=1,
            attention_head_dim=16,
            num_attention_heads=2,
            joint_attention_dim=32,
            pooled_projection_dim=32,
            axes_dims_rope=(4, 4, 8),
        ),
        scheduler=FlowMatchEulerDiscreteScheduler(),
        vae=vae(1, shift_factor=0.06, scaling_factor=1.5, use_quant_conv=False, use_post_quant_conv=False),
        text_encoder=clip_text(len(tokenizer)),
        tokenizer=tokenizer,
        text_encoder_2=t5_text(len(t5)),
        tokenizer_2=t5,
    ).save_pretrained(folder)


def pixart(folder: Path) -> None:
    from diffusers import DDIMScheduler, PixArtSigmaPipeline, PixArtTransformer2DModel

    t5 = t5_tokenizer()
    PixArtSigmaPipeline(
        transformer=PixArtTransformer2DModel(
            sample_size=32,  # of the sizes that it was trained on: it draws 256 × 256 and makes that smaller
            num_layers=2,
            patch_size=2,
            attention_head_dim=8,
            num_attention_heads=3,
            caption_channels=32,
            in_channels=4,
            cross_attention_dim=24,
            out_channels=8,
            attention_bias=True,
            activation_fn="gelu-approximate",
            num_embeds_ada_norm=1000,
            norm_type="ada_norm_single",
            norm_elementwise_affine=False,
            norm_eps=1e-6,
        ),
        scheduler=DDIMScheduler(),
        vae=vae(blocks=4),
        text_encoder=t5_text(len(t5)),
        tokenizer=t5,
    ).save_pretrained(folder)


def swin2sr(folder: Path) -> None:
    from transformers import Swin2SRConfig, Swin2SRForImageSuperResolution, Swin2SRImageProcessor

    config = Swin2SRConfig(
        image_size=32, embed_dim=16, depths=[1, 1], num_heads=[2, 2], window_size=4, mlp_ratio=2.0, upscale=2
    )
    Swin2SRForImageSuperResolution(config).save_pretrained(folder)
    Swin2SRImageProcessor(pad_size=4).save_pretrained(folder)
