"""What is chosen, whatever the facts say: no limit is violated, the order counts nothing, a pick says its ground."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfmagic.errors import NoModelFits
from hfmagic.experience import Past
from hfmagic.hub.facts import Evaluation, ModelFacts
from hfmagic.limits import Limits, license_class
from hfmagic.pack import Pack
from hfmagic.selection.candidates import Candidate
from hfmagic.selection.choose import MOST_LOOKED_AT
from hfmagic.store import Run, Store
from tests.selection.listed import FACTS, choose, chosen

TODAY = date(2026, 11, 22)
SMALL = replace(FACTS, model_id="org/b", parameters=10_000_000, downloads=10)


def names(*candidates: Candidate) -> list[str]:
    return [c.facts.model_id for c in candidates]


# Whatever the facts say

ANY_FACTS = st.builds(
    replace,
    st.just(FACTS),
    license=st.sampled_from([None, "mit", "gpl-3.0", "llama3", "cc-by-nc-4.0", "other"]),
    languages=st.sampled_from([(), ("en",), ("zh",), ("multilingual",), ("de", "fr")]),
    parameters=st.integers(0, 2 * 10**9),
    weight_bytes=st.integers(0, 8 * 10**9),
    downloads=st.integers(0, 10**8),
    modified=st.sampled_from(["", "soon", "2020-01-01", "2026-11-01"]),
    library=st.sampled_from(["", "transformers", "setfit"]),
    max_tokens=st.none() | st.integers(16, 4096),
    verified=st.sampled_from([None, True, False]),
    gated=st.sampled_from([False, False, True]),
    security=st.sampled_from(["", "safe", "safe", "unsafe: model.bin"]),
    problem=st.sampled_from(["", "", "", "has no config.json"]),
    task=st.sampled_from(["text-classification", "text-classification", "translation", None]),
    metrics=st.dictionaries(st.sampled_from(["accuracy", "f1"]), st.floats(0, 1)),
    base_models=st.sampled_from([(), ("org/m0",), ("nobody/knows",)]),
)
MODELS = st.lists(st.tuples(ANY_FACTS, st.sampled_from(["org", "acme"])), min_size=1, max_size=6).map(
    lambda found: [replace(m, model_id=f"{owner}/m{n}") for n, (m, owner) in enumerate(found)]
)
LIMIT = {
    "license": st.sampled_from([("permissive",), ("mit", "copyleft")]),
    "max_size": st.integers(0, 8 * 10**9),
    "max_parameters": st.integers(0, 2 * 10**9),
    "language": st.sampled_from(["en", "zh"]),
    "owner": st.just(("acme",)),
    "not_owner": st.just(("org",)),
    "input_length": st.integers(1, 2048),
    "max_age": st.integers(0, 4000),
    "library": st.just(("transformers",)),
    "verified": st.just(True),
    "task": st.sampled_from(["text-classification", "translation"]),
}
# A few at a time: of models that meet all of them none would be left to choose.
LIMITS = st.lists(st.sampled_from(sorted(LIMIT)), max_size=3, unique=True).flatmap(
    lambda names: st.builds(Limits, **{name: LIMIT[name] for name in names})
)


def violated(facts: ModelFacts, limits: Limits) -> list[str]:
    """Which limits the facts break, read off the facts one by one."""
    if limits.task not in (None, "text-classification"):
        return []
    changed = facts.modified if facts.modified[:1] == "2" else ""
    broken = {
        "license": limits.license and not {facts.license, license_class(facts.license)} & set(limits.license),
        "max_size": limits.max_size is not None and not 0 < facts.weight_bytes <= limits.max_size,
        "max_parameters": limits.max_parameters is not None and not 0 < facts.parameters <= limits.max_parameters,
        "language": limits.language and not {limits.language, "multilingual"} & set(facts.languages),
        "owner": limits.owner and facts.owner not in limits.owner,
        "not_owner": facts.owner in limits.not_owner,
        "input_length": limits.input_length and (facts.max_tokens or 10**9) < limits.input_length,
        "max_age": limits.max_age is not None
        and (not changed or date.fromisoformat(changed) < TODAY - timedelta(limits.max_age)),
        "library": limits.library and facts.library not in limits.library,
        "verified": limits.verified and not facts.verified,
    }
    return [name for name, is_broken in broken.items() if is_broken]


@given(MODELS, LIMITS, LIMITS)
def test_no_limit_and_no_policy_is_ever_violated(models: list[ModelFacts], limits: Limits, policy: Limits):
    with suppress(NoModelFits):
        name, _ = chosen(*models, limits=limits, pack=Pack(name="team", policy=policy), today=TODAY)
        facts = next(m for m in models if m.model_id == name)

        assert violated(facts, limits) == violated(facts, policy) == []
        assert (facts.problem, facts.security.startswith("unsafe"), facts.task) in (
            ("", False, "text-classification"),
            ("", False, None),
        )


@given(MODELS, LIMITS, st.data())
def test_naming_a_model_loosens_no_limit(models: list[ModelFacts], limits: Limits, data: st.DataObject):
    facts = data.draw(st.sampled_from(models))
    with suppress(NoModelFits):
        assert chosen(*models, limits=limits, named=facts.model_id, today=TODAY)[0] == facts.model_id
        assert violated(facts, limits) == []


@given(MODELS, LIMITS)
def test_what_only_the_files_tell_is_held_to_the_limits(models: list[ModelFacts], limits: Limits):
    listing = [
        replace(m, weight_bytes=0, parameters=0, verified=None, max_tokens=None, modified="", library="", security="")
        for m in models
    ]
    files = {m.model_id: m for m in models}
    with suppress(NoModelFits):
        name, _ = chosen(*listing, files=files, limits=limits, today=TODAY)

        assert violated(files[name], limits) == []


@given(MODELS, LIMITS, st.randoms(use_true_random=False))
def test_the_same_facts_give_the_same_choice_in_any_order(models: list[ModelFacts], limits: Limits, random):
    shuffled = random.sample(models, len(models))
    found = []
    for listed in (models, shuffled):
        try:
            bound, candidates = choose(*listed, limits=limits, today=TODAY)
            found.append((bound.to_json(), candidates))
        except NoModelFits as error:
            found.append((error.line, ()))

    assert found[0] == found[1]


@given(MODELS, LIMITS)
def test_every_model_is_a_candidate_and_the_rejected_have_reasons(models: list[ModelFacts], limits: Limits):
    with suppress(NoModelFits):
        bound, candidates = choose(*models, limits=limits, today=TODAY)

        assert sorted(names(*candidates)) == sorted(m.model_id for m in models)
        assert names(candidates[0]) == [bound.step("mood").model.model_id]  # type: ignore[union-attr]
        assert all(0 < len(c.rejected) < 200 for c in candidates if violated(c.facts, limits) and c.facts.verified)


def test_limits_that_came_later_are_held_against_a_model_that_is_pinned():
    bound, _ = choose(FACTS, SMALL)
    kept, _ = choose(FACTS, SMALL, plan=bound)
    changed, _ = choose(FACTS, SMALL, plan=bound, limits=Limits(max_parameters=15_000_000))
    unlisted = replace(FACTS, license="gpl-3.0")
    gone, _ = choose(SMALL, files={"org/a": unlisted}, plan=bound, limits=Limits(license=("permissive",)))

    assert [p.step("mood").model.model_id for p in (bound, kept, changed, gone)] == [  # type: ignore[union-attr]
        "org/a",
        "org/a",
        "org/b",
        "org/b",
    ]


def test_a_base_model_with_a_stricter_license_rejects_what_was_made_from_it():
    tuned = replace(FACTS, model_id="org/tuned", base_models=("meta/base",), downloads=10**6)
    base = replace(FACTS, model_id="meta/base", license="llama3", task="translation")

    _, candidates = choose(tuned, base, SMALL, limits=Limits(license=("permissive",)))

    assert names(candidates[0]) == ["org/b"]
    assert "base model meta/base" in next(c.rejected for c in candidates if c.facts.model_id == "org/tuned")


def test_a_base_model_that_nobody_finds_is_said():
    tuned = replace(FACTS, base_models=("lost/base",))

    assert "license of its base model lost/base is not known" in chosen(tuned, limits=Limits(license=("mit",)))[1]
    assert "lost/base" not in chosen(tuned)[1]


def test_more_models_are_looked_at_for_a_limit_than_for_their_heads():
    many = [replace(FACTS, model_id=f"org/m{n}", downloads=10**6) for n in range(MOST_LOOKED_AT + 4)]
    files = {m.model_id: replace(m, max_tokens=64) for m in many}
    wanted = Limits(input_length=512)

    assert chosen(*many, SMALL, files=files, limits=wanted)[0] == "org/b"
    with pytest.raises(NoModelFits):
        chosen(*many, SMALL, files={i: replace(m, problem="has no head") for i, m in files.items()})


# What the data ask for


def test_a_model_that_cuts_the_texts_is_taken_only_where_nothing_else_fits():
    short = replace(FACTS, max_tokens=128)
    soft = {"mood": Limits(input_length=512)}

    assert chosen(short, SMALL)[0] == "org/a"
    assert chosen(short, SMALL, soft=soft)[0] == "org/b"
    name, reason = chosen(short, soft=soft)
    assert name == "org/a"
    assert "but it reads 128 tokens at once, 5 % of the rows have over 512" in reason


def test_what_the_files_tell_of_the_longest_text_comes_in_time():
    soft, files = {"mood": Limits(input_length=512)}, {"org/a": replace(FACTS, max_tokens=128)}

    assert chosen(FACTS, SMALL, soft=soft, files=files)[0] == "org/b"
    files["org/b"] = replace(SMALL, max_tokens=64)
    name, reason = chosen(FACTS, SMALL, soft=soft, files=files)
    assert name == "org/a"
    assert "but it reads 128 tokens" in reason


def test_a_named_model_is_taken_with_its_warning():
    short = replace(FACTS, max_tokens=128)

    _, reason = chosen(short, SMALL, named="org/a", soft={"mood": Limits(input_length=512)})

    assert reason.startswith("named by you; but it reads 128 tokens")


# A team's pack


def test_only_vetted_models_are_chosen():
    pack = Pack.model_validate({"name": "support", "models": {"text-classification": ["org/b", "org/hidden"]}})
    name, reason = chosen(FACTS, SMALL, pack=pack)

    assert name == "org/b"
    assert reason.startswith("vetted by pack support, ")
    with pytest.raises(NoModelFits, match="not vetted"):
        chosen(FACTS, SMALL, pack=pack, named="org/a")


def test_a_vetted_model_is_found_where_no_search_finds_it():
    pack = Pack.model_validate({"name": "support", "models": {"text-classification": ["org/hidden"]}})
    hidden = replace(FACTS, model_id="org/hidden", downloads=0)

    assert chosen(FACTS, files={"org/hidden": hidden}, pack=pack)[0] == "org/hidden"
    with pytest.raises(NoModelFits, match="org/a is not vetted"):
        chosen(FACTS, pack=pack)


def test_a_vetted_revision_is_the_one_that_runs():
    pinned = {"model_id": "org/a", "revision": "1" * 40}
    pack = Pack.model_validate({"name": "support", "models": {"text-classification": [pinned]}})

    model = choose(FACTS, SMALL, pack=pack)[0].step("mood").model

    assert model is not None
    assert (model.model_id, model.revision) == ("org/a", "1" * 40)


# What a pick rests on


@pytest.mark.parametrize(
    ("better", "by"),
    [
        ({"downloads": 10**6}, "downloads"),
        ({"metrics": {"f1": 0.9}, "downloads": 10**5}, "f1"),
        ({"evaluations": (Evaluation("accuracy", 0.9, verified=True),)}, "accuracy"),
        ({"parameters": 10**5, "downloads": 10}, "size"),
    ],
)
def test_a_pick_says_what_decided(better: dict[str, object], by: str):
    name, reason = chosen(SMALL, replace(SMALL, model_id="org/z", **better))  # type: ignore[arg-type]

    assert name == "org/z"
    assert reason.startswith(f"chosen by {by}, best of 2: ")


def test_alike_models_are_chosen_by_name():
    assert chosen(FACTS, replace(FACTS, model_id="org/z"))[1].startswith("chosen by name, best of 2")


def test_a_pick_ends_in_whether_it_was_tried():
    assert chosen(FACTS)[1] == (
        "the only one that fits: no measured quality, 1.0 k downloads; not tried on your rows; 80 MB to fetch"
    )
    assert "not tried on your rows · try 2 on 20 rows; 80 MB" in chosen(FACTS, SMALL)[1]


def test_the_offer_of_a_trial_says_its_seconds_where_all_were_measured():
    store = Store(None)
    for model in (FACTS, SMALL):
        store.add_run(Run("text-classification", model.model_id, "0" * 40, "cpu", "float32", 100, 50.0, 1.0))

    assert "try 2 on 20 rows (~20 s)" in chosen(FACTS, SMALL, store=store)[1]


def test_a_trial_that_was_won_is_said():
    words = "won a trial on 100 of your rows (88 % against 79 %)"
    name, reason = chosen(FACTS, SMALL, past={"mood": {"org/b": Past(0.9, 100, words)}})

    assert name == "org/b"
    assert reason.startswith("chosen by experience, best of 2")
    assert reason.count(words) == 1
    assert "not tried" not in reason


def test_a_named_model_says_who_named_it():
    assert chosen(FACTS, SMALL, named="org/b")[1] == "named by you; 80 MB to fetch"


# Who else picks


def test_an_llms_pick_stands_with_its_reason_and_is_compared_with_the_score():
    store = Store(None)
    _, reason = chosen(FACTS, SMALL, store=store, chooser={"picker": lambda *_: {"mood": ("org/b", "the smallest")}})

    assert reason.startswith("the smallest (picked by the LLM, the score's is org/a); not tried on your rows")
    assert store.agreement() == (0, 1)


@pytest.mark.parametrize(
    "pick", [{"mood": ("evil/x", "best")}, {"mood": ("org/gated", "best")}, {"other": ("org/b", "")}]
)
def test_a_pick_that_was_not_offered_counts_for_nothing(pick: dict[str, tuple[str, str]]):
    store, gated = Store(None), replace(FACTS, model_id="org/gated", gated=True)

    assert chosen(FACTS, SMALL, gated, store=store, chooser={"picker": lambda *_: pick})[0] == "org/a"
    assert store.agreement() == (0, 0)


def test_an_llm_is_not_offered_what_the_data_speak_against():
    offered = {}

    def pick(_, fits):
        offered.update(fits)
        return {}

    short = replace(FACTS, max_tokens=128)
    chosen(
        short,
        SMALL,
        replace(SMALL, model_id="org/c"),
        soft={"mood": Limits(input_length=512)},
        chooser={"picker": pick},
    )

    assert sorted(names(*offered["mood"])) == ["org/b", "org/c"]


def test_the_reason_is_no_part_of_what_the_plan_does():
    hashes = {choose(FACTS, SMALL, weights=w)[0].hash for w in ({"quality": 1.0}, {"popularity": 1.0})}

    assert len(hashes) == 1
