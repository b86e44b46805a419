"""The requests can be read, their right plans are valid, and the scorer tells right from wrong."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hfmagic.kinds import Kind
from hfmagic.plan import Plan, Step
from hfmagic.scope import validate

from .cases import LANGUAGES, Case, cases, schemas_of, written
from .score import half_of, outcome, outcomes, same, table

EACH = [(case, language) for case in cases() for language in LANGUAGES]
IDS = [f"{case.id}-{language}" for case, language in EACH]
RIGHT = [(f"{case.id}-{language}", case.right_plans(language)[0]) for case, language in EACH if not case.refuses]
REVIEWS = schemas_of(("reviews",))
REACHED = {"en": 44, "zh": 48}  # exact plans of the rules, as measured
BY_PRODUCT = {"task": "sql", "reads": "reviews", "by": "product", "compute": "count"}


def plan(*steps: dict[str, object]) -> Plan:
    return validate(written(list(steps), REVIEWS))


def test_there_are_fifty_requests_in_each_language_with_names_of_their_own() -> None:
    assert len({case.id for case in cases()}) == len(cases()) == 50
    assert len({case.en for case in cases()} | {case.zh for case in cases()}) == 100


def test_each_half_has_a_fair_part() -> None:
    assert 20 <= sum(half_of(case) == "even" for case in cases()) <= 30


@pytest.mark.parametrize(("case", "language"), EACH, ids=IDS)
def test_every_right_plan_is_valid_and_exact(case: Case, language: str) -> None:
    plans = case.right_plans(language)

    assert bool(plans) != case.refuses
    for right in plans:
        assert validate(right) == right
        assert same(right, right)


@pytest.mark.parametrize(("name", "right"), RIGHT, ids=[name for name, _ in RIGHT])
def test_a_plan_without_its_last_step_is_not_exact(name: str, right: Plan) -> None:
    fewer = right.model_copy(update={"steps": right.steps[:-1]})

    assert not same(right, fewer), name


def reads_another_column(step: Step, right: Plan) -> dict[str, object]:
    slot, read = next(iter(step.inputs.items()))
    named = getattr(read, "column", "")
    return {"inputs": {**step.inputs, slot: read.model_copy(update={"column": "id"})}} if named else {}


def has_no_condition(step: Step, right: Plan) -> dict[str, object]:
    return {"where": ()} if any(p.value is not None for p in step.where) else {}


def has_another_condition(step: Step, right: Plan) -> dict[str, object]:
    changed = tuple(
        p.model_copy(update={"op": "!=" if p.op == "==" else "<="}) for p in step.where if p.value is not None
    )
    return {"where": changed} if changed else {}


def takes_another_limit(step: Step, right: Plan) -> dict[str, object]:
    query = str(step.parameters.get("query", ""))
    return {"parameters": {**step.parameters, "query": query.replace("LIMIT ", "LIMIT 1")}} if "LIMIT" in query else {}


def turns_the_order(step: Step, right: Plan) -> dict[str, object]:
    query = str(step.parameters.get("query", ""))
    turned = query.replace("DESC", "?").replace("ASC", "DESC").replace("?", "ASC")
    return {"parameters": {**step.parameters, "query": turned}} if turned != query else {}


def has_another_parameter(step: Step, right: Plan) -> dict[str, object]:
    other = {"target": "nl", "groups": 9, "candidate_labels": ["x", "y"], "x": "", "style": "summary", "seconds": 99.0}
    name = next((n for n in step.parameters if n in other and step.parameters[n] != other[n]), "")
    if name == "x":
        columns = right.inputs[0].columns
        other["x"] = next(c.name for c in columns if c.kind is Kind.LABELS and c.name not in step.parameters.values())
    return {"parameters": {**step.parameters, name: other[name]}} if name else {}


CHANGES = (
    reads_another_column,
    has_no_condition,
    has_another_condition,
    takes_another_limit,
    turns_the_order,
    has_another_parameter,
)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_plan_with_a_step_that(change: Callable[[Step, Plan], dict[str, object]]) -> None:
    changed = 0
    for name, right in RIGHT:
        for step in right.steps:
            try:
                found = change(step, right)
            except StopIteration:
                continue  # a frame with one column of labels has no other one to draw
            if found:
                changed += 1
                assert not same(right, right.with_step(step.model_copy(update=found))), (name, step.id)

    assert changed >= 4


def test_a_filter_before_a_count_is_the_same_as_a_condition_in_the_query() -> None:
    first = {"task": "filter", "reads": "reviews", "where": ["rating < 3"]}

    assert same(plan({**BY_PRODUCT, "where": ["rating < 3"]}), plan(first, {**BY_PRODUCT, "reads": 1}))
    assert not same(plan(BY_PRODUCT), plan(first, {**BY_PRODUCT, "reads": 1}))


def test_a_chart_of_counts_is_the_same_as_a_chart_that_counts() -> None:
    counting = {"task": "chart", "reads": "reviews", "x": "product"}
    drawn = {"task": "chart", "reads": 1, "x": "product", "y": "value", "aggregate": "none"}

    assert same(plan(counting), plan(BY_PRODUCT, drawn))
    assert not same(plan({**counting, "mark": "line"}), plan(BY_PRODUCT, drawn))


def test_steps_that_do_not_read_each_other_may_stand_in_any_order() -> None:
    one, other = {"task": "summarization", "reads": "review"}, {"task": "detect-language", "reads": "review"}

    assert same(plan(one, other), plan(other, one))
    assert not same(plan(one, other), plan(one, {"task": "detect-language", "reads": 1}))


def test_only_a_refusal_is_exact_where_there_is_nothing_to_do() -> None:
    refused = next(case for case in cases() if case.refuses)

    assert outcome(refused, "en", lambda *_: plan(BY_PRODUCT)).exact is False


def test_the_rules_reach_what_they_reached_in_each_language() -> None:
    found = outcomes(cases())

    for language, reached in REACHED.items():
        assert sum(o.exact for o in found if o.language == language) >= reached, table(found)
