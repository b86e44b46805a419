"""What an audit finds in a plan's models, and that it never fails to say what it could not look at."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfmagic.audit import Audit, audit
from hfmagic.errors import HubUnreachable, UnknownModel
from hfmagic.hub.facts import ModelFacts
from hfmagic.limits import Limits
from hfmagic.plan import Column, ModelChoice, Plan, Step
from hfmagic.render.audit_view import audit_view
from tests.hub.bench import MODEL, Bench
from tests.hubserver import TestHub

pytest_plugins = ["tests.hubserver.fixtures"]
TODAY = date(2026, 11, 22)
CLEAN: dict[str, Any] = {
    "license": "apache-2.0",
    "security": "safe",
    "verified": True,
    "modified": "2026-03-01",
    "weight_bytes": 90_000_000,
}


def step(name: str, task: str, model_id: str = "") -> Step:
    chosen = ModelChoice(model_id=model_id, revision="a1b2c3d" + "0" * 33) if model_id else None
    return Step(id=name, task=task, inputs={"text": Column(column="review", of="df")}, output=name, model=chosen)


def audited(*, bases: Sequence[ModelFacts] = (), limits: Limits | None = None, **changes: Any) -> Audit:
    """The audit of a plan of one model: a clean one, but for the changes."""
    model = ModelFacts("org/model", None, **{**CLEAN, **changes})
    plan = Plan(steps=(step("feel", "text-classification", "org/model"),))
    return audit(plan, lambda _, __: model, lambda _: bases, limits=limits, today=TODAY)


def said(found: Audit) -> list[tuple[str, str]]:
    return [(f.severity, f.what) for f in found.findings]


def test_a_clean_model_has_no_findings():
    found = audited()

    assert said(found) == []
    assert found.license_class == "permissive"
    assert "Nothing was found" in repr(audit_view(found))


@pytest.mark.parametrize(
    ("changes", "severity", "words"),
    [
        ({"license": None}, "high", "its license is not stated: nothing is permitted"),
        ({"license": "my-own"}, "high", "its license my-own is none that hfmagic knows"),
        ({"license": "cc-by-nc-4.0"}, "high", "its license cc-by-nc-4.0 forbids commercial use"),
        ({"license": "llama3"}, "medium", "its license llama3 forbids some uses"),
        ({"license": "gpl-3.0"}, "low", "its license gpl-3.0 asks for its own terms when the model is passed on"),
        ({"gated": True}, "medium", "gated: whoever runs this asks its owner for access, and agrees to terms"),
        ({"remote_code": True}, "high", "it brings its own code, which hfmagic never runs"),
        ({"security": "unsafe: a.pkl"}, "high", "the Hub's scan says unsafe: a.pkl"),
        ({"security": "suspicious: a.bin"}, "medium", "the Hub's scan says suspicious: a.bin"),
        ({"security": ""}, "low", "no security scan of it is known here"),
        (
            {"problem": "has no safetensors; hfmagic never loads pickle"},
            "high",
            "its weights are no safetensors: such files can hold code",
        ),
        ({"problem": "is damaged"}, "medium", "it cannot run: is damaged"),
        ({"verified": False}, "low", "its owner org is not verified by the Hub"),
        ({"modified": "2022-01-31"}, "low", "last changed 2022-01-31"),
        ({"datasets": ("imdb",)}, "low", "trained on imdb; licenses of data are not looked up"),
    ],
)
def test_what_a_company_must_look_at(changes: dict[str, Any], severity: str, words: str):
    assert said(audited(**changes)) == [(severity, words)]


def test_the_strictest_license_of_the_whole_chain_counts():
    bases = (
        ModelFacts("a/one", None, license="mit", base_models=("a/two",)),
        ModelFacts("a/two", None, license="cc-by-nc-4.0"),
    )
    found = audited(base_models=("a/one",), bases=bases)

    assert found.steps[0].license == "apache-2.0"
    assert found.steps[0].license_class == found.license_class == "non-commercial"
    assert said(found) == [("high", "made from a/two, whose license cc-by-nc-4.0 forbids commercial use")]
    assert "apache-2.0 (non-commercial by a/two)" in repr(audit_view(found))


def test_a_base_model_that_is_not_known_is_said_and_counts_as_unknown():
    found = audited(base_models=("a/lost",))

    assert found.license_class == "unknown"
    assert said(found) == [("medium", "made from a/lost, of which nothing is known here")]


def test_a_hub_that_is_away_leaves_the_names_of_the_chain():
    def away(_: ModelFacts) -> Sequence[ModelFacts]:
        raise HubUnreachable("no answer.")

    model = ModelFacts("org/model", None, **{**CLEAN, "base_models": ("a/one",)})
    plan = Plan(steps=(step("feel", "text-classification", "org/model"),))
    found = audit(plan, lambda _, __: model, away, today=TODAY)

    assert [link.model_id for link in found.steps[0].chain] == ["org/model", "a/one"]


def test_a_model_that_is_not_found_is_a_finding():
    def gone(model_id: str, revision: str) -> ModelFacts:
        raise UnknownModel(f"no model {model_id!r} on this machine.", hint="%hf models lists them")

    plan = Plan(steps=(step("feel", "text-classification", "org/lost"),))
    found = audit(plan, gone, lambda _: (), today=TODAY)

    assert found.license_class == "unknown"
    assert found.findings[0].severity == "high"
    assert found.findings[0].what.startswith("nothing is known of its model: no model 'org/lost'")


def test_operations_have_no_model_and_a_step_without_one_is_said():
    plan = Plan(steps=(step("themes", "cluster"), step("write", "text-generation")))
    found = audit(plan, lambda _, __: pytest.fail("no model is asked for"), lambda _: (), today=TODAY)

    assert [s.operation for s in found.steps] == [True, False]
    assert found.license_class is None
    assert said(found) == [("medium", "it has no model yet")]
    assert "operation, no model" in repr(audit_view(found))


@pytest.mark.parametrize(
    ("limits", "changes", "severity", "words"),
    [
        (
            Limits(license=("permissive",)),
            {"license": "gemma"},
            "high",
            "its license gemma is restricted: outside your limit permissive",
        ),
        (Limits(license=("mit",)), {"license": None}, "high", "its license is not stated: outside your limit mit"),
        (Limits(verified=True), {"verified": False}, "high", "its owner org is not verified by the Hub"),
        (Limits(max_age=30), {}, "low", "last changed 2026-03-01"),
        (
            Limits(task="text-classification", license=("mit",)),
            {},
            "high",
            "its license apache-2.0 is permissive: outside your limit mit",
        ),
    ],
)
def test_limits_are_held_against_what_is_there(limits: Limits, changes: dict[str, Any], severity: str, words: str):
    assert said(audited(limits=limits, **changes)) == [(severity, words)]


def test_limits_of_another_task_say_nothing():
    assert said(audited(limits=Limits(task="translation", license=("mit",)))) == []


def test_a_base_model_no_stricter_than_the_model_is_inside_the_limit():
    bases = (ModelFacts("a/one", None, license="apache-2.0"),)
    limits = Limits(license=("mit",))

    assert said(audited(license="mit", base_models=("a/one",), bases=bases, limits=limits)) == []
    bases = (ModelFacts("a/one", None, license="gpl-3.0"),)
    found = audited(license="mit", base_models=("a/one",), bases=bases, limits=limits)
    assert said(found) == [("high", "made from a/one, whose license gpl-3.0 is copyleft: outside your limit mit")]


def test_the_gravest_come_first_and_say_what_to_do():
    found = audited(gated=True, license="cc-by-nc-4.0", security="")

    assert [f.severity for f in found.findings] == ["high", "medium", "low"]
    assert found.findings[0].do == "%hf use feel MODEL"
    assert "1 high, 1 medium, 1 low" in repr(audit_view(found))


def test_it_says_where_the_bytes_are(tmp_path: Any):
    plan = Plan(steps=(step("feel", "text-classification", "org/model"),))

    def where(**changes: Any) -> str:
        model = ModelFacts("org/model", **{"folder": None, **CLEAN, **changes})
        return audit(plan, lambda _, __: model, lambda _: (), today=TODAY).steps[0].where

    assert where() == "Hub"
    assert where(folder=tmp_path) == "folder"
    assert where(folder=tmp_path, fetched="2026-01-01") == "downloaded"


def test_the_json_holds_all_of_it_and_is_always_the_same():
    found = audited(base_models=("a/lost",), datasets=("imdb",))
    value = json.loads(found.to_json())

    assert found.to_json() == audited(base_models=("a/lost",), datasets=("imdb",)).to_json()
    assert value["plan_hash"] == found.plan_hash
    assert value["date"] == "2026-11-22"
    assert value["license_class"] == "unknown"
    assert value["steps"][0]["chain"][1] == {"model_id": "a/lost", "license": "", "known": False}
    assert [f["severity"] for f in value["findings"]] == ["medium", "low"]


def test_a_plan_over_the_hub_is_audited_with_its_real_chain(tiny_hub: TestHub, bench: Bench, no_hub_settings: None):
    base = "acme/tiny-sharded"
    tiny_hub.commit(base, {"README.md": b"---\nlicense: cc-by-nc-4.0\n---\n"})
    front = f"---\nlicense: mit\nbase_model: {base}\ndatasets: [imdb]\npipeline_tag: text-classification\n---\n"
    tiny_hub.commit(MODEL, {"README.md": front.encode()})
    hub = bench.session.hub
    commit = hub.revision(hub.find(MODEL))
    plan = Plan(steps=(step("feel", "text-classification", MODEL),)).with_model(
        "feel", ModelChoice(model_id=MODEL, revision=commit)
    )
    found = audit(plan, lambda model_id, revision: hub.examined(hub.find(model_id, revision)), hub.lineage)
    (one,) = found.steps

    assert (one.revision, one.where, one.license) == (commit, "Hub", "mit")
    assert (one.license_class, one.datasets) == ("non-commercial", ("imdb",))
    assert [(link.model_id, link.license) for link in one.chain] == [(MODEL, "mit"), (base, "cc-by-nc-4.0")]
    assert found.findings[0].what == f"made from {base}, whose license cc-by-nc-4.0 forbids commercial use"
    assert not any("/resolve/" in request.path for request in tiny_hub.log)  # no file is read for it


ODD = st.text(max_size=30)


@given(
    st.builds(
        ModelFacts,
        model_id=ODD,
        folder=st.none(),
        license=st.none() | ODD | st.sampled_from(["mit", "gpl-3.0", "gemma"]),
        base_models=st.lists(ODD, max_size=3).map(tuple),
        datasets=st.lists(ODD, max_size=3).map(tuple),
        security=ODD,
        modified=ODD,
        problem=ODD,
        verified=st.none() | st.booleans(),
        gated=st.booleans(),
        remote_code=st.booleans(),
    )
)
@pytest.mark.rule(13)
def test_no_facts_break_it_and_no_license_counts_less_than_a_models_own(model: ModelFacts):
    plan = Plan(steps=(step("feel", "text-classification", "org/model"),))
    found = audit(plan, lambda _, __: model, lambda _: (model,), limits=Limits(license=("mit",)), today=TODAY)
    order = ("permissive", "copyleft", "restricted", "non-commercial", "unknown")

    assert json.loads(found.to_json())["steps"]
    assert found.license_class is not None
    own = found.steps[0].chain[0].license_class
    assert order.index(found.license_class) >= order.index(own)
    assert (own == "permissive" and model.license == "mit") or found.count("high")
