"""A tuning in sentences, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping

from ..limits import size_words
from ..render.words import seconds_words
from ..trial.words import told
from .tuned import Difference, Tuned

_SAID: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "tuning {base} for {step}",
        "rows": "{all:,} different rows of {frame}, labels in {labels}: {train:,} to train on, {validation:,} to tell "
        "when to stop, {held:,} held out{repeated}",
        "repeated": " ({count:,} repeated ones left out)",
        "classes": "labels: {classes}{more}",
        "more": " and {count:,} more",
        "foreseen": "at most {epochs} epochs: about {least} to {most}, {size} of memory (by a few batches); {how}",
        "whole": "all weights are trained",
        "adapters": "LoRA adapters are trained",
        "epoch": "epoch {number}",
        "kept": "epoch {best} of {count} is kept: {seconds} of training, {peak} beyond the model",
        "interrupted": "interrupted: the best epoch so far is kept",
        "change": "on the same {rows:,} rows: {change} points, 95 % interval [{low}, {high}]",
        "unsure": "{model} is not shown to be better than {base}: it is kept, and not suggested; more labels may help",
        "uncompared": "{model} is kept, but was not compared with {base}: the comparison was broken off",
        "next": "%hf use {step} {model} takes it, then %hf go",
    },
    "zh": {
        "title": "为 {step} 微调 {base}",
        "rows": "{frame} 中 {all:,} 个不同的行，标注在 {labels}：{train:,} 行训练，{validation:,} 行决定何时停止，"
        "{held:,} 行留作检验{repeated}",
        "repeated": "（略去 {count:,} 个重复行）",
        "classes": "标签：{classes}{more}",
        "more": " 以及另外 {count:,} 个",
        "foreseen": "最多 {epochs} 轮：约 {least} 到 {most}，内存 {size}（按几个批次估计）；{how}",
        "whole": "训练全部权重",
        "adapters": "训练 LoRA 适配器",
        "epoch": "第 {number} 轮",
        "kept": "保留 {count} 轮中的第 {best} 轮：训练 {seconds}，模型之外占用 {peak}",
        "interrupted": "已中断：保留到目前为止最好的一轮",
        "change": "在同样的 {rows:,} 行上：{change} 个百分点，95 % 区间 [{low}, {high}]",
        "unsure": "未能证明 {model} 好于 {base}：已保存，但不建议使用；更多标注可能有帮助",
        "uncompared": "{model} 已保存，但没有与 {base} 比较：比较被中断",
        "next": "%hf use {step} {model} 采用它，然后 %hf go",
    },
}
MOST_CLASSES = 12


def title(tuning: Tuned) -> str:
    """Which model is tuned for which step."""
    return _SAID[tuning.language]["title"].format(base=tuning.base, step=tuning.step_id)


def before(tuning: Tuned) -> tuple[str, ...]:
    """What is told before it begins: rows, labels, and what it will take."""
    said, (train, validation, held) = _SAID[tuning.language], tuning.rows
    repeated = said["repeated"].format(count=tuning.repeated) if tuning.repeated else ""
    rows = said["rows"].format(
        all=sum(tuning.rows),
        frame=tuning.frame,
        labels=tuning.labels,
        train=train,
        validation=validation,
        held=held,
        repeated=repeated,
    )
    shown = list(tuning.classes.items())[:MOST_CLASSES]
    left = len(tuning.classes) - len(shown)
    classes = said["classes"].format(
        classes=", ".join(f"{label[:40]} {count:,}" for label, count in shown),
        more=said["more"].format(count=left) if left else "",
    )
    return (rows, classes, *((_foreseen(tuning),) if tuning.foreseen else ()))


def _foreseen(tuning: Tuned) -> str:
    said, foreseen = _SAID[tuning.language], tuning.foreseen
    if foreseen is None:
        return ""
    least, most = map(seconds_words, foreseen.seconds)
    how = said["adapters" if tuning.adapters else "whole"]
    return said["foreseen"].format(
        epochs=tuning.epochs, least=least, most=most, size=size_words(foreseen.bytes), how=how
    )


def after(tuning: Tuned) -> tuple[str, ...]:
    """How it came out, and the next line; nothing is suggested that is not shown to be better."""
    said, trained, trial = _SAID[tuning.language], tuning.trained, tuning.trial
    if not tuning.model_id:
        return ()
    lines = [said["interrupted"]] if trained.interrupted else []
    peak, seconds = size_words(trained.peak_bytes), seconds_words(trained.seconds)
    lines.append(said["kept"].format(best=trained.best, count=len(trained.epochs), seconds=seconds, peak=peak))
    if trial is None:
        return tuple(lines)
    if tuning.difference is None:
        return (*lines, *told(trial)[1:], said["uncompared"].format(model=tuning.model_id, base=tuning.base))
    lines.append(_change(tuning, tuning.difference, trial.verdict.rows))
    key = "next" if tuning.is_better else "unsure"
    return (*lines, said[key].format(step=tuning.step_id, model=tuning.model_id, base=tuning.base))


def _change(tuning: Tuned, found: Difference, rows: int) -> str:
    value, low, high = (f"{100 * x:+.1f}" for x in (found.value, found.low, found.high))
    return _SAID[tuning.language]["change"].format(rows=rows, change=value, low=low, high=high)


def epoch_words(tuning: Tuned, number: int) -> str:
    """An epoch's name."""
    return _SAID[tuning.language]["epoch"].format(number=number)
