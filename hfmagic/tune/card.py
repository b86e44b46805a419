"""The card of a tuned model: what it was made from, what of, and how good it was. Never a row's text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

from ..hub.facts import ModelFacts
from ..trial import Tried
from ..trial.words import with_interval
from .training import Settings
from .tuned import Tuned

_KEPT = (
    *("license", "license_name", "license_link", "extra_gated_prompt", "extra_gated_fields", "extra_gated_heading"),
    *("extra_gated_description", "extra_gated_button_content", "language"),
)
"""Of the base's front matter: what it says of rights and languages holds for what is made from it."""
_METRICS: Mapping[str, str] = {"accuracy": "accuracy", "span F1": "f1", "nearest label": "nearest_neighbour_accuracy"}
_OF_BASE = ("starter", "tuned")  # tags
_PACKAGES = ("transformers", "torch", "accelerate", "safetensors")


def card(tuning: Tuned, base: ModelFacts, base_card: Mapping[str, Any], revision: str, settings: Settings) -> str:
    """README.md: front matter as the Hub defines it, then prose.

    Args:
        base_card: front matter of the base's card, empty where it is not known.
        revision: of the base.
    """
    front = _front(tuning, base, base_card)
    words = _prose(tuning, base, revision, settings)
    return "\n".join(["---", front, "---", "", f"# {tuning.model_id}", "", *words, ""])


def _front(tuning: Tuned, base: ModelFacts, base_card: Mapping[str, Any]) -> str:
    from huggingface_hub import EvalResult, ModelCardData

    kept = {name: base_card[name] for name in _KEPT if base_card.get(name)}
    kept.setdefault("license", base.license)
    kept.setdefault("language", list(base.languages) or None)
    figures = [
        EvalResult(
            task_type=tuning.task,
            dataset_type="own-rows",
            dataset_name=f"held-out rows of {tuning.frame}",
            dataset_split="held-out",
            metric_type=_METRICS.get(tuning.measure, tuning.measure),
            metric_value=round(model.value, 4),
        )
        for model in _measured(tuning)
        if model.model_id == tuning.model_id and model.value is not None and tuning.same_labels
    ]  # a figure for other labels would count for the base's, where a model is chosen
    data = ModelCardData(
        **kept,
        library_name="transformers",
        pipeline_tag=tuning.task,
        base_model=base.model_id,
        tags=["tuned", *(t for t in (base.tags if tuning.same_labels else [tuning.labels]) if t not in _OF_BASE)],
        limits=_limits(tuning, base),  # no field of the Hub's: hfmagic shows it beside the plan
        model_name=tuning.model_id.partition("/")[2] if figures else None,
        eval_results=figures or None,
    )
    return data.to_yaml().strip()


def _limits(tuning: Tuned, base: ModelFacts) -> str:
    of = f"Tuned on {tuning.rows[0]:,} rows of {tuning.frame}: other texts may be other than these."
    if tuning.task == "image-classification":
        of = f"Tuned on {tuning.rows[0]:,} pictures of {tuning.frame}: others may be other than these."
    return f"{of} Its base: {base.limits}" if base.limits else of


def _prose(tuning: Tuned, base: ModelFacts, revision: str, settings: Settings) -> list[str]:
    train, validation, held = tuning.rows
    trained = tuning.trained
    how = "low-rank adapters (LoRA, by peft), merged into the weights" if tuning.adapters else "all weights"
    packages = (*_PACKAGES, *(("peft",) if tuning.adapters else ()))
    stopped = "; interrupted" if trained.interrupted else ""
    return [
        f"{base.model_id}, tuned on this machine by `%hf tune {tuning.step_id} --labels {tuning.labels}`. It is in no",
        "Hub; its revision is the sha256 of its files.",
        "",
        "## Training data",
        "",
        f"Labelled rows of the frame `{tuning.frame}`: column `{tuning.column}`, labels in `{tuning.labels}`.",
        "None of them is kept here, but a model may give away what it has seen: share it as you would share the rows.",
        "",
        f"- trained on {train:,}, stopped by {validation:,}, measured on {held:,}: each different input in one part",
        f"- left out as repeated: {tuning.repeated:,}",
        *(f"- {_plain(label)}: {count:,} rows" for label, count in tuning.classes.items()),
        "",
        "## Training",
        "",
        f"- base: {base.model_id} at {revision}",
        f"- trained: {how}; learning rate {settings.rate:g}, {settings.batch} rows a batch, seed {settings.seed}",
        f"- kept: epoch {trained.best} of {len(trained.epochs)} (at most {settings.epochs}) by {tuning.measure} of the"
        f" validation rows{stopped}",
        f"- {trained.seconds:.0f} s, {trained.peak_bytes / 1e6:,.0f} MB beyond the model",
        f"- versions: {', '.join(f'{name} {version(name)}' for name in packages)}",
        "",
        "## Results",
        "",
        *_results(tuning),
        "",
        "## Limitations",
        "",
        _limits(tuning, base),
    ]


def _results(tuning: Tuned) -> Sequence[str]:
    trial = tuning.trial
    measured = _measured(tuning)
    if trial is None or not measured:
        return ["Not measured: the comparison with its base did not end."]
    lines = [f"{tuning.measure} on the {trial.rows:,} rows held out, with 95 % intervals:", ""]
    lines += [f"- {m.model_id}: {with_interval(trial, m)}" for m in measured]
    if (d := tuning.difference) is not None:
        lines += [
            f"- difference on the same rows: {100 * d.value:+.1f} points [{100 * d.low:+.1f}, {100 * d.high:+.1f}]"
        ]
    return lines


def _measured(tuning: Tuned) -> list[Tried]:
    return [m for m in tuning.trial.ranked if m.value is not None] if tuning.trial else []


def _plain(label: str) -> str:
    """A label in Markdown, where it means nothing."""
    return "`" + " ".join(label.replace("`", "'").split())[:100] + "`"
