"""What stands beside an app's code: the packages that it needs, and the README that a Space of the Hub reads."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from types import MappingProxyType

from ..hub.facts import ModelFacts
from ..limits import STRICTNESS, license_class
from ..plan import Plan
from .words import title

CHINESE = re.compile(r"[\u4e00-\u9fff]")
TESTED: Mapping[str, str] = MappingProxyType({"gradio": "6.31.0"})
"""Versions for where a package is not installed: a page can be written without it."""
BESIDE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "transformers": ("torch", "sentencepiece"),
        "diffusers": ("torch", "transformers", "accelerate"),
        "read_parquet": ("pyarrow",),
    }
)
"""Packages that are needed without being imported, by what stands in the code."""
WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": {
            "what": "What it does, in the words it was asked for:",
            "start": "To start it here: `pip install -r requirements.txt`, then `python app.py`. The page is only "
            "reachable from this machine. What it is given stays here for an hour.",
            "models": "| model | revision | license |\n|---|---|---|",
            "local": "{0}: in a folder of the machine where this was written. Elsewhere, a Space included, put it "
            "there, or on the Hub, and name its place in `app.py`.",
            "fixed": "Its models and settings are those of hfmagic plan `{0}`; no code of a model's repository is run.",
            "unknown": "not known",
        },
        "zh": {
            "what": "它所做的事，用户的原话：",
            "start": "在本机启动：`pip install -r requirements.txt`，然后 `python app.py`。页面只能从本机访问。"
            "上传的内容在本机保留一小时。",
            "models": "| 模型 | 版本 | 许可 |\n|---|---|---|",
            "local": "{0}：在写出本应用的机器的文件夹里。在别处（包括 Space）运行时，请放到同样的位置，或传到 Hub，"
            "并在 `app.py` 里写明位置。",
            "fixed": "模型与设置取自 hfmagic 计划 `{0}`；不运行模型仓库里的任何代码。",
            "unknown": "未知",
        },
    }
)


def requirements(code: str) -> str:
    """Each package that the code imports, pinned to the version that is here, one a line."""
    tree = ast.parse(code)
    modules = {a.name.partition(".")[0] for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    modules |= {str(n.module).partition(".")[0] for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    known = packages_distributions()
    packages = {known[m][0] if m in known else m for m in modules if m not in sys.stdlib_module_names}
    packages |= {package for word, beside in BESIDE.items() if word in code for package in beside}
    return "".join(f"{line}\n" for line in sorted(filter(None, map(_pinned, packages))))


def _pinned(package: str) -> str:
    """`name==version`, without what a local build adds to it ("+cpu")."""
    try:
        found = version(package)
    except PackageNotFoundError:
        found = TESTED.get(package, "")
    return f"{package.lower()}=={found.partition('+')[0]}" if found else ""


def readme(plan: Plan, models: Mapping[str, ModelFacts]) -> str:
    """README.md: the front matter that a Space has, then what the app does and which models it runs."""
    from huggingface_hub import SpaceCardData

    pinned = {s.model.model_id: s.model.revision for s in plan.ordered() if s.model}
    used = [models[name] for name in pinned if name in models]
    licenses = sorted((m.license for m in used), key=lambda name: STRICTNESS.index(license_class(name)))
    does = title(plan).partition(" (")[0]
    front = SpaceCardData(
        title=does,
        emoji="🪄",
        colorFrom="yellow",
        colorTo="gray",
        sdk="gradio",
        sdk_version=_pinned("gradio").partition("==")[2],
        python_version=f"{sys.version_info.major}.{sys.version_info.minor}",
        app_file="app.py",
        license=licenses[-1] if licenses else None,  # the strictest; the table names each
        models=[m.model_id for m in used if m.revision] or None,
    )
    words = WORDS["zh" if CHINESE.search(plan.request) else "en"]
    rows = [f"| `{m.model_id}` | `{pinned[m.model_id]}` | {m.license or words['unknown']} |" for m in used]
    local = [f"`{m.model_id}`" for m in used if not m.revision]
    parts = [
        f"---\n{front.to_yaml().strip()}\n---",
        f"# {does}",
        words["what"],
        "\n".join(f"> {line}" for line in plan.request.strip().splitlines()),
        words["start"],
        "\n".join([words["models"], *rows]) if rows else "",
        words["local"].format(", ".join(local)) if local else "",
        words["fixed"].format(plan.hash),
    ]
    return "\n\n".join(filter(None, parts)) + "\n"
