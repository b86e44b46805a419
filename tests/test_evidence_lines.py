"""Choosing with evidence, as a user meets it, offline: trials, limit words, packs, learning, the log, audits, fit."""

from __future__ import annotations

import csv
import json
from itertools import count
from pathlib import Path

import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell

from hfmagic.errors import BadOption, HFMagicError, MissingFile, NoModelFits
from hfmagic.session import Options, Session
from hfmagic.trial import run_trial
from tests.conftest import DATA
from tests.shell import run

GOOD, SMALL = "starter/minilm-l6-sentiment", "starter/bert-tiny-sentiment"
CELL = "Label the sentiment of each review."
NESTED = (
    '{"task_type": "text_generation", "input_constraints": {"max_length": 500, "language": "zh"},'
    ' "hardware": "NVIDIA_A100"}'
)


@pytest.fixture(scope="module")
def labelled() -> pd.DataFrame:
    """The reviews with what people said of them."""
    found = pd.read_csv(DATA / "reviews.csv").merge(pd.read_csv(DATA / "reviews_ratings.csv"), on="id")
    return found.assign(truth=["positive" if r > 0 else "negative" for r in found["rating"]])


@pytest.fixture(scope="module")
def like_the_small_one(labelled: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory, starter_hub: Path):
    """Reviews whose labels are the small model's own words, so that the default pick loses."""
    from hfmagic.config import HFMagic

    folder = tmp_path_factory.mktemp("small")
    config = HFMagic(cache_dir=str(folder), hub_dirs=[str(starter_hub)], hub_cache=str(folder / "hub"))
    frame = labelled.head(120)[["review"]]
    said = Session(config)(CELL, frame, models={"sentiment": SMALL})["review_sentiment"]
    return frame.assign(truth=said.to_list())


def small_pack(folder: Path, **more: object) -> Path:
    """A team's pack that vets the small model alone."""
    path = folder / "team.json"
    path.write_text(json.dumps({"name": "team", "models": {"text-classification": [SMALL]}, **more}))
    return path


def session_with(config, pack: str) -> Session:
    """The next kernel of this machine, begun with a pack."""
    config.pack = pack
    return Session(config)


def chosen(session: Session, step: str = "sentiment") -> str:
    assert session.proposal is not None
    model = session.proposal.plan.step(step).model
    return model.model_id if model else ""


def proposed(session: Session, frame: pd.DataFrame, request: str = CELL, **options: object) -> str:
    """The model that a request gets."""
    session.propose(request, {"reviews": frame}, ["reviews"], Options(**options))  # type: ignore[arg-type]
    return chosen(session)


# Trials


def test_a_trial_with_labels_shows_figures_the_better_model_first(shell: InteractiveShell, labelled: pd.DataFrame):
    shell.user_ns["reviews"] = labelled
    run(shell, f"%%hf reviews --plan\n{CELL}")

    seen = run(shell, "%hf trial sentiment 60 --labels truth")

    assert seen.error is None
    assert "trial of sentiment on 60 rows: accuracy" in seen.text
    assert seen.text.index(GOOD) < seen.text.index(SMALL)
    assert "rows/s" in seen.text


def test_a_cell_takes_a_clear_winner_says_so_and_remembers_it(
    shell: InteractiveShell, like_the_small_one: pd.DataFrame
):
    shell.user_ns["reviews"] = like_the_small_one
    session: Session = shell.user_ns["hf"]

    seen = run(shell, f"%%hf reviews --trial 120 --labels truth\n{CELL}")

    assert seen.error is None
    assert chosen(session) == SMALL
    assert (shell.user_ns["_hf"]["review_sentiment"].tolist()) == like_the_small_one["truth"].tolist()
    assert "won a trial" in run(shell, "%hf plan json").text
    run(shell, f"%%hf reviews --plan\n{CELL}")
    assert "trial of" in run(shell, "%hf why sentiment").html
    assert chosen(session) == SMALL  # the next pick on like data
    assert "trial" in session.why("sentiment")[0].past.words
    assert session.why("sentiment")[0].facts.model_id == SMALL


def test_a_trial_without_labels_takes_nothing(shell: InteractiveShell, like_the_small_one: pd.DataFrame):
    shell.user_ns["reviews"] = like_the_small_one[["review"]]

    seen = run(shell, f"%%hf reviews --trial 24\n{CELL}")

    assert seen.error is None
    assert chosen(shell.user_ns["hf"]) == GOOD
    assert "no labels" in seen.text
    assert "--labels COLUMN" in seen.text
    assert shell.user_ns["hf"].store.evidence() == []


def test_a_trial_keeps_to_its_time(shell: InteractiveShell, labelled: pd.DataFrame, monkeypatch: pytest.MonkeyPatch):
    shell.user_ns["reviews"] = labelled
    run(shell, f"%%hf reviews --plan\n{CELL}")
    ticks = count()
    monkeypatch.setitem(run_trial.__kwdefaults__, "clock", lambda: float(next(ticks)))
    shell.user_ns["hf"].config.trial_seconds = 14.0

    assert "stopped after 14 s" in run(shell, "%hf trial sentiment 60 --labels truth").text


def test_a_trial_of_a_model_that_the_limits_forbid_does_not_run_it(session: Session, labelled: pd.DataFrame):
    session.propose(CELL, {"reviews": labelled}, ["reviews"], Options(limit="max_size=50MB"))

    found = session.try_models("sentiment", (SMALL, GOOD))()

    by_id = {m.model_id: m for m in found.models}
    assert "cannot do step 'sentiment': 91 MB" in by_id[GOOD].error
    assert by_id[GOOD].done == 0
    assert by_id[SMALL].done > 0


@pytest.mark.parametrize("line", ["%hf trial sentiment 1", "%hf trial nothing 20", "%hf trial sentiment 20 30"])
def test_a_trial_that_cannot_be_is_refused_in_a_line(shell: InteractiveShell, line: str):
    run(shell, f"%%hf reviews --plan\n{CELL}")
    assert isinstance(run(shell, line).error, BadOption)


def test_a_column_of_labels_that_is_not_there_is_named_with_the_nearest(
    shell: InteractiveShell, labelled: pd.DataFrame
):
    shell.user_ns["reviews"] = labelled
    seen = run(shell, f"%%hf reviews --trial 10 --labels truht\n{CELL}")
    assert "did you mean 'truth'" in str(seen.error)


# Limits


@pytest.mark.parametrize(
    "request_",
    [
        "Label the sentiment with a model under 50 MB.",
        "Label the sentiment of each review with a model smaller than 50MB",
        "用小于50MB的模型给每条评论打情感标签",
    ],
)
def test_limits_in_the_words_of_a_request_hold_and_the_plan_keeps_the_words(shell: InteractiveShell, request_: str):
    assert run(shell, f"%%hf reviews --plan\n{request_}").error is None

    session: Session = shell.user_ns["hf"]
    assert session.proposal is not None
    model = session.proposal.plan.steps[0].model
    assert model is not None
    assert model.model_id == SMALL
    assert session.proposal.plan.request.strip() == request_
    rejected = {c.facts.model_id: c.rejected for c in session.why(session.proposal.plan.steps[0].id)}
    assert rejected[GOOD] == "91 MB"


def test_limits_come_from_a_file_too(session: Session, labelled: pd.DataFrame, tmp_path: Path):
    file = tmp_path / "limits.json"
    file.write_text('{"max_size": "50MB"}')

    assert proposed(session, labelled, limit=str(file)) == SMALL
    with pytest.raises(MissingFile):
        proposed(session, labelled, limit=str(tmp_path / "not-there.json"))


def test_the_nested_shape_of_limits_works_in_the_line_and_in_a_request(shell: InteractiveShell):
    session: Session = shell.user_ns["hf"]
    seen = run(shell, f"%hf models text-generation --limit '{NESTED}'")
    found = session.candidates("text-generation", Options(limit=NESTED))

    assert seen.error is None
    assert "starter/smollm2-135m" in seen.text
    (smol,) = [c for c in found if c.facts.model_id == "starter/smollm2-135m-instruct"]
    assert "zh" in smol.rejected or "Chinese" in smol.rejected
    english = session.candidates("text-generation", Options(limit=NESTED.replace("zh", "en")))
    assert not next(c for c in english if c.facts.model_id == smol.facts.model_id).rejected


def test_the_nested_shape_holds_for_its_task_alone(session: Session, labelled: pd.DataFrame):
    """Sentiment needs no model for text generation in Chinese."""
    assert proposed(session, labelled, limit=NESTED) == GOOD


def test_a_recorded_plan_still_matches_a_request_with_limit_words(
    shell: InteractiveShell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    request = "Label the sentiment of each review with a model under 50 MB."
    run(shell, f"%%hf reviews --rows 2\n{request}")
    session: Session = shell.user_ns["hf"]
    assert session.record is not None
    cell = {
        "cell_type": "code",
        "source": f"%%hf reviews --rows 2\n{request}",
        "outputs": [{"output_type": "display_data", "data": {}, "metadata": session.record.to_metadata()}],
    }
    book = tmp_path / "book.ipynb"
    book.write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))

    session.config.planner = f"recorded {book}"
    seen = run(shell, f"%%hf reviews --plan --rows 2\n{request}")

    assert seen.error is None
    assert session.proposal is not None
    assert session.proposal.plan.request.strip() == request
    assert chosen(session) == SMALL
    assert not any("recorded" in note for note in session.proposal.plan.notes)


# A team's pack


@pytest.mark.parametrize("how", ["words", "option", "model", "line", "page", "trial", "api", "reproduce"])
def test_no_way_of_asking_gets_a_model_that_the_pack_forbids(
    config, session: Session, labelled: pd.DataFrame, tmp_path: Path, how: str
):
    frame = labelled.head(6)
    if how == "reproduce":
        session.run(session.propose(CELL, {"reviews": frame}, ["reviews"]), {})
    kernel = session_with(config, str(small_pack(tmp_path, policy={"license": ["permissive"]})))
    ways = {
        "words": lambda: proposed(kernel, frame, "Label the sentiment of each review with minilm-l6-sentiment"),
        "option": lambda: proposed(kernel, frame, limit="license=mit|unknown|apache-2.0,max_size=9GB"),
        "model": lambda: proposed(kernel, frame, models={"sentiment": GOOD}),
        "line": lambda: (proposed(kernel, frame), kernel.use("sentiment", GOOD)),
        "page": lambda: (proposed(kernel, frame), kernel.use("sentiment", GOOD, seen=kernel.stage.now.hash)),
        "trial": lambda: (proposed(kernel, frame), kernel.try_models("sentiment", (SMALL, GOOD))()),
        "api": lambda: kernel(CELL, frame, models={"sentiment": GOOD}),
        "reproduce": lambda: kernel.reproduce({"reviews": frame}, session.record),
    }
    try:
        ways[how]()
    except HFMagicError as error:
        assert "pack 'team'" in error.line  # noqa: PT017
    assert kernel.proposal is None or chosen(kernel) == SMALL
    assert GOOD not in {m.facts.model_id for m in kernel.pool.loaded()}


def test_a_pack_of_the_kernels_start_stays_whatever_is_set(
    config, shell: InteractiveShell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    pack = small_pack(tmp_path)
    monkeypatch.setenv("HFMAGIC_PACK", str(pack))
    run(shell, "%reload_ext hfmagic")

    run(shell, "%config HFMagic.pack = ''")
    run(shell, f"%%hf reviews --plan\n{CELL}")
    assert chosen(shell.user_ns["hf"]) == SMALL

    run(shell, "%config HFMagic.pack = 'customer-support'")
    seen = run(shell, f"%%hf reviews --plan\n{CELL}")
    assert "holds in this kernel" in str(seen.error)

    run(shell, "%config HFMagic.pack = ''")
    run(shell, "%reload_ext hfmagic")
    run(shell, f"%%hf reviews --plan\n{CELL}")
    assert chosen(shell.user_ns["hf"]) == SMALL


@pytest.mark.parametrize("content", ["{", "[]", '{"name": "x", "polcy": {}}', None])
def test_with_a_pack_that_cannot_be_read_nothing_is_chosen(
    config, labelled: pd.DataFrame, tmp_path: Path, content: str | None
):
    path = tmp_path / "broken.json"
    if content is not None:
        path.write_text(content)
    kernel = session_with(config, str(path))

    for ask in (lambda: proposed(kernel, labelled), lambda: kernel.candidates("summarization")):
        with pytest.raises((BadOption, MissingFile), match=r"broken\.json"):
            ask()
    assert kernel.proposal is None


def test_the_pack_for_customer_support_works_from_its_requests(config, labelled: pd.DataFrame):
    from hfmagic.pack import find_pack

    kernel = session_with(config, "customer-support")
    frame = labelled.head(4)
    request = find_pack("customer-support", ()).requests["unhappy"]
    proposal = kernel.propose(request, {"reviews": frame}, ["reviews"])

    results, _ = kernel.run(proposal, {})

    assert not results.failed
    models = {s.model.model_id for s in results.plan.steps if s.model}
    assert models == {GOOD, "starter/flan-t5-small-titler"}
    assert all("customer-support" in s.model.reason for s in results.plan.steps if s.model)
    with pytest.raises(NoModelFits):
        kernel.propose(
            "Write a reply to each review",
            {"reviews": frame},
            ["reviews"],
            Options(limit="max_size=1GB,max_parameters=1M"),
        )


# What is learnt


def test_bad_words_move_a_pick(session: Session, labelled: pd.DataFrame):
    frame = labelled.head(3)
    assert proposed(session, frame) == GOOD

    for n in range(12):
        session.run(
            session.propose(
                CELL, {"reviews": labelled[3 * n : 3 * n + 3]}, ["reviews"], Options(models={"sentiment": GOOD})
            ),
            {},
        )
        session.rate("sentiment", liked=False)
        if proposed(session, frame) == SMALL:
            break

    assert chosen(session) == SMALL
    assert 1 <= n < 11
    assert "liked 0 of" in next(c for c in session.why("sentiment") if c.facts.model_id == GOOD).past.words


def test_a_swap_is_a_revert_after_a_run_of_the_same_rows_alone(session: Session, labelled: pd.DataFrame):
    frame = labelled.head(3)

    def reverts() -> list[str]:
        return [e.model_id for e in session.store.evidence() if e.source == "revert"]

    proposed(session, frame)
    session.use("sentiment", SMALL)  # nothing has run
    assert reverts() == []

    session.run(session.propose(CELL, {"reviews": frame}, ["reviews"]), {})
    with pytest.raises(HFMagicError):
        session.use("sentiment", "starter/whisper-tiny.en")  # not taken
    assert reverts() == []
    proposed(session, labelled.tail(3))
    session.use("sentiment", SMALL)  # of another cell's rows
    assert reverts() == []

    session.run(session.propose(CELL, {"reviews": frame}, ["reviews"]), {})
    session.use("sentiment", GOOD)  # the one that ran
    assert reverts() == []
    session.use("sentiment", SMALL)
    assert reverts() == [GOOD]


def test_a_fall_in_quality_is_said_once_under_the_cell_and_in_the_log(shell: InteractiveShell, labelled: pd.DataFrame):
    said = []
    for n in range(14):
        shell.user_ns["reviews"] = labelled[n : n + 2]
        said.append(run(shell, f"%%hf reviews --model sentiment={GOOD}\n{CELL}").text)
        said.append(run(shell, f"%hf rate sentiment {'good' if n < 5 else 'bad'}").text)
        if " fell from " in said[-1]:
            break

    assert f"{GOOD} at text-classification fell from 100%" in said[-1]
    assert "fell from" not in "".join(said[:-1])
    assert n > 5
    assert "0% of 3" in run(shell, "%hf log --alerts").text
    assert "fell from" not in run(shell, f"%%hf reviews --model sentiment={GOOD}\n{CELL}").text  # it was said
    run(shell, "%hf rate sentiment good")
    assert "nothing to show" in run(shell, "%hf log --alerts").text


def test_the_log_filters_and_writes_csv_but_overwrites_nothing(shell: InteractiveShell, tmp_path: Path):
    run(shell, f"%%hf reviews --rows 3\n{CELL}")
    run(shell, "%hf rate sentiment good")
    file = tmp_path / "log.csv"

    assert "starter/minilm-l6-sen" in run(shell, "%hf log sentiment").text
    assert "starter/minilm-l6-sen" not in run(shell, "%hf log summarization").text
    assert "written" in run(shell, f"%hf log --csv {file}").text
    rows = list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
    assert [r["model"] for r in rows] == [GOOD]
    assert rows[0]["rating"] == "good"
    assert isinstance(run(shell, f"%hf log --csv {file}").error, BadOption)
    assert isinstance(run(shell, f"%hf log --csv {tmp_path / 'log.txt'}").error, BadOption)
    assert isinstance(run(shell, f"%%hf reviews --alerts\n{CELL}").error, BadOption)


def test_the_store_holds_nothing_of_the_rows_or_the_words(config, shell: InteractiveShell):
    frame = pd.DataFrame(
        {
            "review": [f"canaryrow{i} phone, I like the canaryword" for i in range(12)],
            "truth": ["canarylabel", "other"] * 6,
        }
    )
    shell.user_ns["reviews"] = frame
    asked = "Label the sentiment of each review that says canaryrequest"
    run(shell, f"%%hf reviews --trial 12 --labels truth --by truth\n{CELL} canaryrequest")
    run(shell, f"%%hf reviews\n{asked}")
    run(shell, f"%%hf reviews\n{CELL} (canaryrequest)")
    run(shell, "%hf rate sentiment bad")
    run(shell, f"%hf use sentiment {SMALL}")
    session: Session = shell.user_ns["hf"]

    assert session.store.evidence()
    assert session.store.selections()
    whole = b"".join(p.read_bytes() for p in config.cache_path.rglob("*") if p.is_file() and "hub" not in p.parts)
    assert b"minilm" in whole
    for canary in (b"canaryrow", b"canaryword", b"canaryrequest", b"canarylabel"):
        assert canary not in whole


# What is known before it runs


def test_the_same_facts_give_the_same_choice_in_one_session_and_in_two(config, labelled: pd.DataFrame):
    plans = []
    for session in (Session(config), Session(config)):
        for _ in range(2):
            proposal = session.propose(CELL, {"reviews": labelled}, ["reviews"])
            (model,) = [s.model for s in proposal.plan.steps]
            plans.append((proposal.plan.hash, model, [(c.facts.model_id, c.score) for c in session.why("sentiment")]))
    assert plans[0] == plans[1] == plans[2] == plans[3]


def test_a_forecast_stands_before_a_run_and_goes_when_it_has_run(shell: InteractiveShell):
    before = run(shell, f"%%hf reviews --plan\n{CELL}").text
    after = run(shell, "%hf go").text.splitlines()

    assert "needs 1" in before
    assert "for 60 rows" in before
    last = len(after) - 1 - next(i for i, line in enumerate(reversed(after)) if "✓ done" in line)
    assert not any("for 60 rows" in line for line in after[last:])


def test_fit_tells_of_this_machine_and_of_hardware_by_name(shell: InteractiveShell):
    assert "there is no plan" in str(run(shell, "%hf fit").error)
    run(shell, f"%%hf reviews --plan\n{CELL}")

    assert "fits" in run(shell, "%hf fit").text
    assert "on T4" in run(shell, "%hf fit T4").text
    two = run(shell, '%hf fit "2x A100 80GB"')
    assert two.error is None
    assert "A100" in two.text
    assert run(shell, "%hf fit 2x A100 80GB").text == two.text
    assert "the nearest: A100" in str(run(shell, "%hf fit A1000").error)


def test_an_audit_of_two_steps_and_an_operation_in_words_and_as_json(shell: InteractiveShell):
    run(shell, "%%hf reviews --plan\nLabel the sentiment, keep the negative ones, and title each.")

    seen = run(shell, "%hf audit").text
    told = json.loads(run(shell, "%hf audit json").text)

    assert GOOD in seen
    assert [s["operation"] for s in told["steps"]] == [False, True, False]
    assert {f["severity"] for f in told["findings"]} <= {"high", "medium", "low"}
    assert isinstance(run(shell, "%hf audit xml").error, BadOption)
    assert "there is no plan" in str(run(InteractiveShell.instance(), "%hf audit json").error or "there is no plan")


def test_a_model_that_is_not_there_is_named_with_the_nearest(shell: InteractiveShell):
    assert GOOD in run(shell, f"%hf models {GOOD}").text
    assert f"did you mean '{GOOD}'?" in str(run(shell, "%hf models starter/minilm-l6-sentimet").error)
