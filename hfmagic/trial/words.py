"""A trial in sentences, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping

from .groups import Gap, gaps
from .trial import Trial, Tried

OUT_OF_TIME = {"en": "stopped after {seconds} s, as asked", "zh": "已到 {seconds} 秒的时限，停止"}
_EARLY = {
    "en": "stopped after {rows} of {wanted} rows: the order is clear",
    "zh": "跑了 {wanted} 行中的 {rows} 行就停下：结果已经明确",
}
_SAID: Mapping[str, Mapping[str, str]] = {
    "en": {
        "clear": "{best} is better: {value} against {other} for {second} on {rows} rows (p = {p})",
        "close": "too close to call: {best} {value}, {second} {other} on {rows} rows (p = {p}); {settle}",
        "settle": "about {settle:,} rows would settle it",
        "alike": "hardly any number of rows would settle it",
        "agree": "no labels: this is how far the models agree, which is not how good they are; "
        "label the rows where they differ, or name a column of labels",
        "one": "{best}: {value} on {rows} rows",
        "none": "nothing to compare",
        "matched": "{model}: labels matched by best fit: {pairs}",
        "gap": "{model} is worse for some: {by} = {best}: {high} ({n} rows), {worst}: {low} ({m} rows), "
        "more than chance (p = {p})",
        "clicked": "of the rows labelled by click, which are those on which the models differ",
    },
    "zh": {
        "clear": "{best} 更好：{value}，{second} 为 {other}（{rows} 行，p = {p}）",
        "close": "难分高下：{best} {value}，{second} {other}（{rows} 行，p = {p}）；{settle}",
        "settle": "约 {settle:,} 行可以分出高下",
        "alike": "再多的行也难以分出高下",
        "agree": "没有标注：这里是各模型彼此一致的程度，不是好坏；请标注有分歧的行，或指定一个标注列",
        "one": "{best}：{value}（{rows} 行）",
        "none": "没有可以比较的",
        "matched": "{model}：标签按最佳吻合对应：{pairs}",
        "gap": "{model} 对部分行更差：{by} = {best}：{high}（{n} 行），{worst}：{low}（{m} 行），超出偶然（p = {p}）",
        "clicked": "只算点击标注的行，即各模型有分歧的行",
    },
}


def decided_early(rows: int, wanted: int, language: str) -> str:
    """Why a trial stopped before all rows had run."""
    return _EARLY[language].format(rows=rows, wanted=wanted)


def told(trial: Trial) -> tuple[str, ...]:
    """What follows from a trial, the verdict first."""
    said = _SAID[trial.language]
    lines = [_verdict(trial)]
    if trial.truth and not trial.known:
        lines.append(said["clicked"])
    lines += [_gap(trial, gap) for gap in gaps(trial)]
    lines += [said["matched"].format(model=", ".join(of), pairs=pairs) for pairs, of in _matches(trial).items()]
    return tuple(filter(None, (*lines, trial.stopped, *trial.notes, trial.error)))


def figure(trial: Trial, value: float) -> str:
    """A figure of the trial's measure: "88 %", or "0.34" where it is no share."""
    return f"{value:.0%}".replace("%", " %") if trial.measure == "agreement" or _percent(trial) else f"{value:.3g}"


def with_interval(trial: Trial, model: Tried) -> str:
    """A figure with its 95 % interval: "88 % [80–93]"; empty while there is none."""
    if model.value is None:
        return ""
    low, high = figure(trial, model.low).removesuffix(" %"), figure(trial, model.high).removesuffix(" %")
    return f"{figure(trial, model.value)} [{low}–{high}]"


def chance(p: float) -> str:
    """A p-value with as many digits as it bears."""
    return "< 0.001" if p < 0.001 else f"{p:.1g}" if p < 0.1 else f"{p:.2g}"


def _matches(trial: Trial) -> dict[str, list[str]]:
    """Which labels were taken for which, and the models of which that holds."""
    found: dict[str, list[str]] = {}
    for model, guessed in trial.matched.items():
        found.setdefault(", ".join(f"{mine} = {theirs}" for mine, theirs in guessed.items()), []).append(model)
    return found


def _percent(trial: Trial) -> bool:
    return not trial.known or trial.scored_by.percent


def _verdict(trial: Trial) -> str:
    said, verdict = _SAID[trial.language], trial.verdict
    by_id = {m.model_id: m for m in trial.ranked}
    if verdict.kind == "none":
        measured = [m for m in trial.ranked if m.value is not None]
        if trial.measure == "agreement":
            return said["agree"] if measured else said["none"]
        if not measured:
            return said["none"]
        return said["one"].format(
            best=measured[0].model_id, value=with_interval(trial, measured[0]), rows=measured[0].done
        )
    settle = said["settle"].format(settle=verdict.settle) if verdict.settle else said["alike"]
    return (
        said[verdict.kind]
        .format(
            best=verdict.best,
            second=verdict.second,
            value=with_interval(trial, by_id[verdict.best]),
            other=with_interval(trial, by_id[verdict.second]),
            rows=verdict.rows,
            p=chance(verdict.p),
            settle=settle,
        )
        .replace("p = <", "p <")
    )


def _gap(trial: Trial, gap: Gap) -> str:
    return (
        _SAID[trial.language]["gap"]
        .format(
            model=gap.model_id,
            by=trial.by,
            best=gap.best.name,
            high=figure(trial, gap.best.value),
            n=gap.best.rows,
            worst=gap.worst.name,
            low=figure(trial, gap.worst.value),
            m=gap.worst.rows,
            p=chance(gap.p),
        )
        .replace("p = <", "p <")
    )
