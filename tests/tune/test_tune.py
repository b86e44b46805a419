"""What a tuning stands on and refuses: parts that share no input, errors of one line, and a quiet start."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from IPython.core.interactiveshell import InteractiveShell

from hfmagic.errors import BadOption, HFMagicError, InvalidPlan, UnknownColumn
from hfmagic.tune.examples import FEWEST_OF_A_LABEL, FEWEST_ROWS, Example, Parts, key_of, part
from tests.shell import run
from tests.test_trial_run import reviews

WAYS_TO_WRITE = (str, str.upper, str.title, lambda text: f"  {text.replace(' ', '   ')}\n")
"""Of one input: a model for whose words case and spaces say nothing has seen it in each of them."""


def labels_of(target: str) -> tuple[str, ...]:
    return (target,)


@st.composite
def labelled(draw: st.DrawFn) -> list[Example]:
    """Enough rows of two to four labels; some stand there again, written otherwise or with another label."""
    labels = "abcd"[: draw(st.integers(2, 4))]
    count = draw(st.integers(FEWEST_ROWS, 120))
    rows = [(f"text {i}", labels[i % len(labels)]) for i in range(count)]
    again = draw(st.lists(st.tuples(st.integers(0, count - 1), st.sampled_from(WAYS_TO_WRITE)), max_size=60))
    rows += [(write(rows[i][0]), rows[i][1]) for i, write in again]
    others = draw(st.lists(st.tuples(st.integers(0, 4), st.sampled_from(labels)), max_size=4))
    rows += [(rows[i][0], label) for i, label in others]
    rows = draw(st.permutations(rows))
    return [Example(value, target, row) for row, (value, target) in enumerate(rows)]


def parts_of(found: Parts) -> tuple[tuple[Example, ...], ...]:
    return found.train, found.validation, found.held_out


@settings(max_examples=60)
@given(labelled(), st.integers(0, 9))
def test_no_input_stands_on_two_sides(examples: list[Example], seed: int):
    found = part(examples, labels_of, column="truth", seed=seed)
    keys = [{key_of(e.value) for e in side} for side in parts_of(found)]

    assert not keys[0] & keys[1]
    assert not keys[0] & keys[2]
    assert not keys[1] & keys[2]
    assert sum(map(len, keys)) == found.rows  # nor twice on one side
    assert set.union(*keys) == {key_of(e.value) for e in examples}
    assert found.rows + found.repeated == len(examples)


@settings(max_examples=30)
@given(labelled(), st.integers(0, 9))
def test_each_side_has_its_share_of_each_label(examples: list[Example], seed: int):
    found = part(examples, labels_of, column="truth", seed=seed)
    whole = Counter(e.target for side in parts_of(found) for e in side)

    assert dict(found.classes) == dict(whole)
    for side, share in zip(parts_of(found), (0.60, 0.15, 0.25), strict=True):
        counts = Counter(e.target for e in side)
        assert all(abs(counts[label] - share * whole[label]) <= 2 for label in whole)
        assert abs(len(side) - share * found.rows) <= 2


def test_of_rows_that_are_the_same_the_label_that_most_of_them_have_counts():
    rows = [(f"text {i}", "ab"[i % 2]) for i in range(FEWEST_ROWS)] + [("Text 0", "b"), (" text  0 ", "b")]
    found = part([Example(v, t, i) for i, (v, t) in enumerate(rows)], labels_of, column="truth")

    (said,) = [e.target for side in parts_of(found) for e in side if key_of(e.value) == "text 0"]
    assert said == "b"
    assert found.repeated == 2


@pytest.mark.parametrize(
    ("targets", "words"),
    [
        ("ab" * (FEWEST_ROWS // 2 - 1), f"38 different rows with a label, {FEWEST_ROWS} are wanted"),
        ("a" * FEWEST_ROWS, "only the label 'a', 2 are wanted"),
        ("a" * FEWEST_ROWS + "b" * (FEWEST_OF_A_LABEL - 1), "'b' stands in 4 different rows"),
        ([str(i) for i in range(FEWEST_ROWS)], "these are no labels"),
    ],
)
def test_too_little_says_what_is_lacking(targets: Sequence[str], words: str):
    with pytest.raises(BadOption, match=words):
        part([Example(f"text {i}", t, i) for i, t in enumerate(targets)], labels_of, column="truth")


def told_in_a_line(shell: InteractiveShell, line: str, error: type[HFMagicError]) -> str:
    """What a line that is refused says: one line with its code and a hint, and no traceback."""
    (told,) = run(shell, line).text.strip().splitlines()
    assert told.startswith(error.code)
    return str(told)


@pytest.fixture
def planned(shell: InteractiveShell) -> InteractiveShell:
    """A shell with a plan over 240 reviews."""
    few = ["positive" if i < 10 else "negative" if i < 20 else None for i in range(240)]
    shell.user_ns["reviews"] = reviews().assign(one="positive", few=few)
    run(shell, "%%hf reviews --model sentiment=starter/bert-tiny-sentiment --plan\nLabel the sentiment of each review")
    return shell


REFUSED = (
    ("sentiment", BadOption, "%hf tune sentiment --labels COLUMN"),
    ("sentiment --labels truht", UnknownColumn, "did you mean 'truth'"),
    ("sentiment --labels one", BadOption, "only the label 'positive'"),
    ("sentiment --labels few", BadOption, f"20 different rows with a label, {FEWEST_ROWS} are wanted"),
    ("sentimnt --labels truth", InvalidPlan, "did you mean 'sentiment'"),
)


def test_what_is_refused_is_refused_in_a_line(planned: InteractiveShell):
    for line, error, words in REFUSED:
        assert words in told_in_a_line(planned, f"%hf tune {line}", error), line


def test_without_a_plan_there_is_nothing_to_tune(shell: InteractiveShell):
    told_in_a_line(shell, "%hf tune sentiment --labels truth", InvalidPlan)


def test_a_step_of_another_task_says_which_can_be_tuned(shell: InteractiveShell):
    shell.user_ns["reviews"] = reviews()
    run(shell, "%%hf reviews --plan\nSummarize each review")
    (step,) = shell.user_ns["hf"].proposal.plan.steps
    told = told_in_a_line(shell, f"%hf tune {step.id} --labels truth", BadOption)

    assert f"models for {step.task} are not tuned" in told
    assert "tuned are text-classification" in told


SET_UP = """
import sys
from pathlib import Path

import torch

from hfmagic.models import Loaded
from hfmagic.tune.examples import Parts
from hfmagic.tune.training import Course, Settings, _Best, _trainer
from hfmagic.tune.ways import WAYS

loaded = Loaded(None, "", torch.nn.Linear(2, 2), None, "cpu", "float32", 0, 0.0)
course = Course(loaded, None, WAYS["text-classification"], Parts((1,), (), ()), (), Settings(Path(sys.argv[1])))
_trainer(course, _Best(loaded.model), lambda *_: None, lambda: None)
"""


@pytest.mark.parametrize("installed", [False, True])
def test_setting_up_the_trainer_fetches_no_kernel_and_says_nothing(tmp_path: Path, installed: bool):
    """bitsandbytes, which peft imports, fetches one on some processors where it can, and warns where it cannot."""
    asked = tmp_path / "asked"
    if installed:
        (tmp_path / "kernels.py").write_text(f"def get_kernel(*_, **__):\n    open({str(asked)!r}, 'w').close()\n")
    set_up = f"import sys\nsys.path.insert(0, {str(tmp_path)!r})\n{SET_UP}\nassert 'bitsandbytes' in sys.modules"
    found = subprocess.run([sys.executable, "-c", set_up, str(tmp_path)], capture_output=True, text=True, check=True)

    assert (found.stdout, found.stderr) == ("", "")
    assert not asked.exists()
