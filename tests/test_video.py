"""Videos: files, animated pictures and arrays become a few frames, evenly over their length."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from hfmagic import film as films
from hfmagic.errors import HFMagicError, NotAvailable, UnknownKind
from hfmagic.film import MOST_FRAMES, MOST_PIXELS, as_video, evenly, frames_of, open_video
from hfmagic.kinds import Kind, Video
from hfmagic.recognise import Reader, open_single, recognise

KINDS = {".mp4": "mpeg4", ".mov": "libx264", ".mkv": "libx264", ".webm": "libvpx", ".avi": "mpeg4"}


def film(path: Path, frames: int = 100, codec: str = "mpeg4", size: tuple[int, int] = (64, 48)) -> Path:
    """A film of 25 frames a second that goes from black to white."""
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.codec_context.gop_size = 12
        for i in range(frames):
            picture = np.full((size[1], size[0], 3), i * 255 // (frames - 1), np.uint8)
            for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    return path


def flip_book(path: Path, frames: int = 10) -> Path:
    """An animated picture, 100 ms a frame, from black to white."""
    pictures = [Image.new("RGB", (32, 24), (i * 255 // (frames - 1),) * 3) for i in range(frames)]
    more = {"lossless": True} if path.suffix == ".webp" else {}
    pictures[0].save(path, save_all=True, append_images=pictures[1:], duration=100, **more)
    return path


def brightness(video: Video) -> list[float]:
    return [float(frame.mean()) for frame in video.frames]


@pytest.mark.parametrize("suffix", KINDS)
def test_a_file_gives_frames_evenly_over_its_length(tmp_path: Path, suffix: str):
    found = open_video(film(tmp_path / f"film{suffix}", codec=KINDS[suffix]), most=10)

    expected = [round(i * 99 / 9) * 255 / 99 for i in range(10)]
    assert np.allclose(brightness(found), expected, atol=6)  # codecs lose a little
    assert found.frames.shape == (10, 48, 64, 3)
    assert found.seconds == pytest.approx(4.0, abs=0.1)


def test_a_long_large_film_stays_within_its_bounds(tmp_path: Path):
    found = open_video(film(tmp_path / "film.mp4", frames=100, size=(800, 600)))

    assert len(found.frames) == MOST_FRAMES
    assert found.frames.shape[1] * found.frames.shape[2] <= MOST_PIXELS
    assert found.frames.shape[2] / found.frames.shape[1] == pytest.approx(800 / 600, abs=0.01)


def test_a_film_of_a_turned_telephone_stands_upright(tmp_path: Path):
    import av

    plain = film(tmp_path / "film.mp4", frames=5)
    # The matrix of the track's header says how it is turned: 1, 0, 0, 1 becomes 0, 1, -1, 0 in 16.16 fixed point.
    straight, turned = (
        [a << 16, b << 16, 0, c << 16, d << 16, 0, 0, 0, 1 << 30] for a, b, c, d in ((1, 0, 0, 1), (0, 1, -1, 0))
    )
    told, says = (b"".join((n & 0xFFFFFFFF).to_bytes(4, "big") for n in matrix) for matrix in (straight, turned))
    data = plain.read_bytes()
    at = data.rindex(told)
    (tmp_path / "turned.mp4").write_bytes(data[:at] + says + data[at + len(says) :])
    with av.open(str(tmp_path / "turned.mp4")) as container:
        assert abs(next(container.decode(video=0)).rotation) == 90

    assert open_video(tmp_path / "turned.mp4").frames.shape == (5, 64, 48, 3)


@pytest.mark.parametrize("name", ["a.gif", "a.webp"])
def test_an_animated_picture_needs_no_extra(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "av", None)

    found = open_video(flip_book(tmp_path / name), most=4)

    assert np.allclose(brightness(found), [0, 85, 170, 255], atol=2)
    assert found.seconds == pytest.approx(1.0)


def test_a_large_animated_picture_is_shrunk_with_what_is_seen_through_white(tmp_path: Path):
    pictures = [Image.new("RGBA", (1600, 1200), (0, 0, 0, 0)) for _ in range(2)]
    for i, picture in enumerate(pictures):
        picture.paste((255, 0, 0, 255), (0, 0, 800, 600 + 600 * i))
    pictures[0].save(tmp_path / "a.gif", save_all=True, append_images=pictures[1:], duration=100, disposal=2)

    first, last = open_video(tmp_path / "a.gif").frames

    assert first.shape[0] * first.shape[1] <= MOST_PIXELS
    assert first.shape[1] / first.shape[0] == pytest.approx(4 / 3, abs=0.01)
    assert [tuple(first[y, x]) for y, x in ((5, 5), (-5, 5), (5, -5))] == [(255, 0, 0), (255,) * 3, (255,) * 3]
    assert [tuple(last[y, x]) for y, x in ((5, 5), (-5, 5), (5, -5))] == [(255, 0, 0), (255, 0, 0), (255,) * 3]


@pytest.mark.parametrize("name", ["a.gif", "a.webp"])
def test_an_animated_picture_of_many_pixels_in_all_is_refused(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
):
    path = flip_book(tmp_path / name)
    monkeypatch.setattr(films, "MOST_DECODED", 32 * 24 * 10)
    assert len(open_video(path).frames) == 10
    monkeypatch.setattr(films, "MOST_DECODED", 32 * 24 * 10 - 1)

    with pytest.raises(UnknownKind, match=r"10 pictures of 32 × 24 pixels, more than 7,679 in all") as caught:
        open_video(path)
    assert len(caught.value.line) <= 200


def test_without_pyav_the_error_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = film(tmp_path / "film.mp4", frames=5)
    monkeypatch.setitem(sys.modules, "av", None)

    with pytest.raises(NotAvailable, match=r'pip install "hfmagic\[video\]"'):
        open_video(path)


def test_a_playlist_under_the_name_of_a_video_opens_no_other_file(tmp_path: Path):
    film(tmp_path / "other.mp4", frames=5)
    path = tmp_path / "list.mp4"
    path.write_text("ffconcat version 1.0\nfile other.mp4\n")

    with pytest.raises(UnknownKind, match=r"list\.mp4 is not a readable video"):
        open_video(path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.mp4", b""),
        ("text.mkv", b"no video"),
        ("sound.avi", b"RIFF\x24\0\0\0WAVEfmt "),
        ("broken.gif", b"GIF89a"),
    ],
)
def test_what_is_no_video_is_said_in_a_line(tmp_path: Path, name: str, content: bytes):
    (tmp_path / name).write_bytes(content)

    with pytest.raises(UnknownKind) as caught:
        open_video(tmp_path / name)
    assert len(caught.value.line) <= 200


def test_of_a_film_that_breaks_off_the_beginning_is_shown(tmp_path: Path):
    path = film(tmp_path / "film.mkv")
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 3 // 4])

    assert 0 < len(open_video(path).frames) <= MOST_FRAMES


def test_a_file_of_sound_alone_and_pictures_of_too_many_pixels_are_no_video(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    import av

    with av.open(str(tmp_path / "sound.mkv"), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000)
        stream.layout = "mono"
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), format="s16", layout="mono")
        frame.sample_rate = 8000
        for packet in [*stream.encode(frame), *stream.encode()]:
            container.mux(packet)
    with pytest.raises(UnknownKind, match=r"sound\.mkv holds no pictures"):
        open_video(tmp_path / "sound.mkv")

    large, moving = film(tmp_path / "film.mkv", frames=3), flip_book(tmp_path / "book.gif")
    monkeypatch.setattr(films, "LARGEST", 500)
    for path, size in ((large, "64 × 48"), (moving, "32 × 24")):
        with pytest.raises(UnknownKind, match=f"{path.name}: {size} pixels is more than 500"):
            open_video(path)


def test_a_still_gif_is_no_video(tmp_path: Path):
    Image.new("RGB", (4, 4)).save(tmp_path / "still.gif")

    with pytest.raises(UnknownKind, match="single picture"):
        open_video(tmp_path / "still.gif")


def test_arrays_paths_and_folders_are_recognised_as_videos(tmp_path: Path):
    reader = Reader((tmp_path,))
    path = film(tmp_path / "film.mp4", frames=5)
    frames = np.zeros((6, 8, 8, 3), np.uint8)

    assert recognise("clip", frames, reader=reader).schema.kind is Kind.VIDEO
    assert recognise("clip", str(path), reader=reader).schema.kind is Kind.VIDEO
    assert recognise("clips", [frames, frames], reader=reader).schema.column("video").kind is Kind.VIDEO
    assert recognise("clips", tmp_path, reader=reader).schema.column("video").kind is Kind.VIDEO
    column = pd.DataFrame({"clip": [str(path), None]})
    assert recognise("clips", column, reader=reader).schema.column("clip").kind is Kind.VIDEO
    assert open_single(frames, Kind.VIDEO, reader).frames.shape == frames.shape


def test_a_picture_is_no_video():
    with pytest.raises(HFMagicError, match="wanted uint8"):
        as_video(np.zeros((8, 8, 3), np.uint8))


def test_an_array_keeps_its_length_in_seconds_when_frames_are_left_out():
    found = as_video(np.zeros((640, 4, 4, 3), np.uint8), 32.0)

    assert len(found.frames) == MOST_FRAMES
    assert found.seconds == pytest.approx(20.0)


def test_evenly_takes_the_first_and_the_last():
    assert evenly(10, 4) == [0, 3, 6, 9]
    assert evenly(3, 8) == [0, 1, 2]
    assert evenly(9, 1) == [4]
    assert evenly(0, 5) == []


def test_a_video_becomes_pictures():
    frames = np.arange(20, dtype=np.uint8)[:, None, None, None] * np.ones((1, 4, 6, 3), np.uint8)

    pictures = frames_of(Video(frames, 10.0), 3)

    assert [p.size for p in pictures] == [(6, 4)] * 3
    assert [p.getpixel((0, 0))[0] for p in pictures] == [0, 10, 19]
