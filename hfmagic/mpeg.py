"""How many samples an MP3 holds by its frames, and how many it says. Decodes none.

A decoder believes the length that the first frame names, or guesses it from the size of the file: of an MP3 that was
cut, put together of several, or recorded from a stream it gives less than there is or was, and says nothing.
Frames as in ISO/IEC 11172-3 and 13818-3; http://www.mp3-tech.org/programmer/frame_header.html has them in short.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

_HZ = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}  # by the version's bits
_KBITS = {
    True: (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),  # a second, of MPEG-1
    False: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_START = re.compile(rb"\xff[\xe2\xe3\xf2\xf3\xfa\xfb][\x10-\xef]", re.DOTALL)  # of layer III
_MOST_FALSE = 100_000  # starts that begin no frame: what is made of them is no sound


def samples_held(content: bytes) -> int:
    """Samples of all frames, of each channel; 0 for what is no MP3."""
    return sum(samples for _, samples in _frames(content))


def samples_named(content: bytes) -> int:
    """Samples that the first frame says follow it, of each channel; 0 where it says nothing.

    That is its header Xing or Info: https://wiki.hydrogenaudio.org/index.php?title=MP3#VBR_headers
    """
    for at, samples in _frames(content):
        frame = content[at : at + 256]  # the header stands 13 to 36 bytes after its start
        tag = max(frame.find(b"Xing"), frame.find(b"Info"))
        if tag < 0 or len(frame) < tag + 12:
            return 0
        flags, frames = struct.unpack_from(">II", frame, tag + 4)
        return frames * samples if flags & 1 else 0
    return 0


def _frames(content: bytes) -> Iterator[tuple[int, int]]:
    """Where each frame starts, and its samples. What lies between frames is passed over: tags, pictures, noise."""
    at = false = 0
    while (found := _START.search(content, at)) and false < _MOST_FALSE:
        at = found.start()
        size, samples = _frame(content[at : at + 4])
        after = content[at + size : at + size + 4]
        if size and (len(after) < 4 or _frame(after)[0] or after.startswith((b"TAG", b"ID3", b"APE"))):
            yield at, samples
            at += size
        else:
            at, false = at + 1, false + 1


def _frame(head: bytes) -> tuple[int, int]:
    """Bytes and samples of the frame of layer III that four bytes begin; zeros where they begin none."""
    if len(head) < 4:
        return 0, 0
    version, layer, rate, speed = head[1] >> 3 & 3, head[1] >> 1 & 3, head[2] >> 2 & 3, head[2] >> 4
    if head[0] != 0xFF or head[1] < 0xE0 or version == 1 or layer != 1 or rate == 3 or not 0 < speed < 15:
        return 0, 0
    samples = 1152 if version == 3 else 576
    kbits, hz = _KBITS[version == 3][speed - 1], _HZ[version][rate]
    return samples // 8 * kbits * 1000 // hz + (head[2] >> 1 & 1), samples
