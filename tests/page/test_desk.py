"""What a page may ask, and what it may not; through the desk, with real models."""

from __future__ import annotations

import json
import threading
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hfmagic.page.asks import Ask
from hfmagic.page.desk import ANSWERS
from hfmagic.page.shows import Push
from hfmagic.results import Started
from hfmagic.session import Options, Session

from .page import Page

LABEL = "Label the sentiment of each review"


def test_a_page_that_opens_hears_what_is_there(page: Page):
    home = page.ask("hello")["home"]

    assert "text-classification" in {t["name"] for t in home["tasks"] if t["has_model"]}
    assert home["models_here"] == 7
    assert home["hub"] == ""  # offline
    assert home["plan"] is None


def test_every_ask_has_its_answer():
    assert set(get_args(get_args(Ask)[0])) == set(ANSWERS)


def test_models_of_a_task_are_listed_best_first(page: Page):
    models = page.ask("search", task="text-classification")["models"]["models"]

    assert [m["model_id"] for m in models] == ["starter/minilm-l6-sentiment", "starter/bert-tiny-sentiment"]
    assert [m["fit"] for m in models] == ["green", "green"]
    assert models[0]["score"] > models[1]["score"]
    weights = 4 * models[0]["parameters"]
    assert 1.1 * weights < models[0]["needs_bytes"] < 1.2 * weights  # with a batch's tensors and what torch takes


def test_a_limit_of_the_page_rejects_with_a_reason(page: Page):
    models = page.ask("search", task="text-classification", max_size=10_000_000)["models"]["models"]

    assert [(m["model_id"], m["rejected"]) for m in models] == [
        ("starter/bert-tiny-sentiment", ""),
        ("starter/minilm-l6-sentiment", "91 MB"),
    ]


def test_details_are_for_listed_models_only(page: Page):
    assert page.ask("details", model_id="starter/minilm-l6-sentiment")["refused"]["code"] == "HF403"
    page.ask("search", task="text-classification")

    details = page.ask("details", model_id="starter/minilm-l6-sentiment")["details"]

    assert details["labels"] == ["NEGATIVE", "POSITIVE"]
    assert ["license", "apache-2.0"] in details["card"]
    assert details["address"] == ""


def test_a_search_of_the_hub_while_offline_is_refused(page: Page):
    refused = page.ask("search", task="text-classification", hub=True)["refused"]
    assert refused["line"].startswith("hfmagic is offline.")


@pytest.mark.parametrize(
    "content",
    [
        None,
        "hello",
        [],
        {},
        {"id": 1},
        {"id": 1, "body": {"ask": "exec", "code": "1"}},
        {"id": 1, "body": {"ask": "hello", "more": 1}},
        {"id": 1, "body": {"ask": "search", "task": "x" * 201}},
        {"id": 1, "body": {"ask": "delete", "model_id": "a/b", "revision": "../../.."}},
        {"id": 1, "body": {"ask": "use", "plan": "0" * 16, "step": "a b", "model_id": "a/b"}},
        {"id": -1, "body": {"ask": "hello"}},
        {"id": 1, "body": {"ask": "try", "plan": "0" * 16, "step": "a", "model_ids": ["a/b"], "rows": 10**6}},
    ],
)
@pytest.mark.rule(15)
def test_what_is_no_message_is_refused(page: Page, content: object):
    number = content.get("id") if isinstance(content, dict) else None
    answer = page.send(content, number if isinstance(number, int) and number >= 0 else 0)
    assert answer == {"refused": {"code": "HF103", "line": "hfmagic does not know this message."}}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
ASKS = st.sampled_from([kind.model_fields["ask"].default for kind in ANSWERS])
FIELDS = ("plan", "step", "model_id", "model_ids", "rows", "task", "words", "hub", "parameters", "liked", "form")


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(FIELDS), JSON), ASKS)
@pytest.mark.rule(15)
def test_no_message_starts_anything_without_a_plan_that_was_seen(body: dict[str, Any], ask: str):
    """Whatever a page says in a fresh kernel: nothing runs, nothing is fetched, and it is answered in one line."""
    session = Session()
    page = Page(session)
    answer = page.send({"id": 7, "body": {**body, "ask": ask}}, 7)

    if "refused" in answer:
        assert len(answer["refused"]["line"]) <= 200
    assert session.asked() == ()
    assert session.proposal is None
    assert not session.stage.now.running
    page.desk.close()


def test_acting_on_a_plan_that_has_changed_is_refused(ran: Page):
    ran.ask("candidates", step="sentiment")
    refused = ran.ask("use", plan="0" * 16, step="sentiment", model_id="starter/bert-tiny-sentiment")["refused"]
    assert refused["line"].startswith("the plan has changed meanwhile.")


def test_a_model_that_was_not_listed_is_refused(ran: Page):
    refused = ran.act("use", step="sentiment", model_id="evil/model")["refused"]
    assert refused["line"].startswith("no such model was listed.")


def test_a_swap_runs_again_only_what_depends_on_it_and_says_what_changed(ran: Page):
    ran.ask("candidates", step="embedding")
    before = {s: ran.session.last[s] for s in ran.session.last}
    chart = ran.plan["steps"][-1]["id"]

    answer = ran.act("edit", step=chart, parameters={"mark": "line"})
    plan = ran.settled()

    assert answer == {"taken": {"line": ""}}
    assert all(ran.session.last[s] is before[s] for s in before if s != chart)
    assert ran.session.last[chart] is not before[chart]
    assert {s["id"] for s in plan["steps"] if s["kept"]} == set(before) - {chart}


def test_swapping_the_first_model_shows_rows_before_and_after(ran: Page):
    ran.ask("candidates", step="sentiment")
    was = ran.namespace["scored"]["review_sentiment"].tolist()

    ran.act("use", step="sentiment", model_id="starter/bert-tiny-sentiment")
    ran.until(lambda: ran.plan["changes"])
    change = ran.settled()["changes"][0]

    now = ran.namespace["scored"]["review_sentiment"].tolist()
    differ = [i for i, pair in enumerate(zip(was, now, strict=True)) if pair[0] != pair[1]]
    assert (change["step"], change["changed"], change["total"]) == ("sentiment", len(differ), 60)
    assert [x["row"] for x in change["examples"]] == differ[:10]
    assert [(x["before"], x["after"]) for x in change["examples"]] == [(was[i], now[i]) for i in differ[:10]]
    assert change["examples"][0]["subject"] == ran.namespace["reviews"]["review"][differ[0]]


def test_a_parameter_out_of_range_is_refused_and_nothing_changes(ran: Page):
    refused = ran.act("edit", step="theme", parameters={"groups": 99})["refused"]

    assert refused == {"code": "HF301", "line": "step 'theme': groups is 99, wanted 0…50."}
    assert not ran.session.stage.now.queued


def test_rows_that_were_changed_in_place_are_read_again(ran: Page):
    chart = ran.plan["steps"][-1]["id"]
    ran.namespace["reviews"].loc[0, "review"] = "It broke at once and is awful."
    before = ran.session.last["sentiment"]

    ran.act("edit", step=chart, parameters={"mark": "line"})
    ran.until(lambda: ran.session.last["sentiment"] is not before)
    ran.settled()

    assert ran.namespace["scored"]["review_sentiment"][0] == "NEGATIVE"


def test_a_plan_that_was_only_shown_waits_for_a_click(page: Page):
    page.session.propose(LABEL, page.namespace, ["reviews"], Options(output="scored"))
    page.session.end_cell()
    page.until(lambda: page.plans and page.plan["waits"])

    assert page.plan["waits"] == {"why": "shown", "fetch_bytes": 0, "largest": ""}
    assert page.act("approve") == {"taken": {"line": ""}}
    page.until(lambda: page.plan["answer"])
    page.settled()

    assert page.plan["waits"] is None
    assert len(page.namespace["scored"]) == 60


def test_a_dismissed_plan_waits_no_longer(page: Page):
    page.session.propose(LABEL, page.namespace, ["reviews"])
    page.session.end_cell()
    page.until(lambda: page.plans and page.plan["waits"])

    page.act("dismiss")
    page.until(lambda: page.plan["waits"] is None)

    assert page.act("approve")["refused"]["line"].startswith("this plan does not wait any more.")
    assert page.session.last is None


def test_a_swap_while_the_plan_waits_runs_nothing(page: Page):
    page.session.propose(LABEL, page.namespace, ["reviews"])
    page.session.end_cell()
    page.until(lambda: page.plans and page.plan["waits"])
    page.ask("candidates", step="sentiment")

    page.act("use", step="sentiment", model_id="starter/bert-tiny-sentiment")
    page.until(lambda: page.step("sentiment")["model_id"] == "starter/bert-tiny-sentiment")

    assert page.session.last is None
    assert page.plan["waits"]


def _held(session: Session, step_id: str) -> tuple[threading.Event, threading.Event]:
    """Events: the run has reached a step; it may go on."""
    reached, go_on = threading.Event(), threading.Event()
    on = session.stage.now.cell.live.on  # type: ignore[union-attr]

    def hold(event: object) -> None:
        on(event)  # type: ignore[arg-type]
        if isinstance(event, Started) and event.step_id == step_id:
            reached.set()
            assert go_on.wait(30)

    session.stage.now.cell.live.on = hold  # type: ignore[union-attr, method-assign, assignment]
    return reached, go_on


def _running(page: Page, step_id: str) -> tuple[threading.Thread, threading.Event]:
    """A cell that runs and is held at a step."""
    from .conftest import CELL

    proposal = page.session.propose(CELL, page.namespace, ["reviews"], Options(output="scored"))
    reached, go_on = _held(page.session, step_id)
    cell = threading.Thread(target=page.session.run, args=(proposal, page.namespace))
    cell.start()
    assert reached.wait(60)
    return cell, go_on


def test_a_step_that_has_not_begun_takes_another_model_in_the_same_run(page: Page):
    cell, go_on = _running(page, "sentiment")
    chart = page.plan["steps"][-1]["id"]

    answer = page.act("edit", step=chart, parameters={"mark": "line"})
    go_on.set()
    cell.join()
    page.settled()

    assert answer["taken"]["line"] == f"mark of {chart}: as soon as what runs has ended"
    assert page.session.last.plan.step(chart).parameters["mark"] == "line"
    assert page.plan["changes"] == []  # nothing ran twice
    assert not page.lines


@pytest.mark.fault(56)
def test_a_step_that_runs_already_is_swapped_when_the_cell_has_ended(page: Page):
    cell, go_on = _running(page, "sentiment")
    page.ask("candidates", step="sentiment")

    page.act("use", step="sentiment", model_id="starter/bert-tiny-sentiment")
    page.until(lambda: page.plan["queued"])
    go_on.set()
    cell.join()
    page.until(lambda: page.plan["changes"])
    page.settled()

    assert page.plan["changes"][0]["output"] == "review_sentiment"
    assert page.session.last.plan.step("sentiment").model.model_id == "starter/bert-tiny-sentiment"


def test_cancel_stops_what_the_page_runs_and_keeps_the_rows(page: Page):
    cell, go_on = _running(page, "embedding")

    assert page.ask("cancel") == {"taken": {"line": ""}}
    go_on.set()
    cell.join()
    page.settled()

    assert page.session.last.interrupted
    assert "sentiment" in page.session.last.steps
    assert page.ask("cancel")["refused"]["line"] == "nothing runs."


def test_thumbs_are_kept_for_the_model(ran: Page):
    ran.act("rate", step="sentiment", liked=True)
    ran.act("rate", step="sentiment", liked=False)  # changed their mind

    ran.until(lambda: ran.step("sentiment")["rated"] is False)
    model = ran.ask("candidates", step="sentiment")["models"]["models"][0]
    assert (model["model_id"], model["ratings"]) == ("starter/minilm-l6-sentiment", [0, 1])


def test_a_trial_compares_models_on_the_first_rows_and_a_label_ranks_them_anew(ran: Page):
    models = [m["model_id"] for m in ran.ask("search", task="text-classification")["models"]["models"]]

    ran.act("try", step="sentiment", model_ids=models, rows=20)
    ran.until(lambda: ran.trial and not ran.trial["running"])
    trial = ran.trial
    assert trial["measure"] == "agreement"
    assert [m["done"] for m in trial["models"]] == [20, 20]
    row = trial["disagreements"][0]
    given = dict(row["given"])
    assert len(set(given.values())) == 2

    ran.ask("label", row=row["row"], label=given["starter/bert-tiny-sentiment"])
    ran.until(lambda: ran.trial["measure"] == "accuracy")

    assert [(m["model_id"], m["value"]) for m in ran.trial["models"]] == [
        ("starter/bert-tiny-sentiment", 1.0),
        ("starter/minilm-l6-sentiment", 0.0),
    ]
    assert ran.session.last.plan.hash == ran.plan["hash"]  # a trial changes no result


def test_a_trial_of_what_cannot_be_compared_says_so(ran: Page):
    ran.ask("candidates", step="embedding")
    refused = ran.act("try", step="embedding", model_ids=["starter/all-minilm-l6-v2"], rows=5)["refused"]
    assert (refused["code"], refused["line"]) == (
        "HF301",
        "what feature-extraction gives cannot be compared row by row.",
    )
    assert not ran.lines  # nothing was started


def test_memory_lists_what_is_loaded_and_unloads_it(ran: Page):
    loaded = ran.ask("memory")["memory"]["loaded"]
    assert {m["model_id"] for m in loaded} == {"starter/minilm-l6-sentiment", "starter/all-minilm-l6-v2"}
    assert loaded[0]["used"] >= loaded[1]["used"] > 1e9

    left = ran.ask("unload", model_id="starter/all-minilm-l6-v2")["memory"]["loaded"]

    assert [m["model_id"] for m in left] == ["starter/minilm-l6-sentiment"]
    assert ran.ask("unload", model_id="starter/all-minilm-l6-v2")["refused"]["line"] == "no such model is loaded."


def test_a_model_in_a_folder_of_the_users_is_not_deleted(page: Page):
    models = page.ask("memory")["memory"]["on_disk"]
    assert not any(m["can_delete"] for m in models)

    assert page.ask("delete", model_id=models[0]["model_id"], revision="0" * 40)["refused"]["code"] == "HF403"


def test_the_plan_can_be_taken_away_as_a_cell_that_names_its_models(ran: Page):
    cell = ran.ask("export", form="cell")["text"]["text"]
    first, request = cell.split("\n", 1)

    assert first == (
        "%%hf reviews -o scored --model sentiment=starter/minilm-l6-sentiment"
        " --model embedding=starter/all-minilm-l6-v2"
    )
    assert request.startswith("Label the sentiment of each review")
    assert "from transformers import" in ran.ask("export", form="python")["text"]["text"]
    assert json.loads(ran.ask("export", form="json")["text"]["text"])["version"] == 1


def test_nothing_of_a_row_is_in_what_a_page_hears_of_a_plan_but_the_rows_that_changed(ran: Page):
    told = json.dumps([p for p in ran.plans if not p["changes"]])
    assert not any(review in told for review in ran.namespace["reviews"]["review"] if len(review) > 30)


def test_a_page_that_has_gone_hears_no_more(ran: Page):
    ran.desk.close()
    count = len(ran.plans)
    ran.session.rate("sentiment", True)
    assert len(ran.plans) == count
    assert not ran.session.stage.watched


def test_a_push_with_nothing_in_it_is_not_sent(page: Page):
    page.desk._send(Push())
    assert (page.plans, page.lines) == ([], [])


def test_a_plan_whose_settings_were_edited_cannot_be_said_by_a_cell(ran: Page):
    chart = ran.plan["steps"][-1]["id"]
    ran.act("edit", step=chart, parameters={"mark": "line"})

    assert ran.ask("export", form="cell")["refused"]["line"].startswith("its settings were edited")
    assert "text" in ran.ask("export", form="python")
