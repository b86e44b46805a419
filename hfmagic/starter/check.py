"""The self-test of a finished folder: loaded as any reader will load it, a small known input, its expected meaning."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .recipe import Job

if TYPE_CHECKING:
    from torch import Tensor


def self_test(job: Job) -> None:
    """Load the finished model and try it.

    Raises:
        ValueError: a weight is missing, or the output does not mean what it must.
    """
    _TESTS[job.task](job.out)


def _load(auto: Any, folder: Path, **options: Any) -> Any:
    """A model in float32 whose every weight came from the file."""
    import torch

    model, loaded = auto.from_pretrained(
        folder, dtype=torch.float32, output_loading_info=True, local_files_only=True, use_safetensors=True, **options
    )
    if lacking := {*loaded["missing_keys"], *loaded["mismatched_keys"]}:
        raise ValueError(f"weights are missing: {sorted(lacking)}")
    return model.eval()


def _expect(found: object, wanted: str, *, holds: bool) -> None:
    if not holds:
        raise ValueError(f"self-test: wanted {wanted}, found {found!r}")


def _similarity(folder: Path) -> None:
    import torch
    from transformers import AutoModel, AutoTokenizer

    texts = [
        "The parcel came two days late.",
        "My package was delivered two days behind schedule.",
        "Cats like to sleep.",
    ]
    tokens = AutoTokenizer.from_pretrained(folder)(texts, padding=True, return_tensors="pt")
    with torch.inference_mode():
        hidden = _load(AutoModel, folder)(**tokens).last_hidden_state  # (3, tokens, width)
    mask = tokens["attention_mask"][..., None]
    means = torch.nn.functional.normalize((hidden * mask).sum(1) / mask.sum(1), dim=-1)
    alike, other = float(means[0] @ means[1]), float(means[0] @ means[2])
    _expect((round(alike, 3), round(other, 3)), "a paraphrase nearer by 0.4", holds=alike > other + 0.4)


def _sentiment(folder: Path) -> None:
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    model = _load(AutoModelForSequenceClassification, folder)
    texts = ["I love this phone, it works great!", "What a terrible, useless waste of money."]
    tokens = AutoTokenizer.from_pretrained(folder)(texts, padding=True, return_tensors="pt")
    with torch.inference_mode():
        labels = [model.config.id2label[i] for i in model(**tokens).logits.argmax(-1).tolist()]
    _expect(labels, "POSITIVE, NEGATIVE", holds=labels == ["POSITIVE", "NEGATIVE"])


def _image(folder: Path) -> None:
    import torch
    from PIL import Image
    from transformers import AutoImageProcessor, AutoModelForImageClassification

    model = _load(AutoModelForImageClassification, folder)
    with Image.open(_pavilion()) as file:
        pixels = AutoImageProcessor.from_pretrained(folder, backend="pil")(file.convert("RGB"), return_tensors="pt")
    with torch.inference_mode():
        best = model(**pixels).logits[0].topk(3).indices.tolist()
    labels = [model.config.id2label[i] for i in best]
    _expect(labels, "palace among the first three", holds="palace" in labels)


def _pavilion() -> Path:
    """scikit-learn's photo of the Summer Palace (CC BY 2.0, danielbuechele); found without importing scikit-learn."""
    spec = importlib.util.find_spec("sklearn")
    if spec is None or spec.origin is None:
        raise ValueError("scikit-learn is missing; its photo of a palace is the self-test")
    return Path(spec.origin).parent / "datasets" / "images" / "china.jpg"


def _speech(folder: Path) -> None:
    """Real speech is tried by the tests: here numbers in the right range, and words that survive the tokenizer."""
    import numpy as np
    import torch
    from transformers import AutoModelForSpeechSeq2Seq, AutoProcessor

    processor = AutoProcessor.from_pretrained(folder)
    model = _load(AutoModelForSpeechSeq2Seq, folder)
    text = " He was not an ill-disposed young man."
    back = processor.tokenizer.decode(processor.tokenizer(text, add_special_tokens=False).input_ids)
    _expect(back, text, holds=back == text)
    hum = 0.1 * np.sin(2 * np.pi * 220 * np.arange(16_000) / 16_000, dtype=np.float32)  # a second, 16 kHz
    features = processor(hum, sampling_rate=16_000, return_tensors="pt").input_features  # (1, 80, 3000)
    with torch.inference_mode():
        ids = model.generate(features, max_new_tokens=8)
    heard = processor.tokenizer.decode(ids[0], skip_special_tokens=True)
    _expect(heard, "few words for a hum", holds=len(heard) < 80)


def _title(folder: Path) -> None:
    import torch
    from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

    text = "The build failed because numpy was missing, so we added it to requirements.txt and ran the tests again."
    tokenizer = AutoTokenizer.from_pretrained(folder)
    with torch.inference_mode():
        ids = _load(AutoModelForSeq2SeqLM, folder).generate(**_tokens(tokenizer, text), max_new_tokens=16)
    title = str(tokenizer.decode(ids[0], skip_special_tokens=True))
    _expect(title, "a short title that names numpy", holds="numpy" in title.lower() and len(title) < len(text) / 2)


def _chat(folder: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    question = [{"role": "user", "content": "What is the capital of France?"}]
    prompt = str(tokenizer.apply_chat_template(question, add_generation_prompt=True, tokenize=False))
    _expect(prompt[-24:], "an assistant's turn", holds=prompt.endswith("<|im_start|>assistant\n"))
    tokens = _tokens(tokenizer, prompt)
    with torch.inference_mode():
        ids = _load(AutoModelForCausalLM, folder).generate(**tokens, max_new_tokens=12, do_sample=False)
    said = tokenizer.decode(ids[0, tokens["input_ids"].shape[1] :], skip_special_tokens=True)
    _expect(said, "Paris", holds="Paris" in said)


def _tokens(tokenizer: Any, text: str) -> dict[str, Tensor]:
    tokens = tokenizer(text, return_tensors="pt")
    return {name: tokens[name] for name in ("input_ids", "attention_mask")}


_TESTS: dict[str, Callable[[Path], None]] = {
    "sentence-similarity": _similarity,
    "text-classification": _sentiment,
    "image-classification": _image,
    "automatic-speech-recognition": _speech,
    "summarization": _title,
    "text-generation": _chat,
}
