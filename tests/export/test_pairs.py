"""Plans that do one thing twice, over two columns, other rows, with two models: nothing of one gets into the other.

All scripts run in one fresh process, as in test_same.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from hfmagic.config import HFMagic
from hfmagic.export import to_python
from hfmagic.hub.facts import ModelFacts
from hfmagic.kinds import Kind
from hfmagic.plan import Column, Frame, ModelChoice, Plan, Predicate, Reference, Step, StepOutput
from hfmagic.session import Session
from tests.conftest import DATA
from tests.planners.inputs import table

from .runs import Case, assert_functions, assert_same, bars, case, function_case, run_scripts, sizes

LABELS = {"org/topics": ("sport", "politics"), "org/moods": ("negative", "positive")}
TINY, MINI = "starter/bert-tiny-sentiment", "starter/minilm-l6-sentiment"
NEGATIVE, POSITIVE = ((Predicate(of=StepOutput(step="sentiment"), value=value),) for value in ("negative", "positive"))


def forum() -> pd.DataFrame:
    """Two columns of texts, of which no row has the same in both; blank and missing ones; numbers."""
    found = pd.read_csv(DATA / "reviews.csv")["review"]
    frame = pd.DataFrame(
        {"review": found[:12].tolist(), "answer": found[100:112].tolist(), "stars": [1.0, 2.5, 4.0] * 4}
    )
    return pd.concat([frame, frame.head(2).assign(review=[None, "  "], answer=["Thank you.", None])], ignore_index=True)


def step(name: str, task: str, of: str | Reference = "review", **more: Any) -> Step:
    slot = {"cluster": "embedding", "template": "value"}.get(task, "text")
    read = Column(column=of, of="forum") if isinstance(of, str) else of
    texts = more.pop("texts", None)
    inputs = {slot: read, **({"text": Column(column=texts, of="forum")} if texts else {})}
    return Step(id=name, task=task, inputs=inputs, output=name, **more)


def chart(name: str, x: str, *plus: str) -> Step:
    read = {"table": Frame(frame="forum", plus=plus)}
    return Step(id=name, task="chart", inputs=read, parameters={"mark": "bar", "x": x}, output=name)


SENTIMENT = step("sentiment", "text-classification")


def two_themes() -> tuple[Step, ...]:
    """In the order of the planner: both embeddings before both clusterings."""
    return (
        step("emb", "feature-extraction"),
        step("emb_2", "feature-extraction", "answer"),
        step("theme", "cluster", StepOutput(step="emb"), texts="review"),
        step("theme_2", "cluster", StepOutput(step="emb_2"), texts="answer"),
    )


def themes_of_two_moods() -> tuple[Step, ...]:
    """Embeddings of other rows of one column, one after the other."""
    return (
        SENTIMENT,
        step("emb", "feature-extraction", where=NEGATIVE),
        step("theme", "cluster", StepOutput(step="emb"), texts="review"),
        step("emb_2", "feature-extraction", where=POSITIVE),
        step("theme_2", "cluster", StepOutput(step="emb_2"), texts="review"),
        step("emb_3", "feature-extraction", where=NEGATIVE),
        step("theme_3", "cluster", StepOutput(step="emb_3"), parameters={"groups": 2}),
    )


def groups_twice() -> tuple[Step, ...]:
    """Two clusterings of the same embeddings, and one of numbers."""
    return (
        SENTIMENT,
        step("emb", "feature-extraction"),
        step("two", "cluster", StepOutput(step="emb"), texts="review", parameters={"groups": 2}),
        step("some", "cluster", StepOutput(step="emb"), texts="answer", parameters={"groups": 2}, where=POSITIVE),
        step("emb_2", "feature-extraction", "stars"),
        step("sort", "cluster", StepOutput(step="emb_2"), texts="stars", parameters={"groups": 2}),
        step("emb_3", "feature-extraction", "answer"),
        step("last", "cluster", StepOutput(step="emb_3"), texts="review", parameters={"groups": 3}),
    )


def scores() -> tuple[Step, ...]:
    """What gives labels and numbers, each with another column, other rows and other parameters."""
    names, others = {"candidate_labels": ["the price", "the battery"]}, {"candidate_labels": ["good", "bad", "old"]}
    return (
        SENTIMENT,
        step("mood", "text-classification", "answer"),
        step("mood_2", "text-classification", where=NEGATIVE),
        step("mood_3", "text-classification", where=POSITIVE),
        step("kind", "zero-shot-classification", parameters=names, where=NEGATIVE),
        step("kind_2", "zero-shot-classification", parameters=others, where=POSITIVE),
        step("kind_3", "zero-shot-classification", "answer", parameters=names),
        step("near", "sentence-similarity", parameters={"sentence": "It broke."}),
        step("near_2", "sentence-similarity", parameters={"sentence": "It works."}),
        step("near_3", "sentence-similarity", "answer", parameters={"sentence": "It broke."}, where=NEGATIVE),
        chart("drawn", "sentiment", "sentiment"),
        chart("drawn_2", "mood", "mood"),
    )


def texts() -> tuple[Step, ...]:
    """What gives texts and embeddings, likewise."""
    title, short = {"style": "title", "max_new_tokens": 6}, {"max_new_tokens": 3}
    tell, ask = ({"instruction": words, "max_new_tokens": 3} for words in ("Answer.", "Ask a question."))
    few = (*NEGATIVE, Predicate(of=Column(column="stars", of="forum"), op=">=", value=3))
    return (
        SENTIMENT,
        step("vector", "feature-extraction", where=NEGATIVE),
        step("vector_2", "feature-extraction", where=POSITIVE),
        step("title", "summarization", parameters=title, where=few),
        step("title_2", "summarization", "answer", parameters=short, where=few),
        step("reply", "text-generation", parameters=tell, where=few),
        step("reply_2", "text-generation", parameters=ask, where=few),
        step("tongue", "detect-language", where=NEGATIVE),
        step("tongue_2", "detect-language", where=POSITIVE),
        step("said", "template", "stars", parameters={"template": "{value} stars"}, where=NEGATIVE),
        step("said_2", "template", "stars", parameters={"template": "{value} of 5"}, where=POSITIVE),
    )


def two_frames() -> tuple[Step, ...]:
    """The same twice, over two frames, with columns of the same name."""
    steps: list[Step] = []
    for name in ("forum", "posts"):
        mood = step(f"{name}_mood", "text-classification", Column(column="review", of=name))
        kept = Step(
            id=f"{name}_kept",
            task="filter",
            inputs={"table": Frame(frame=name, plus=(mood.id,))},
            where=(Predicate(of=StepOutput(step=mood.id), value="negative"),),
            output="kept",
        )
        steps += [mood.model_copy(update={"output": "mood"}), kept]
    return tuple(steps)


def regression(folder: Path, starter_hub: Path) -> Path:
    """A folder Hub with a model whose config calls its head a regression's."""
    home = folder / "heads" / "org" / "regression"
    shutil.copytree(starter_hub / TINY, home)
    config = json.loads((home / "config.json").read_text())
    (home / "config.json").write_text(json.dumps({**config, "problem_type": "regression"}))
    return folder / "heads"


def test_a_chart_has_the_colors_of_its_own_frame():
    """Where another has a column of the same name, made by a model with other labels."""
    schemas = [table(name, review=Kind.TEXT, product=Kind.LABELS) for name in ("forum", "posts")]
    moods = [two_frames()[0], two_frames()[2]]
    steps = [
        Step(
            id=f"{name}_chart",
            task="chart",
            inputs={"table": Frame(frame=name, plus=(f"{name}_mood",))},
            parameters={"mark": "bar", "x": "product", "color": "mood"},
            output="drawn",
        )
        for name in ("forum", "posts")
    ]
    made = Plan(inputs=tuple(schemas), steps=(*moods, *steps))
    facts = {name: ModelFacts(name, Path("models") / name, labels=labels) for name, labels in LABELS.items()}
    for mood, name in zip(moods, LABELS, strict=True):
        made = made.with_model(mood.id, ModelChoice(model_id=name, revision="0" * 40))

    code = to_python(made, facts)

    first, second = code.index("def draw_chart("), code.index("def draw_chart_2(")
    assert "color=" not in code[first:second]
    assert 'color={"negative": "#D55E00", "positive": "#0072B2"}' in code[second:]


def test_a_function_of_two_charts_stores_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["script.py"])
    import matplotlib.pyplot as plt

    plt.close("all")
    frame = pd.DataFrame({"review": ["a", "a", "b"], "answer": ["c", "d", "e"]})
    frame.to_csv("forum.csv", index=False)
    schema = table("forum", review=Kind.LABELS, answer=Kind.LABELS)

    for steps in ([chart("one", "review")], [chart("one", "review"), chart("two", "answer")]):
        exec(to_python(Plan(inputs=(schema,), steps=tuple(steps)), {}, function=True), {"__name__": "__main__"})  # noqa: S102
        plt.close("all")

    assert sorted(p.name for p in tmp_path.glob("*.png")) == ["chart.png", "chart_1.png", "chart_2.png"]


def test_a_thing_done_twice_gives_what_the_engine_gives(tmp_path: Path, starter_hub: Path):
    heads = regression(tmp_path, starter_hub)
    settings = {"hub_dirs": [str(starter_hub), str(heads)], "hub_cache": str(tmp_path / "hub-cache")}
    session = Session(HFMagic(cache_dir=str(tmp_path / "cache"), allowed_dirs=[str(tmp_path)], **settings))
    frame = forum()
    frame.to_parquet(tmp_path / "forum.parquet")
    frame.iloc[::-1].to_parquet(tmp_path / "posts.parquet")
    given: Mapping[str, tuple[Any, str]] = {"forum": (frame, "forum.parquet")}
    posts = {"posts": (frame.iloc[::-1], "posts.parquet")}
    tiny = {"sentiment": TINY}
    models = {**tiny, "mood": MINI, "mood_2": MINI, "mood_3": TINY}
    cases: dict[str, Case] = {
        "two_themes": case(session, given, *two_themes()),
        "two_moods": case(session, given, *themes_of_two_moods(), models=tiny),
        "groups_twice": case(session, given, *groups_twice(), models=tiny),
        "scores": case(session, given, *scores(), models=models),
        "texts": case(session, given, *texts(), models=tiny),
        "frames": case(session, {**given, **posts}, *two_frames(), models={"forum_mood": TINY, "posts_mood": MINI}),
        "regression": case(session, given, SENTIMENT, models={"sentiment": "org/regression"}),
    }
    other = frame.iloc[::-2].reset_index(drop=True)
    twice = (*two_themes(), chart("drawn", "theme", "theme"), chart("drawn_2", "theme_2", "theme_2"))
    functions = {"function": function_case(session, {"forum": frame}, {"forum": other}, steps=twice)}

    found = run_scripts(tmp_path, cases, functions)

    for name, one in cases.items():
        assert_same(one.results.value, found[name]["result"])
    assert_same(cases["frames"].results["forum_kept"].value.to_native(), found["frames"]["kept"])
    for name in ("drawn", "drawn_2"):
        assert bars(sizes(cases["scores"].results[name].value)) == bars(found["scores"][name])
    assert_functions(functions, found)
    themes = found["two_themes"]["result"][["theme", "theme_2"]]
    assert themes.isna().sum().tolist() == [2, 1]
