"""Every pipeline tag of the Hub, and why the ones that hfmagic does not run are not run. Data only, as `tasks` is.

`tags.json` is generated (see `generator/`); what is runnable comes from `tasks.CATALOGUE` and is stored nowhere else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from ..errors import UnknownTask, did_you_mean
from ..kinds import Kind
from ..tasks import CATALOGUE, TaskSpec
from .reasons import REASONS

DATA = "tags.json"
FOREIGN = frozenset({"3d", "action", "any", "graph", "keypoints", "segments", "state"})
"""What flows in tags of the Hub and is none of our kinds; `segments` are pieces of time, `any` depends on the model."""


@dataclass(frozen=True, slots=True)
class TagParameter:
    """A setting of a tag as the Hub's inference API spells it; `group.name` is a part of a group.

    `type` is Python's name of it; `default` None: none is documented.
    """

    name: str
    type: str
    default: Any = None
    help: str = ""


@dataclass(frozen=True, slots=True)
class HubTag:
    """What a pipeline tag takes (slot → kind) and gives, in our kinds or one of FOREIGN.

    `auto_classes` are transformers' classes that load its models.
    """

    name: str
    summary: str
    takes: Mapping[str, str]
    gives: str
    parameters: tuple[TagParameter, ...]
    auto_classes: tuple[str, ...]

    @property
    def runnable(self) -> bool:
        """True if hfmagic has a task of that name."""
        return self.name in CATALOGUE

    @property
    def why_not(self) -> str:
        """Why hfmagic does not run it, without a final stop; empty for a runnable tag."""
        if self.runnable:
            return ""
        loadable = self.auto_classes and {self.gives, *self.takes.values()} <= set(Kind)
        no_runner = f"no runner yet; transformers has {self.auto_classes[0]}" if loadable else ""
        return REASONS.get(self.name, no_runner)


def _parsed(row: Mapping[str, Any]) -> HubTag:
    return HubTag(
        **{
            **row,
            "takes": MappingProxyType(row["takes"]),
            "parameters": tuple(TagParameter(**p) for p in row["parameters"]),
            "auto_classes": tuple(row["auto_classes"]),
        }
    )


@cache
def catalogue() -> Mapping[str, Any]:
    """The whole data file: `sources` (name → version), `notice`, `aliases`, `tags`."""
    data: dict[str, Any] = json.loads(files(__package__).joinpath(DATA).read_text(encoding="utf-8"))
    return MappingProxyType(data)


@cache
def hub_tags() -> Mapping[str, HubTag]:
    """Every tag by its name, sorted. Read at first use, in milliseconds."""
    return MappingProxyType({row["name"]: _parsed(row) for row in catalogue()["tags"]})


def find_tag(name: str) -> HubTag:
    """The tag of that name.

    Raises: UnknownTask, which names the nearest of hfmagic's tasks and the Hub's tags.
    """
    if name in hub_tags():
        return hub_tags()[name]
    if name in CATALOGUE:
        raise UnknownTask(f"{name!r} is an operation of hfmagic, not a tag of the Hub.", hint=f"see %hf help {name}")
    raise _unknown(name)


def why_not(name: str) -> str:
    """Why hfmagic does not run that tag; empty for all that it runs, operations too. Raises: UnknownTask."""
    return "" if name in CATALOGUE else find_tag(name).why_not


def runnable_task(name: str, *, step: str = "") -> TaskSpec:
    """The task of that name, as `tasks.find_task`; for a tag that is not run the error gives the reason.

    Raises: UnknownTask.
    """
    if name in CATALOGUE:
        return CATALOGUE[name]
    if name not in hub_tags():
        raise _unknown(name, step)
    raise UnknownTask(f"hfmagic does not run {_asked(name, step)}: {why_not(name)}.", hint="see %hf help tasks")


def _unknown(name: str, step: str = "") -> UnknownTask:
    alias = catalogue()["aliases"].get(name)  # transformers' short names, such as "ner"
    near = f"did you mean {alias!r}?" if alias else did_you_mean(name, {*hub_tags(), *CATALOGUE})
    message = f"{_asked(name, step)} is neither a task of hfmagic nor a tag of the Hub."
    return UnknownTask(message, hint=near or "see %hf help tasks")


def _asked(name: str, step: str) -> str:
    return f"{name!r} (step {step!r})" if step else repr(name)
