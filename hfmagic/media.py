"""Open pictures and sound from files. Nothing but a regular file under an allowed folder is ever opened."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import MissingFile, UnknownKind, did_you_mean
from .kinds import Audio, Kind

if TYPE_CHECKING:
    from PIL.Image import Image

SUFFIXES: dict[str, Kind] = {
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff"), Kind.IMAGE),
    **dict.fromkeys((".wav", ".flac", ".ogg", ".mp3", ".aiff", ".aif"), Kind.AUDIO),
}
MAX_RATE = 1_000_000  # Hz
MAX_PIXELS = 50_000_000
# A file's content, not its ending, decides its decoder: of others, EPS would start Ghostscript.
FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")


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


def files_in(folder: Path) -> tuple[Kind, list[Path]]:
    """The media files of a folder, sorted by name, of its most frequent kind; unchecked."""
    paths = [p for p in sorted(folder.iterdir()) if not p.name.startswith(".") and kind_of_file(p)]
    if not paths:
        raise MissingFile(f"the folder {folder.name} holds no picture or sound.", hint=f"wanted {', '.join(SUFFIXES)}")
    kinds = [SUFFIXES[p.suffix.lower()] for p in paths]
    most = max(sorted(set(kinds)), key=kinds.count)
    return most, [p for p in paths if kind_of_file(p) == most]


def open_media(path: Path, kind: Kind) -> Any:
    """A picture or sound from a checked path; UnknownKind says in one line why it cannot be read."""
    return open_image(path) if kind is Kind.IMAGE else open_audio(path)


def open_image(path: Path) -> Image:
    """A picture as upright RGB; transparent parts become white."""
    import warnings

    import PIL.Image
    from PIL import ImageOps

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of its size, which is checked here, and of odd metadata
            with PIL.Image.open(path, formats=FORMATS) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise UnknownKind(
                        f"{path.name}: {image.width} × {image.height} pixels is more than {MAX_PIXELS:,}."
                    )
                return as_rgb(ImageOps.exif_transpose(image))
    except UnknownKind:
        raise
    except Exception as error:  # noqa: BLE001  damaged files raise whatever their decoder happens to trip over
        raise UnknownKind(f"{path.name} is not a readable picture ({type(error).__name__}).") from None


def as_rgb(image: Image) -> Image:
    """Any PIL picture as RGB, transparent parts on white."""
    import PIL.Image

    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        return _as_grey(image).convert("RGB")
    if image.mode in ("RGBA", "LA", "P", "PA"):
        layer = image.convert("RGBA")
        return PIL.Image.alpha_composite(PIL.Image.new("RGBA", layer.size, "white"), layer).convert("RGB")
    return image.convert("RGB")


def _as_grey(image: Image) -> Image:
    """16 bits a pixel (or more) as 8: PIL itself would make everything above 255 white."""
    import numpy as np
    import PIL.Image

    array = np.nan_to_num(np.asarray(image, dtype=np.float64))
    top = array.max(initial=0.0)
    full = 1.0 if image.mode == "F" and top <= 1 else 255.0 if top <= 255 and image.mode != "I;16" else 65535.0
    return PIL.Image.fromarray((np.clip(array / max(full, 1e-9), 0, 1) * 255).round().astype(np.uint8))


def length_of(sound: Any) -> float:
    """Seconds of a sound that may not be open yet; 0 where that cannot be told."""
    if isinstance(sound, Audio):
        return sound.seconds
    if isinstance(sound, Path):
        import soundfile

        try:
            return float(soundfile.info(sound).duration)
        except (soundfile.LibsndfileError, OSError, ValueError):
            return 0.0  # opening it will say why
    return len(sound["array"]) / max(sound["sampling_rate"], 1) if isinstance(sound, Mapping) else 0.0


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
    if array.dtype.kind not in "iuf" or not 0 < sampling_rate <= MAX_RATE:
        raise UnknownKind(f"sound of {array.dtype} at {sampling_rate} Hz; wanted numbers and a rate in Hz.")
    if not array.size:
        raise UnknownKind("sound without a sample.")
    if array.dtype.kind == "i":
        array = array / np.iinfo(array.dtype).max
    elif array.dtype.kind == "u":  # silence is the middle
        middle = (np.iinfo(array.dtype).max + 1) // 2
        array = (array.astype(np.float64) - middle) / middle
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
    folder = path.parent
    if not folder.is_dir():
        return f"the folder {folder.name} is not there"
    return did_you_mean(path.name, [p.name for p in folder.iterdir() if not p.name.startswith(".")]) or "check the path"
