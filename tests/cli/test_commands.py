"""The `hfmagic` command: data on stdout, words on stderr, exit codes, and no question."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from hfmagic.cli import main
from hfmagic.cli.entry import GROUPS
from hfmagic.session import Session
from tests.conftest import DATA
from tests.hub.bench import MODEL
from tests.hubserver import TestHub

pytest_plugins = ["tests.hubserver.fixtures", "tests.cli.fixtures"]

REQUEST = "Label the sentiment of each review."
COMMAND = (sys.executable, "-m", "hfmagic.cli")


def test_a_plan_run_over_a_file_gives_what_the_function_gives(here: Path, config, capsys: pytest.CaptureFixture[str]):
    expected = Session(config)(REQUEST, reviews=pd.read_csv("reviews.csv"))
    assert main(["run", "plan.json", "reviews.csv", "-o", "out.parquet"]) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert "→ 40 rows, 1 step" in said.err
    pd.testing.assert_frame_equal(pd.read_parquet("out.parquet"), expected, check_dtype=False)


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_a_result_is_written_by_its_ending(here: Path, ending: str):
    assert main(["run", "plan.json", "reviews.csv", "-o", f"out.{ending}", "--rows", "3"]) == 0
    found = pd.read_csv("out.csv") if ending == "csv" else pd.read_json("out.jsonl", lines=True)
    assert len(found) == 3
    assert set(found["review_sentiment"]) <= {"POSITIVE", "NEGATIVE"}


def test_a_file_of_another_name_is_the_only_input(here: Path, capsys: pytest.CaptureFixture[str]):
    pd.read_csv("reviews.csv").head(2).to_parquet("others.parquet")
    assert main(["run", "plan.json", "others.parquet", "--quiet"]) == 0
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == 3
    assert said.err == ""


def test_a_folder_of_files_is_read_in_parts(here: Path, capsys: pytest.CaptureFixture[str]):
    (here / "parts").mkdir()
    for n in range(2):
        pd.read_csv("reviews.csv").iloc[n * 3 : n * 3 + 3].to_parquet(f"parts/{n}.parquet")
    assert main(["run", "plan.json", "parts", "-o", "out.parquet", "--quiet"]) == 0
    assert len(pd.read_parquet("out.parquet")) == 6
    capsys.readouterr()
    assert main(["run", "plan.json", "parts", "--quiet"]) == 0
    shown = pd.read_csv(io.StringIO(capsys.readouterr().out))
    pd.testing.assert_frame_equal(shown, pd.read_parquet("out.parquet"), check_dtype=False)


def test_nothing_is_written_over_without_force(here: Path, capsys: pytest.CaptureFixture[str]):
    before = (here / "plan.json").read_bytes()
    assert main(["plan", "Summarize each review.", "reviews.csv", "-o", "plan.json"]) == 1
    assert "--force" in capsys.readouterr().err
    assert (here / "plan.json").read_bytes() == before
    assert main(["run", "plan.json", "reviews.csv", "-o", "reviews.csv", "--force"]) == 1
    assert len(pd.read_csv("reviews.csv").columns) == 3


def test_rejected_rows_go_to_their_file_with_reasons(here: Path, capsys: pytest.CaptureFixture[str]):
    frame = pd.read_csv("reviews.csv").head(4)
    frame.loc[1, "review"] = None
    frame.to_csv("holes.csv", index=False)
    assert main(["run", "plan.json", "holes.csv", "-o", "out.csv", "--rejected", "bad.csv"]) == 0
    assert "1 row rejected" in capsys.readouterr().err
    assert len(pd.read_csv("bad.csv")) == 1


@pytest.mark.parametrize(
    "content",
    ["no plan", "{}", '{"steps": 7}', "[" * 100_000, "\x00\xff"],
    ids=["words", "empty", "schema", "deep", "binary"],
)
def test_what_is_no_plan_is_one_line(here: Path, content: str, capsys: pytest.CaptureFixture[str]):
    (here / "bad.json").write_text(content)
    assert main(["run", "bad.json", "reviews.csv"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 1
    assert len(said.err) <= 201


def test_a_plan_with_an_unknown_model_is_one_line(here: Path, capsys: pytest.CaptureFixture[str]):
    plan = json.loads((here / "plan.json").read_text())
    plan["steps"][0]["model"]["model_id"] = "nobody/nothing"
    (here / "bad.json").write_text(json.dumps(plan))
    assert main(["run", "bad.json", "reviews.csv", "-o", "out.csv"]) == 1
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 1
    assert "nobody/nothing" in said
    assert not (here / "out.csv").exists()


@pytest.mark.parametrize(
    "words",
    [
        ["models"],
        ["models", "summarization"],
        ["audit", "plan.json"],
        ["fit", "plan.json"],
        ["log"],
        ["ledger"],
        ["sent"],
        ["cache", "ls"],
        ["doctor", "--offline"],
    ],
    ids=" ".join,
)
def test_what_lists_something_lists_it_as_json(here: Path, words: list[str], capsys: pytest.CaptureFixture[str]):
    assert main([*words, "--format", "json"]) == 0
    as_json = capsys.readouterr().out
    assert main(words) == 0
    as_text = capsys.readouterr().out
    assert isinstance(json.loads(as_json), list | dict)
    assert as_text != as_json or words == ["sent"]


def test_an_audit_names_commands(here: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["audit", "plan.json"]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert "hfmagic sent" in last
    assert "%hf" not in last


def test_the_best_models_of_a_step_are_tried_on_rows(here: Path, capsys: pytest.CaptureFixture[str]):
    step = json.loads((here / "plan.json").read_text())["steps"][0]["id"]
    assert main(["trial", "plan.json", step, "reviews.csv", "--rows", "4", "--format", "json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["models"]) >= 2
    assert main(["trial", "plan.json", step, "reviews.csv", "--rows", "1"]) == 1
    assert "2 rows or more" in capsys.readouterr().err


def test_a_plan_becomes_code_that_compiles(here: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["code", "plan.json"]) == 0
    code = capsys.readouterr().out
    compile(code, "plan.py", "exec")
    assert "hfmagic" not in [line.split()[1] for line in code.splitlines() if line.startswith(("import", "from"))]


def test_results_that_are_kept_can_be_forgotten(here: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["run", "plan.json", "reviews.csv", "-o", "out.csv"]) == 0
    assert main(["cache", "verify"]) == 0
    assert "40 rows as written, 0 damaged" in capsys.readouterr().out
    assert main(["cache", "rm"]) == 0
    capsys.readouterr()
    assert main(["cache", "ls", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_an_interrupt_ends_with_130_and_the_next_run_finishes(here: Path):
    command = [*COMMAND, "run", "plan.json", "reviews.csv", "-o", "out.csv"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=here) as process:
        assert process.stderr is not None
        assert "running" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()
    assert process.returncode == 130
    assert "run it again to go on" in said
    assert not (here / "out.csv").exists()
    assert main(["run", "plan.json", "reviews.csv", "-o", "out.csv"]) == 0
    assert len(pd.read_csv("out.csv")) == 40


def test_help_and_version_import_nothing_heavy():
    heavy = "[m for m in ('torch', 'transformers', 'pandas', 'pyarrow') if m in sys.modules]"
    code = f"import sys; from hfmagic.cli import main\ntry: main(['--help'])\nfinally: assert {heavy} == []"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "hfmagic run plan.json" in done.stdout
    assert all(f"{heading}:" in done.stdout for heading in GROUPS)
    assert all(f"\n  {c.name} " in done.stdout for found in GROUPS.values() for c in found)


def without_model(here: Path) -> str:
    """A plan whose step has no model."""
    plan = json.loads((here / "plan.json").read_text())
    plan["steps"][0]["model"] = None
    (here / "bare.json").write_text(json.dumps(plan))
    return "bare.json"


def test_a_hint_names_a_command_where_there_is_one(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def hint(*words: str) -> str:
        assert main(words) == 1
        return capsys.readouterr().err.rpartition(" → ")[2].strip()

    assert "hfmagic models lists them" in hint("models", "nobody/nothing", "--offline")
    assert hint("code", without_model(here)) == "hfmagic plan … --model sentiment=MODEL"
    assert hint("trial", "plan.json", "sentiment", "reviews.csv", "org/one").startswith("hfmagic trial PLAN sentiment")
    monkeypatch.setenv("HFMAGIC_FILE_BYTES", "10")
    (here / "photo.png").write_bytes(bytes(20))
    assert hint("plan", "Describe the picture.", "photo.png") == "HFMAGIC_FILE_BYTES=…"
    monkeypatch.setenv("HFMAGIC_PLANNER", "openai m")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    assert hint("plan", REQUEST, "reviews.csv").endswith("HFMAGIC_PLANNER=rules")


def test_the_doctor_says_what_to_do_in_a_shell(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("HFMAGIC_CACHE_RESULTS", "false")
    assert main(["doctor", "--offline", "--format", "json"]) == 0
    do = [row["do"] for row in json.loads(capsys.readouterr().out)]

    assert "HFMAGIC_CACHE_RESULTS=True" in do
    assert not [words for words in do if "%config" in words]


def test_a_state_of_a_step_is_said_once(here: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["run", "plan.json", "reviews.csv", "-o", "out.csv"]) == 0
    states = [line for line in capsys.readouterr().err.splitlines() if "(text-classification):" in line]

    assert states
    assert len(states) == len(set(states))


def test_a_bad_row_stops_where_it_is_to_stop(here: Path, capsys: pytest.CaptureFixture[str]):
    frame = pd.read_csv("reviews.csv").head(4)
    frame.loc[1, "review"] = None
    frame.to_csv("holes.csv", index=False)
    assert main(["run", "plan.json", "holes.csv", "-o", "out.csv", "--on-error", "stop"]) == 1
    assert len(capsys.readouterr().err.splitlines()[-1]) <= 201
    assert not (here / "out.csv").exists()


def test_without_ray_it_says_what_to_install(here: Path, monkeypatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setitem(sys.modules, "ray", None)
    assert main(["run", "plan.json", "reviews.csv", "-o", "out.csv", "--engine", "ray"]) == 1
    assert "pip install 'hfmagic[ray]'" in capsys.readouterr().err
    assert not (here / "out.csv").exists()


@pytest.mark.usefixtures("no_hub_settings")
def test_a_download_is_agreed_to_by_the_hash_of_its_plan(
    here: Path, tiny_hub: TestHub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    for name, value in {"OFFLINE": "false", "HUB_ENDPOINT": tiny_hub.url, "ASK_DOWNLOAD": "1000"}.items():
        monkeypatch.setenv(f"HFMAGIC_{name}", value)
    monkeypatch.setenv("HFMAGIC_HUB_CACHE", str(here / "models"))
    assert main(["plan", REQUEST, "reviews.csv", "-o", "far.json", "--model", f"sentiment={MODEL}", "--quiet"]) == 0
    run = ["run", "far.json", "reviews.csv", "-o", "out.csv"]
    assert main([*run, "--approve", "0123456789abcdef"]) == 3
    said = capsys.readouterr().err
    approve = said.partition("--approve ")[2].partition(",")[0]
    assert f"--yes, or --approve {approve}, agrees" in said
    assert not (here / "out.csv").exists()
    assert main([*run, "--approve", approve]) == 0
    assert len(pd.read_csv("out.csv")) == 40
    capsys.readouterr()
    assert main(["ledger", "--format", "json"]) == 0
    fetched = {row["what"]: row["bytes fetched"] for row in json.loads(capsys.readouterr().out)}
    assert fetched["download"] > 1000


def test_the_model_of_a_step_is_trained_beside_its_base(here: Path, config, capsys: pytest.CaptureFixture[str]):
    every = pd.read_csv(DATA / "reviews.csv").merge(pd.read_csv(DATA / "reviews_ratings.csv"), on="id")
    every["truth"] = ["positive" if rating > 0 else "negative" for rating in every["rating"]]
    every.head(60).to_csv("reviews.csv", index=False)
    model = "sentiment=starter/bert-tiny-sentiment"
    assert main(["plan", REQUEST, "reviews.csv", "-o", "tiny.json", "--model", model, "--quiet"]) == 0
    assert main(["tune", "tiny.json", "sentiment", "reviews.csv", "--labels", "nothing"]) == 1
    capsys.readouterr()
    assert main(["tune", "tiny.json", "sentiment", "reviews.csv", "--labels", "truth", "--yes"]) == 0
    said = capsys.readouterr()
    made = said.err.split("→ ")[-1].split(".")[0]

    assert made.startswith("tuned/")
    assert made in said.out
    assert main(["ledger", "--format", "json"]) == 0
    trained = [row for row in json.loads(capsys.readouterr().out) if row["what"] == "training"]
    assert [(row["model"], row["times"]) for row in trained] == [("starter/bert-tiny-sentiment", 1)]
    assert trained[0]["seconds"] > 0
    assert main(["plan", REQUEST, "reviews.csv", "--model", f"sentiment={made}", "--quiet"]) == 0
    assert json.loads(capsys.readouterr().out)["steps"][0]["model"]["model_id"] == made


def test_a_wrong_command_line_ends_with_2_and_a_closed_pipe_with_0(here: Path):
    assert subprocess.run([*COMMAND, "fly"], capture_output=True).returncode == 2
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run([*COMMAND, "code", "plan.json"], stdout=write, stderr=subprocess.PIPE, text=True, cwd=here)
    os.close(write)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_download_that_nobody_agreed_to_ends_with_3(here: Path, monkeypatch, capsys: pytest.CaptureFixture[str]):
    from hfmagic.errors import NeedsConsent

    def refuse(*_: object, **__: object) -> None:
        raise NeedsConsent("this plan downloads 1.2 GB.", hint="%hf go --yes fetches it")

    monkeypatch.setattr(Session, "run", refuse)
    assert main(["run", "plan.json", "reviews.csv", "-o", "out.csv"]) == 3
    said = capsys.readouterr().err
    assert "--yes, or --approve" in said
    assert "%hf" not in said.splitlines()[-1]
