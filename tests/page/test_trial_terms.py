"""What a page may say about how models are compared."""

from __future__ import annotations

import pytest

from .page import Page

TRIED = {"step": "sentiment", "model_ids": ["starter/minilm-l6-sentiment", "starter/bert-tiny-sentiment"], "rows": 10}


@pytest.mark.parametrize("option", ["labels", "by"])
def test_a_column_that_no_input_has_is_refused_before_anything_runs(ran: Page, option: str):
    ran.ask("candidates", step="sentiment")
    refused = ran.act("try", **TRIED, **{option: "prodct"})["refused"]
    assert (refused["code"], refused["line"]) == ("HF202", "no input has a column 'prodct'. → did you mean 'product'?")
    assert ran.trial is None
    assert not ran.plan["queued"]


def test_a_column_of_labels_ranks_models_by_what_is_right(ran: Page):
    """The column is of texts that no model says: both are wrong on every row, and none is better for sure."""
    ran.ask("candidates", step="sentiment")
    ran.act("try", **TRIED, labels="product")
    ran.until(lambda: ran.trial and not ran.trial["running"])
    assert ran.trial["measure"] != "agreement"
    assert ran.trial["winner"] == ""
    assert ran.trial["said"]
    assert all(m["rows_per_second"] > 0 and m["span"] for m in ran.trial["models"])


def test_details_say_what_a_model_was_made_from_and_who_measured_it(ran: Page):
    ran.ask("candidates", step="sentiment")
    details = ran.ask("details", model_id="starter/minilm-l6-sentiment")["details"]
    assert details["base_models"]
    assert {e["metric"] for e in details["evaluations"]} >= set(details["metrics"])
    assert {e["source"] for e in details["evaluations"]} == {"model card"}
    assert not any(e["verified"] for e in details["evaluations"])  # a card can claim anything
