"""What a follow-up wants instead of a model, and models that are named by an owner or a family."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfmagic.errors import NoModelFits, UnknownModel
from hfmagic.experience import Past
from hfmagic.hub.facts import ModelFacts
from hfmagic.limits import Limits
from hfmagic.pack import Pack
from hfmagic.plan import Instead, ModelChoice, Plan, Want
from hfmagic.selection.candidates import Candidate
from hfmagic.selection.instead import is_multilingual
from hfmagic.selection.naming import matches, nearness
from hfmagic.store import Run, Store
from tests.selection.listed import FACTS, PLAN, STEP, choose

OLD = FACTS
BIG = replace(FACTS, model_id="org/big", parameters=60_000_000, weight_bytes=240_000_000)
HUGE = replace(FACTS, model_id="org/huge", parameters=90_000_000, weight_bytes=360_000_000, license="llama3")
TINY = replace(FACTS, model_id="org/tiny", parameters=4_000_000, weight_bytes=16_000_000, downloads=1)
ALL = (OLD, BIG, HUGE, TINY)


def asking(want: Want, of: str = OLD.model_id, wanted: str = "", language: str = "en") -> Plan:
    pinned = ModelChoice(model_id=of, revision="0" * 40, reason="chosen before")
    step = STEP.model_copy(update={"instead": Instead(of=of, want=want), "model": pinned, "wanted": wanted})
    return PLAN.model_copy(update={"steps": (step,), "language": language})


def taken(*models: ModelFacts, plan: Plan, **options: object) -> tuple[str, tuple[str, ...]]:
    """The id of the model, and the notes."""
    bound, _ = choose(*models, plan=plan, **options)  # type: ignore[arg-type]
    model = bound.step("mood").model
    assert model is not None
    return model.model_id, bound.notes


@pytest.mark.parametrize(("want", "allowed"), [("bigger", {"org/big", "org/huge"}), ("smaller", {"org/tiny"})])
def test_size_is_compared_with_the_model_that_the_step_had(want: Want, allowed: set[str]):
    assert taken(*ALL, plan=asking(want))[0] in allowed


def test_bytes_are_compared_where_parameters_are_not_counted():
    uncounted = replace(BIG, parameters=0)

    assert taken(OLD, uncounted, plan=asking("bigger"))[0] == "org/big"


def test_a_model_whose_size_nobody_knows_is_not_bigger():
    unknown = replace(BIG, parameters=0, weight_bytes=0)

    assert taken(OLD, unknown, plan=asking("bigger")) == (
        OLD.model_id,
        ("nothing bigger than org/a for mood under the limits; the largest is org/a: org/a is used",),
    )


def test_the_model_that_stays_keeps_its_reason_and_its_commit():
    bound, _ = choose(OLD, TINY, plan=asking("bigger"))

    assert bound.step("mood").model.reason == "chosen before"
    assert bound.step("mood").model.revision == "0" * 40


def test_the_note_names_the_largest_under_the_limits_in_the_language_of_the_request():
    limits = Limits(license=("mit",), max_parameters=60_000_000)

    found = taken(*ALL, plan=asking("bigger", of="org/big", language="zh"), limits=limits)

    assert found == ("org/big", ("在限制之内，mood 没有比 org/big 更大的模型，最大的是 org/big，仍用 org/big",))


def test_limits_and_packs_hold_for_what_is_wanted():
    pack = Pack(name="team", policy=Limits(max_parameters=10_000_000))

    assert taken(*ALL, plan=asking("bigger"), limits=Limits(license=("mit",)))[0] == "org/big"
    assert taken(*ALL, plan=asking("bigger"), pack=pack)[0] == "org/tiny"  # even the old one is too large for the pack
    with pytest.raises(NoModelFits, match="license mit"):
        taken(*ALL, plan=asking("bigger"), limits=Limits(license=("apache-2.0",)))


def test_faster_goes_by_measured_speeds_where_both_were_measured():
    store = Store(None)
    for model, seconds in ((OLD, 1.0), (BIG, 0.5), (TINY, 2.0)):
        store.add_run(Run("text-classification", model.model_id, "0" * 40, "cpu", "float32", 100, 100 * seconds, 1.0))

    assert taken(OLD, BIG, TINY, plan=asking("faster"), store=store)[0] == "org/big"


def test_faster_goes_by_estimates_then_by_size():
    estimates = {"org/a": 1.0, "org/big": 0.2, "org/tiny": 3.0}

    def estimate(_: object, facts: ModelFacts) -> float | None:
        return estimates[facts.model_id]

    assert taken(OLD, BIG, TINY, plan=asking("faster"), row_seconds=estimate)[0] == "org/big"
    assert taken(OLD, BIG, TINY, plan=asking("faster"))[0] == "org/tiny"


def test_better_is_the_best_by_quality_beside_the_old_one_and_trials_count():
    known = replace(BIG, metrics={"accuracy": 0.95}, downloads=10)

    assert taken(OLD, known, TINY, plan=asking("better"))[0] == "org/big"
    past = {"mood": {"org/tiny": Past(1.0, 50.0, "won a trial of 100 rows"), "org/big": Past(0.0, 50.0, "lost")}}
    assert taken(OLD, BIG, TINY, plan=asking("better"), past=past)[0] == "org/tiny"


def test_another_one_is_any_but_the_old_one():
    assert taken(OLD, TINY, plan=asking("other"))[0] == "org/tiny"
    assert taken(OLD, plan=asking("other")) == (
        OLD.model_id,
        ("nothing other than org/a for mood under the limits: org/a is used",),
    )


def test_a_model_that_is_gone_has_no_size_to_compare_with():
    assert taken(TINY, plan=asking("bigger", of="org/gone"))[0] == "org/tiny"


@pytest.mark.parametrize(
    ("model", "is_one"),
    [
        (replace(FACTS, languages=("multilingual",)), True),
        (replace(FACTS, languages=("en", "de", "fr")), True),
        (replace(FACTS, tags=("multilingual",)), True),
        (replace(FACTS, model_id="org/xlm-roberta-base", languages=()), True),
        (replace(FACTS, model_id="org/mt5-small", languages=()), True),
        (replace(FACTS, model_id="org/marian-mt-en", languages=()), False),
        (replace(FACTS, languages=("en", "de")), False),
        (FACTS, False),
    ],
)
def test_which_models_are_multilingual(model: ModelFacts, is_one: bool):
    assert is_multilingual(model) is is_one


def test_a_family_that_was_wanted_before_still_is():
    bert = replace(BIG, model_id="org/bert-big", architectures=("BertForSequenceClassification",))
    other = replace(HUGE, license="mit", architectures=("RobertaForSequenceClassification",))

    assert taken(OLD, bert, other, plan=asking("bigger", wanted="bert"))[0] == "org/bert-big"


@given(st.sampled_from(["bigger", "smaller", "faster", "better", "other", "multilingual"]), st.data())
def test_what_is_wanted_never_takes_a_model_that_the_limits_reject(want: Want, data: st.DataObject):
    sizes = data.draw(st.lists(st.integers(1, 9), min_size=1, max_size=5))
    models = [
        replace(
            FACTS, model_id=f"org/m{i}", parameters=n * 10**6, license=data.draw(st.sampled_from(["mit", "llama3"]))
        )
        for i, n in enumerate(sizes)
    ]
    limits = Limits(license=("mit",), max_parameters=5_000_000)
    allowed = {m.model_id for m in models if m.license == "mit" and m.parameters <= 5_000_000}

    if allowed:
        assert taken(*models, plan=asking(want, of="org/m0"), limits=limits)[0] in allowed
    else:
        with pytest.raises(NoModelFits):
            taken(*models, plan=asking(want, of="org/m0"), limits=limits)


# Names


META = replace(FACTS, model_id="facebook/some-mnli", architectures=("BartForSequenceClassification",))
GOOGLE = replace(FACTS, model_id="google-bert/large-sentiment")
DISTIL = replace(FACTS, model_id="org/distilbert-sst2", architectures=("DistilBertForSequenceClassification",))


def named(words: str, models: Sequence[ModelFacts]) -> list[str]:
    return [c.facts.model_id for c in matches(words, [Candidate(m) for m in models])]


@pytest.mark.parametrize(
    ("words", "model"),
    [
        ("Meta", "facebook/some-mnli"),
        ("facebook", "facebook/some-mnli"),
        ("谷歌", "google-bert/large-sentiment"),
        ("bart", "facebook/some-mnli"),
        ("distilbert", "org/distilbert-sst2"),
        ("distilbert-sst2", "org/distilbert-sst2"),
        ("some-mnli", "facebook/some-mnli"),
    ],
)
def test_an_owner_a_family_or_words_of_the_name_name_a_model(words: str, model: str):
    assert named(words, (META, GOOGLE, DISTIL))[0] == model


def test_an_id_names_one_model_alone_and_short_words_are_no_parts_of_others():
    assert named("org/distilbert-sst2", (META, GOOGLE, DISTIL)) == ["org/distilbert-sst2"]
    assert named("org/distilbert", (META, GOOGLE, DISTIL)) == []
    assert nearness("t5", replace(FACTS, model_id="org/tiny")) > nearness("tiny", replace(FACTS, model_id="org/tiny"))
    assert named("gpt", (META, GOOGLE, DISTIL)) == []


def test_a_family_is_a_filter_the_limits_hold_for_it_and_nothing_found_is_said_with_the_nearest():
    assert choose(OLD, DISTIL, plan=_wanting("distilbert"))[0].step("mood").model.model_id == "org/distilbert-sst2"
    with pytest.raises(UnknownModel, match="no model 'whisper' for step 'mood'") as error:
        choose(OLD, DISTIL, plan=_wanting("whisper"))
    assert error.value.hint == "use org/a"
    with pytest.raises(NoModelFits, match="org/distilbert-sst2 cannot do step 'mood': license mit"):
        choose(DISTIL, plan=_wanting("distilbert"), limits=Limits(license=("apache-2.0",)))


def test_a_member_of_a_family_that_turns_out_broken_is_passed_over():
    second = replace(DISTIL, model_id="org/distilbert-two", downloads=1)
    broken = {DISTIL.model_id: replace(DISTIL, problem="its config.json is damaged")}

    bound, _ = choose(DISTIL, second, plan=_wanting("distilbert"), files=broken)

    assert bound.step("mood").model.model_id == "org/distilbert-two"


def _wanting(words: str) -> Plan:
    return PLAN.model_copy(update={"steps": (STEP.model_copy(update={"wanted": words}),)})
