"""The words after `%hf`, as a user types them."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell

from hfmagic.completion import candidates
from hfmagic.doctor import examine
from hfmagic.limits import size_words
from hfmagic.render.words import when_words
from tests.shell import run


def test_unload_lets_one_model_go_or_all(shell: InteractiveShell):
    run(shell, "%%hf reviews --rows 4\nLabel the sentiment of each review.")
    loaded = shell.user_ns["hf"].pool.loaded()[0].facts.model_id

    one = run(shell, f"%hf unload {loaded}")
    again = run(shell, "%hf unload")

    assert f"unloaded: {loaded}" in one.text
    assert "no such model is loaded" in again.text
    assert shell.user_ns["hf"].pool.loaded() == ()


def test_a_model_that_was_unloaded_is_loaded_again_when_it_is_needed(shell: InteractiveShell):
    run(shell, "%%hf reviews -o first --rows 4\nLabel the sentiment of each review.")
    run(shell, "%hf unload")

    run(shell, "%%hf reviews -o second --rows 4\nLabel the sentiment of each review.")

    pd.testing.assert_frame_equal(shell.user_ns["first"], shell.user_ns["second"])


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("summarization", "takes text, gives text"),
        ("cluster", "groups"),
        ("text-to-video", "not run: "),
        ("keypoint-detection", "not run: "),
        ("question-answering", "takes text, text, gives labels"),
    ],
)
def test_help_tells_of_any_task_of_the_hub(shell: InteractiveShell, word: str, said: str):
    assert said in run(shell, f"%hf help {word}").text


def test_help_tasks_lists_what_is_run_and_why_the_rest_is_not(shell: InteractiveShell):
    seen = run(shell, "%hf help tasks").text

    assert "text-classification" in seen
    assert "Tasks of the Hub that are not run" in seen
    assert "reinforcement-learning" in seen


def test_help_for_an_unknown_task_names_the_nearest(shell: InteractiveShell):
    assert "did you mean 'summarization'?" in str(run(shell, "%hf help sumarization").error)


def test_sent_says_when_nothing_left(shell: InteractiveShell):
    run(shell, "%%hf reviews --rows 4\nLabel the sentiment of each review.")

    assert run(shell, "%hf sent").text.strip() == "nothing was sent"


def test_planner_lists_who_can_plan_and_whose_key_is_there(shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-7777777777")

    seen = run(shell, "%hf planner").text

    assert "Planners; now: rules" in seen
    assert "OPENAI_API_KEY set" in seen
    assert "canary" not in seen


def test_a_key_that_is_merely_found_plans_nothing(shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-7777777777")

    seen = run(shell, "%%hf reviews --plan\nLabel the sentiment of each review.").text
    told = run(shell, "%hf doctor").text

    assert "Plan by rules" in seen
    assert "to plan with it: %hf planner openai" in told
    assert "canary" not in told


def test_a_planner_without_its_key_is_not_taken(shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)

    seen = run(shell, "%hf planner openai")

    assert "OPENAI_API_KEY is not set" in str(seen.error)
    assert shell.user_ns["hf"].planner.name == "rules"


def test_an_unknown_planner_names_the_nearest(shell: InteractiveShell):
    assert "did you mean 'ollama'?" in str(run(shell, "%hf planner olama").error)


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("%hf planner ol", "ollama"),
        ("%hf help obj", "object-detection"),
        ("%hf go --", "--yes"),
        ("%%hf reviews --of", "--offline"),
        ("%hf unl", "unload"),
        ("%hf sent a", "all"),
        ("%hf tr", "trial"),
        ("%hf fit T", "T4"),
        ("%hf audit j", "json"),
        ("%hf log --a", "--alerts"),
        ("%hf models starter/bert", "starter/bert-tiny-sentiment"),
        ("%%hf reviews --tri", "--trial"),
        ("%%hf reviews --limit max_l", "max_latency="),
        ("%%hf reviews --limit har", "hardware="),
        ("%%hf reviews --trial 20 --labels ", "product"),
        ("%%hf reviews --on", "--on-error"),
        ("%%hf reviews --on-error ", "stop"),
        ("%%hf reviews --engine r", "ray"),
        ("%hf go --on", "--on-error"),
        ("%hf go --engine ", "ray"),
    ],
)
def test_completion_of_the_words(shell: InteractiveShell, typed: str, offered: str):
    found = candidates(typed, shell.user_ns["hf"], shell.user_ns)

    assert found is not None
    assert offered in found[1]


def test_status_shows_devices_and_models_with_dtype_size_and_last_use(shell: InteractiveShell):
    empty = run(shell, "%hf status").text
    run(shell, "%%hf reviews --rows 4\nLabel the sentiment of each review.")
    loaded = shell.user_ns["hf"].pool.in_memory()[0]

    seen = run(shell, "%hf status").text
    rows = [line.split() for line in seen.splitlines()]

    assert "Loaded models\nnothing to show" in empty
    assert next(r for r in rows if r[:1] == ["cpu"])[-1] == "float32"
    assert re.search(r"cpu .* \d+\.\d of \d+\.\d GiB ", seen)
    assert next(r for r in rows if r[:1] == [loaded.model_id])[1:3] == ["cpu", "float32"]
    assert when_words(loaded.used) in seen


def test_unload_names_the_nearest_and_says_what_it_gives_back(shell: InteractiveShell):
    run(shell, "%%hf reviews --rows 4\nLabel the sentiment of each review.")
    loaded = shell.user_ns["hf"].pool.in_memory()[0]

    wrong = run(shell, f"%hf unload {loaded.model_id[:-1]}").text
    right = run(shell, f"%hf unload {loaded.model_id}").text

    assert f"did you mean '{loaded.model_id}'?" in wrong
    assert right.strip() == f"unloaded: {loaded.model_id} · {size_words(loaded.bytes)}"


def test_doctor_tells_of_the_processor_of_packages_and_of_the_cache(shell: InteractiveShell):
    seen = run(shell, "%hf doctor").text
    what = [line.split("  ")[0] for line in seen.splitlines()]

    assert {"processor", "torch threads", "ray", "bitsandbytes", "torchao", "cache", "kept results"} <= set(what)
    assert "bfloat16" in seen
    assert "0 bytes of at most 10 GB" in seen


def test_doctor_says_so_where_the_cache_cannot_be_written(shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("hfmagic.doctor.os.access", lambda *_: False)

    rows = examine(shell.user_ns["hf"], offline=True)

    assert [r["do"] for r in rows if r["what"] == "cache"] == [
        "%config HFMagic.cache_dir = 'a folder that can be written'"
    ]


def test_completion_of_the_columns_of_the_last_plan(shell: InteractiveShell):
    run(shell, "%%hf reviews --plan\nLabel the sentiment of each review.")

    def found(typed: str) -> list[str]:
        fragment_and_names = candidates(typed, shell.user_ns["hf"], shell.user_ns)
        assert fragment_and_names is not None
        return fragment_and_names[1]

    assert found("%hf trial se") == ["sentiment"]
    assert found("%hf trial sentiment 20 --by prod") == ["product"]
    assert "starter/bert-tiny-sentiment" in found("%hf trial sentiment star")


def test_completion_of_loaded_models_after_unload(shell: InteractiveShell):
    run(shell, "%%hf reviews --rows 4\nLabel the sentiment of each review.")

    found = candidates("%hf unload ", shell.user_ns["hf"], shell.user_ns)

    assert found == ("", [m.facts.model_id for m in shell.user_ns["hf"].pool.loaded()])


@pytest.mark.parametrize(
    "line", ["%hf go --rows 3", "%hf plan --engine ray", "%hf why sentiment --yes", "%hf planner rules --offline"]
)
def test_an_option_that_a_word_does_not_take_is_refused(shell: InteractiveShell, line: str):
    assert "takes no --" in str(run(shell, line).error)


def test_an_operation_needs_no_model(shell: InteractiveShell):
    assert "it needs no model" in str(run(shell, "%hf models filter").error)


@pytest.mark.parametrize("line", ["models text-classification", "use sentiment bert-tiny-sentiment", "go", "doctor"])
def test_offline_on_a_line_asks_no_hub(shell: InteractiveShell, line: str):
    run(shell, "%%hf reviews --rows 4 --plan --offline\nLabel the sentiment of each review.")
    session = shell.user_ns["hf"]
    session.config.hub_endpoint, session.config.offline = "http://127.0.0.1:9", False

    seen = run(shell, f"%hf {line} --offline")

    assert seen.error is None
    assert session.asked() == ()


CELL = "%%hf reviews -o scored\nLabel the sentiment of each review and chart it per product."


def test_go_after_use_runs_only_what_depends_on_it_and_says_what_changed(shell: InteractiveShell):
    run(shell, CELL)
    before = shell.user_ns["hf"].last
    chart = before.plan.steps[-1].id

    run(shell, "%hf use sentiment starter/bert-tiny-sentiment")
    seen = run(shell, "%hf go")

    assert "14 of 60 rows changed in review_sentiment" in seen.text
    assert "<details><summary><b>14 of 60 rows" in seen.html
    after = shell.user_ns["hf"].last
    assert after["sentiment"] is not before["sentiment"]

    shell.user_ns["hf"].edit(chart, {"mark": "heatmap"})
    again = run(shell, "%hf go")

    assert "rows changed" not in again.text
    assert shell.user_ns["hf"].last["sentiment"] is after["sentiment"]


def test_go_without_a_change_runs_everything_again(shell: InteractiveShell):
    run(shell, CELL)
    before = shell.user_ns["hf"].last
    run(shell, "%hf go")
    assert all(shell.user_ns["hf"].last[s] is not before[s] for s in before)


def test_go_on_another_device_takes_over_nothing(shell: InteractiveShell):
    run(shell, CELL)
    before = shell.user_ns["hf"].last
    run(shell, "%hf use sentiment starter/bert-tiny-sentiment")
    run(shell, "%hf go --device cpu")
    assert all(shell.user_ns["hf"].last[s] is not before[s] for s in before)


def test_a_result_is_rated_by_its_step(shell: InteractiveShell):
    assert "no step 'sentiment' with a model has run" in str(run(shell, "%hf rate sentiment good").error)
    run(shell, CELL)

    assert run(shell, "%hf rate sentiment good").text.strip() == "sentiment: good"
    assert shell.user_ns["hf"].store.ratings("text-classification") == {"starter/minilm-l6-sentiment": (1, 0)}
    assert "takes good or bad, not 'so-so'" in str(run(shell, "%hf rate sentiment so-so").error)


def test_a_terminal_gets_the_table_and_no_widget(shell: InteractiveShell):
    seen = run(shell, "%hf models text-classification")
    assert "Models for text-classification" in seen.text
    assert "starter/bert-tiny-" in seen.text
    assert "widget" not in seen.text


def test_code_prints_the_plan_as_python_without_hfmagic(shell: InteractiveShell):
    run(shell, CELL)
    printed = run(shell, "%hf code").text

    compile(printed, "plan.py", "exec")
    assert "import hfmagic" not in printed
    assert "trust_remote_code=False" in printed
    assert "sys.argv" in printed or "argparse" in printed


def test_code_cell_gives_the_same_frame_in_the_next_cell(shell: InteractiveShell):
    run(shell, CELL)
    wanted = shell.user_ns["scored"]
    given: list[str] = []
    shell.set_next_input = given.append  # type: ignore[method-assign, assignment]

    run(shell, "%hf code cell")
    del shell.user_ns["scored"]
    seen = run(shell, given[0])

    assert seen.error is None
    assert shell.user_ns["scored"]["review_sentiment"].tolist() == wanted["review_sentiment"].tolist()
    assert "no plan" not in seen.text


def test_code_as_a_function_gives_the_same_frame(shell: InteractiveShell):
    run(shell, CELL)
    wanted = shell.user_ns["scored"]
    given: list[str] = []
    shell.set_next_input = given.append  # type: ignore[method-assign, assignment]

    run(shell, "%hf code cell --function")
    del shell.user_ns["scored"]
    seen = run(shell, given[0])

    assert seen.error is None
    assert "def label_reviews(reviews: pd.DataFrame) -> pd.DataFrame:" in given[0]
    assert shell.user_ns["scored"]["review_sentiment"].tolist() == wanted["review_sentiment"].tolist()
    assert given[0].count("\n") < 70


def test_code_goes_to_a_file(shell: InteractiveShell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    run(shell, CELL)
    (tmp_path / "mine.py").write_text("x = 1\n")

    written = [run(shell, f"%hf code {words}").text for words in ("plan.py", "plan.ipynb", "plan.py --function")]
    refused = str(run(shell, "%hf code mine.py").error)

    assert [text.strip() for text in written] == ["written: plan.py", "written: plan.ipynb", "written: plan.py"]
    assert "def label_reviews(" in (tmp_path / "plan.py").read_text(encoding="utf-8")
    assert "hfmagic did not write it" in refused
    assert (tmp_path / "mine.py").read_text() == "x = 1\n"


@pytest.mark.parametrize("words", ["sell", "cell plan.py", "plan.txt", "a.py b.ipynb"])
def test_code_says_which_forms_there_are(shell: InteractiveShell, words: str):
    assert "%hf code [cell | NAME.py | NAME.ipynb] [--function]" in str(run(shell, f"%hf code {words}").error)


def test_code_without_a_plan_says_so(shell: InteractiveShell):
    assert "there is no plan yet" in str(run(shell, "%hf code").error)
