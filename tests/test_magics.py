"""The magics in a real IPython shell, with real models: what a user types and what comes back."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell

from hfmagic.errors import HFMagicError
from tests.conftest import DATA
from tests.shell import run

FIRST = "Label the sentiment of each review, group the complaints into themes, and chart them per product."


def test_a_cell_plans_picks_runs_and_stores(shell: InteractiveShell):
    before = shell.user_ns["reviews"].copy()

    seen = run(shell, f"%%hf reviews -o scored\n{FIRST}")

    scored = shell.user_ns["scored"]
    assert seen.error is None
    assert list(scored.columns[:3]) == ["id", "product", "review"]
    assert {"review_sentiment", "review_sentiment_score", "review_theme"} < set(scored.columns)
    assert set(scored["review_sentiment"]) == {"POSITIVE", "NEGATIVE"}
    assert scored["review_theme"].notna().equals(scored["review_sentiment"] == "NEGATIVE")
    assert scored.index.equals(before.index)
    pd.testing.assert_frame_equal(shell.user_ns["reviews"], before)
    assert "starter/minilm-l6-sentiment" in seen.text
    assert "image/png" in seen.html


def test_a_follow_up_goes_on_with_the_last_result(shell: InteractiveShell):
    run(shell, f"%%hf reviews -o scored\n{FIRST}")

    seen = run(shell, "%%hf -o counts\nOnly the negative ones; how many per product?")

    negative = shell.user_ns["scored"].query("review_sentiment == 'NEGATIVE'")
    counts = shell.user_ns["counts"]
    assert seen.error is None
    assert dict(zip(counts["product"], counts["n"], strict=True)) == negative["product"].value_counts().to_dict()


def test_the_same_request_in_chinese_is_the_same_plan(shell: InteractiveShell):
    run(shell, f"%%hf reviews --plan\n{FIRST}")
    english = shell.user_ns["hf"].proposal.plan

    run(shell, "%%hf reviews --plan\n标注每条评论的情感，把差评归成主题，并按产品画图。")
    chinese = shell.user_ns["hf"].proposal.plan

    assert english.hash == chinese.hash
    assert (english.language, chinese.language) == ("en", "zh")


def test_plan_shows_and_go_runs(shell: InteractiveShell):
    shown = run(shell, "%%hf reviews --plan\nLabel the sentiment of each review.")
    assert "text-classification" in shown.text or "sentiment" in shown.text
    assert "_hf" not in shell.user_ns

    seen = run(shell, "%hf go")

    assert seen.error is None
    assert "review_sentiment" in shell.user_ns["_hf"].columns


def test_use_swaps_a_model_and_why_lists_every_candidate(shell: InteractiveShell):
    run(shell, "%%hf reviews --plan --rows 5\nLabel the sentiment of each review.")

    why = run(shell, "%hf why sentiment")
    run(shell, "%hf use sentiment bert-tiny-sentiment")
    run(shell, "%hf go")

    assert "bert-tiny-sentiment" in why.html.replace("<wbr>", "")
    assert "is for image-classification" in why.html
    assert shell.user_ns["hf"].last.plan.step("sentiment").model.model_id == "starter/bert-tiny-sentiment"
    assert len(shell.user_ns["_hf"]) == 5


def test_a_model_named_in_words_is_pinned_to_its_step(shell: InteractiveShell):
    run(shell, "%%hf reviews --plan\nUse bert-tiny to label the sentiment of each review.")

    assert shell.user_ns["hf"].proposal.plan.step("sentiment").model.model_id == "starter/bert-tiny-sentiment"


def test_an_option_names_the_model_of_a_step(shell: InteractiveShell):
    seen = run(
        shell, "%%hf reviews --plan --model sentiment=starter/bert-tiny-sentiment\nLabel the sentiment of each review."
    )

    assert seen.error is None
    assert shell.user_ns["hf"].proposal.plan.step("sentiment").model.reason == "named by you"


def test_a_limit_rejects_with_a_reason(shell: InteractiveShell):
    run(shell, "%%hf reviews --plan --limit max_size=50MB\nLabel the sentiment of each review.")

    candidates = {c.facts.model_id: c.rejected for c in shell.user_ns["hf"].why("sentiment")}
    assert candidates["starter/minilm-l6-sentiment"] == "91 MB"
    assert candidates["starter/bert-tiny-sentiment"] == ""


def test_a_plan_without_a_model_is_said_not_to_run(shell: InteractiveShell):
    shell.user_ns["reviews"] = (
        shell.user_ns["reviews"].head(2).assign(review=["音质很好，戴着也舒服。", "左耳就没有声音了，很失望。"])
    )

    seen = run(shell, "%%hf reviews\n标注每条评论的情感")

    assert "a model for it from the Hub" in str(seen.error)
    assert "[– not run, it has no model]" in seen.text


@pytest.mark.parametrize("line", ["models", "models text-classification", "status", "doctor", "help", "help tasks"])
def test_every_line_shows_something(shell: InteractiveShell, line: str):
    seen = run(shell, f"%hf {line}")

    assert seen.error is None
    assert len(seen.text) > 40


def test_the_plan_as_json_is_a_plan(shell: InteractiveShell):
    run(shell, "%%hf reviews --plan\nLabel the sentiment of each review.")

    seen = run(shell, "%hf plan json")

    assert json.loads(seen.text)["steps"][0]["task"] == "text-classification"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("%%hf reviews\n  \n", "no request"),
        ("%%hf revews\nLabel the sentiment of each review.", "did you mean 'reviews'"),
        ("%%hf reviews\nFly to the moon and back.", "→"),
        ("%%hf missing\nTranscribe it.", "there is no file"),
        ("%%hf reviews\nLabel the sentiment of the `reviw` column.", "did you mean 'review'"),
        ("%%hf two\nLabel the sentiment.", "title"),
        ("%%hf reviews --limit max_size=1kB\nLabel the sentiment of each review.", "--limit"),
        ("%%hf reviews --model feel=a/b\nLabel the sentiment of each review.", "no step 'feel'"),
        ("%%hf reviews\nUse ResNet-50 to label the sentiment of each review.", "no model"),
        ("%hf stauts", "did you mean 'status'"),
        ("%hf use sentiment x", "no plan"),
        ("%hf why", "takes 1"),
        ("%%hf reviews -o 1x\nLabel the sentiment of each review.", "is no name"),
        ("%%hf reviews --rows -2\nLabel the sentiment of each review.", "--rows is -2"),
        ("%%hf reviews --batch-size -1\nLabel the sentiment of each review.", "--batch-size is -1"),
        ("%%hf reviews 'open\nLabel the sentiment of each review.", "quotation"),
        ("%%hf reviews -o class\nLabel the sentiment of each review.", "is no name"),
        ("%%hf reviews --device cuda\nLabel the sentiment of each review.", "no cuda"),
        ("%%hf reviews --on-error stp\nLabel the sentiment of each review.", "did you mean 'stop'"),
        ("%%hf reviews --on-error 3\nLabel the sentiment of each review.", "--on-error skip or stop"),
        ("%%hf reviews --engine spark\nLabel the sentiment of each review.", "--engine local or ray"),
    ],
)
def test_a_mistake_is_one_line_that_says_what_to_do(shell: InteractiveShell, source: str, words: str):
    shell.push(
        {
            "missing": str(DATA / "no-such-clip.flac"),
            "two": pd.DataFrame({"title": ["one two three four five"] * 3, "body": ["six seven eight nine ten"] * 3}),
        }
    )

    seen = run(shell, source)

    assert isinstance(seen.error, HFMagicError), seen.error
    assert words in seen.error.line
    assert "\n" not in seen.error.line
    assert len(seen.error.line) <= 200
    assert "Traceback" not in seen.text


def test_without_models_the_error_names_the_command_size_and_time(shell: InteractiveShell, tmp_path: Path):
    shell.user_ns["hf"].config.hub_dirs = [str(tmp_path / "empty")]

    seen = run(shell, "%%hf reviews\nLabel the sentiment of each review.")

    assert "hfmagic starter" in seen.error.line
    assert "MB" in seen.error.line
    assert "min" in seen.error.line


@pytest.mark.rule(6)
def test_a_model_without_a_trained_head_is_refused(shell: InteractiveShell, tmp_path: Path, starter_hub: Path):
    folder = tmp_path / "mine" / "org" / "headless-sentiment"
    shutil.copytree(starter_hub / "starter" / "all-minilm-l6-v2", folder)
    settings = json.loads((folder / "config.json").read_text())
    settings |= {"architectures": ["BertForSequenceClassification"], "id2label": {"0": "bad", "1": "good"}}
    (folder / "config.json").write_text(json.dumps(settings))
    (folder / "README.md").write_text("---\nlicense: mit\npipeline_tag: text-classification\n---\n")
    shell.user_ns["hf"].config.hub_dirs = [str(tmp_path / "mine")]

    seen = run(shell, "%%hf reviews --model sentiment=headless-sentiment\nLabel the sentiment of each review.")

    assert seen.error.code == "HF404"
    assert "no trained head" in seen.error.line


def test_debug_shows_the_stack(shell: InteractiveShell):
    seen = run(shell, "%%hf nothing --debug\nLabel the sentiment of each review.")

    assert "inputs.py" in seen.text


def test_settings_are_reached_by_config(shell: InteractiveShell):
    run(shell, "%config HFMagic.preview_rows = 3")

    assert shell.user_ns["hf"].config.preview_rows == 3


def test_unloading_takes_everything_away(shell: InteractiveShell):
    shell.run_line_magic("unload_ext", "hfmagic")

    assert "hf" not in shell.magics_manager.magics["cell"]
    assert "hf" not in shell.user_ns
    shell.run_line_magic("load_ext", "hfmagic")


def test_small_words_and_ipythons_own_names_are_no_inputs(shell: InteractiveShell):
    shell.push({"it": ["some text"], "a": ["more text"], "each": 3})

    seen = run(shell, "%%hf --plan\nIn each review, label the sentiment; give it a chart.")

    assert seen.error is None
    assert [i.name for i in shell.user_ns["hf"].proposal.plan.inputs] == ["reviews"]


def test_two_mentioned_inputs_ask(shell: InteractiveShell):
    shell.push({"tickets": ["some text", "more text"]})

    seen = run(shell, "%%hf --plan\nLabel the sentiment of reviews and tickets.")

    assert "say which: %%hf" in seen.error.line


def test_how_a_bad_row_and_where_a_step_run_are_options_of_the_request(shell: InteractiveShell):
    session, request = shell.user_ns["hf"], "Label the sentiment of each review."

    run(shell, f"%%hf reviews --plan\n{request}")
    plain = session.proposal.options
    run(shell, f"%%hf reviews --plan --on-error stop --engine=ray\n{request}")
    given = session.proposal.options

    assert (plain.on_error, plain.engine) == ("", "")
    assert (given.on_error, given.engine) == ("stop", "ray")
    assert given.given == {"on_error", "engine"}


def test_go_takes_back_what_the_cell_said_of_bad_rows(shell: InteractiveShell):
    run(shell, "%%hf reviews --plan --rows 4 --on-error stop\nLabel the sentiment of each review.")

    run(shell, "%hf go --on-error skip")

    assert shell.user_ns["hf"]._ran.proposal.options.on_error == "skip"


def test_completion_of_options_variables_steps_and_models(shell: InteractiveShell):
    run(shell, "%%hf reviews --plan\nLabel the sentiment of each review.")

    from hfmagic.completion import candidates

    session, names = shell.user_ns["hf"], shell.user_ns

    def found(text: str) -> list[str]:
        fragment_and_names = candidates(text, session, names)
        assert fragment_and_names is not None
        return fragment_and_names[1]

    assert "reviews" in found("%%hf re")
    assert "--plan" in found("%%hf reviews --pl")
    assert found("%hf w") == ["why"]
    assert found("%hf why se") == ["sentiment"]
    assert "starter/bert-tiny-sentiment" in found("%hf use sentiment ")
    assert "text-classification" in found("%hf models text")
    assert "sentiment=" in found("%%hf reviews --model ")
    assert found("%%hf reviews --device c") == ["cpu", "cuda"]
    assert found("%%hf\nLabel {rev") == ["reviews"]
    assert "product" in found("%%hf\nLabel `prod")
    assert candidates("import re", session, names) is None


def test_an_error_of_another_library_is_one_line(shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch):
    def broken(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError("\x1b[31mdivision\nby zero " + "x" * 500)

    monkeypatch.setattr(shell.user_ns["hf"], "make_plan", broken)

    seen = run(shell, "%%hf reviews\nLabel the sentiment of each review.")

    assert seen.error.code == "HF900"
    assert len(f"{seen.error.code} {seen.error.line}") <= 200
    assert "\x1b[31mdivision" not in seen.text
    assert "Traceback" not in seen.text


def test_a_run_that_gave_nothing_leaves_what_stood_under_the_name(shell: InteractiveShell):
    shell.push({"blank": pd.DataFrame({"review": [" ", ""]}), "kept": 5})

    seen = run(shell, "%%hf blank -o kept\nLabel the sentiment of each review.")

    assert seen.error.code == "HF501"
    assert shell.user_ns["kept"] == 5


def test_a_row_of_several_thousand_words_is_said_to_be_cut(shell: InteractiveShell):
    shell.push({"long": pd.DataFrame({"review": ["a good word and " * 2000, "It broke after two days."]})})

    seen = run(shell, "%%hf long\nLabel the sentiment of each review.")

    assert "1 row was longer than 512 tokens" in seen.text + seen.html


def test_a_plain_terminal_runs_a_cell(config: Any):
    """As `ipython` does: no kernel, no display, no stdin."""
    code = """
from IPython.terminal.interactiveshell import TerminalInteractiveShell
shell = TerminalInteractiveShell.instance(simple_prompt=True)
shell.run_line_magic("load_ext", "hfmagic")
shell.run_cell("texts = ['I love it, it works great.', 'It broke after two days. Useless.']")
shell.run_cell("%%hf texts\\nLabel the sentiment of each text.")
print(shell.user_ns["_hf"].iloc[:, 1].tolist())
"""
    names = {"HFMAGIC_CACHE_DIR": config.cache_dir, "HFMAGIC_HUB_DIRS": config.hub_dirs[0]}

    ran = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **names},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )

    assert ran.stdout.strip().endswith("['POSITIVE', 'NEGATIVE']"), ran.stdout + ran.stderr
    assert "Traceback" not in ran.stderr


def test_go_after_use_shows_its_own_plan_with_the_new_model(shell: InteractiveShell):
    run(shell, "%%hf reviews --plan --rows 5\nLabel the sentiment of each review.")
    run(shell, "%hf use sentiment bert-tiny-sentiment")

    seen = run(shell, "%hf go")

    assert "Plan by rules" in seen.text
    assert "starter/bert-tiny-sentiment" in seen.text
    assert "minilm-l6-sentiment" not in seen.text


def test_a_bare_cell_goes_on_with_the_newest_result(shell: InteractiveShell):
    run(shell, "%%hf reviews -o first --rows 5\nLabel the sentiment of each review.")
    run(shell, "%%hf reviews --rows 9\nLabel the sentiment of each review.")

    run(shell, "%%hf -o counts\nHow many per product?")

    assert shell.user_ns["counts"]["n"].sum() == 9


def test_after_a_chart_a_bare_cell_goes_on_with_the_frame(shell: InteractiveShell):
    run(shell, "%%hf reviews -o chart\nChart the reviews per product.")

    seen = run(shell, "%%hf -o counts\nHow many per product?")

    assert seen.error is None
    assert shell.user_ns["counts"]["n"].sum() == 60


def test_what_a_model_cannot_do_stands_under_the_plan(shell: InteractiveShell):
    run(shell, "%%hf --plan reviews\nGive each review a title.")

    shown = run(shell, "%hf plan")

    assert "no summary of several sentences" in shown.html


def test_a_path_on_the_line_is_an_input(shell: InteractiveShell):
    picture = DATA / "photos" / "chelsea.jpg"

    seen = run(shell, f"%%hf {picture} -o animal\nWhat is in the picture?")
    absent = run(shell, f"%%hf {picture.with_name('chelsae.jpg')}\nWhat is in the picture?")

    assert seen.error is None
    assert "cat" in seen.text
    assert "did you mean 'chelsea.jpg'" in absent.error.line


def test_a_damaged_picture_fails_its_step_and_nothing_else(shell: InteractiveShell, tmp_path: Path):
    (tmp_path / "torn.png").write_bytes(b"\x89PNG\r\n\x1a\n torn")

    seen = run(shell, f"%%hf {tmp_path / 'torn.png'}\nWhat is in the picture?")

    assert seen.error.code == "HF501"
    assert "torn.png is not a readable picture" in seen.error.line
    assert "failed" in seen.text
