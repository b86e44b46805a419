"""`hfmagic reproduce NOTEBOOK`: a saved notebook in a fresh kernel, with its recorded plans, compared cell by cell."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import psutil
import pytest
from IPython.core.interactiveshell import InteractiveShell
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from hfmagic.cli import main
from hfmagic.comparison import compare
from hfmagic.digest import digest
from hfmagic.errors import MissingFile, StepFailed
from hfmagic.kinds import InputSchema, Kind
from hfmagic.plan import ModelChoice
from hfmagic.planners.recorded import Recorded, provenances
from hfmagic.provenance import Provenance
from hfmagic.reproduce import reproduce_notebook
from tests.conftest import DATA
from tests.interrupted import unmeasured
from tests.llmserver import TestLLM, text
from tests.shell import run

REPLY = json.dumps({"steps": [{"for": "a", "task": "detect-language", "text": "review", "where": []}]})
CELLS = (
    f"%load_ext hfmagic\nimport pandas as pd\nreviews = pd.read_csv({str(DATA / 'reviews.csv')!r}).head(12)",
    "%%hf reviews -o scored\nLabel the sentiment of each review.",
    "%hf use sentiment starter/bert-tiny-sentiment",
    "%hf go",
    "%%hf -o counts\nHow many per product?",
    "%hf planner {address} tiny",
    "%%hf reviews -o spoken\nIn which tongue did each of them write?",
    "assert {'review_sentiment', 'review_sentiment_score'} <= set(scored), list(scored)\nassert len(counts)",
)


@pytest.fixture(scope="module")
def saved(starter_hub: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A notebook that was run with an LLM, which is gone now."""
    folder = tmp_path_factory.mktemp("saved")
    with TestLLM(*[text(REPLY)] * 6) as llm, pytest.MonkeyPatch.context() as patch:
        patch.setenv("HFMAGIC_CACHE_DIR", str(folder / "cache"))
        patch.setenv("HFMAGIC_HUB_DIRS", str(starter_hub))
        patch.setenv("HFMAGIC_ALLOWED_DIRS", str(folder))
        book = new_notebook(cells=[new_code_cell(c.replace("{address}", llm.url)) for c in CELLS])
        NotebookClient(book, timeout=120, resources={"metadata": {"path": str(folder)}}, record_timing=False).execute()
    nbformat.write(book, folder / "saved.ipynb")
    return folder / "saved.ipynb"


@pytest.fixture
def reproduce(
    saved: Path, starter_hub: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Run the command on the notebook, maybe changed first: exit code, stdout, stderr."""
    monkeypatch.setenv("HFMAGIC_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("HFMAGIC_HUB_DIRS", str(starter_hub))
    copy = Path(shutil.copy(saved, tmp_path / "copy.ipynb"))

    def call(change: Callable[[NotebookNode], None] | None = None) -> tuple[int, str, str]:
        if change:
            book = nbformat.read(copy, as_version=4)
            change(book)
            nbformat.write(book, copy)
        before = copy.read_bytes()
        code = main(["reproduce", str(copy)])
        assert copy.read_bytes() == before
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def test_the_same_comes_out_without_the_llm(reproduce: Callable[..., tuple[int, str, str]]):
    code, out, err = reproduce()

    assert code == 0, out + err
    lines = [line.split("\t") for line in out.splitlines()]
    assert [(name, verdict) for name, verdict, _ in lines] == [(f"copy.ipynb cell {n}", "same") for n in (2, 4, 5, 7)]
    assert "close: numbers within" in err


def test_a_kernel_can_reproduce_a_notebook_in_another_one(
    saved: Path, shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("HFMAGIC_ALLOWED_DIRS")

    seen = run(shell, f"%hf reproduce {saved}")

    assert seen.error is None
    assert "close: numbers within" in seen.text
    assert seen.text.count("same") == 4


def test_what_has_changed_is_named(reproduce: Callable[..., tuple[int, str, str]]):
    def changed(book: NotebookNode) -> None:
        book.cells[0].source += "\nreviews.loc[2, 'review'] = 'I love it, it is great.'"
        book.cells[4].source = "%%hf -o counts\nHow many are there?"
        book.cells[6].metadata["tags"] = ["skip-execution"]  # its old result is no new one

    code, out, _ = reproduce(changed)

    assert code == 1
    assert "cell 2\tdiffers\tinput review in reviews has changed" in out
    assert "cell 5\tdiffers\tplan is another one" in out
    assert "cell 7\tdiffers\tthe cell gave no result of hfmagic" in out


def test_a_cell_that_fails_is_named(reproduce: Callable[..., tuple[int, str, str]]):
    def failing(book: NotebookNode) -> None:
        book.cells[0].source = "%load_ext hfmagic\nreviews = 1 / 0"

    code, out, err = reproduce(failing)

    assert (code, out) == (1, "")
    assert "HF501 copy.ipynb: ZeroDivisionError: division by zero" in err


def test_an_interrupt_ends_it_and_its_kernel(saved: Path, starter_hub: Path, tmp_path: Path):
    os.mkfifo(tmp_path / "began")
    book = nbformat.read(saved, as_version=4)
    book.cells[0].source = "import os\nopen('began', 'w').write(str(os.getpid()))\nimport time; time.sleep(100)"
    nbformat.write(book, tmp_path / "slow.ipynb")
    command = "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    command += "from hfmagic.cli import main; sys.exit(main(['reproduce', 'slow.ipynb']))"
    run = subprocess.Popen(
        [sys.executable, "-c", command], cwd=tmp_path, stderr=subprocess.PIPE, text=True, env=unmeasured()
    )

    kernel = int((tmp_path / "began").read_text())  # waits for the cell
    run.send_signal(signal.SIGINT)

    assert run.communicate(timeout=60)[1] == "interrupted\n"
    assert run.returncode == 130
    assert not psutil.pid_exists(kernel) or psutil.Process(kernel).status() == psutil.STATUS_ZOMBIE


def test_a_notebook_without_results_says_so(reproduce: Callable[..., tuple[int, str, str]]):
    def cleared(book: NotebookNode) -> None:
        for cell in book.cells:
            cell.outputs = []

    code, _, err = reproduce(cleared)

    assert code == 1
    assert "HF204 copy.ipynb has no recorded result." in err


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"cells": 3}', "\x00", "[" * 100_000])
def test_a_file_that_is_no_notebook_is_refused(content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "odd.ipynb").write_text(content, encoding="utf-8")

    assert main(["reproduce", str(tmp_path / "odd.ipynb")]) == 1
    assert "HF204" in capsys.readouterr().err
    with pytest.raises(MissingFile):
        Recorded(tmp_path / "odd.ipynb")


def test_a_notebook_that_is_reproduced_starts_no_other_kernel(saved: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HFMAGIC_PLANNER", f"recorded {saved}")

    with pytest.raises(StepFailed, match="itself being reproduced"):
        list(reproduce_notebook(saved))


def test_what_a_swap_gave_is_not_what_its_request_gets(saved: Path):
    recorded = Recorded(saved)

    models = [s.model.model_id for p in recorded._open if "sentiment" in p.request for s in p.steps if s.model]

    assert len(models) == 1
    assert models != ["starter/bert-tiny-sentiment"]


def test_a_request_that_was_made_twice_gets_both_plans_in_turn(saved: Path, tmp_path: Path):
    book = json.loads(saved.read_text(encoding="utf-8"))
    book["cells"].append(book["cells"][4])
    (tmp_path / "twice.ipynb").write_text(json.dumps(book), encoding="utf-8")
    recorded = Recorded(tmp_path / "twice.ipynb")
    plan = next(p for p in recorded._open if "per product" in p.request)

    found = [recorded.plan(" How many  per product?\n", plan.inputs) for _ in range(3)]

    assert {p and p.hash for p in found} == {plan.hash}
    assert recorded.plan("How many per product?", (InputSchema(name="other", kind=Kind.TEXT),)) is None


# Models that a notebook tunes


TUNES = (  # labels that its base does not give, so that it is better for sure: whether the writer speaks of himself
    f"%load_ext hfmagic\nimport pandas as pd\nreviews = pd.read_csv({str(DATA / 'reviews_more.csv')!r}).head(600)\n"
    "reviews['truth'] = reviews['review'].str.contains(' i | my ').map({True: 'POSITIVE', False: 'NEGATIVE'})\n"
    "%config HFMagic.tune_epochs = 4",
    "%%hf reviews -o before --limit max_size=5MB --trial 400 --labels truth\nLabel the sentiment of each review.",
    "%hf tune sentiment --labels truth",
    "%%hf reviews -o scored --limit max_size=5MB,license=permissive\nLabel the sentiment of each review.",
    "assert hf.last.plan.steps[0].model.model_id.startswith('tuned/'), hf.last.plan",
)


def test_a_model_that_the_notebook_tunes_is_tuned_anew(
    starter_hub: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("HFMAGIC_HUB_DIRS", str(starter_hub))
    monkeypatch.setenv("HFMAGIC_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    book = new_notebook(cells=[new_code_cell(c) for c in TUNES])
    NotebookClient(book, timeout=120, resources={"metadata": {"path": str(tmp_path)}}, record_timing=False).execute()
    nbformat.write(book, tmp_path / "tunes.ipynb")
    (made,) = (tmp_path / "cache").glob("tuned/tuned/*")
    # The recorded one is gone; one is there that is better than the first cell's, and that the second cell rejects.
    other = made.rename(made.with_name("other"))
    card = (other / "README.md").read_text(encoding="utf-8")
    (other / "README.md").write_text(card.replace("license: apache-2.0", "license: cc-by-nc-4.0"), encoding="utf-8")

    monkeypatch.setenv("OMP_NUM_THREADS", "2")  # which rounds otherwise, as another machine does
    monkeypatch.setenv("ATEN_CPU_CAPABILITY", "default")
    code = main(["reproduce", str(tmp_path / "tunes.ipynb")])

    said = capsys.readouterr().out
    first, second = [line.split("\t", 1)[1] for line in said.splitlines()]
    (anew,) = (p for p in (tmp_path / "cache").glob("tuned/tuned/*") if p != other)
    assert code == 0, said
    assert "model of" not in first  # it keeps its own, although the other one wins the trial
    assert second.startswith(f"close\tmodel of sentiment was tuned anew: tuned/{anew.name}@")


def with_model(record: Provenance, model_id: str, revision: str) -> Provenance:
    (step,) = record.plan.steps
    return record.model_copy(
        update={"plan": record.plan.with_model(step.id, ModelChoice(model_id=model_id, revision=revision))}
    )


@pytest.mark.parametrize(
    ("was", "now", "verdict"),
    [
        ("tuned/tiny-reviews-0a1b2c", "tuned/tiny-reviews-0a1b2c", "close"),  # the same weights with another card
        ("tuned/tiny-reviews-0a1b2c", "tuned/tiny-reviews-d3e4f5", "close"),
        ("tuned/tiny-reviews-0a1b2c", "tuned/tiny-mails-d3e4f5", "differs"),
        ("tuned/tiny-reviews-0a1b2c", "starter/tiny-reviews-d3e4f5", "differs"),
        ("org/tiny-0a1b2c", "org/tiny-d3e4f5", "differs"),
    ],
)
def test_only_a_tuned_model_may_have_another_hash(saved: Path, was: str, now: str, verdict: str):
    (record,) = provenances(json.loads(saved.read_text(encoding="utf-8"))["cells"][1])

    found = compare(with_model(record, was, "1" * 40), with_model(record, now, "2" * 40))

    assert found.verdict == verdict
    assert now in found.words


def test_what_a_model_that_was_tuned_anew_gives_is_compared_as_any_other(saved: Path):
    (record,) = provenances(json.loads(saved.read_text(encoding="utf-8"))["cells"][1])
    ran = record.steps["sentiment"]
    other = ran.model_copy(update={"gave": {**ran.gave, "review_sentiment": digest(["POSITIVE"] * 12)}})
    before = with_model(record, "tuned/tiny-reviews-0a1b2c", "1" * 40)
    after = with_model(record, "tuned/tiny-reviews-d3e4f5", "2" * 40).model_copy(update={"steps": {"sentiment": other}})

    found = compare(before, after)

    assert found.verdict == "differs"
    assert found.words.startswith("review_sentiment (step sentiment)")
