"""`--moderate`: what models write and draw is shown only after a classifier has looked at it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell

from hfmagic.errors import BadOption, HFMagicError, NoModelFits
from hfmagic.kinds import Kind, Label
from hfmagic.moderation import is_unsafe, run_moderated, with_moderation, withheld
from hfmagic.plan import Column, Plan, Step, StepOutput
from hfmagic.results import Done, Results, StepResult
from tests.guard_models import build
from tests.shell import run

REVIEWS = pd.DataFrame({"review": ["the order was late and not good", "you said it was awful and i wrote idiot"]})
CELL = "%%hf reviews -o said {0}\nWrite a reply to each review."


@pytest.fixture(scope="session")
def guards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("guards"))


@pytest.fixture
def guarded(shell: InteractiveShell, guards: Path) -> InteractiveShell:
    shell.user_ns["hf"].config.hub_dirs = [*shell.user_ns["hf"].config.hub_dirs, str(guards)]
    shell.push({"reviews": REVIEWS, "note": "you said it was awful and i wrote idiot"})
    return shell


def test_a_toxic_text_is_withheld_with_the_reason_and_counted(guarded: InteractiveShell):
    seen = run(guarded, CELL.format("--moderate"))

    said = guarded.user_ns["said"]
    assert seen.error is None
    assert said["review_answer"].isna().tolist() == [False, True]
    assert "withheld: toxic 0.99" in seen.text
    assert "guard/toxic" in seen.text  # a step like any other
    assert "idiot idiot" not in seen.text + seen.html


def test_without_the_option_all_is_shown(guarded: InteractiveShell):
    seen = run(guarded, CELL.format(""))

    assert guarded.user_ns["said"]["review_answer"].notna().all()
    assert "guard/toxic" not in seen.text


def test_the_threshold_is_a_setting(guarded: InteractiveShell):
    run(guarded, "%config HFMagic.moderate_threshold = 0.999")

    run(guarded, CELL.format("--moderate"))

    assert guarded.user_ns["said"]["review_answer"].notna().all()


def test_a_single_text_is_withheld_too(guarded: InteractiveShell):
    seen = run(guarded, "%%hf note -o said --moderate\nWrite a reply to the note.")

    assert guarded.user_ns["said"] is None
    assert "withheld: toxic" in seen.text
    assert "idiot idiot" not in seen.text + seen.html


def test_a_run_again_and_a_reproduction_withhold_as_well(guarded: InteractiveShell):
    run(guarded, CELL.format("--moderate"))

    again = run(guarded, "%hf go")
    once_more = run(guarded, "%hf reproduce")

    assert guarded.user_ns["said"]["review_answer"].isna().tolist() == [False, True]
    assert again.error is None
    assert once_more.error is None
    assert "differs" not in once_more.text
    assert "idiot idiot" not in again.text + once_more.text


def test_where_nothing_can_look_nothing_runs(shell: InteractiveShell, guards: Path, tmp_path: Path):
    (tmp_path / "few" / "guard").mkdir(parents=True)
    (tmp_path / "few" / "guard" / "parrot").symlink_to(guards / "guard" / "parrot")
    shell.user_ns["hf"].config.hub_dirs = [*shell.user_ns["hf"].config.hub_dirs, str(tmp_path / "few")]
    shell.push({"reviews": REVIEWS})

    seen = run(shell, CELL.format("--moderate"))  # the starter set classifies sentiment: that does not count

    assert isinstance(seen.error, NoModelFits)
    assert "--moderate" in seen.error.line
    assert " → " in seen.error.line
    assert "said" not in shell.user_ns


def test_a_model_that_names_nothing_unsafe_cannot_be_named(guarded: InteractiveShell):
    seen = run(guarded, CELL.format("--moderate --model moderation_of_answer=starter/minilm-l6-sentiment"))

    assert isinstance(seen.error, NoModelFits)


def test_limits_hold_for_the_classifier(guarded: InteractiveShell):
    seen = run(guarded, CELL.format("--moderate --limit license=apache-2.0"))

    assert isinstance(seen.error, HFMagicError)
    assert "said" not in guarded.user_ns


def test_neither_code_nor_a_trial_goes_round_it(guarded: InteractiveShell):
    run(guarded, CELL.format("--moderate"))

    assert isinstance(run(guarded, "%hf code").error, BadOption)
    assert isinstance(run(guarded, "%hf trial answer").error, BadOption)
    assert isinstance(run(guarded, "%hf trial moderation_of_answer").error, BadOption)  # it would read it unmoderated


@pytest.mark.parametrize(
    ("label", "task", "unsafe"),
    [
        ("toxic", "text-classification", True),
        ("severe_toxicity", "text-classification", True),
        ("hate speech", "text-classification", True),
        ("non-toxic", "text-classification", False),
        ("not_offensive", "text-classification", False),
        ("neutral", "text-classification", False),
        ("POSITIVE", "text-classification", False),
        ("nsfw", "image-classification", True),
        ("porn", "image-classification", True),
        ("normal", "image-classification", False),
        ("sfw", "image-classification", False),
        ("unsafe", "image-classification", True),
        ("unsafe_content", "text-classification", True),
        ("not safe for work", "image-classification", True),
        ("abnormal_nudity", "image-classification", True),
        ("非法色情", "image-classification", True),
        ("no hate speech", "text-classification", False),
        ("Neither offensive nor hate", "text-classification", False),
        ("non-consensual sexual", "text-classification", True),
    ],
)
def test_labels_are_told_apart(label: str, task: str, unsafe: bool):
    assert is_unsafe(label, task) is unsafe


# What runs, in a chain


def chain() -> Plan:
    """A text is written, then translated."""
    from hfmagic.kinds import ColumnSchema, InputSchema

    column = ColumnSchema(name="t", kind=Kind.TEXT, dtype="string")
    frame = InputSchema(name="f", kind=Kind.TABLE, rows=2, columns=(column,))
    write = Step(id="write", task="text-generation", inputs={"text": Column(column="t", of="f")}, output="w")
    into = Step(
        id="into",
        task="translation",
        inputs={"text": StepOutput(step="write")},
        output="x",
        parameters={"target": "fr"},
    )
    return Plan(inputs=(frame,), steps=(write, into))


class Engine:
    """Runs steps that write a toxic and a good text; `seen` is what each step read, `breaks` those that fail."""

    def __init__(self, *breaks: str) -> None:
        self.breaks = breaks
        self.seen: dict[str, object] = {}

    def __call__(self, plan, kept, emit):
        done, failed = dict[str, StepResult](), {}
        for step in plan.ordered():
            if step.id in kept:
                done[step.id] = kept[step.id]
                continue
            if step.parents & set(plan.step_ids) - done.keys():
                continue
            if step.id in self.breaks:
                failed[step.id] = HFMagicError("no")
                continue
            parent = next(iter(step.parents & done.keys()), "")
            self.seen[step.id] = done[parent].value if parent else ["t", "t"]
            texts = ["bad " + step.id, "good"]
            labels = [
                (Label("toxic", 0.9 if str(v).startswith("bad") else 0.1),) if v else None for v in self.seen[step.id]
            ]
            value = labels if step.task == "text-classification" else texts
            done[step.id] = StepResult(step, Kind.TEXT, value, frame="f", rows=2)
            emit(Done(step.id, done[step.id]))
        return Results(plan, done, {}, failed)


def test_what_is_withheld_is_read_by_no_later_step():
    engine, events = Engine(), []

    results = run_moderated(with_moderation(chain()), engine, events.append, {}, threshold=0.5)

    assert engine.seen["into"] == [None, "good"]
    assert [r.value for i, r in results.items() if i in ("write", "into")] == [[None, "good"], [None, "good"]]
    assert not [e for e in events if e.step_id in ("write", "into") and "bad" in str(e.result.value)]
    assert {e.step_id for e in events} == set(results.plan.step_ids)


def test_where_the_classifier_fails_nothing_of_what_it_was_to_see_is_left():
    results = run_moderated(with_moderation(chain()), Engine("moderation_of_write"), lambda _: None, {}, threshold=0.5)

    assert not results.steps
    assert set(results.failed) == {"moderation_of_write"}


def test_a_row_that_could_not_be_looked_at_is_withheld():
    plan = with_moderation(chain())
    written = StepResult(plan.step("write"), Kind.TEXT, ["a", None], frame="f")
    looked = StepResult(plan.step("moderation_of_write"), Kind.LABELS, [None, None], frame="f")

    found = withheld(written, looked, 0.5)

    assert found.value == [None, None]
    assert [(r.row, r.reason) for r in found.rejected] == [(0, "withheld: it could not be looked at")]


def test_a_plan_is_moderated_once():
    plan = with_moderation(chain())

    assert with_moderation(plan) == plan
    assert [s.moderates for s in plan.steps] == ["", "", "write", "into"]


def test_an_unsafe_picture_is_withheld():
    from PIL import Image

    step = Step(id="draw", task="text-to-image", inputs={"text": Column(column="t", of="f")}, output="picture")
    plan = with_moderation(chain().model_copy(update={"steps": (step,)}))
    check = plan.step("moderation_of_draw")
    pictures = [Image.new("RGB", (16, 16)), Image.new("RGB", (16, 16))]
    labels = [(Label("normal", 0.9), Label("nsfw", 0.1)), (Label("nsfw", 0.8), Label("normal", 0.2))]

    found = withheld(
        StepResult(step, Kind.IMAGE, pictures, frame="f"), StepResult(check, Kind.LABELS, labels, frame="f"), 0.5
    )

    assert check.task == "image-classification"
    assert found.value == [pictures[0], None]
    assert found.rejected[0].reason == "withheld: nsfw 0.80"
