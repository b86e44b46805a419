"""One view a kind."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from PIL import Image

from hfmagic.kinds import Box, Kind, Label, Mask, Span
from hfmagic.render.views import MANY, ONE, Output, Room
from hfmagic.render.views.audio import BYTES_MANY, envelope, recording
from hfmagic.render.views.chart import INK, chart_png
from hfmagic.render.views.table import preview

from .build import labels, sound


def pictures_in(html: str) -> list[Image.Image]:
    parts = html.split("base64,")[1:]
    return [Image.open(io.BytesIO(base64.b64decode(part.split('"')[0]))) for part in parts]


def test_every_kind_has_a_view():
    assert set(ONE) == set(Kind)


def test_labels_are_bars_with_their_scores_as_numbers():
    view = ONE[Kind.LABELS](Output((Label("yes", 0.75), Label("no", 0.25))))

    assert 'style="width:75.0%"' in view.html.html
    assert "75.0%" in view.plain


def test_a_column_of_labels_is_counted():
    view = MANY[Kind.LABELS](Output(labels("a", "a", "b", None)))

    assert "2 · 67%" in view.plain
    assert "1 · 33%" in view.plain


def test_a_score_outside_its_range_draws_no_bar_outside_its_track():
    assert 'style="width:100.0%"' in ONE[Kind.LABELS](Output((Label("x", 3.0),))).html.html


def test_spans_are_marked_in_the_text_those_that_overlap_too():
    spans = (Span("PER", 0.9, 0, 3), Span("X", 0.9, 2, 6), Span("LOC", 0.9, 10, 15), Span("Y", 0.9, 50, 60))
    view = ONE[Kind.SPANS](Output(spans, "Tim lives Paris now"))

    assert view.plain.splitlines()[:2] == ["[Tim PER] lives [Paris LOC] now", "overlapping: [m li X]"]
    assert re.findall(r"<mark title=\"(\w+) 90%\"", view.html.html) == ["PER", "PER", "X", "X", "LOC"]
    assert "Y" not in view.plain


def test_pictures_are_encoded_anew_at_thumbnail_size():
    noise = np.random.default_rng(0).integers(0, 255, (900, 600, 3), dtype=np.uint8)
    view = MANY[Kind.IMAGE](Output([Image.fromarray(noise), noise, None], captions=["a", "b", ""]))
    found = pictures_in(view.html.html)

    assert [p.size for p in found] == [(213, 320), (213, 320)]
    assert {p.format for p in found} == {"JPEG"}


def test_a_gallery_has_pages_of_twelve_and_says_how_many_pictures_there_are():
    view = MANY[Kind.IMAGE](Output([Image.new("RGB", (4, 4))] * 60))
    first, *others = view.html.html.split("<details>")

    assert first.count("<img ") == 12
    assert [one.count("<img ") for one in others] == [12, 12, 12]
    assert "pictures 13–24 of 48" in others[0]
    assert "showing 48 of 60 pictures" in view.html.html


def test_a_gallery_ends_where_its_room_does_and_says_why():
    noise = [
        Image.fromarray(np.random.default_rng(i).integers(0, 255, (300, 300, 3), dtype=np.uint8)) for i in range(9)
    ]
    view = MANY[Kind.IMAGE](Output(noise, room=Room(20_000, 1_000_000)))

    assert len(view.html.html) < 21_000
    assert re.search(r"showing \d of 9 pictures to keep this cell under 1 MB", view.html.html)


def test_a_picture_that_is_gone_is_said(tmp_path):
    view = MANY[Kind.IMAGE](Output([tmp_path / "gone.png"]))
    assert "cannot be shown" in view.html.html


def test_a_chart_is_see_through_twice_as_fine_and_left_as_it_was():
    figure = Figure(figsize=(2, 1), dpi=100)
    axes = figure.subplots()
    axes.set_title("title", color="black")
    axes.bar(["a"], [1])
    picture = Image.open(io.BytesIO(chart_png(figure)))

    assert picture.size == (400, 200)
    assert picture.getpixel((1, 1))[3] == 0
    assert axes.title.get_color() == "black"
    assert min(min(p[:3]) for p in picture.get_flattened_data() if p[3] > 250) >= 20
    assert INK == "#797979"


def test_sound_is_a_wav_and_a_waveform():
    view = ONE[Kind.AUDIO](Output(sound(2.0), name="clip"))

    assert 'src="data:audio/wav;base64,' in view.html.html
    assert pictures_in(view.html.html.split("<audio")[0])[0].size == (840, 96)
    assert view.plain == "clip, 2.0 s"


@pytest.mark.parametrize(("seconds", "kind"), [(1, "audio/wav"), (20, "audio/mpeg"), (60, "audio/mpeg")])
def test_a_sound_is_a_wav_where_that_fits_and_an_mp3_where_it_does_not(seconds: int, kind: str):
    import soundfile

    found, content = recording(sound(seconds), seconds, BYTES_MANY if seconds < 60 else 400_000)
    samples, rate = soundfile.read(io.BytesIO(content))

    assert found == kind
    assert len(samples) / rate == pytest.approx(seconds, abs=0.2)
    assert len(content) <= BYTES_MANY


def test_the_envelope_of_silence_is_flat():
    assert envelope(np.zeros(100, dtype=np.float32), 10).tolist() == [0.0] * 10
    assert len(envelope(np.ones(3, dtype=np.float32), 10)) == 10


def test_boxes_are_drawn_into_the_picture():
    picture = Image.new("RGB", (200, 100), "white")
    view = ONE[Kind.BOXES](Output((Box("cat", 0.9, 150, 10, 260, 90),), picture))
    drawn = pictures_in(view.html.html)[0]

    assert drawn.convert("RGB").getpixel((421, 175)) != (255, 255, 255)  # at 560 pixels across
    assert drawn.convert("RGB").getpixel((200, 200)) == (255, 255, 255)
    assert "cat" in view.plain


def test_a_mask_tints_its_picture():
    mask = np.zeros((10, 10), dtype=bool)
    mask[:5] = True
    view = ONE[Kind.MASK](Output((Mask("sky", 0.8, mask),), Image.new("RGB", (20, 20))))
    drawn = pictures_in(view.html.html)[0].convert("RGB")

    assert "sky  50% of the picture  80%" in view.plain
    assert drawn.getpixel((280, 60)) != (0, 0, 0)
    assert drawn.getpixel((280, 520)) == (0, 0, 0)


def test_embeddings_show_shape_and_first_numbers():
    assert ONE[Kind.EMBEDDING](Output(np.ones(384))).plain.startswith("[1.000, 1.000")
    assert MANY[Kind.EMBEDDING](Output([None, np.ones(4)])).plain.startswith("1 × 4 numbers")


def test_numbers_are_summed_up():
    assert MANY[Kind.NUMBER](Output([1.0, None, 3.0, 2.0], name="n")).plain == "n: 1 … 3, median 2"


@pytest.mark.fault(47)
@pytest.mark.parametrize("backend", ["pandas", "polars", "pyarrow"])
def test_a_table_shows_its_first_rows_and_how_many_there_are(backend: str):
    from .build import native

    frame = native(pd.DataFrame({"name": list("abcdef"), "n": range(6)}), backend)
    view = ONE[Kind.TABLE](Output(frame, rows=2))

    assert "showing 2 of 6 rows" in view.html.html
    assert view.html.html.count("<tr>") == 3


def test_missing_values_are_a_dash():
    frame = pd.DataFrame({"a": ["x", None], "b": [1.5, float("nan")]})
    view = ONE[Kind.TABLE](Output(frame))

    assert view.html.html.count("–") == 2


def test_a_wide_table_keeps_what_must_be_seen():
    import narwhals as nw

    frame = nw.from_native(pd.DataFrame({f"c{i}": [i] for i in range(20)}), eager_only=True)
    view = preview(frame, [0], must=["c18"], new=["c19"])

    assert "c18" in view.html.html
    assert "c19" in view.html.html
    assert "12 more columns" in view.html.html
