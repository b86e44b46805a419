"""The process in which a model's chat templates are rendered for the first time. JSON in, a JSON answer out.

A template is a program of whoever made the model. Its sandbox keeps it from Python, and not from taking for ever or all
memory: `range(99999)` in `range(99999)`, `'a' * 10**9`. Here both end.
"""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Mapping
from typing import Any

MEGABYTE = 1 << 20
_TEXT, _PICTURE = {"type": "text", "text": "What is this?"}, {"type": "image"}
PROBES: tuple[list[dict[str, Any]], ...] = (
    [{"role": "user", "content": "Hello."}],
    [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello."}],
    [{"role": r, "content": f"{r} {n}: " + "words " * 200} for n in range(3) for r in ("user", "assistant")],
    [{"role": "user", "content": [_PICTURE, _TEXT]}],
)
"""Conversations as the runners have them: a turn, a system's, several long ones, a picture."""


def main() -> None:
    """Answer whether each template of standard input renders; the process dies where one takes too much."""
    asked = json.loads(sys.stdin.readline())
    from transformers.utils.chat_template_utils import render_jinja_template

    _limit(asked["seconds"], asked["megabytes"])
    refused = [_refused(render_jinja_template, t, asked["tokens"]) for t in asked["templates"]]
    print(json.dumps({"refused": next(filter(None, refused), "")}))


def _refused(render: Any, template: str, tokens: Mapping[str, Any]) -> str:
    """What a template does that it must not, on every conversation; some have no place for a system or a picture."""
    from jinja2.exceptions import SecurityError

    reasons = []
    for probe in PROBES:
        try:
            texts, _ = render([probe], chat_template=template, add_generation_prompt=True, **tokens)
        except SecurityError as error:
            reasons.append(f"reaches for Python: {error}")
        except MemoryError:
            return "takes too much memory"
        except Exception:  # noqa: BLE001 - one that refuses this conversation is right, or fails in a row later
            reasons.append("")
        else:
            if len(texts[0]) > MEGABYTE:
                return "writes more than 1 MB"
            reasons.append("")
    return reasons[0] if all(reasons) else ""


def _limit(seconds: int, megabytes: int) -> None:
    """Of processor time, and of memory beside what is taken already; Windows has neither, the parent waits as long."""
    with contextlib.suppress(ImportError):
        import resource

        import psutil

        used = resource.getrusage(resource.RUSAGE_SELF)
        most = int(used.ru_utime + used.ru_stime) + 1 + seconds
        resource.setrlimit(resource.RLIMIT_CPU, (most, most))
        with contextlib.suppress(ValueError, OSError):  # macOS takes no limit of memory
            room = psutil.Process().memory_info().vms + megabytes * MEGABYTE
            resource.setrlimit(resource.RLIMIT_AS, (room, room))


if __name__ == "__main__":
    main()
