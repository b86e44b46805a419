"""Every form in which a picture, a sound or a video may come: recognised with its kind, and opened for real."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import datasets
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import soundfile
import torch
from IPython import display
from PIL import Image

from hfmagic import sounds
from hfmagic.errors import HFMagicError, MissingFile, UnknownKind
from hfmagic.files import kind_of_bytes
from hfmagic.inputs import Inputs
from hfmagic.kinds import Audio, Kind, Video
from hfmagic.media import length_of, open_audio, open_image
from hfmagic.recognise import Input, Reader, column_values, is_input, open_single, recognise

RATE = 8000
WAVE = np.sin(np.arange(RATE, dtype=np.float32) / 9) / 2  # one second
COLOURS = np.zeros((20, 30, 3), np.uint8)
COLOURS[:10, :, 0], COLOURS[10:, :, 2] = 255, 255  # red above blue
PICTURE = Image.fromarray(COLOURS)


def packed(image: Image.Image, form: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, format=form, **options)
    return file.getvalue()


def wav(samples: np.ndarray = WAVE, rate: int = RATE, form: str = "WAV") -> bytes:
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format=form)
    return file.getvalue()


def reader(folder: Path) -> Reader:
    return Reader((folder.resolve(),))


def see(value: Any, folder: Path) -> Input:
    return recognise("x", value, reader=reader(folder))


DECIMALS = COLOURS.astype(np.float32) / 255
PICTURES: dict[str, Callable[[Path], Any]] = {
    "Pillow": lambda _: PICTURE,
    "uint8 (h, w, 3)": lambda _: COLOURS,
    "uint8 (h, w, 4)": lambda _: np.dstack([COLOURS, np.full((20, 30), 255, np.uint8)]),
    "uint8 (3, h, w)": lambda _: COLOURS.transpose(2, 0, 1),
    "float (h, w, 3)": lambda _: DECIMALS,
    "float64 (h, w, 3)": lambda _: DECIMALS.astype(np.float64),
    "uint16 (h, w, 3)": lambda _: COLOURS.astype(np.uint16) * 257,
    "a view": lambda _: np.repeat(COLOURS, 2, axis=0)[::2],
    "tensor (3, h, w)": lambda _: torch.from_numpy(COLOURS).permute(2, 0, 1),
    "tensor (h, w, 3)": lambda _: torch.from_numpy(COLOURS),
    "float tensor (3, h, w)": lambda _: torch.from_numpy(DECIMALS).permute(2, 0, 1),
    "float tensor with a gradient": lambda _: torch.from_numpy(DECIMALS.copy()).requires_grad_(),
    "bfloat16 tensor": lambda _: torch.from_numpy(DECIMALS).permute(2, 0, 1).bfloat16(),
    "bytes": lambda _: packed(PICTURE),
    "bytearray": lambda _: bytearray(packed(PICTURE, "BMP")),
    "bytes and path": lambda _: {"bytes": packed(PICTURE, "TIFF"), "path": "somewhere.png"},
    "path alone": lambda folder: {"bytes": None, "path": saved(folder)},
    "IPython's": lambda _: display.Image(data=packed(PICTURE)),
    "IPython's by path": lambda folder: display.Image(filename=saved(folder)),
    "path": lambda folder: Path(saved(folder)),
    "text of a path": lambda folder: str(saved(folder)),
}


def saved(folder: Path) -> str:
    path = folder / "seen.png"
    path.write_bytes(packed(PICTURE))
    return str(path)


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_of_every_form_is_red_above_blue(name: str, tmp_path: Path):
    value = PICTURES[name](tmp_path)

    found = see(value, tmp_path)
    picture = open_single(found.value, Kind.IMAGE, reader(tmp_path))

    assert is_input(value)
    assert found.schema.kind is Kind.IMAGE
    assert (picture.mode, picture.size) == ("RGB", (30, 20))
    assert picture.getpixel((0, 0)) == (255, 0, 0)
    assert picture.getpixel((0, 19)) == (0, 0, 255)


@pytest.mark.parametrize(
    "grey",
    [
        np.full((20, 30), 128, np.uint8),
        np.full((20, 30, 1), 128, np.uint8),
        np.full((20, 30), 0.5),
        np.full((20, 30), 128 * 257, np.uint16),
        torch.full((1, 20, 30), 0.5),
        torch.full((20, 30), 128, dtype=torch.uint8),
    ],
    ids=lambda v: f"{type(v).__name__} {v.dtype} {tuple(v.shape)}",
)
def test_grey_is_grey(grey: Any, tmp_path: Path):
    assert see(grey, tmp_path).value.getpixel((0, 0)) in ((127,) * 3, (128,) * 3)


class _Decoder:
    """What torchcodec's does; it cannot be loaded without FFmpeg's libraries."""

    __module__ = "torchcodec.decoders"
    metadata = SimpleNamespace(duration_seconds=1.0)

    def get_all_samples(self) -> Any:
        return SimpleNamespace(data=torch.from_numpy(np.stack([WAVE, WAVE])), sample_rate=RATE)


_Decoder.__name__ = "AudioDecoder"
SOUNDS: dict[str, Callable[[Path], Any]] = {
    "ours": lambda _: Audio(WAVE, RATE),
    "(samples, rate)": lambda _: (WAVE, RATE),
    "(rate, samples)": lambda _: (RATE, WAVE),
    "(samples, rate of numpy)": lambda _: (WAVE, np.int64(RATE)),
    "int16": lambda _: ((WAVE * 32767).astype(np.int16), RATE),
    "int32 stereo": lambda _: (
        (np.stack([WAVE, WAVE], 1).astype(np.float64) * (2**31 - 1)).astype(np.int32),
        RATE,
    ),
    "(tensor, rate)": lambda _: (torch.from_numpy(WAVE), RATE),
    "(stereo tensor, rate)": lambda _: (torch.from_numpy(np.stack([WAVE, WAVE])), RATE),
    "dict": lambda _: {"array": WAVE, "sampling_rate": RATE, "path": None},
    "dict of a list": lambda _: {"array": WAVE.tolist(), "sampling_rate": RATE},
    "dict of a pipeline": lambda _: {"raw": WAVE, "sampling_rate": RATE},
    "what a pipeline gives": lambda _: {"audio": WAVE[None], "sampling_rate": RATE},
    "bytes": lambda _: wav(),
    "bytes of FLAC": lambda _: wav(form="FLAC"),
    "bytes and path": lambda _: {"bytes": wav(form="OGG"), "path": "a.ogg"},
    "torchcodec's": lambda _: _Decoder(),
    "IPython's": lambda _: display.Audio(wav()),
    "path": lambda folder: Path(heard(folder)),
}


def heard(folder: Path) -> str:
    path = folder / "heard.wav"
    path.write_bytes(wav(np.stack([WAVE, WAVE], 1)))
    return str(path)


@pytest.mark.parametrize("name", SOUNDS)
def test_a_sound_of_every_form_is_the_same_second(name: str, tmp_path: Path):
    value = SOUNDS[name](tmp_path)

    found = see(value, tmp_path)
    sound = open_single(found.value, Kind.AUDIO, reader(tmp_path))

    assert found.schema.kind is Kind.AUDIO
    assert sound.sampling_rate == RATE
    assert length_of(value) == pytest.approx(1.0)
    lossy = "a.ogg" in str(value) if isinstance(value, dict) else False
    np.testing.assert_allclose(sound.samples, WAVE, atol=0.1 if lossy else 1e-3)


def test_frames_and_a_display_of_them_are_videos(tmp_path: Path):
    frames = np.stack([COLOURS, COLOURS[::-1]])
    animation = io.BytesIO()
    PICTURE.save(animation, "GIF", save_all=True, append_images=[PICTURE.rotate(180)], duration=100)
    (tmp_path / "a.gif").write_bytes(animation.getvalue())

    assert see(frames, tmp_path).value.frames.shape == (2, 20, 30, 3)
    assert see(Video(frames, 10.0), tmp_path).schema.kind is Kind.VIDEO
    shown = see(display.Video(data=animation.getvalue(), embed=True, mimetype="image/gif"), tmp_path)
    assert (shown.schema.kind, len(shown.value.frames)) == (Kind.VIDEO, 2)


FRAMES: dict[str, Callable[[list[Any]], Any]] = {
    "pandas": lambda cells: pd.DataFrame({"c": pd.Series(cells, dtype=object)}),
    "polars": lambda cells: pl.DataFrame({"c": cells}),
    "pyarrow": lambda cells: pa.table({"c": cells}),
    "list": lambda cells: cells,
}


@pytest.mark.parametrize("library", FRAMES)
@pytest.mark.parametrize("form", ["bytes", "bytes and path", "text of a path"])
def test_a_column_of_pictures_of_any_library(library: str, form: str, tmp_path: Path):
    found = see(FRAMES[library]([PICTURES[form](tmp_path), None]), tmp_path)

    (column,) = found.schema.columns
    cell, missing = column_values(found.frame, column.name)
    assert column.kind is Kind.IMAGE
    assert missing is None
    assert open_single(cell, Kind.IMAGE, reader(tmp_path)).getpixel((0, 19)) == (0, 0, 255)


@pytest.mark.parametrize("form", [n for n in PICTURES if n not in ("path",)])
def test_a_list_of_pictures_of_every_form(form: str, tmp_path: Path):
    (column,) = see([PICTURES[form](tmp_path)] * 2, tmp_path).schema.columns

    assert column.kind is Kind.IMAGE


@pytest.mark.parametrize("form", SOUNDS)
def test_a_list_of_sounds_of_every_form(form: str, tmp_path: Path):
    (column,) = see([SOUNDS[form](tmp_path)] * 2, tmp_path).schema.columns

    assert column.kind is Kind.AUDIO


def test_a_set_of_the_datasets_library_is_read_without_decoding(tmp_path: Path):
    sounds = pa.array([{"bytes": wav(), "path": None}] * 4)  # as a file has them; to encode them needs FFmpeg
    pictures = pa.array([{"bytes": packed(PICTURE), "path": None}] * 4)
    whole = datasets.Dataset(pa.table({"sound": sounds, "image": pictures, "label": [0, 1, 1, 0]}))
    whole = whole.cast_column("sound", datasets.Audio()).cast_column("image", datasets.Image())
    whole = whole.cast_column("label", datasets.ClassLabel(names=["no", "yes"]))

    found = see(whole.filter(lambda label: label == 1, input_columns="label").select([1]), tmp_path)

    kinds = {c.name: c.kind for c in found.schema.columns}
    assert kinds == {"image": Kind.IMAGE, "sound": Kind.AUDIO, "label": Kind.LABELS}
    assert found.schema.rows == 1
    assert column_values(found.frame, "label") == ["yes"]
    (cell,) = column_values(found.frame, "sound")
    assert open_single(cell, Kind.AUDIO, reader(tmp_path)).seconds == 1
    assert see(whole.select_columns("image")[0]["image"], tmp_path).schema.kind is Kind.IMAGE


def test_sets_that_are_no_rows_yet_say_what_to_give(tmp_path: Path):
    whole = datasets.Dataset.from_dict({"a": ["b"]})
    for value, words in ((datasets.DatasetDict(train=whole), "ds['train']"), (whole.to_iterable_dataset(), "ds.take")):
        with pytest.raises(UnknownKind, match=r"→") as error:
            see(value, tmp_path)
        assert words in error.value.line


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    (folder / "more").mkdir(parents=True)
    for name in ("b.jpg", "a.jpg", "more/c.jpg", "d.png", ".hidden.jpg"):
        PICTURE.save(folder / name)
    (folder / "notes.txt").write_text("no picture")
    return folder


@pytest.mark.parametrize(
    ("pattern", "files"),
    [
        ("*.jpg", ["a.jpg", "b.jpg"]),
        ("?.*", ["a.jpg", "b.jpg", "d.png"]),
        ("**/*.jpg", ["a.jpg", "b.jpg", "more/c.jpg"]),
        ("[ad].*", ["a.jpg", "d.png"]),
    ],
)
def test_a_pattern_of_paths_is_a_frame(photos: Path, tmp_path: Path, pattern: str, files: list[str]):
    by_name = Inputs().find("label them", {}, [str(photos / pattern)], reader(tmp_path))
    ((name, found),) = by_name.items()

    assert name == "photos"
    assert [(c.name, c.kind) for c in found.schema.columns] == [("file", Kind.LABELS), ("image", Kind.IMAGE)]
    assert column_values(found.frame, "file") == files
    assert see(str(photos / pattern), tmp_path).schema.rows == len(files)


def test_a_pattern_that_finds_nothing_or_leaves_the_folders_is_one_line(photos: Path, tmp_path: Path):
    for pattern in (photos / "*.wav", tmp_path / "none" / "*.jpg", Path("/etc/*.png"), photos / ".." / ".." / "*.png"):
        with pytest.raises(MissingFile) as error:
            see(str(pattern), tmp_path)
        assert len(error.value.line) <= 200


@pytest.mark.parametrize(
    "value",
    ["https://example.org/cat.png", {"bytes": None, "path": "https://example.org/cat.png"}, Path("http://a.b/cat.png")],
    ids=["text", "stored", "path"],
)
def test_a_url_is_refused_in_a_row(value: Any, tmp_path: Path):
    with pytest.raises(MissingFile, match=r"cat.png is behind a URL; hfmagic opens none. → download it"):
        open_single(value, Kind.IMAGE, reader(tmp_path))


def test_a_url_on_the_line_or_in_a_display_is_refused(tmp_path: Path):
    with pytest.raises(MissingFile, match="behind a URL"):
        Inputs().find("label it", {}, ["https://example.org/cat.png"], reader(tmp_path))
    with pytest.raises(UnknownKind, match="only a URL"):
        see(display.Image(url="https://example.org/cat.png"), tmp_path)


REFUSED: dict[str, Any] = {
    "decimals outside 0…1": np.linspace(-2, 2, 20 * 30 * 3).reshape(20, 30, 3),
    "a table of decimals": np.random.default_rng(0).random((10, 4)),
    "samples without a rate": torch.zeros(16000),
    "a batch of decimals": torch.zeros(2, 3, 20, 30),
    "seven channels": np.zeros((7, 20, 30), np.uint8),
    "Markdown": display.Markdown("# title"),
    "HTML": display.HTML("<b>x</b>"),
    "other bytes": b"%PDF-1.4 ...",
    "no pixels": np.zeros((0, 3, 3), np.uint8),
    "0 Hz": (WAVE, 0),
    "negative rate": (WAVE, -1),
    "only NaN": (np.full(9, np.nan), RATE),
    "no samples": (np.zeros(0), RATE),
    "truncated picture": packed(PICTURE)[:60],
    "truncated sound": wav()[:30],
    "NaN in a picture": np.where(np.arange(1800).reshape(20, 30, 3) == 7, np.nan, 0.5),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_one_line(name: str, tmp_path: Path):
    with pytest.raises(UnknownKind) as error:
        see(REFUSED[name], tmp_path)

    assert len(error.value.line) <= 200


def test_a_file_in_memory_is_no_larger_than_one_on_disk(tmp_path: Path):
    with pytest.raises(UnknownKind, match="file_bytes"):
        recognise("x", wav(), reader=Reader((tmp_path.resolve(),), max_bytes=1000))


@pytest.mark.fault(50)
def test_nan_among_samples_is_silence_and_stereo_is_their_mean(tmp_path: Path):
    stereo = np.stack([WAVE, np.full_like(WAVE, np.nan)], 1)

    samples = see((stereo, RATE), tmp_path).value.samples

    assert np.isfinite(samples).all()


def test_a_sound_is_no_longer_than_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sounds, "MAX_SAMPLES", RATE // 2)
    for value in (wav(), (WAVE, RATE)):
        with pytest.raises(UnknownKind, match="cut it first"):
            see(value, tmp_path)


@pytest.mark.fault(50)
@pytest.mark.rule(14)
def test_hours_of_silence_in_a_small_file_are_refused_before_they_are_read(tmp_path: Path):
    path = tmp_path / "silence.wav"
    header = bytearray(wav(np.zeros(8, np.float32), 16_000))
    path.write_bytes(header)
    with path.open("r+b") as file:  # a file of holes: 2 h, some bytes on the disk
        size = 2 * 3600 * 16_000 * 2
        file.truncate(len(header) - 16 + size)
        for at, number in ((4, len(header) - 24 + size), (header.index(b"data") + 4, size)):
            file.seek(at)
            file.write(number.to_bytes(4, "little"))

    with pytest.raises(UnknownKind, match=r"2\.0 h long: more than 100,000,000 samples, 1\.7 h at 16 kHz"):
        open_audio(path)


def test_the_samples_of_the_user_stay_as_they_are():
    samples = np.array([2.0, np.nan, 0.5, -3.0], np.float32)
    before = samples.copy()

    found = sounds.as_audio(samples, RATE).samples

    np.testing.assert_array_equal(samples, before)
    np.testing.assert_array_equal(found, np.array([1.0, 0.0, 0.5, -1.0], np.float32))


def test_a_long_sound_is_read_into_one_array(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    import tracemalloc

    left = np.sin(np.arange(2_000_000, dtype=np.float32) / 9) / 2
    soundfile.write(tmp_path / "a.wav", np.stack([left, -left / 2], 1), 16_000, subtype="FLOAT")
    monkeypatch.setattr(sounds, "_BLOCK", 1 << 12)
    open_audio(tmp_path / "a.wav")
    tracemalloc.start()
    try:
        found = open_audio(tmp_path / "a.wav").samples
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    np.testing.assert_allclose(found, left / 4, atol=1e-6)
    assert peak < 1.9 * found.nbytes


def opened(image: Image.Image, folder: Path, name: str, **options: Any) -> Image.Image:
    image.save(folder / name, **options)
    return open_image(folder / name)


@pytest.mark.fault(49)
def test_a_picture_is_turned_as_its_camera_says(tmp_path: Path):
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90° to see it upright

    assert opened(PICTURE, tmp_path, "a.jpg", exif=exif).size == (20, 30)


@pytest.mark.fault(49)
@pytest.mark.parametrize(
    ("image", "name"),
    [
        (PICTURE.convert("CMYK"), "cmyk.jpg"),
        (PICTURE.convert("CMYK"), "cmyk.tif"),
        (PICTURE.convert("P"), "palette.png"),
        (PICTURE.convert("P"), "palette.gif"),
        (PICTURE.convert("YCbCr"), "video.jpg"),
        (PICTURE.convert("RGBA"), "alpha.webp"),
        (PICTURE.resize((1, 2), Image.Resampling.NEAREST), "small.png"),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_colours_of_every_sort_are_rgb(image: Image.Image, name: str, tmp_path: Path):
    found = opened(image, tmp_path, name, **({"quality": 95} if name.endswith("jpg") else {"lossless": True}))
    top, bottom = found.getpixel((0, 0)), found.getpixel((0, found.height - 1))

    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    assert found.mode == "RGB"
    assert top[0] > 200 > 60 > top[2]
    assert bottom[2] > 200 > 60 > bottom[0]


def test_inks_that_adobe_inverts_are_not_black(tmp_path: Path):
    """Photoshop writes CMYK JPEGs inverted, with its mark; Pillow does so itself, and turns them when it opens one."""
    content = packed(PICTURE.convert("CMYK"), "JPEG", quality=95)

    assert b"Adobe" in content
    assert see(content, tmp_path).value.getpixel((2, 2))[0] > 200


def test_what_is_clear_becomes_white(tmp_path: Path):
    clear = Image.new("RGBA", (4, 4), (0, 0, 0, 0))
    palette = Image.new("P", (4, 4), 0)

    assert opened(clear, tmp_path, "a.png").getpixel((0, 0)) == (255, 255, 255)
    assert opened(palette, tmp_path, "b.png", transparency=0).getpixel((0, 0)) == (255, 255, 255)
    assert opened(Image.new("L", (4, 4), 9), tmp_path, "c.png", transparency=9).getpixel((0, 0)) == (255, 255, 255)


@pytest.mark.fault(49)
@pytest.mark.rule(14)
def test_a_picture_that_would_fill_the_memory_is_not_decoded(tmp_path: Path):
    bomb = packed(Image.new("1", (20_000, 20_000)))  # 400,000,000 pixels in 50 kB

    with pytest.raises(UnknownKind, match="more than 50,000,000 pixels"):
        see(bomb, tmp_path)


@pytest.mark.fault(50)
def test_sounds_of_every_depth_are_read(tmp_path: Path):
    for subtype in ("PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW"):
        soundfile.write(tmp_path / "a.wav", np.stack([WAVE, WAVE], 1), 44_100, subtype=subtype)
        sound = open_audio(tmp_path / "a.wav")
        np.testing.assert_allclose(sound.samples, WAVE, atol=0.02)


def test_no_library_is_imported_to_tell_what_a_value_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    import sys

    def modules() -> Iterator[tuple[str, ModuleType]]:
        yield from ((n, m) for n, m in sys.modules.items() if n.partition(".")[0] not in ("torch", "PIL"))

    monkeypatch.setattr("hfmagic.foreign.sys", SimpleNamespace(modules=dict(modules())))

    assert is_input(COLOURS)
    assert not is_input(torch.zeros(3, 20, 30))


def test_files_are_told_by_their_first_bytes():
    for form in ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"):
        assert kind_of_bytes(packed(PICTURE, form)) is Kind.IMAGE
    for form in ("WAV", "FLAC", "OGG", "AIFF", "MP3"):
        assert kind_of_bytes(wav(form=form)) is Kind.AUDIO
    assert kind_of_bytes(b"") is None


def test_every_refusal_says_what_would_do(tmp_path: Path):
    for value in (np.zeros(3), torch.zeros(3), display.Markdown("x")):
        with pytest.raises(HFMagicError, match="→"):
            see(value, tmp_path)
