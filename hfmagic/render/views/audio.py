"""Sound: a player with a WAV that hfmagic wrote, over its waveform as a picture."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from ...errors import UnknownKind
from ...kinds import Audio
from ...media import open_audio, resample
from ..html import Markup, data_uri, join, muted, tag, text
from ..plain import fit
from ..view import View, stack
from .output import Output, showing

if TYPE_CHECKING:
    import numpy as np

MAX_SECONDS = 60
MAX_PLAYERS = 4
BYTES_ONE, BYTES_MANY = 700_000, 220_000  # of WAV; a third more as base64
WAVE = (840, 96)  # pixels, shown at half
INK = (91, 143, 214)


def as_sound(value: Any) -> Audio | None:
    """A sound, or a path that the run has opened before; None when it cannot be played."""
    if isinstance(value, Audio):
        return value
    if hasattr(value, "suffix"):
        try:
            return open_audio(value)
        except UnknownKind:
            return None
    return None


def audio_view(output: Output) -> View:
    """One sound with its player."""
    return _player(output.value, output.name, BYTES_ONE)


def players_view(output: Output) -> View:
    """The first sounds of a column, each with its caption."""
    sounds = output.subject if output.subject is not None else output.value
    there = [(row, value) for row, value in enumerate(sounds) if value is not None and output.value[row] is not None]
    if not there:
        return View()
    views = []
    for row, value in there[:MAX_PLAYERS]:
        name = value.name if hasattr(value, "suffix") else f"row {row}"
        words = output.caption(row)
        caption = tag("div", text(words, 1_000), class_="hfm-block", dir="auto") if words else None
        player = _player(value, name, BYTES_MANY)
        views.append(View(tag("div", player.html, caption, class_="hfm-section"), f"{player.plain}: {fit(words, 90)}"))
    more = View(muted(showing(len(views), len(there), "recording")))
    return stack(*views, more)


def _player(value: Any, name: str, most_bytes: int) -> View:
    sound = as_sound(value)
    if sound is None or not len(sound.samples):
        return View(muted(text(name, 80), " cannot be played"), f"{name} cannot be played")
    heard = min(sound.seconds, MAX_SECONDS)
    words = f"{name}, {sound.seconds:.1f} s" + (f", the first {heard:.0f} s" if heard < sound.seconds else "")
    named = tag("div", muted(text(words, 120)), class_="hfm-sub")
    return View(join([_waveform(sound, words), _audio(sound, most_bytes), named]), words)


def _audio(sound: Audio, most_bytes: int) -> Markup:
    return tag("audio", src=data_uri("audio/wav", wav_bytes(sound, most_bytes)), controls=True, preload="metadata")


def wav_bytes(sound: Audio, most_bytes: int) -> bytes:
    """16-bit mono WAV of at most a minute; the rate is lowered, then the end cut, to stay within `most_bytes`."""
    import soundfile

    seconds = min(sound.seconds, MAX_SECONDS)
    rate = next((r for r in (24_000, 16_000, 12_000, 8_000) if 2 * r * seconds <= most_bytes), 8_000)
    cut = Audio(sound.samples[: int(seconds * sound.sampling_rate)], sound.sampling_rate)
    small = resample(cut, rate) if rate < sound.sampling_rate else cut
    buffer = io.BytesIO()
    soundfile.write(buffer, small.samples, small.sampling_rate, format="WAV", subtype="PCM_16")
    return buffer.getvalue()


def _waveform(sound: Audio, alt: str) -> Markup:
    from PIL import Image, ImageDraw

    width, height = WAVE
    picture = Image.new("RGBA", WAVE, (*INK, 0))
    draw = ImageDraw.Draw(picture)
    for column, level in enumerate(envelope(sound.samples, width // 4)):
        half = max(1, round(float(level) * (height / 2 - 2)))
        draw.rectangle((column * 4, height // 2 - half, column * 4 + 2, height // 2 + half), fill=(*INK, 255))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", optimize=True)
    source = data_uri("image/png", buffer.getvalue())
    return tag("img", src=source, alt=f"waveform of {alt}", width=width // 2, height=height // 2, class_="hfm-wave")


def envelope(samples: np.ndarray, columns: int) -> np.ndarray:
    """The loudest sample of each of `columns` equal stretches, scaled so that the loudest of all is 1: (columns,)."""
    import numpy as np

    edges = np.linspace(0, len(samples), columns + 1).astype(int)[:-1]
    levels = np.maximum.reduceat(np.abs(samples), np.minimum(edges, len(samples) - 1))
    peak = float(levels.max()) if len(levels) else 0.0
    return levels / peak if peak > 0 else levels
