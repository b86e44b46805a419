"""One output of a run: what is in it, in which order, and what is left out."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from hfmagic.answer import answer
from hfmagic.errors import StepFailed
from hfmagic.render import results_mimebundle
from hfmagic.results import RejectedRow, Results

from .build import photos, reviews, speech


def shown(results: Results, **more: object) -> tuple[str, str]:
    data, metadata = results_mimebundle(results, answer=answer(results), preview_rows=3, **more)  # type: ignore[arg-type]
    assert metadata == {}
    assert set(data) == {"text/html", "text/plain", "text/markdown"}
    return data["text/html"].split("</style>")[1], data["text/plain"]


@pytest.mark.parametrize("backend", ["pandas", "polars", "pyarrow"])
def test_answer_table_frame_and_footer_come_in_this_order(backend: str):
    html, plain = shown(reviews(backend))
    places = [html.index(word) for word in ("hfm-answer", "per_<wbr>product", "review_<wbr>theme</span>", "hfm-foot")]

    assert places == sorted(places)
    assert "showing 3 of 3 rows" not in html
    assert "battery · life" in plain


def test_each_sentence_carries_the_number_of_its_step():
    html, _ = shown(reviews())

    assert '<sup title="step 1: text-classification with org/model">[1]</sup>' in html
    assert '<sup title="step 3: cluster">[3]</sup>' in html


def test_the_preview_shows_selected_rows_and_marks_new_columns():
    html, _ = shown(reviews())

    assert 'title="added by this run">review_<wbr>theme</span>' in html
    assert "showing 3 of 3" not in html
    assert "review number 2" not in html  # not selected by the last step


def test_rejected_rows_are_counted_and_listed():
    html, plain = shown(reviews())

    assert "1 of 6 rows was rejected: 1 empty" in html
    assert '<td align="right" style="text-align:right" class="hfm-number">4</td>' in html
    assert "1 of 6 rows was rejected: 1 empty · hf.last.rejected" in plain


def test_at_most_twenty_rejected_rows_are_listed():
    results = reviews()
    many = replace(results["feel"], rows=500, rejected=tuple(RejectedRow(i, "empty") for i in range(100)))
    html, _ = shown(replace(results, steps={**results.steps, "feel": many}))

    assert html.count(">empty</td>") == 20
    assert "and 80 more" in html


def test_a_failed_step_is_said_in_red_and_its_followers_are_named():
    results = reviews()
    kept = {"feel": results["feel"]}
    html, plain = shown(replace(results, steps=kept, failed={"embed": StepFailed("no memory.", hint="--device cpu")}))

    assert '<div class="hfm-bad">✗ Step 2 (feature-extraction) failed: HF501 no memory. → --device cpu</div>' in html
    assert "Not run: cluster, sql." in html
    assert "Step 2 (feature-extraction) failed" in plain


def test_the_footer_names_seconds_models_device_and_plan():
    results = reviews()
    _, plain = shown(results)

    assert f"1.5 s · org/model@1a2b3c4 · org/emb@1a2b3c4 · cpu float32 · plan {results.plan.hash}" in plain
    assert "note: review_theme: 2 themes by silhouette" in plain


def test_labelled_pictures_become_a_gallery_with_captions():
    html, plain = shown(photos())

    assert html.count("<img ") == 2
    assert "tabby cat 90%" in html
    assert "row 1: espresso 90%" in plain


def test_a_recording_is_played_above_its_transcript_and_a_short_text_is_not_repeated():
    results, inputs = speech()
    html, _ = shown(results, inputs=inputs)

    assert "<audio " in html
    assert html.count("hello there") == 1


def test_a_text_too_long_for_the_answer_has_a_block_of_its_own():
    results, _ = speech("word " * 200)
    html, _ = shown(results)

    assert "hfm-block" in html


def test_an_interrupted_run_says_so():
    results = reviews()
    html, _ = shown(replace(results, steps={"feel": results["feel"]}, interrupted=True))

    assert "Stopped before the end" in html


def test_importing_render_and_answer_loads_nothing_heavy():
    code = (
        "import sys, hfmagic.render, hfmagic.answer;"
        "print([m for m in ('torch', 'transformers', 'pandas', 'numpy', 'matplotlib', 'PIL', 'narwhals', 'IPython')"
        " if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert found.stdout.strip() == "[]"
