"""docs/reference/configuration.md from the traitlets of hfmagic/config.py."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from traitlets import Bool, Dict, Enum, Float, Int, List, TraitType, Unicode

from hfmagic.config import HFMagic

HEAD = """\
# Configuration

Made by `make docs` from `hfmagic/config.py`. Each setting can be given in three ways; the first that is given wins:

```python
%config HFMagic.ask_download = 1_000_000_000
```

- in a notebook, as above; `%config HFMagic` lists all of them with what they are now;
- in the environment, as `HFMAGIC_ASK_DOWNLOAD=1000000000`, read when `%load_ext hfmagic` runs or the `hfmagic` command
  starts; the items of a list are separated as in `PATH`, a dictionary is written as in Python;
- in a config file of Jupyter or IPython (`ipython_config.py`), as `c.HFMagic.ask_download = 1_000_000_000`.

A value that is none is refused in one line that says what the setting takes.
"""
GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Models and the Hub": (
            *("hub_dirs", "hub_endpoint", "hub_cache", "offline", "ask_download", "approved", "stall_seconds"),
            "listing_models",
        ),
        "Choosing a model": ("limit", "weights", "pack", "picker", "trial_seconds"),
        "Planning": (
            *("planner", "endpoints", "planner_seconds", "planner_bytes", "planner_models", "planner_min_params"),
            *("planner_trust", "phrase"),
        ),
        "Running": (
            *("device", "dtype", "quantize", "batch_tokens", "batch_size", "ray_address", "ray_actors", "seed"),
            "moderate_threshold",
        ),
        "Fine-tuning": ("ask_seconds", "tune_epochs", "tune_lora_params"),
        "Files and what is kept": ("allowed_dirs", "file_bytes", "cache_dir", "cache_results", "cache_bytes"),
        "What a cell shows": ("preview_rows", "output_bytes", "sql_seconds", "sql_rows"),
    }
)
"""Heading → settings; one that is in none stands under "Others"."""
UNITS: Mapping[str, str] = MappingProxyType(
    {
        "seconds": "seconds",
        "bytes": "bytes",
        "download": "bytes",
        "models": "models",
        "params": "parameters",
        "tokens": "tokens",
        "rows": "rows",
        "size": "rows",
        "actors": "workers",
        "epochs": "passes over the rows",
        "threshold": "score from 0 to 1",
        "seed": "none",
    }
)
"""Last word of a number's name → its unit."""


def document() -> str:
    """The whole page."""
    traits = HFMagic.class_traits(config=True)
    named = {name for names in GROUPS.values() for name in names}
    others = tuple(name for name in traits if name not in named and name not in ("config", "parent", "log"))
    groups = {**GROUPS, **({"Others": others} if others else {})}
    parts = [HEAD]
    for heading, names in groups.items():
        parts += [f"## {heading}\n", *(_setting(name, traits[name]) for name in names if name in traits)]
    return "\n".join(parts)


def unit(name: str) -> str:
    """The unit of a number. Raises: KeyError for a name whose last word is none of UNITS."""
    return UNITS[name.rpartition("_")[2]]


def _setting(name: str, trait: TraitType[Any, Any]) -> str:
    of = f" · unit: {unit(name)}" if isinstance(trait, Int | Float) else ""
    lines = [
        f"### {name}\n",
        f"{_type(trait)} · default: {_default(trait)}{of} · `HFMAGIC_{name.upper()}`\n",
        trait.help.replace("<", "&lt;"),
        "",
    ]
    return "\n".join(lines)


def _type(trait: TraitType[Any, Any]) -> str:
    """What it takes, in words."""
    if isinstance(trait, Enum):
        return "one of " + ", ".join(f"`{value}`" if value else '`""`' for value in trait.values)
    if isinstance(trait, Bool):
        return "`True` or `False`"
    if isinstance(trait, Int | Float):
        least = f" from {trait.min:g}" if trait.min not in (None, -math.inf) else ""
        most = f" to {trait.max:g}" if trait.max not in (None, math.inf) else ""
        return ("whole number" if isinstance(trait, Int) else "number") + least + most
    if isinstance(trait, Unicode):
        return "text"
    return {List: "list of texts", Dict: "dictionary"}[type(trait)]


def _default(trait: TraitType[Any, Any]) -> str:
    value = trait.default()
    if isinstance(value, int) and not isinstance(value, bool):
        return f"`{value:_}`"
    return f"`{value!r}`".replace("'", '"')
