"""`%hf tune`: a model trained on the user's labels, compared with its base, and then a candidate like any other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell

from hfmagic.config import HFMagic
from hfmagic.errors import BadOption, NeedsConsent, UnknownColumn
from hfmagic.session import Options, Session
from hfmagic.tune import Tuned
from tests.shell import run
from tests.test_trial_run import reviews

BASE = "starter/bert-tiny-sentiment"


@pytest.fixture
def session(tmp_path: Path, starter_hub: Path) -> Session:
    return opened(tmp_path, starter_hub)


def opened(folder: Path, hub: Path, models: Mapping[str, str] = MappingProxyType({"sentiment": BASE})) -> Session:
    """A session with a plan over the reviews, as of another kernel."""
    made = Session(HFMagic(cache_dir=str(folder), hub_dirs=[str(hub)], hub_cache=str(folder / "hub")))
    frame = reviews().assign(one="positive")
    frame["length"] = ["long" if len(text) > 90 else "short" for text in frame["review"]]
    options = Options(models=models)
    made.propose("Label the sentiment of each review", {"reviews": frame}, ["reviews"], options)
    return made


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory, starter_hub: Path) -> tuple[Session, Tuned]:
    """A session that has tuned the step: for tests that only look at what came of it."""
    made = opened(tmp_path_factory.mktemp("once"), starter_hub)
    return made, made.tune("sentiment", "truth")


def test_what_is_tuned_is_a_candidate_here_and_in_the_next_kernel(once: tuple[Session, Tuned], starter_hub: Path):
    session, found = once
    folder = session.config.tuned_path / found.model_id
    card = (folder / "README.md").read_text(encoding="utf-8")

    assert found.model_id.startswith("tuned/bert-tiny-sentiment-reviews-")
    assert (folder / "model.safetensors").is_file()
    assert "base_model: starter/bert-tiny-sentiment\n" in card
    assert "license: apache-2.0\n" in card
    assert "difference on the same rows" in card
    assert [text for text in reviews()["review"] if text in card] == []
    assert found.model_id in {c.facts.model_id for c in session.why("sentiment")}
    later = opened(Path(session.config.cache_dir), starter_hub)
    proposal = later.use("sentiment", found.model_id)
    results, _ = later.run(proposal, {})
    assert set(results.value["review_sentiment"]) == {"positive", "negative"}


def test_a_model_of_other_labels_is_named_after_them_and_not_taken_for_its_base(
    session: Session, tmp_path: Path, starter_hub: Path
):
    found = session.tune("sentiment", "length")
    card = (tmp_path / "tuned" / found.model_id / "README.md").read_text(encoding="utf-8")
    later = opened(tmp_path, starter_hub, models={})
    candidates = {c.facts.model_id: c for c in later.why("sentiment")}

    assert found.model_id.startswith("tuned/length-reviews-")
    assert "\n- sentiment-analysis\n" not in card
    assert "\n- length\n" in card
    assert "accuracy on the 60 rows held out" in card
    assert candidates[found.model_id].breakdown.value("closeness") == 0
    assert "accuracy" not in candidates[found.model_id].basis
    assert candidates[found.model_id].score < candidates[BASE].score


def test_rows_held_out_say_whether_it_is_better(once: tuple[Session, Tuned]):
    _, found = once

    assert found.difference is not None
    assert found.difference.low <= found.difference.value <= found.difference.high
    assert sum(found.rows) == 240
    assert found.trial is not None
    assert {m.model_id for m in found.trial.models} == {BASE, found.model_id}
    assert found.trial.rows == found.rows[2] == 60


def test_the_same_labels_give_the_same_model(once: tuple[Session, Tuned], session: Session):
    assert session.tune("sentiment", "truth").model_id == once[1].model_id


@pytest.mark.parametrize(
    ("labels", "error", "words"),
    [("nope", UnknownColumn, "no column 'nope'"), ("one", BadOption, "one"), ("id", BadOption, "id")],
)
def test_labels_that_nothing_can_be_learnt_from_are_refused(
    session: Session, tmp_path: Path, labels: str, error: type[Exception], words: str
):
    with pytest.raises(error, match=words):
        session.tune("sentiment", labels)

    assert list(tmp_path.glob("tuned/tuned/*")) == []


def test_a_long_tuning_waits_for_a_yes(session: Session, tmp_path: Path):
    session.config.ask_seconds, session.config.tune_epochs = 0.0, 1
    with pytest.raises(NeedsConsent, match=r"--labels truth --yes"):
        session.tune("sentiment", "truth")

    assert list(tmp_path.glob("tuned/*")) == []
    assert session.tune("sentiment", "truth", yes=True).model_id


def test_an_interrupt_keeps_the_best_epoch_so_far(session: Session):
    def stop(tuning: Tuned) -> None:
        if len(tuning.trained.epochs) == 1 and not tuning.trained.interrupted and not tuning.model_id:
            raise KeyboardInterrupt

    found = session.tune("sentiment", "truth", on=stop)

    assert found.trained.interrupted
    assert found.trained.best == 1
    assert (session.config.tuned_path / found.model_id / "model.safetensors").is_file()


def test_an_interrupt_before_the_first_epoch_leaves_nothing(session: Session, tmp_path: Path):
    def stop(tuning: Tuned) -> None:
        if tuning.foreseen is not None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        session.tune("sentiment", "truth", on=stop)

    assert list(tmp_path.glob("tuned/*")) == []


def test_adapters_are_merged_into_a_model_like_any_other(session: Session, tmp_path: Path, starter_hub: Path):
    session.config.tune_lora_params, session.config.tune_epochs = 0, 1
    found = session.tune("sentiment", "truth")

    assert found.adapters
    names = {p.name for p in (tmp_path / "tuned" / found.model_id).iterdir()}
    assert "model.safetensors" in names
    assert not any("adapter" in name for name in names)
    later = opened(tmp_path, starter_hub)
    results, _ = later.run(later.use("sentiment", found.model_id), {})
    assert results.value["review_sentiment"].notna().all()


@pytest.fixture
def shell(tmp_path: Path, starter_hub: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    monkeypatch.setenv("HFMAGIC_CACHE_DIR", str(tmp_path))
    monkeypatch.setenv("HFMAGIC_HUB_DIRS", str(starter_hub))
    InteractiveShell.clear_instance()
    made = InteractiveShell.instance()
    made.run_line_magic("load_ext", "hfmagic")
    made.user_ns["reviews"] = reviews()
    run(made, f"%%hf reviews --model sentiment={BASE} --plan\nLabel the sentiment of each review")
    yield made
    made.run_line_magic("unload_ext", "hfmagic")
    InteractiveShell.clear_instance()


def test_the_line_says_what_it_does_and_its_model_is_taken(shell: InteractiveShell, tmp_path: Path):
    run(shell, "%config HFMagic.tune_epochs = 2")
    told = run(shell, "%hf tune sentiment --labels truth").text

    assert "144 to train on, 36 to tell when to stop, 60 held out" in told
    assert "on the same 60 rows" in told
    assert "95 % interval" in told
    (folder,) = tmp_path.glob("tuned/tuned/*")
    assert f"tuned/{folder.name}" in run(shell, f"%hf use sentiment tuned/{folder.name}").text
    assert run(shell, "%hf go").error is None
    assert shell.user_ns["hf"].proposal.plan.step("sentiment").model.model_id == f"tuned/{folder.name}"


def test_a_trial_that_misses_its_target_names_the_line(shell: InteractiveShell):
    told = run(shell, "%hf trial sentiment 20 --labels truth --target 0.99").text

    assert "the target of 99 % is missed" in told
    assert "%hf tune sentiment --labels truth" in told
    assert "is missed" not in run(shell, "%hf trial sentiment 20 --labels truth --target 0.01").text


def test_one_model_alone_is_measured_against_labels_and_a_target(shell: InteractiveShell):
    cell = (
        "%%hf reviews --limit max_size=5MB --trial 20 --labels truth --target 0.99\nLabel the sentiment of each review."
    )
    told = run(shell, cell).text

    assert "trial of sentiment on 20 rows: accuracy" in told
    assert "%hf tune sentiment --labels truth" in told
    assert "done 240 rows" in told
    assert "one model to choose from" in run(shell, "%hf trial sentiment 20").text


@pytest.mark.parametrize("request_", ["Fine-tune the model on my labels.", "用我的标签微调模型。"])
def test_a_request_for_it_names_the_line(shell: InteractiveShell, request_: str):
    shell.user_ns["frame"] = pd.DataFrame({"text": ["good"], "label": ["x"]})

    assert "%hf tune STEP --labels COLUMN" in run(shell, f"%%hf frame\n{request_}").text
