"""Limits from a text: `name=value` pairs, JSON, or the name of a file that holds JSON."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import ValidationError

from ..errors import BadOption, MissingFile, clip, did_you_mean
from ..media import checked_path
from .limits import Limits

MAX_FILE_BYTES = 64_000


def parse_limits(text: str) -> Limits:
    """Limits from `name=value,name=value` (several values: `license=mit|apache-2.0`) or from JSON.

    JSON may be flat, or nested: `{"task_type": …, "input_constraints": {"max_length": …, "language": …}, …}`.

    Raises: BadOption naming the part that cannot be read.
    """
    text = text.strip()
    if not text:
        return Limits()
    try:
        pairs = (
            json.loads(text, object_pairs_hook=once)
            if text.startswith("{")
            else once([_pair(part) for part in text.split(",") if part.strip()])
        )
        return Limits.model_validate(pairs)
    except json.JSONDecodeError as error:
        raise BadOption(f"--limit is no JSON: {error.msg} at character {error.pos}.") from None
    except RecursionError:
        raise BadOption("--limit is nested too deeply.", hint="write name=value, such as max_size=2GB") from None
    except ValidationError as error:
        name = ".".join(map(str, error.errors()[0]["loc"]))
        hint = did_you_mean(name, Limits.model_fields) or f"limits are {', '.join(Limits.model_fields)}"
        raise BadOption(f"--limit cannot read {clip(name, 60)!r}.", hint=hint) from None
    except ValueError:  # a number of more digits than Python reads
        raise BadOption("--limit holds a number that is too long.", hint="write it like 500MB or 2GB") from None


def read_limits(text: str, allowed: tuple[Path, ...]) -> Limits:
    """Limits from a text as `parse_limits`, or from the file of JSON that it names (`limits.json`).

    Args:
        allowed: real paths of the folders from which files may be read.
    Raises: BadOption; MissingFile for a file that is not there or may not be read.
    """
    name = text.strip()
    if name.startswith("{") or "=" in name or not name.lower().endswith(".json"):
        return parse_limits(text)
    return parse_limits(read_text(Path(name), allowed=allowed, max_bytes=MAX_FILE_BYTES))


def read_text(path: Path, *, allowed: tuple[Path, ...], max_bytes: int) -> str:
    """A file's text.

    Raises: MissingFile when it may not be read, BadOption when it is a folder, too large or not UTF-8.
    """
    try:
        real = checked_path(path, allowed=allowed, max_bytes=2**62)
        if not real.is_file():
            raise BadOption(f"{path} is a folder.", hint="name a file of JSON")
        with real.open("rb") as file:
            content = file.read(max_bytes + 1)
    except (OSError, ValueError) as error:
        raise MissingFile(f"{clip(str(path), 80)} cannot be read: {error}") from None
    if len(content) > max_bytes:
        raise BadOption(f"{path} has more than {max_bytes:,} bytes.", hint="name a smaller file of JSON")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadOption(f"{path} is no text in UTF-8.", hint="name a file of JSON") from None


def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """The pairs as a mapping; BadOption where a name occurs twice, of which one would go unheard."""
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise BadOption(f"{clip(twice, 60)!r} is said twice.", hint="say it once")
    return found


def _pair(part: str) -> tuple[str, object]:
    name, sign, value = part.partition("=")
    if not sign or not value.strip():
        raise BadOption(
            f"--limit cannot read {clip(part.strip(), 60)!r}.", hint="write name=value, such as max_size=2GB"
        )
    return name.strip().replace("-", "_"), value.strip()
