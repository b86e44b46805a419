"""A team's pack: a policy that users cannot loosen, vetted models, label names, example requests. A file of JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError, field_validator, model_validator

from .errors import BadOption, clip, did_you_mean
from .kinds import Schema
from .limits import Limits
from .limits.parse import once, read_text
from .tasks import CATALOGUE

MAX_PACK_BYTES = 1_000_000
MAX_DEPTH = 8
Line = Annotated[str, Field(min_length=1, max_length=200)]
"""A name, of one line."""


class Vetted(Schema):
    """A model that a team has looked at. With a `revision` that one alone is meant; in JSON its id will do."""

    model_id: Annotated[str, Field(pattern=r"^[\w.-]+/[\w.-]+$", max_length=200)]
    revision: Annotated[str, Field(pattern=r"^([0-9a-f]{40}|[0-9a-f]{64})?$")] = ""
    note: Annotated[str, Field(max_length=500)] = ""

    @model_validator(mode="before")
    @classmethod
    def _from_id(cls, data: Any) -> Any:
        return {"model_id": data} if isinstance(data, str) else data


class Pack(Schema):
    """What a team gives its users.

    `policy` holds beside whatever limits a user sets; `models` are the vetted ones of a task, best first: no other may
    be chosen for it, unless `models_only` is false; `labels` are a topic's label names; `requests` examples by name.
    """

    name: Annotated[str, Field(max_length=100)]
    policy: Limits = Limits()
    models: Mapping[str, tuple[Vetted, ...]] = Field(default_factory=dict)
    models_only: bool = True
    labels: Mapping[Line, Annotated[tuple[Line, ...], Field(min_length=1, max_length=200)]] = Field(
        default_factory=dict
    )
    requests: Mapping[Line, Annotated[str, Field(min_length=1, max_length=4000)]] = Field(default_factory=dict)

    @field_validator("models")
    @classmethod
    def _known_tasks(cls, models: Mapping[str, tuple[Vetted, ...]]) -> Mapping[str, tuple[Vetted, ...]]:
        tasks = [spec.name for spec in CATALOGUE.values() if not spec.is_operation]
        if unknown := next((task for task in models if task not in tasks), None):
            hint = did_you_mean(unknown, tasks) or "%hf help tasks"
            raise BadOption(
                f"a pack has models of {clip(repr(unknown), 60)}, which is no task with a model.", hint=hint
            )
        return models

    @field_validator("labels")
    @classmethod
    def _different(cls, labels: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
        for topic, names in labels.items():
            if len({name.casefold() for name in names}) < len(names):
                raise BadOption(f"a pack's labels of {clip(topic, 60)!r} have one twice.", hint="name each label once")
        return labels

    def limits_with(self, limits: Limits) -> Limits:
        """A user's limits and the policy: both hold."""
        return limits.tightened(self.policy)

    def refusal(self, task: str, model_id: str, revision: str, *, examined: bool = True) -> str:
        """Why a model is not among the vetted ones of a task, or an empty string.

        Args:
            revision: the one that would run; empty where it is not known.
            examined: False lets every revision through, because a listing knows only the newest.
        """
        vetted = self.models.get(task)
        if vetted is None or not self.models_only:
            return ""
        same = [v for v in vetted if v.model_id.lower() == model_id.lower()]
        if not same:
            return f"is not vetted for {task} by the pack {self.name!r}"
        if examined and not any(v.revision in ("", revision) for v in same):
            return f"is vetted at revision {same[0].revision[:12]} only"
        return ""


def read_pack(path: Path, *, allowed: tuple[Path, ...] | None = None) -> Pack:
    """The pack in a file of JSON.

    Args:
        allowed: folders that it must be in; None: that of the file itself, for one that an administrator names.
    Raises: MissingFile; BadOption, which says what cannot be read.
    """
    folders = (path.expanduser().resolve().parent,) if allowed is None else allowed
    return parse_pack(read_text(path, allowed=folders, max_bytes=MAX_PACK_BYTES), name=path.name)


def find_pack(name_or_path: str, allowed: tuple[Path, ...]) -> Pack:
    """A pack that comes with hfmagic, by its name (`customer-support`), or one in a file of an allowed folder.

    Raises: as read_pack.
    """
    bundled = bundled_packs()
    name = name_or_path.strip()
    if name in bundled:
        return parse_pack(bundled[name], name=name)
    if not name.lower().endswith(".json"):
        hint = did_you_mean(name, bundled) or f"packs are {', '.join(bundled)}, or a file: team.json"
        raise BadOption(f"there is no pack {clip(name, 60)!r}.", hint=hint)
    return read_pack(Path(name), allowed=allowed)


def bundled_packs() -> dict[str, str]:
    """Name → JSON of the packs that come with hfmagic."""
    found = (f for f in files("hfmagic").joinpath("packs").iterdir() if f.name.endswith(".json"))
    return {f.name.removesuffix(".json"): f.read_text(encoding="utf-8") for f in sorted(found, key=lambda f: f.name)}


def parse_pack(text: str, *, name: str = "pack") -> Pack:
    """A pack from its JSON; `name` is what errors call it.

    Raises: BadOption.
    """
    try:
        data = json.loads(text, object_pairs_hook=once)
        if not isinstance(data, dict):
            raise BadOption(f"{name} holds no object of JSON.", hint='a pack begins {"name": …')
        if _depth(data) > MAX_DEPTH:
            raise RecursionError
        return Pack.model_validate(data)
    except json.JSONDecodeError as error:
        raise BadOption(f"{name} is no JSON: {error.msg} at line {error.lineno}.") from None
    except RecursionError:
        raise BadOption(f"{name} is nested too deeply.", hint="see hfmagic/packs/customer-support.json") from None
    except ValidationError as error:
        raise _unreadable(name, error) from None
    except ValueError:  # a number of more digits than Python reads
        raise BadOption(f"{name} holds a number that is too long.") from None


def _unreadable(name: str, error: ValidationError) -> BadOption:
    first = error.errors()[0]
    where = clip(".".join(map(str, first["loc"])), 60)
    hint = did_you_mean(str(first["loc"][0]), Pack.model_fields) if first["type"] == "extra_forbidden" else ""
    return BadOption(
        f"{name}: {where!r} cannot be read: {first['msg']}.", hint=hint or f"see {', '.join(Pack.model_fields)}"
    )


def _depth(value: object) -> int:
    """How deeply lists and objects lie in each other."""
    depth, level = 0, [value]
    while level:
        depth += 1
        level = [x for v in level for x in (v.values() if isinstance(v, dict) else v if isinstance(v, list) else ())]
    return depth
