"""Open pictures and sound from files. Nothing but a regular file under an allowed folder is ever opened."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import MissingFile, UnknownKind
from .kinds import Audio, Kind

if TYPE_CHECKING:
    from PIL.Image import Image

SUFFIXES: dict[str, Kind] = {
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff"), Kind.IMAGE),
    **dict.fromkeys((".wav", ".flac", ".ogg", ".mp3", ".aiff", ".aif"), Kind.AUDIO),
}
MAX_PIXELS = 50_000_000


def kind_of_file(path: Path) -> Kind | None:
    """The kind that a file's ending stands for."""
    return SUFFIXES.get(path.suffix.lower())


def checked_path(path: Path, *, allowed: tuple[Path, ...], max_bytes: int) -> Path:
    """The real path of a file or folder that may be read.

    Raises: MissingFile when it is not there, hidden, leaves the allowed folders, is neither a regular file nor a
    folder, or is too large.
    """
    real = path.expanduser().resolve()
    root = next((r for r in allowed if real.is_relative_to(r)), None)
    if root is None:
        raise MissingFile(
            f"{path} is outside the allowed folders.", hint=f"%config HFMagic.allowed_dirs = [{str(real.parent)!r}]"
        )
    if any(part.startswith(".") for part in real.relative_to(root).parts):
        raise MissingFile(f"{path} is hidden or lies in a hidden folder; hfmagic does not open it.", hint="copy it out")
    if not real.exists():
        raise MissingFile(f"there is no file {path}.", hint=_nearest(real))
    if not real.is_dir():
        if not real.is_file():
            raise MissingFile(f"{path} is not a regular file.", hint="give a file or a folder")
        if real.stat().st_size > max_bytes:
            raise MissingFile(f"{path} has {real.stat().st_size:,} bytes.", hint="%config HFMagic.file_bytes = …")
    return real


def files_in(folder: Path, *, allowed: tuple[Path, ...], max_bytes: int) -> tuple[Kind, list[Path]]:
    """The media files of a folder, sorted by name, of its most frequent kind."""
    paths = [p for p in sorted(folder.iterdir()) if not p.name.startswith(".") and kind_of_file(p)]
    if not paths:
        raise MissingFile(f"the folder {folder.name} holds no picture or sound.", hint=f"wanted {', '.join(SUFFIXES)}")
    kinds = [SUFFIXES[p.suffix.lower()] for p in paths]
    most = max(sorted(set(kinds)), key=kinds.count)
    return most, [checked_path(p, allowed=allowed, max_bytes=max_bytes) for p in paths if kind_of_file(p) == most]


def open_media(path: Path, kind: Kind) -> Any:
    """A picture or sound from a checked path; UnknownKind says in one line why it cannot be read."""
    return open_image(path) if kind is Kind.IMAGE else open_audio(path)


def open_image(path: Path) -> Image:
    """A picture as upright RGB; transparent parts become white."""
    import PIL.Image
    from PIL import ImageOps, UnidentifiedImageError

    try:
        with PIL.Image.open(path) as image:
            if image.width * image.height > MAX_PIXELS:
                raise UnknownKind(f"{path.name}: {image.width} × {image.height} pixels is more than {MAX_PIXELS:,}.")
            return as_rgb(ImageOps.exif_transpose(image))
    except (UnidentifiedImageError, PIL.Image.DecompressionBombError, OSError, ValueError, SyntaxError) as error:
        raise UnknownKind(f"{path.name} is not a readable picture ({type(error).__name__}).") from None


def as_rgb(image: Image) -> Image:
    """Any PIL picture as RGB, transparent parts on white."""
    import PIL.Image

    if image.mode in ("RGBA", "LA", "P", "PA"):
        layer = image.convert("RGBA")
        return PIL.Image.alpha_composite(PIL.Image.new("RGBA", layer.size, "white"), layer).convert("RGB")
    return image.convert("RGB")


def open_audio(path: Path) -> Audio:
    """A sound as mono float32 in -1…1 at its own rate (Hz)."""
    import soundfile

    try:
        samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, OSError, ValueError) as error:
        raise UnknownKind(f"{path.name} is not readable sound ({type(error).__name__}).") from None
    return as_audio(samples, rate)


def as_audio(samples: Any, sampling_rate: int) -> Audio:
    """Samples of shape (n,) or (n, channels), any dtype, as mono float32; integers are scaled to -1…1."""
    import numpy as np

    array = np.asarray(samples)
    if array.dtype.kind == "i":
        array = array / np.iinfo(array.dtype).max
    array = array.astype(np.float32)
    if array.ndim == 2:
        array = array.mean(axis=1 if array.shape[0] >= array.shape[1] else 0)
    if array.ndim != 1:
        raise UnknownKind(f"sound of shape {array.shape}; wanted (n,) or (n, channels).")
    return Audio(np.clip(np.nan_to_num(array), -1.0, 1.0), int(sampling_rate))


def resample(audio: Audio, sampling_rate: int) -> Audio:
    """The sound at another rate (Hz), by soxr's high-quality resampler."""
    if audio.sampling_rate == sampling_rate:
        return audio
    import soxr

    return Audio(soxr.resample(audio.samples, audio.sampling_rate, sampling_rate), sampling_rate)


def _nearest(path: Path) -> str:
    from .errors import did_you_mean

    folder = path.parent
    if not folder.is_dir():
        return f"the folder {folder.name} is not there"
    return did_you_mean(path.name, [p.name for p in folder.iterdir() if not p.name.startswith(".")]) or "check the path"
