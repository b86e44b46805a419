"""Views of depth, masks, videos, transcripts, maps and cells; and the room that they keep to."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import hfmagic
from hfmagic.answer import answer
from hfmagic.errors import MissingFile, UnknownKind
from hfmagic.kinds import Audio, Box, InputSchema, Kind, Label, Mask, Segment, Span, Transcript, Video
from hfmagic.plan import Constant, Step, Variable
from hfmagic.render.results_view import results_view
from hfmagic.render.show import kind_of
from hfmagic.render.views import MANY, ONE, Output, Room
from hfmagic.render.views.depth import colored
from hfmagic.render.views.transcript import clock
from hfmagic.results import Results, StepResult

from .build import labels, photos, plan_of, reviews, sound, speech
from .test_views import pictures_in

NAN = float("nan")


def film(frames: int = 10) -> Video:
    return Video(np.stack([np.full((24, 32, 3), 20 * i, dtype=np.uint8) for i in range(frames)]), 5.0)


def depth_map() -> Image.Image:
    return Image.fromarray(np.linspace(1, 9, 30 * 40, dtype=np.float32).reshape(30, 40))


def test_depth_is_in_colours_beside_its_picture_with_its_range():
    view = ONE[Kind.IMAGE](Output(depth_map(), Image.new("RGB", (40, 30)), name="depth"))
    before, after, scale = pictures_in(view.html.html)

    assert after.convert("RGB").getpixel((20, 0)) != after.convert("RGB").getpixel((20, 29))
    assert before.size == after.size
    assert scale.size == (128, 8)
    assert "1.16 … 8.84 in the model's own measure" in view.plain


def test_depth_that_is_no_number_or_the_same_everywhere_is_drawn():
    array = np.full((4, 4), np.nan, dtype=np.float32)
    assert colored(Image.fromarray(array))[1:] == (0.0, 0.0)
    assert colored(Image.new("F", (4, 4), 3.0))[1:] == (3.0, 3.0)


def test_masks_without_names_are_numbered():
    halves = np.zeros((2, 8, 8), dtype=bool)
    halves[0, :4], halves[1, 4:] = True, True
    view = ONE[Kind.MASK](Output(tuple(Mask("", 0.9, half) for half in halves), Image.new("RGB", (16, 16))))

    assert view.plain.splitlines() == ["1  50% of the picture  90%", "2  50% of the picture  90%"]


def test_a_score_that_is_none_is_not_written():
    view = ONE[Kind.LABELS](Output((Label("a cat", NAN),), asked="What is it?"))
    boxes = ONE[Kind.BOXES](Output((Box("cat", NAN, 1, 1, 5, 5),), Image.new("RGB", (9, 9))))

    assert view.plain == "asked: What is it?\na cat"
    assert "nan" not in (view.html.html + boxes.html.html.split("base64")[0] + boxes.plain).lower()


def test_a_video_is_a_strip_of_stills_and_a_moving_picture_that_begins_with_a_click():
    strip, moving = ONE[Kind.VIDEO](Output(film(), name="clip")).html.html.split("<details>")

    assert strip.count("<img ") == 6
    assert "clip: 2.0 s, 32 × 24, 10 frames, 5 a second" in strip
    assert pictures_in(moving)[0].n_frames == 10


def test_a_moving_picture_without_room_is_left_out():
    noise = np.random.default_rng(0).integers(0, 255, (20, 240, 240, 3), dtype=np.uint8)
    assert "<details>" not in ONE[Kind.VIDEO](Output(Video(noise, 10.0), room=Room(90_000))).html.html


def test_a_transcript_has_its_times_below_the_player():
    results, inputs = speech()
    said = Transcript("hello there", (Segment("hello", 0.0, 0.4), Segment("there", 0.4, None)))
    timed = replace(results, steps={"hear": replace(results["hear"], value=said)})
    html = results_view(timed, answer=answer(timed), inputs=inputs).html.html

    assert html.index("<audio ") < html.index("0:00.0–0:00.4") < html.index("0:00.4–<")
    assert clock(3661.25) == "1:01:01.2"


def test_an_embedded_column_is_a_map_in_the_colours_of_its_groups():
    vectors = list(np.random.default_rng(0).normal(size=(9, 5)))
    view = MANY[Kind.EMBEDDING](Output([*vectors, None], groups=["a"] * 5 + ["b"] * 4 + [None], grouped="theme"))

    assert "coloured by theme; alike rows are near each other; the two main directions hold" in view.html.html
    assert pictures_in(view.html.html)[0].size == (832, 576)
    assert view.plain.splitlines()[1].startswith("map of 9 embeddings, coloured by theme")


def test_embeddings_that_are_all_the_same_have_no_map():
    assert "<img" not in MANY[Kind.EMBEDDING](Output([np.ones(4)] * 9)).html.html


def test_many_numbers_have_a_histogram():
    view = MANY[Kind.NUMBER](Output([float(i) for i in range(16)], name="n"))
    assert view.html.html.count("hfm-column") == 16
    assert view.plain == "n: 0 … 15, median 8  " + "█" * 16


def test_pictures_sounds_and_videos_stand_in_the_cells_of_a_table():
    frame = pd.DataFrame({"picture": [Image.new("RGB", (30, 20))], "sound": [sound(0.2)], "n": [1]})
    frame["video"] = pd.Series([film()], dtype=object)
    html = ONE[Kind.TABLE](Output(frame)).html.html

    assert html.count("<img ") == 1 + 3
    assert html.count("<audio ") == 1


def test_a_path_in_a_table_is_opened_only_where_the_run_opened_it(tmp_path):
    path = tmp_path / "x.png"
    Image.new("RGB", (8, 8)).save(path)
    frame = pd.DataFrame({"file": [str(path)]})

    assert "<img" not in ONE[Kind.TABLE](Output(frame)).html.html
    assert "<img" in ONE[Kind.TABLE](Output(frame, opened=frozenset({str(path)}))).html.html


def test_a_frame_says_what_was_found_not_how_python_writes_it():
    frame = pd.DataFrame(
        {"objects": pd.Series([(Box("cat", 0.9, 1, 1, 2, 2), Box("cat", 0.8, 1, 1, 2, 2))], dtype=object)}
    )
    assert "2 × cat" in ONE[Kind.TABLE](Output(frame)).plain


def test_generated_pictures_have_their_prompts_below():
    view = MANY[Kind.IMAGE](Output([Image.new("RGB", (8, 8)), None], ["a red house", "a tree"]))
    assert "<b>a red house</b>" in view.html.html
    assert view.html.html.count("<img ") == 1


def test_a_question_stands_above_its_answer():
    step = Step(
        id="ask",
        task="visual-question-answering",
        inputs={"image": Variable(variable="photo"), "question": Constant(constant="How many?")},
        output="answer",
    )
    plan = plan_of(step, inputs=(InputSchema(name="photo", kind=Kind.IMAGE),))
    results = Results(plan, {"ask": StepResult(step, Kind.LABELS, (Label("two", NAN),))})
    view = results_view(results, answer=answer(results), inputs={"photo": Image.new("RGB", (9, 9))})

    assert "asked: </span>How many?" in view.html.html
    assert "The answer is “two”. [1]" in view.plain


def test_pieces_of_pictures_are_shown_one_by_one():
    results = photos()
    piece = Image.new("RGB", (9, 9))
    pieces = replace(results["what"], kind=Kind.IMAGE, value=[[piece, piece], [piece], None])
    html = results_view(replace(results, steps={"what": pieces}), answer=answer(replace(results, steps={}))).html.html

    assert html.count("<img ") == 3


@pytest.mark.parametrize("most", [50_000, 200_000])
@pytest.mark.rule(14)
def test_a_cell_keeps_within_its_bytes_and_says_so(most: int):
    results = photos()
    noise = [
        Image.fromarray(np.random.default_rng(i).integers(0, 255, (400, 400, 3), dtype=np.uint8)) for i in range(20)
    ]
    frame = pd.DataFrame({"image": pd.Series(noise, dtype=object)})
    many = replace(results["what"], value=labels(*"abcdefghijklmnopqrst"), rows=20, rejected=())
    view = results_view(
        replace(results, steps={"what": many}, frames={"photos": frame}), answer=answer(results), most_bytes=most
    )

    assert sum(len(part) for part in view._repr_mimebundle_()[0].values()) < most
    assert f"of 20 pictures to keep this cell under {most // 1000} kB" in view.html.html


def test_show_tells_kinds_from_values_and_keeps_to_the_allowed_folders(tmp_path):
    values = {
        Kind.TEXT: Transcript("x"),
        Kind.AUDIO: sound(0.1),
        Kind.VIDEO: film(),
        Kind.IMAGE: Image.new("RGB", (2, 2)),
        Kind.SPANS: (Span("A", 1.0, 0, 1),),
        Kind.LABELS: [None, (Label("a", 1.0),)],
        Kind.EMBEDDING: np.ones(3),
        Kind.TABLE: pd.DataFrame({"a": [1]}),
        Kind.NUMBER: 3.5,
    }
    assert {kind: kind_of(value) for kind, value in values.items()} == {kind: kind for kind in values}
    assert hfmagic.show(values[Kind.SPANS], subject="Abc").plain.startswith("[A A]bc")
    with pytest.raises(UnknownKind, match="no view of its own"):
        hfmagic.show(object())
    with pytest.raises(UnknownKind, match="'boxs' is no kind"):
        hfmagic.show((), kind="boxs")
    with pytest.raises(MissingFile):  # the path is long, and cuts its line
        hfmagic.show("said", subject=tmp_path / "x.wav")


def test_every_picture_has_a_text_for_those_who_do_not_see_it():
    import re

    picture = Image.new("RGB", (9, 9))
    shown = [
        ONE[Kind.BOXES](Output((Box("a", 0.5, 1, 1, 5, 5),), picture)),
        ONE[Kind.MASK](Output((Mask("a", 0.5, np.ones((9, 9), dtype=bool)),), picture)),
        ONE[Kind.IMAGE](Output(depth_map(), picture)),
        ONE[Kind.VIDEO](Output(film(), name="v")),
        ONE[Kind.AUDIO](Output(Audio(np.ones(800, dtype=np.float32), 8_000), name="s")),
        MANY[Kind.IMAGE](Output([picture])),
        MANY[Kind.EMBEDDING](Output(list(np.eye(5)))),
        results_view(reviews(), answer=answer(reviews())),
    ]
    images = [one for view in shown for one in re.findall(r"<img [^>]*>", view.html.html)]

    assert len(images) == 15
    assert [one for one in images if not re.search(r' alt="[^"]+"', one)] == []
