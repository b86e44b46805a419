"""What an sdist, a wheel, their metadata and a tree that is released must be; one line a fault. Only reads."""

from __future__ import annotations

import hashlib
import json
import re
import tarfile
import zipfile
from collections.abc import Collection, Iterator
from pathlib import Path

from packaging.metadata import InvalidMetadata, Metadata

BUILT = ("hfmagic/static/", "hfmagic/labextension/")  # what node makes, and git ignores
GENERATOR = "hfmagic/tags/generator/"  # it needs the sources of the tests
SIDEBAR = "share/jupyter/labextensions/hfmagic-labextension/"
NEVER = re.compile(r"(^|/)(\.(?!gitignore$)[^/]+|__pycache__|node_modules|build|dist)/|\.(pyc|map|tmp|log|sqlite3)$")
MOST_BYTES = {".whl": 5_000_000, ".gz": 15_000_000}  # PyPI takes 100 MB; a user waits for it
_RELATIVE = re.compile(r"""\]\((?!https?://|#)[^)]+|(?:src|srcset)="(?!https?://)[^"]+""")
_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
_DATED = re.compile(r"(\d+\.\d+\.\d+) - (\d{4}-\d{2}-\d{2})")


def versions(root: Path) -> dict[str, str]:
    """The version as each file of a tree states it; empty where it states none."""
    package = json.loads((root / "labextension" / "package.json").read_text("utf-8"))
    lock = json.loads((root / "labextension" / "package-lock.json").read_text("utf-8"))
    return {
        "hfmagic/__init__.py": _found(r'^__version__ = "(.+)"$', root / "hfmagic" / "__init__.py"),
        "labextension/package.json": package["version"],
        "labextension/package-lock.json": lock["version"],
        "labextension/package-lock.json, its first package": lock["packages"][""]["version"],
        "CITATION.cff": _found(r"^version: (.+)$", root / "CITATION.cff"),
    }


def wrong_versions(root: Path, tag: str = "") -> list[str]:
    """What in a tree is not of the version of hfmagic/__init__.py; with a tag, what is not as at a release."""
    stated = versions(root)
    version = stated["hfmagic/__init__.py"]
    lines = [f"{name} says {other or 'none'}, hfmagic/__init__.py {version}" for name, other in stated.items()]
    lines = [line for line, other in zip(lines, stated.values(), strict=True) if other != version]
    if not tag:
        return lines
    dates = dict(_DATED.fullmatch(heading).groups() for heading in headings(root) if _DATED.fullmatch(heading))  # type: ignore[union-attr]
    released = _found(r"^date-released: (.+)$", root / "CITATION.cff").strip("'\"")
    if tag != f"v{version}":
        lines.append(f"the tag {tag} is not of version {version}")
    if version not in dates:
        lines.append(f"CHANGELOG.md has no heading `## {version} - YYYY-MM-DD`")
    elif released != dates[version]:
        lines.append(f"CITATION.cff: date-released is {released or 'missing'}, CHANGELOG.md says {dates[version]}")
    return lines


def headings(root: Path) -> list[str]:
    """The changelog's releases, the newest first."""
    return _HEADING.findall((root / "CHANGELOG.md").read_text("utf-8"))


def wrong_changelog(root: Path) -> list[str]:
    """What is not as https://keepachangelog.com/en/1.1.0/ has it."""
    first, *others = headings(root) or [""]
    lines = [] if first == "Unreleased" else ["CHANGELOG.md does not begin with `## Unreleased`"]
    lines += [f"CHANGELOG.md: `## {h}` is no `X.Y.Z - YYYY-MM-DD`" for h in others if not _DATED.fullmatch(h)]
    found = [tuple(map(int, h.partition(" - ")[0].split("."))) for h in others if _DATED.fullmatch(h)]
    if found != sorted(set(found), reverse=True):
        lines.append("CHANGELOG.md: releases are not in order, the newest first")
    kinds = re.findall(r"^### (.+)$", (root / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    usual = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")
    return lines + [f"CHANGELOG.md: `### {kind}` is none of {', '.join(usual)}" for kind in kinds if kind not in usual]


def names_in(archive: Path) -> set[str]:
    """The files of an sdist, without its folder, or of a wheel."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            return {name for name in wheel.namelist() if not name.endswith("/")}
    with tarfile.open(archive) as sdist:
        return {member.name.partition("/")[2] for member in sdist if member.isfile()}


def wrong_in_sdist(names: Collection[str], known: Collection[str]) -> list[str]:
    """What an sdist lacks of the files that git knows, and what else it has than those and what node made."""
    wanted = {name for name in known if name.startswith(("hfmagic/", "labextension/"))} | {"LICENSE", "README.md"}
    wanted |= {"pyproject.toml", "hatch_build.py", "PKG-INFO"}
    foreign = [n for n in names if n not in known and n != "PKG-INFO" and not n.startswith(BUILT)]
    return [*_lacking(names, wanted), *_without_page(names, BUILT[1]), *(f"has {n}" for n in sorted(foreign))]


def wrong_in_wheel(names: Collection[str], known: Collection[str], version: str) -> list[str]:
    """What a wheel lacks of the package and its sidebar, and what of it belongs to the project alone."""
    package, data = f"hfmagic-{version}", f"hfmagic-{version}.data/data/{SIDEBAR}"
    wanted = {n for n in known if n.startswith("hfmagic/") and not n.startswith(GENERATOR)}
    wanted |= {f"{package}.dist-info/{name}" for name in ("METADATA", "RECORD", "entry_points.txt", "licenses/LICENSE")}
    allowed = ("hfmagic/static/", data, f"{package}.dist-info/")
    foreign = [n for n in names if n not in wanted and not n.startswith(allowed)]
    return [*_lacking(names, wanted), *_without_page(names, data), *(f"has {n}" for n in sorted(foreign))]


def _lacking(names: Collection[str], wanted: Collection[str]) -> Iterator[str]:
    yield from (f"lacks {name}" for name in sorted(set(wanted) - set(names)))
    yield from (f"has {name}, which no archive may have" for name in sorted(names) if NEVER.search(name))


def _without_page(names: Collection[str], sidebar: str) -> Iterator[str]:
    """What the page runs: the widget, and the extension with the entry that its package.json names."""
    wanted = ["hfmagic/static/picker.js", "hfmagic/static/picker.css"]
    wanted += [f"{sidebar}{name}" for name in ("package.json", "install.json", "static/style.js")]
    yield from (f"lacks {name}" for name in wanted if name not in names)
    if not any(re.fullmatch(rf"{re.escape(sidebar)}static/remoteEntry\.\w+\.js", name) for name in names):
        yield f"lacks {sidebar}static/remoteEntry.*.js"


def wrong_metadata(text: bytes, version: str) -> list[str]:
    """What METADATA or PKG-INFO has that an index refuses, or that leads nowhere there."""
    try:
        found = Metadata.from_email(text, validate=True)
    except ExceptionGroup as group:
        return [f"metadata: {error}" for error in group.exceptions]
    except InvalidMetadata as error:
        return [f"metadata: {error}"]
    lines = [] if str(found.version) == version else [f"metadata: version {found.version} instead of {version}"]
    if str(found.requires_python) != ">=3.11":
        lines.append(f"metadata: requires Python {found.requires_python}")
    if found.description_content_type != "text/markdown":
        lines.append(f"metadata: the description is {found.description_content_type}, not text/markdown")
    lines += [f"metadata: no address for {name}" for name in ("Source", "Changelog") if name not in _urls(found)]
    return lines + [f"metadata: an index has no file {link}" for link in _RELATIVE.findall(found.description or "")]


def _urls(found: Metadata) -> Collection[str]:
    return found.project_urls or {}


def metadata_of(archive: Path, version: str) -> bytes:
    """METADATA of a wheel, PKG-INFO of an sdist."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            return wheel.read(f"hfmagic-{version}.dist-info/METADATA")
    with tarfile.open(archive) as sdist:
        file = sdist.extractfile(f"hfmagic-{version}/PKG-INFO")
        return file.read() if file else b""


def differing(one: Path, other: Path) -> list[str]:
    """Files that two wheels have with other bytes, or that one alone has."""
    first, second = _digests(one), _digests(other)
    return sorted(name for name in first.keys() | second.keys() if first.get(name) != second.get(name))


def _digests(wheel: Path) -> dict[str, str]:
    with zipfile.ZipFile(wheel) as opened:
        return {name: hashlib.sha256(opened.read(name)).hexdigest() for name in opened.namelist()}


def _found(pattern: str, path: Path) -> str:
    found = re.search(pattern, path.read_text("utf-8"), re.MULTILINE)
    return found[1] if found else ""
