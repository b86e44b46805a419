"""What a command refuses before anything runs, in one line with what to do; what it says where there is nothing."""

from __future__ import annotations

import argparse
import io
import json
import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from hfmagic.cli import main
from hfmagic.cli.call import say
from hfmagic.cli.data import printed, written
from hfmagic.cli.work import _print
from hfmagic.errors import BadOption, NoSpace
from hfmagic.kinds import Label

pytest_plugins = ["tests.cli.fixtures"]


def says(capsys: pytest.CaptureFixture[str], words: Sequence[object], code: int = 1) -> str:
    """The one line on stderr with which a command ends; nothing is on stdout."""
    assert main([str(word) for word in words]) == code
    said = capsys.readouterr()
    assert said.out == ""
    (line,) = said.err.splitlines()
    assert len(line) <= 200
    return line


RUN = ("run", "plan.json", "reviews.csv")
WRONG = [
    ((*RUN, "-o", "out.xyz"), "out.xyz is of no known format. → end it in "),
    ((*RUN, "-o", "none/out.csv"), "there is no folder none. → make it first"),
    ((*RUN, "-o", "reviews.csv"), "there is a reviews.csv already. → --force"),
    ((*RUN, "-o", "reviews.csv", "--force"), "would be written over what is read"),
    (("run", "plan.json", "none.csv"), "there is no file none.csv. → name one that is there"),
    (("run", "plan.json", "reviews.csv", "a/reviews.csv"), "two inputs are called 'reviews'. → name them"),
    (
        ("run", "plan.json", "x=reviews.csv", "y=reviews.csv"),
        "the plan's input 'reviews' has no file. → add reviews=FILE",
    ),
    (("run", "plan.json", "bad.parquet"), "bad.parquet cannot be read: ArrowInvalid"),
    (("run", "none.json", "reviews.csv"), "none.json cannot be read: No such file or directory."),
    (("plan", "Label the mood.", "reviews.csv", "--model", "sentiment"), "--model cannot read 'sentiment'. → write"),
    ((*RUN, "--rows", "-3"), "--rows is below 0. → give a number above 0"),
    (("models", "starter/bert-tiny-sentiment", "--format", "json"), "all about one model is told as text."),
    (("trial", "plan.json", "reviews.csv", "sentiment", "--rows", "1"), "a trial needs 2 rows or more. → --rows 50"),
    (("log", "--csv", "reviews.csv"), "--csv 'reviews.csv' is no new .csv file."),
    (("ledger", "--csv", "none/ledger.csv"), "--csv 'none/ledger.csv' is no new .csv file."),
    (("cache", "ls", "files"), "cache ls takes no word. → hfmagic cache ls"),
    (("cache", "rm", "starter/minilm"), "no results of starter/minilm are kept."),
]


@pytest.mark.parametrize(("words", "line"), WRONG, ids=[" ".join(w) for w, _ in WRONG])
def test_a_wrong_command_is_one_line_and_nothing_runs(
    here: Path, words: Sequence[str], line: str, capsys: pytest.CaptureFixture[str]
):
    (here / "a").mkdir()
    for path in (here / "a" / "reviews.csv", here / "bad.parquet"):
        path.write_text("text\nfine\n")
    before = sorted(here.iterdir())

    assert line in says(capsys, words)
    assert sorted(here.iterdir()) == before


def test_the_machine_and_a_model_are_checked_and_a_new_log_is_written(here: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["doctor", "starter/bert-tiny-sentiment", "--offline", "--format", "json"]) == 0
    assert {"what", "found", "do"} == set(json.loads(capsys.readouterr().out)[0])

    assert main([*RUN, "--rows", "2", "-o", "out.csv", "--quiet"]) == 0
    assert main(["cache", "verify"]) == 0
    assert capsys.readouterr().out == "2 rows as written, 0 damaged files set aside\n"
    assert main(["cache", "rm", "files"]) == 0
    assert "removed: 0 files of results" in capsys.readouterr().err
    for what in ("log", "ledger"):
        assert main([what, "--csv", f"{what}.csv"]) == 0
        assert f"→ {what}.csv" in capsys.readouterr().err
        assert len(pd.read_csv(f"{what}.csv")) >= 1


def test_without_a_model_the_list_says_where_to_get_some(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    for name in ("cache_dir", "hub_dirs", "hub_cache"):
        monkeypatch.setenv(f"HFMAGIC_{name.upper()}", str(tmp_path / name))

    assert main(["models"]) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert "hfmagic starter" in said.err


def test_one_value_is_printed_and_not_written_as_a_table(here: Path, capsys: pytest.CaptureFixture[str]):
    Image.new("RGB", (64, 64), "red").save("red.png")
    assert main(["plan", "What is in this picture?", "red.png", "-o", "one.json", "--quiet"]) == 0
    capsys.readouterr()

    assert main(["run", "one.json", "red.png", "--quiet"]) == 0
    first, *_ = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"[\w ,.'-]+\t0\.\d{4}", first)
    with pytest.raises(BadOption, match="the result is no table"):
        written("a word", here / "out.csv")


def test_pictures_in_cells_and_files_of_results_are_written_whole_or_not_at_all(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    frame = pd.DataFrame({"n": [1, 2], "photo": [Image.new("RGB", (2, 2)), None]})
    assert written(frame, tmp_path / "a.parquet") == 2
    assert pd.read_parquet(tmp_path / "a.parquet")["photo"][0]["bytes"].startswith(b"\x89PNG")
    assert written(tmp_path / "a.parquet", tmp_path / "b.parquet") == 2  # what a run of many rows gave is a file
    with capsys.disabled(), (tmp_path / "c.csv").open("w") as file:
        assert printed(pd.DataFrame({"n": [1, 2]}), file) == 2

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(NoSpace, match=r"d\.jsonl cannot be written: .*No space left"):
        written(pd.DataFrame({"n": [1]}), tmp_path / "d.jsonl")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.parquet", "b.parquet", "c.csv"]


@pytest.mark.fault(57)
def test_what_rows_and_models_hold_commands_no_terminal(capsys: pytest.CaptureFixture[str]):
    evil = "\x1b]0;title\x07\x1b[31mred\u202e \x9b2J"

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    shown, piped = Terminal(), io.StringIO()
    for file in (shown, piped):
        assert printed(pd.DataFrame({"text": [evil, "two\nlines"]}), file) == 2
    say(argparse.Namespace(quiet=False), f"1. step: {evil}")
    assert _print(evil) == _print((Label(evil, 0.5),)) == 1
    said = capsys.readouterr()

    assert evil in piped.getvalue()  # data stays what it is
    for text in (shown.getvalue(), said.out, said.err):
        assert "red" in text
        assert re.findall(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text) == []
