"""What a result rests on stands in its output's metadata, without a row or a secret; `%hf reproduce` runs it again."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from PIL import Image

from hfmagic.comparison import compare
from hfmagic.digest import distance
from hfmagic.kinds import Kind
from hfmagic.plan import Constant, ModelChoice, Plan, Step
from hfmagic.provenance import KEY, Provenance, Settings, found_in, provenance
from hfmagic.results import Results, StepResult
from tests.llmserver import TestLLM, text
from tests.shell import run

CELL = "%%hf reviews -o scored --rows 24\nLabel the sentiment of each review."


def records(shell: InteractiveShell, source: str) -> list[Provenance]:
    """What the outputs of a cell say of their runs."""
    with capture_output() as captured:
        shell.run_cell(source).raise_error()
    return found_in([{"metadata": o.metadata} for o in captured.outputs])


def metadata(shell: InteractiveShell, source: str) -> dict[str, Any]:
    with capture_output() as captured:
        shell.run_cell(source).raise_error()
    return next(o.metadata[KEY] for o in captured.outputs if KEY in o.metadata)


def test_an_output_says_what_it_rests_on(shell: InteractiveShell):
    (found,) = records(shell, CELL)
    step = found.plan.step("sentiment")
    model = found.models[0]
    folder = shell.user_ns["hf"].hub.find(model.model_id).folder

    assert step.model is not None
    assert (model.model_id, model.revision) == (step.model.model_id, step.model.revision)
    weights = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    assert model.files["model.safetensors"] == f"sha256:{weights}"
    assert found.names == ("reviews",)
    assert found.output == "scored"
    assert found.plan.planner == "rules"
    assert found.prompt == ""
    assert found.settings.rows == 24
    assert found.settings.device == "cpu"
    assert found.steps["sentiment"].dtype == "float32"
    assert found.steps["sentiment"].seconds > 0
    assert {"hfmagic", "torch", "transformers", "python"} <= found.versions.keys()
    assert set(found.inputs["reviews"]) == {"review"}


def test_nothing_of_a_row_and_no_secret_is_in_it(shell: InteractiveShell):
    shell.user_ns["reviews"]["review"] = [f"canary{i:03} sings, and I like it" for i in range(60)]
    token = "hf_" + "a" * 34

    cell = f"%%hf reviews\nLabel the sentiment of each review, group the complaints into themes. My key is {token}."
    kept = json.dumps(metadata(shell, cell))

    assert "canary" not in kept
    assert token not in kept
    assert "sentiment" in kept


def test_a_name_that_looks_like_a_key_stays_a_name(shell: InteractiveShell):
    shell.user_ns["hf_reviews"] = shell.user_ns["reviews"].rename(columns={"review": "hf_comments"})

    run(shell, "%%hf hf_reviews --rows 8\nLabel the sentiment of the hf_comments.")

    assert "same: all" in run(shell, "%hf reproduce").text


def test_columns_that_are_not_read_are_not_named(shell: InteractiveShell):
    shell.user_ns["reviews"]["Jane Doe 1980-02-03"] = 1

    assert "Jane" not in json.dumps(metadata(shell, CELL))


def test_it_is_read_back_as_it_was_written(shell: InteractiveShell):
    (found,) = records(shell, CELL)

    assert found == shell.user_ns["hf"].record
    assert found.plan.hash == shell.user_ns["hf"].last.plan.hash


def test_what_is_none_is_left_out():
    assert found_in([{}, {"metadata": {}}, {"metadata": {KEY: {"plan": 3}}}, {"metadata": {KEY: "x"}}]) == []


def test_the_prompt_of_an_llm_is_a_hash_that_follows_the_request(shell: InteractiveShell):
    reply = json.dumps({"steps": [{"for": "a", "task": "detect-language", "text": "review", "where": []}]})
    with TestLLM(*(text(reply) for _ in range(6))) as llm:
        run(shell, f"%hf planner {llm.url} tiny")
        first = records(shell, "%%hf reviews --rows 4\nWhich language is each review in?")[0]
        other = records(shell, "%%hf reviews --rows 4\nName the language of each review.")[0]

    assert len(first.prompt) == len(other.prompt) == 16
    assert first.prompt != other.prompt


# Reproduce


def test_the_last_run_is_reproduced(shell: InteractiveShell):
    run(shell, CELL)
    scored = shell.user_ns["scored"]

    seen = run(shell, "%hf reproduce")

    assert seen.error is None
    assert "Reproduced · same: all 5 parts" in seen.text
    assert "review_sentiment_score" in seen.text
    assert shell.user_ns["scored"] is scored


def test_a_changed_input_is_said_with_the_rows_it_changed(shell: InteractiveShell):
    run(shell, "%%hf reviews\nLabel the sentiment of each review.")
    before = shell.user_ns["_hf"]["review_sentiment"]
    place = int((before == "POSITIVE").argmax())
    shell.user_ns["reviews"].loc[place, "review"] = "It broke. Awful, useless, I hate it."

    seen = run(shell, "%hf reproduce")

    assert "differs: input review in reviews has changed" in seen.text
    assert "1 of 60 rows changed in review_sentiment" in seen.text
    assert f"{place}: POSITIVE → NEGATIVE" in seen.text


def test_a_run_that_overwrote_its_input_is_reproduced_from_what_it_read(shell: InteractiveShell):
    run(shell, "%%hf reviews\nLabel the sentiment of each review.")
    run(shell, "%%hf\nOnly the negative ones.")

    assert "same: all" in run(shell, "%hf reproduce").text


def test_the_recorded_settings_hold(shell: InteractiveShell):
    run(shell, "%%hf reviews\nGroup the reviews into themes.")
    run(shell, "%config HFMagic.seed = 7")

    seen = run(shell, "%hf reproduce").text
    assert "same: all" in seen
    assert "seed" not in seen


def test_what_a_swap_and_go_gave_is_what_is_reproduced(shell: InteractiveShell):
    first = records(shell, CELL)[0]
    others = [c.facts.model_id for c in shell.user_ns["hf"].why("sentiment") if not c.rejected]
    other = next(m for m in others if m != first.models[0].model_id)
    run(shell, f"%hf use sentiment {other}")
    (second,) = records(shell, "%hf go")

    assert second.models[0].model_id == other
    assert second.names == ("reviews",)
    found = compare(first, second)
    assert found.verdict == "differs"
    assert any(p.what == "model of sentiment" and other in p.words for p in found.parts)
    assert "same: all" in run(shell, "%hf reproduce").text


def test_a_step_that_failed_is_no_success(shell: InteractiveShell):
    (good,) = records(shell, CELL)
    bad = good.model_copy(
        update={"steps": {"sentiment": good.steps["sentiment"].model_copy(update={"failed": "HF501"})}}
    )

    assert compare(good, bad).line.startswith("differs: step sentiment failed (HF501)")
    assert compare(good, good.model_copy(update={"steps": {}})).line == "differs: step sentiment has not run"


def test_an_input_that_is_rounded_another_way_is_close(shell: InteractiveShell):
    run(shell, CELL)
    cell = "%%hf scored\nHow many have a review_sentiment_score above 0.5?"
    (found,) = records(shell, cell)
    shell.user_ns["scored"] = shell.user_ns["scored"].assign(
        review_sentiment_score=shell.user_ns["scored"]["review_sentiment_score"] * (1 + 1e-7)
    )
    (again,) = records(shell, cell)

    score = next(p for p in compare(found, again).parts if p.what.startswith("input review_sentiment_score"))
    assert score.verdict == "close"


def test_another_version_is_noted_and_no_difference(shell: InteractiveShell):
    (found,) = records(shell, CELL)
    newer = found.model_copy(update={"versions": {**found.versions, "torch": "9.9"}})

    assert compare(found, newer).verdict == "same"
    assert any(line.startswith("torch 9.9, was ") for line in compare(found, newer).noted)


@pytest.mark.rule(7)
def test_a_file_of_the_model_that_changed_is_named(shell: InteractiveShell):
    (found,) = records(shell, CELL)
    files = {**found.models[0].files, "tokenizer.json": "sha256:" + "0" * 64}
    other = found.model_copy(update={"models": (found.models[0].model_copy(update={"files": files}),)})

    assert "has another tokenizer.json" in compare(found, other).line


def test_before_anything_ran_there_is_nothing_to_reproduce(shell: InteractiveShell):
    assert "nothing has run yet" in str(run(shell, "%hf reproduce").error)


def test_a_variable_that_is_gone_is_named(shell: InteractiveShell):
    run(shell, CELL)
    del shell.user_ns["reviews"]

    assert "there is no variable 'reviews'" in str(run(shell, "%hf reproduce").error)


@pytest.mark.parametrize("frame", ["polars", "pyarrow"])
def test_another_library_with_the_same_rows_is_the_same_input(shell: InteractiveShell, frame: str):
    import polars

    run(shell, CELL)
    same = polars.from_pandas(shell.user_ns["reviews"])
    shell.user_ns["reviews"] = same if frame == "polars" else same.to_arrow()

    assert "same: all" in run(shell, "%hf reproduce").text


@pytest.mark.parametrize(
    ("change", "verdict"),
    [(lambda p: p, "same"), (lambda p: p ^ 1, "close"), (lambda p: 255 - p, "differs"), (lambda p: p[::-1], "differs")],
    ids=["the same", "rounded the other way", "the negative", "upside down"],
)
@pytest.mark.parametrize("seed", range(3))
def test_pictures_that_a_model_made_are_compared_by_how_bright_they_are(change: Any, verdict: str, seed: int):
    fields = np.random.default_rng(seed).integers(0, 255, (8, 8, 3), dtype=np.uint8)
    pixels = np.kron(fields, np.ones((12, 12, 1), dtype=np.uint8))  # (96, 96, 3)
    step = Step(
        id="draw",
        task="text-to-image",
        inputs={"text": Constant(constant="a cat")},
        output="cat",
        model=ModelChoice(model_id="acme/draws", revision="0" * 40),
    )
    plan = Plan(request="draw a cat", planner="rules", inputs=(), steps=(step,))

    def digest_of(array: Any) -> Any:
        made = StepResult(step, Kind.IMAGE, Image.fromarray(np.ascontiguousarray(array)), rows=1, device="cpu")
        return provenance(Results(plan, {"draw": made}), {}, models=(), settings=Settings()).steps["draw"].gave["cat"]

    assert distance(digest_of(pixels), digest_of(change(pixels))).verdict == verdict
