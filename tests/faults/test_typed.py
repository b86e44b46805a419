"""What stands behind `%%hf` and `%hf` is answered, or refused in one line; none of it is run, no variable is lost."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell

from hfmagic.errors import HFMagicError
from hfmagic.lines import LINES
from hfmagic.magics import HFMagics
from tests.shell import run

ENDS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"  # with one of these, the line is two
ANY = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=ENDS), max_size=20)
CODE = st.sampled_from(
    [
        "{open('pwned', 'w')}",
        "{__import__('os').system('touch pwned')}",
        "$(touch pwned)",
        "`touch pwned`",
        "$reviews",
        "{reviews}",
        "{reviews.__class__.__mro__}",
        "{word!r:>99999999}",
        "{word}",
        "{0}",
        "{}",
        "{{word}}",
        "../../etc/passwd",
        "file:///etc/passwd",
        "http://127.0.0.1:9/x",
        "\x00",
        "\x1b[31m",
        "\u202e",
        "'",
        '"',
        "\\",
        "--",
        "-",
        "-o",
        "=",
        "9" * 400,
    ]
)
OPTIONS = st.sampled_from(["-o", "--no-such", *sorted(set(re.findall(r"--[a-z-]+", HFMagics.hf.parser.format_help())))])
VALUES = st.sampled_from(
    ["reviews", "word", "few", "1", "0", "-1", "1e999", "nan", "cpu", "skip", "max_size=1MB", "s=a/b"]
)
PIECES = st.one_of(OPTIONS, VALUES, CODE, ANY)
LINE = st.lists(PIECES, max_size=6).map(" ".join)
COMMANDS = st.sampled_from(sorted(LINES))
COMMAND = st.tuples(COMMANDS | ANY, LINE).map(" ".join)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("place")


def typed(shell: InteractiveShell, source: str, monkeypatch: pytest.MonkeyPatch, place: Path) -> Any:
    """Run a cell in an empty folder, with a frame and a word; whatever it is, they stay and no file comes."""
    monkeypatch.chdir(place)
    frame, word = pd.DataFrame({"review": ["I love it", "It broke"]}), "a word"
    shell.push({"reviews": frame, "word": word})
    names = set(shell.user_ns)

    seen = run(shell, source)

    error = seen.error
    assert error is None or isinstance(error, HFMagicError | UsageError), (source, error)
    if isinstance(error, HFMagicError):
        assert error.code != "HF900", (source, error)
        assert len(error.line) <= 200
        assert "\n" not in error.line
    assert shell.user_ns["reviews"] is frame
    assert shell.user_ns["word"] is word
    assert list(frame.columns) == ["review"]
    assert {n for n in set(shell.user_ns) - names if not n.startswith("_")} == set()
    assert not (place / "pwned").exists()
    assert "\x1b" not in seen.text
    return seen


CHECKS = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@pytest.mark.rule(8)
@pytest.mark.rule(10)
@settings(max_examples=200, deadline=None, suppress_health_check=CHECKS)
@given(line=LINE, body=st.lists(PIECES | st.just("Label the sentiment of each review"), max_size=4).map(" ".join))
@example(line="reviews -o reviews", body="Label the sentiment of each review")
@example(line="{__import__('os').system('touch pwned')}", body="Label {open('pwned', 'w')}")
def test_any_cell_is_a_plan_or_one_line(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch, place: Path, line: str, body: str
):
    typed(shell, f"%%hf {line} --plan\n{body}", monkeypatch, place)


@pytest.mark.rule(10)
@settings(max_examples=200, deadline=None, suppress_health_check=CHECKS)
@given(line=COMMAND)
def test_any_line_is_an_answer_or_one_line(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch, place: Path, line: str
):
    if shell.user_ns["hf"].proposal is None:
        typed(shell, "%%hf reviews --plan\nLabel the sentiment of each review.", monkeypatch, place)
    typed(shell, f"%hf {line}", monkeypatch, place)
