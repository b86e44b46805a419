"""Open videos: frames picked evenly over the whole length, never more of them than fit. Sound is not read.

Files are read by PyAV (extra `[video]`), animated GIF and WebP by Pillow.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import NotAvailable, UnknownKind
from .kinds import Video

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image

MOST_FRAMES = 64
MOST_PIXELS = 640 * 480  # of a frame: 64 of them are 59 MB; models look at 224 × 224 to 448 × 448
LARGEST = 50_000_000  # pixels of a frame that is decoded at all
MOST_DECODED = 1_000_000_000  # pixels of all frames of an animated picture: each is drawn over the one before
ANIMATED = (".gif", ".webp")
# A file's content decides its reader: a playlist under a video's name would have others opened, on disk and on the net.
CONTAINERS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi"
SIDES = {90: 1, 180: 2, 270: 3}  # degrees counterclockwise → quarter turns


def open_video(path: Path, most: int = MOST_FRAMES) -> Video:
    """At most `most` frames of a video file, evenly over its length, upright, of at most MOST_PIXELS each.

    Raises: UnknownKind for a file that is no video; NotAvailable without PyAV.
    """
    read = _animated if path.suffix.lower() in ANIMATED else _decoded
    try:
        return read(path, most)
    except (UnknownKind, NotAvailable):
        raise
    except Exception as error:  # noqa: BLE001  damaged files raise whatever their decoder happens to trip over
        raise UnknownKind(f"{path.name} is not a readable video ({type(error).__name__}).") from None


def as_video(frames: Any, frames_per_second: float = 0.0) -> Video:
    """Frames of shape (n, height, width, 3), uint8, as a video of at most MOST_FRAMES; a rate of 0 is unknown."""
    import numpy as np

    array = np.asarray(frames)
    if array.ndim != 4 or array.shape[3] != 3 or array.dtype != np.uint8 or not array.size:
        raise UnknownKind(f"frames of {array.dtype} and shape {array.shape}; wanted uint8 (n, height, width, 3).")
    chosen = evenly(len(array), MOST_FRAMES)
    rate = frames_per_second * len(chosen) / len(array)
    return Video(np.stack([_small(array[i]) for i in chosen]), rate)


def evenly(count: int, wanted: int) -> list[int]:
    """At most `wanted` positions of `count`, from the first to the last, evenly."""
    if wanted < 2 or count < 2:
        return [count // 2] if count and wanted else []
    kept = min(count, wanted)
    return [round(i * (count - 1) / (kept - 1)) for i in range(kept)]


def frames_of(video: Video, most: int = 8) -> list[Image]:
    """Pictures of a video, evenly over its length."""
    import PIL.Image

    return [PIL.Image.fromarray(video.frames[i]) for i in evenly(len(video.frames), most)]


def _decoded(path: Path, most: int) -> Video:
    """The frames by PyAV: those between the wanted ones are skipped from key frame to key frame."""
    try:
        import av
    except ImportError:
        raise NotAvailable('reading videos needs PyAV: pip install "hfmagic[video]"') from None
    import numpy as np

    only = {"format_whitelist": CONTAINERS, "protocol_whitelist": "file"}
    with path.open("rb") as file, av.open(file, options=only) as container:
        if not container.streams.video:
            raise UnknownKind(f"{path.name} holds no pictures.")
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        width, height = stream.codec_context.width, stream.codec_context.height
        if width * height > LARGEST:
            raise UnknownKind(f"{path.name}: {width} × {height} pixels is more than {LARGEST:,}.")
        times, keys = _times(container, stream)
        if not times:
            raise UnknownKind(f"{path.name} holds no pictures.")
        wanted = [times[i] for i in evenly(len(times), most)]
        seconds = len(times) / float(stream.average_rate or stream.guessed_rate or 25)
        size = _fitting(width, height)
        found = _frames_at(container, stream, wanted, keys)
        pictures = [_upright(f.reformat(*size, format="rgb24").to_ndarray(), f.rotation) for f in found]
    if not pictures:
        raise UnknownKind(f"{path.name} holds no pictures.")
    return Video(np.stack(pictures), len(pictures) / seconds)


def _times(container: Any, stream: Any) -> tuple[list[int], list[int]]:
    """When each frame and each key frame is shown, in the stream's time base, sorted; nothing is decoded."""
    seen = [(p.pts if p.pts is not None else p.dts, p.is_keyframe) for p in container.demux(stream) if p.size]
    times = sorted(time for time, _ in seen if time is not None)
    return times, sorted(time for time, key in seen if key and time is not None)


def _frames_at(container: Any, stream: Any, wanted: Sequence[int], keys: Sequence[int]) -> Iterator[Any]:
    """The first frame at or after each wanted time; of a file that breaks off, those before it."""
    import av

    container.seek(min(keys, default=0), stream=stream)
    frames, now = container.decode(stream), min(wanted) - 1
    frame = None
    for time in wanted:
        before = bisect_right(keys, time) - 1
        if before > 0 and keys[before] > now:
            container.seek(keys[before], stream=stream)
            frames = container.decode(stream)
        try:
            while frame is None or now < time:
                frame = next(frames)
                now = frame.pts if frame.pts is not None else frame.dts if frame.dts is not None else now + 1
        except (StopIteration, av.error.FFmpegError):
            return
        yield frame


def _animated(path: Path, most: int) -> Video:
    import warnings

    import numpy as np
    import PIL.Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its size, which is checked here
        with path.open("rb") as file, PIL.Image.open(file, formats=("GIF", "WEBP")) as image:
            count = getattr(image, "n_frames", 1)
            if count < 2:
                raise UnknownKind(f"{path.name} is a single picture, not a video.")
            if image.width * image.height > LARGEST:
                raise UnknownKind(f"{path.name}: {image.width} × {image.height} pixels is more than {LARGEST:,}.")
            wanted = evenly(count, most)
            if image.width * image.height * (max(wanted, default=0) + 1) > MOST_DECODED:
                size = f"{count:,} pictures of {image.width} × {image.height}"
                raise UnknownKind(
                    f"{path.name[-60:]}: {size} pixels, more than {MOST_DECODED:,} in all.", hint="make it smaller"
                )
            frames, shown = [], 0.0  # milliseconds
            for i in wanted:
                image.seek(i)
                frames.append(np.asarray(_on_white(_shrunk(image))))
                shown += image.info.get("duration", 0)
    return Video(np.stack(frames), 1000 * len(frames) / (shown * count / len(frames)) if shown else 0.0)


def _shrunk(image: Image) -> Image:
    """A frame with its transparency, within MOST_PIXELS: made small first, as white behind all of it takes long."""
    size = _fitting(*image.size)
    layer = image if image.mode in ("RGB", "RGBA") else image.convert("RGBA")
    return (layer if size == image.size else layer.resize(size, reducing_gap=2.0)).convert("RGBA")


def _on_white(layer: Image) -> Image:
    import PIL.Image

    return PIL.Image.alpha_composite(PIL.Image.new("RGBA", layer.size, "white"), layer).convert("RGB")


def _fitting(width: int, height: int) -> tuple[int, int]:
    """Width and height within MOST_PIXELS, of the same proportions."""
    scale = min(1.0, (MOST_PIXELS / max(width * height, 1)) ** 0.5)
    return max(1, int(width * scale)), max(1, int(height * scale))


def _small(frame: np.ndarray) -> np.ndarray:
    height, width = frame.shape[:2]
    size = _fitting(width, height)
    if size == (width, height):
        return frame
    import numpy as np
    import PIL.Image

    return np.asarray(PIL.Image.fromarray(frame).resize(size))


def _upright(frame: np.ndarray, rotation: float) -> np.ndarray:
    """A frame turned as its file says; `rotation` in degrees counterclockwise."""
    import numpy as np

    return np.rot90(frame, SIDES.get(int(rotation) % 360, 0))
