"""A starter model's card: where every byte came from, who repackaged it, its license, what was measured."""

from __future__ import annotations

from collections.abc import Sequence

from .model import Source, StarterModel
from .progress import megabytes
from .recipe import Figure


def card(model: StarterModel, figures: Sequence[Figure]) -> str:
    """README.md of a finished model: the Hub's front matter, then prose."""
    front = _front_matter(model, figures)
    return "\n".join(["---", front, "---", "", f"# {model.model_id}", "", *_prose(model, figures), ""])


def _front_matter(model: StarterModel, figures: Sequence[Figure]) -> str:
    """YAML as the Hub defines it, with a `model-index` where something was measured."""
    from huggingface_hub import EvalResult, ModelCardData

    data = ModelCardData(
        license=model.license,
        language=list(model.language) or None,
        library_name="transformers",
        pipeline_tag=model.task,
        base_model=model.base_model,
        tags=["starter", *model.tags],
        limits=model.limits,  # no field of the Hub's: hfmagic shows it beside the plan
        model_name=model.name if figures else None,
        eval_results=[
            EvalResult(
                task_type=model.task,
                dataset_type="vaderSentiment",
                dataset_split=figure.split,
                dataset_name=figure.dataset,
                metric_type=figure.metric,
                metric_value=figure.value,
            )
            for figure in figures
        ]
        or None,
    )
    return data.to_yaml().strip()


def _prose(model: StarterModel, figures: Sequence[Figure]) -> list[str]:
    return [
        model.about,
        "",
        "Made by `hfmagic starter` on this machine, for where the Hugging Face Hub cannot be reached. Its revision is",
        "the sha256 of its files; it is no release of the people whose weights these are.",
        "",
        "## Where the bytes come from",
        "",
        *(_origin(source) for source in model.sources),
        *(f"- `starter/{name}`, made before it" for name in model.needs),
        "",
        f"License of the weights: **{model.license}**, according to {model.license_from}.",
        "",
        "## What was done",
        "",
        model.made,
        "",
        *(["## Measured", "", *(f"- {figure.words}" for figure in figures), ""] if figures else []),
        "## Limits",
        "",
        model.limits,
    ]


def _origin(source: Source) -> str:
    by = f"repackaged by a third party, {source.publisher}" if source.repackaged else f"published by {source.publisher}"
    taken = ", ".join(f"`{inside}`" for inside, _ in source.members)
    return (
        f"- [{source.package} {source.version}]({source.page}) on the Python package index, {by}; package license: "
        f"{source.license}; `{source.filename}`, {megabytes(source.size)} ({source.size:,} bytes), sha256 "
        f"`{source.sha256}`. Taken out of it: {taken}. None of its code was run."
    )
