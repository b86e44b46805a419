"""Follow-ups through the public door: which model takes the place of the last one, under the same limits."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from hfmagic.errors import InvalidPlan, NoModelFits, UnknownModel, UnknownVariable
from hfmagic.session import Options
from tests.hub.bench import CELL, REVIEWS, Bench, model_of
from tests.hubserver import TestHub

pytest_plugins = ["tests.hubserver.fixtures"]
pytestmark = pytest.mark.usefixtures("no_hub_settings")

SMALL, LARGE = "acme/tiny-sentiment", "google/wide-sentiment"
MANY = "acme/multilingual-sentiment"


@pytest.fixture
def hub(tiny_hub: TestHub, tiny_models: Path) -> TestHub:
    """Three models for sentiment: a small one, a larger one of Google's, one that reads many languages."""
    for model_id, folder, languages in (
        (LARGE, "tiny-emotions", b"en"),
        (MANY, "tiny-sentiment", b"multilingual"),
    ):
        files = {p.name: p.read_bytes() for p in (tiny_models / "acme" / folder).iterdir() if p.is_file()}
        card = (
            b"---\nlicense: mit\nlanguage: "
            + languages
            + b"\npipeline_tag: text-classification\ntags: [sentiment]\n---\n"
        )
        tiny_hub.add(model_id, {**files, "README.md": card}, pipeline_tag="text-classification", downloads=10)
    tiny_hub.repos = {m: tiny_hub.repos[m] for m in (SMALL, LARGE, MANY)}
    return tiny_hub


@pytest.fixture
def bench(hub: TestHub, tmp_path: Path) -> Bench:
    return Bench(hub, tmp_path)


def follow(bench: Bench, request: str, variables: dict[str, object] | None = None, **options: object):
    """A cell that names nothing on its line."""
    return bench.session.propose(request, variables or {"reviews": REVIEWS}, (), Options(**options))  # type: ignore[arg-type]


@pytest.mark.parametrize("request_", ["use a bigger model", "换个更大的模型", "again with a larger model, please"])
def test_a_bigger_model_takes_the_place_of_the_last_one(bench: Bench, request_: str):
    assert model_of(bench.propose()) == SMALL

    found = follow(bench, request_)

    assert model_of(found) == LARGE
    assert found.plan.steps[0].model.reason.startswith(f"instead of {SMALL}, bigger wanted; ")
    assert any(SMALL in note for note in found.plan.notes)
    why = {c.facts.model_id: c.rejected for c in bench.session.why("sentiment")}
    assert why[MANY].startswith(f"is not bigger than {SMALL} (")


def test_a_smaller_model_than_the_largest_is_one_of_the_others(bench: Bench):
    bench.propose(models={"sentiment": LARGE})

    assert model_of(follow(bench, "use a smaller model")) == SMALL


def test_where_nothing_bigger_is_there_the_model_stays_and_a_note_names_the_largest(bench: Bench):
    bench.propose(models={"sentiment": LARGE})

    found = follow(bench, "use a bigger model")

    assert model_of(found) == LARGE
    assert f"nothing bigger than {LARGE} for sentiment under the limits; the largest is {LARGE}: {LARGE} is used" in (
        found.plan.notes
    )
    assert follow(bench, "再来一次").plan.notes[-1] == "再次运行上一个计划"


def test_a_limit_of_the_last_cell_holds_for_the_bigger_model(bench: Bench):
    bench.propose(limit="license=apache-2.0")

    found = follow(bench, "use a bigger model")

    assert model_of(found) == SMALL
    assert any("nothing bigger than" in note for note in found.plan.notes)


def test_a_limit_in_the_words_of_the_last_request_holds_two_follow_ups_later(bench: Bench):
    bench.propose(f"{CELL}. Only use models under 100 kB.")
    follow(bench, "run it again")

    assert model_of(follow(bench, "use a bigger model")) == SMALL


def test_another_model_and_a_multilingual_one(bench: Bench):
    bench.propose()

    assert model_of(follow(bench, "try another model")) != SMALL
    assert model_of(follow(bench, "use a multilingual model instead")) == MANY


def test_a_faster_model_is_one_that_was_measured_or_is_estimated_to_be(bench: Bench):
    bench.propose(models={"sentiment": LARGE})

    assert model_of(follow(bench, "用更快的模型")) in (SMALL, MANY)


@pytest.mark.parametrize(
    ("request_", "model"),
    [
        ("use a Google model instead", LARGE),
        ("try it with Google instead", LARGE),
        ("换一个谷歌的模型", LARGE),
        (f"use {MANY} instead", MANY),
        ("try it with a bert instead", SMALL),
    ],
)
def test_an_owner_a_family_or_an_id_in_words(bench: Bench, request_: str, model: str):
    bench.propose()

    assert model_of(follow(bench, request_)) == model


def test_an_owner_who_has_none_is_said_and_the_plan_stays_the_last_one(bench: Bench):
    bench.propose()

    with pytest.raises(NoModelFits, match="owner acme"):
        follow(bench, "use a Microsoft model")
    with pytest.raises(UnknownModel, match="no model 'whisper' for step 'sentiment'"):
        follow(bench, "try it with whisper instead")

    assert model_of(follow(bench, "run it again")) == SMALL


def test_undoing_goes_back_a_plan_at_a_time(bench: Bench):
    bench.propose()
    follow(bench, "use a bigger model")
    follow(bench, "use a multilingual model instead")

    assert model_of(follow(bench, "undo that")) == LARGE
    assert model_of(follow(bench, "go back")) == SMALL
    with pytest.raises(InvalidPlan, match="no plan before"):
        follow(bench, "undo that")


def test_a_plan_that_was_only_shown_is_changed_and_one_that_ran_is_changed_over_its_own_rows(bench: Bench):
    shell: dict[str, object] = {"reviews": REVIEWS}
    bench.session.run(bench.session.propose(CELL, shell, (), Options(output="scored", rows=1)), shell)

    found = bench.session.propose("use a bigger model", shell, ())
    results, _ = bench.session.run(found, shell)

    assert (model_of(found), results.plan.inputs[0].name) == (LARGE, "reviews")
    assert list(shell["scored"].columns) == ["review", "review_sentiment", "review_sentiment_score"]  # type: ignore[attr-defined]
    assert len(shell["scored"]) == 1  # type: ignore[arg-type]


def test_a_run_that_has_overwritten_its_input_is_changed_over_what_it_read(bench: Bench):
    shell: dict[str, object] = {"reviews": REVIEWS}
    bench.session.run(bench.session.propose(CELL, shell, ("reviews",), Options(output="reviews")), shell)

    found = bench.session.propose("use a bigger model", shell, ("reviews",))

    assert [c.name for c in found.plan.inputs[0].columns] == ["review"]


def test_the_same_is_done_for_another_frame_and_its_result_has_a_name_of_its_own(bench: Bench):
    shell: dict[str, object] = {"reviews": REVIEWS, "others": pd.DataFrame({"review": ["great price"]})}
    bench.session.run(bench.session.propose(CELL, shell, ("reviews",), Options(output="scored")), shell)

    found = bench.session.propose("do the same for others", shell, ())

    assert (found.plan.inputs[0].name, found.options.output, model_of(found)) == ("others", "", SMALL)
    with pytest.raises(UnknownVariable, match="no variable 'tickets'"):
        bench.session.propose("do the same for tickets", shell, ())


def test_a_follow_up_takes_over_no_consent(bench: Bench):
    bench.propose(yes=True, models={"sentiment": LARGE})

    found = follow(bench, "run it again")

    assert (found.options.yes, found.options.models, model_of(found)) == (False, {}, LARGE)


@pytest.mark.parametrize(
    ("words", "model"),
    [("with a Google model", LARGE), ("with a BERT model", SMALL), (f"with {MANY}", MANY)],
)
def test_a_model_in_the_words_of_a_new_request(bench: Bench, words: str, model: str):
    assert model_of(bench.propose(f"{CELL} {words}")) == model
