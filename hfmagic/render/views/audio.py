"""Sound: a player with a recording that hfmagic wrote, over its waveform as a picture, and what is said when."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Literal

from ...errors import UnknownKind
from ...kinds import Audio
from ...media import open_audio, resample
from ..html import Markup, data_uri, join, muted, tag, text
from ..plain import fit
from ..view import View, stack
from .output import Output, Room, showing
from .transcript import segments_of, segments_view

if TYPE_CHECKING:
    import numpy as np

MAX_SECONDS = 60
MAX_PLAYERS = 4
BYTES_ONE, BYTES_MANY = 700_000, 220_000  # of a recording; a third more as base64
BYTES_A_SECOND = 6_000  # of MP3 at 16 kHz, mono: 28 kbit/s measured of speech, with room to spare
WAVE = (840, 96)  # pixels, shown at half
INK = (91, 143, 214)

Sound = tuple[Literal["audio/wav", "audio/mpeg"], bytes]


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
    """One sound with its player; what was to be said, below it."""
    room = Room(min(output.room.bytes, BYTES_ONE * 4 // 3), output.room.of)
    player = player_view(output.value, output.name, room)
    said = output.subject if isinstance(output.subject, str) else ""
    return View(join([player.html, _words(said)]), "\n".join(filter(None, (player.plain, fit(said, 90)))))


def players_view(output: Output) -> View:
    """The first sounds of a column, each with its caption, or with the text that it was made from."""
    there = output.given
    views: list[View] = []
    left, why = output.room, ""
    for row, value in there[:MAX_PLAYERS]:
        room = left.part(min(len(there), MAX_PLAYERS) - len(views))
        view = _captioned(value, output, row, Room(min(room.bytes, BYTES_MANY * 4 // 3 + 8_000), room.of))
        if len(view.html.html) > left.bytes:
            why = left.words
            break
        views.append(view)
        left = left.after(len(view.html.html))
    more = showing(len(views), len(there), "recording", why)
    return stack(*views, View(muted(more), more) if more else View())


def _captioned(value: Any, output: Output, row: int, room: Room) -> View:
    name, subject = str(value.name) if hasattr(value, "suffix") else f"row {row}", output.subject_of(row)
    words = output.caption(row) or (subject if isinstance(subject, str) else "")
    player, when = player_view(value, name, room), segments_view(segments_of(words))
    said = when if when else View(_words(words) or Markup(""))
    return View(tag("div", player.html, said.html, class_="hfm-section"), f"{player.plain}: {fit(words, 90)}")


def _words(words: str) -> Markup | None:
    return tag("div", text(words, 1_000), class_="hfm-block", dir="auto") if words else None


def player_view(value: Any, name: str, room: Room) -> View:
    """Waveform, player and length of one sound."""
    sound = as_sound(value)
    if sound is None or not len(sound.samples):
        return View(muted(text(name, 80), " cannot be played"), f"{name} cannot be played")
    seconds = heard_seconds(sound, room.raw - 4_000)  # the waveform
    if not seconds:
        words = f"{name}, {sound.seconds:.1f} s, not kept here {room.words}"
        return View(join([_waveform(sound, words), muted(text(words, 200))]), words)
    words = f"{name}, {sound.seconds:.1f} s" + (f", the first {seconds:.0f} s" if seconds < sound.seconds else "")
    named = tag("div", muted(text(words, 120)), class_="hfm-sub")
    return View(join([_waveform(sound, words), player(sound, seconds, room.raw - 4_000, words), named]), words)


def player(sound: Audio, seconds: float, most_bytes: int, title: str) -> Markup:
    """The player alone, of the first seconds."""
    kind, content = recording(sound, seconds, most_bytes)
    return tag("audio", src=data_uri(kind, content), controls=True, preload="metadata", title=title)


def heard_seconds(sound: Audio, most_bytes: int) -> float:
    """How much of a sound fits: at most a minute; nothing of less than a second, unless it is shorter itself."""
    fits = max(0, most_bytes) / BYTES_A_SECOND
    seconds = min(sound.seconds, MAX_SECONDS, fits)
    return seconds if seconds >= min(1.0, sound.seconds) else 0.0


def recording(sound: Audio, seconds: float, most_bytes: int) -> Sound:
    """The first seconds as 16-bit WAV at up to 24 kHz where that fits, else as MP3 at 16 or 8 kHz."""
    import soundfile

    cut = Audio(sound.samples[: round(seconds * sound.sampling_rate)], sound.sampling_rate)
    rate = min(sound.sampling_rate, 24_000)
    if 2 * rate * seconds <= most_bytes or "MP3" not in soundfile.available_formats():
        while 2 * rate * seconds > most_bytes and rate > 4_000:
            rate //= 2
        return "audio/wav", _written(cut, rate, format="WAV", subtype="PCM_16")
    # the slowest rate that MP3 knows is 8 kHz, and it knows few
    rate = next((r for r in (16_000, 8_000) if r <= sound.sampling_rate), 16_000)
    return "audio/mpeg", _written(cut, rate, format="MP3", subtype="MPEG_LAYER_III", compression_level=0.9)


def _written(sound: Audio, rate: int, **how: Any) -> bytes:
    import soundfile

    buffer = io.BytesIO()
    at_rate = resample(sound, rate) if rate != sound.sampling_rate else sound
    soundfile.write(buffer, at_rate.samples, at_rate.sampling_rate, **how)
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
