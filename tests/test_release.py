"""What a release is made of: one version, archives with all and nothing else, workflows that run what .ci/run runs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
import yaml

import hfmagic

ROOT = Path(__file__).parents[1]
RELEASE = ROOT / "release"
sys.path.insert(0, str(RELEASE))
try:
    import contents
finally:
    sys.path.remove(str(RELEASE))

VERSION = hfmagic.__version__
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
WORKFLOWS = {p.stem: yaml.safe_load(p.read_text("utf-8")) for p in (ROOT / ".github" / "workflows").glob("*.yml")}
CI_RUN = (ROOT / ".ci" / "run").read_text("utf-8")
STATED = ("hfmagic/__init__.py", "labextension/package.json", "labextension/package-lock.json", "CITATION.cff")


def steps(workflow: str) -> list[dict[str, Any]]:
    return [step for job in WORKFLOWS[workflow]["jobs"].values() for step in job["steps"]]


def commands(workflow: str) -> list[str]:
    return [step["run"].strip() for step in steps(workflow) if "run" in step]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The files that state the version, to be changed."""
    for name in (*STATED, "CHANGELOG.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


# The version and the changelog


def test_every_file_that_states_a_version_states_the_same():
    assert contents.wrong_versions(ROOT) == []
    assert set(contents.versions(ROOT).values()) == {VERSION}


@pytest.mark.parametrize("name", STATED[1:])
def test_another_version_in_a_file_is_found(tree: Path, name: str):
    replace(tree / name, VERSION, "9.8.7")

    assert any(line.startswith(f"{name} says 9.8.7") for line in contents.wrong_versions(tree))


def test_the_changelog_has_the_form_that_it_names():
    assert contents.wrong_changelog(ROOT) == []


@pytest.mark.parametrize(
    ("added", "fault"),
    [
        ("\n## Unreleased", "is no `X.Y.Z - YYYY-MM-DD`"),
        ("\n## 0.1.0 - 2026-01-01\n\n## 0.2.0 - 2026-02-01\n", "not in order"),
        ("\n### New\n", "`### New` is none of"),
    ],
)
def test_a_changelog_of_another_form_is_refused(tree: Path, added: str, fault: str):
    with (tree / "CHANGELOG.md").open("a", encoding="utf-8") as file:
        file.write(added)

    assert any(fault in line for line in contents.wrong_changelog(tree))


def test_a_tag_wants_its_changelog_and_its_date(tree: Path):
    assert contents.wrong_versions(tree, "v9.8.7")[0] == f"the tag v9.8.7 is not of version {VERSION}"
    replace(tree / "CHANGELOG.md", "## Unreleased\n", f"## Unreleased\n\n## {VERSION} - 2026-12-01\n")
    assert contents.wrong_versions(tree, f"v{VERSION}") == [
        "CITATION.cff: date-released is missing, CHANGELOG.md says 2026-12-01"
    ]
    replace(tree / "CITATION.cff", "license:", "date-released: 2026-12-01\nlicense:")
    assert contents.wrong_versions(tree, f"v{VERSION}") == []
    assert contents.wrong_changelog(tree) == []


def test_the_citation_has_what_its_schema_requires():
    """https://github.com/citation-file-format/citation-file-format/blob/1.2.0/schema-guide.md"""
    found = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))

    required = {"authors", "cff-version", "message", "title"}
    optional = {"abstract", "date-released", "keywords", "license", "repository-code", "type", "version"}
    assert required <= set(found) <= required | optional
    assert found["cff-version"] == "1.2.0"
    assert found["type"] == "software"
    assert all(set(author) in ({"name"}, {"family-names", "given-names"}) for author in found["authors"])
    assert (found["version"], found["license"]) == (VERSION, PROJECT["license"])
    assert found["repository-code"] == PROJECT["urls"]["Source"]
    assert found["keywords"] == PROJECT["keywords"]


# The archives


def build(source: Path, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    command = [sys.executable, "-P", "-m", "build", "--no-isolation", "--sdist", "--wheel", "--outdir", folder, source]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


def members(archive: Path) -> Iterator[tuple[str, bytes]]:
    """The files of an sdist or a wheel, with what is in them."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            yield from ((name, wheel.read(name)) for name in wheel.namelist())
        return
    with tarfile.open(archive) as sdist:
        yield from ((m.name, file.read()) for m in sdist if (file := sdist.extractfile(m)) is not None)


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """sdist and wheel of the files as they are here, built by the installed backend: nothing is fetched."""
    folder = tmp_path_factory.mktemp("dist")
    build(ROOT, folder)
    return folder / f"hfmagic-{VERSION}.tar.gz", folder / f"hfmagic-{VERSION}-py3-none-any.whl"


@pytest.fixture(scope="module")
def known() -> set[str]:
    """The files that git knows or would add, as a clone would have them."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return {name for name in listed.split("\0") if name and (ROOT / name).is_file()}


def test_the_sdist_has_what_git_knows_and_what_the_page_runs(archives: tuple[Path, Path], known: set[str]):
    names = contents.names_in(archives[0])

    assert contents.wrong_in_sdist(names, known) == []
    assert contents.wrong_in_sdist(names - {"hfmagic/session.py"}, known) == ["lacks hfmagic/session.py"]
    assert contents.wrong_in_sdist(names | {"notes.txt"}, known) == ["has notes.txt"]
    assert "lacks hfmagic/static/picker.js" in contents.wrong_in_sdist(names - {"hfmagic/static/picker.js"}, known)


@pytest.mark.rule(16)
def test_the_wheel_has_the_package_and_its_sidebar_alone(archives: tuple[Path, Path], known: set[str]):
    names = contents.names_in(archives[1])
    entry = next(name for name in names if "/static/remoteEntry." in name)

    assert contents.wrong_in_wheel(names, known, VERSION) == []
    assert contents.wrong_in_wheel(names - {entry}, known, VERSION)[0].endswith("static/remoteEntry.*.js")
    assert "has tests/shell.py" in contents.wrong_in_wheel(names | {"tests/shell.py"}, known, VERSION)
    for hidden in ("hfmagic/__pycache__/plan.cpython-313.pyc", "hfmagic/static/picker.js.map", "hfmagic/.env/key"):
        assert f"has {hidden}, which no archive may have" in contents.wrong_in_wheel(names | {hidden}, known, VERSION)


def test_the_metadata_lead_somewhere_on_a_package_index(archives: tuple[Path, Path]):
    for archive in archives:
        text = contents.metadata_of(archive, VERSION)
        assert contents.wrong_metadata(text, VERSION) == []
        tree = f"https://github.com/hfmagic/hfmagic/blob/v{VERSION}/"
        links = re.findall(re.escape(tree) + r"([^)#\s]+)", text.decode())
        assert links
        assert [link for link in links if not (ROOT / link).exists()] == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (f"Version: {VERSION}", "Version: 9.8.7", "version 9.8.7 instead of"),
        ("License-Expression: Apache-2.0", "License-Expression: Apache 2", "license-expression"),
        ("Project-URL: Changelog", "Project-URL: News", "no address for Changelog"),
        ("# hfmagic\n", "# hfmagic\n\n[tasks](docs/tasks.md)\n", "no file ](docs/tasks.md"),
        ("# hfmagic\n", '# hfmagic\n\n<img src="docs/a.png">\n', 'no file src="docs/a.png'),
    ],
)
def test_metadata_that_an_index_would_refuse_or_not_show_are_refused(
    archives: tuple[Path, Path], old: str, new: str, fault: str
):
    text = contents.metadata_of(archives[1], VERSION).decode()
    assert old in text

    assert fault in "\n".join(contents.wrong_metadata(text.replace(old, new, 1).encode(), VERSION))


def test_two_wheels_that_differ_in_a_byte_differ(archives: tuple[Path, Path], tmp_path: Path):
    other = tmp_path / "other.whl"
    shutil.copy(archives[1], other)
    assert contents.differing(archives[1], other) == []
    with zipfile.ZipFile(other, "a") as wheel:
        wheel.writestr("hfmagic/added.py", "")

    assert contents.differing(archives[1], other) == ["hfmagic/added.py"]


@pytest.mark.rule(16)
def test_archives_built_elsewhere_at_another_time_are_the_same_bytes(archives: tuple[Path, Path], tmp_path: Path):
    """Whoever builds a release anew, from its sdist too, can compare it with what is published."""
    with tarfile.open(archives[0]) as sdist:
        sdist.extractall(tmp_path, filter="data")
    source, again = tmp_path / f"hfmagic-{VERSION}", tmp_path / "again"
    for path in source.rglob("*"):
        os.utime(path, (1e9, 1e9))
    build(source, again)

    assert [(again / archive.name).read_bytes() == archive.read_bytes() for archive in archives] == [True, True]


@pytest.mark.rule(16)
def test_no_archive_names_this_machine_or_holds_a_key(archives: tuple[Path, Path]):
    """But for keys that tests make up."""
    here = tuple(f"{place}/".encode() for place in (ROOT, sys.prefix, Path.home()))
    key = re.compile(rb"\b(hf_|sk-|sk-proj-|gh[ps]_|pypi-)[A-Za-z0-9_-]{30,}|-----BEGIN [A-Z ]*PRIVATE KEY")
    files = {name: text for archive in archives for name, text in members(archive) if "/tests/" not in f"/{name}"}

    assert len(files) > 500
    assert [name for name, text in files.items() if any(place in text for place in here)] == []
    assert [name for name, text in files.items() if key.search(text)] == []


# What is installed


def test_the_command_is_an_entry_point_that_needs_nothing_else():
    found = next(iter(entry_points(group="console_scripts", name="hfmagic")))

    assert PROJECT["scripts"] == {"hfmagic": found.value}
    command = [
        sys.executable,
        "-I",
        "-c",
        f"import sys; from {found.module} import main; sys.exit(main(['--version']))",
    ]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == f"hfmagic {VERSION}\n"


@pytest.mark.rule(16)
def test_importing_every_module_opens_no_socket():
    done = subprocess.run([sys.executable, "-I", RELEASE / "no_socket.py"], capture_output=True, text=True)

    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^[3-9]\d\d modules imported, .* 0 sockets", done.stdout)


def test_a_socket_is_noticed():
    code = "import sys; sys.path.insert(0, sys.argv[1]); import no_socket, socket; sys.addaudithook(no_socket.watch)"
    code += "\nsocket.socket().close()\nprint(*no_socket.opened)"
    done = subprocess.run([sys.executable, "-I", "-c", code, RELEASE], capture_output=True, text=True, check=True)

    assert done.stdout.startswith("socket.__new__")


# The workflows


def test_ci_runs_what_is_run_here_and_nothing_beside_it():
    """Each check stands in .ci/run, so that the two cannot differ."""
    assert commands("ci")[-1] == ".ci/run"
    assert not [command for command in commands("ci") if re.search(r"\b(make|pytest|ruff|mypy|hfmagic)\b", command)]
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"^make ([a-z-]+)", CI_RUN, re.MULTILINE)) >= {"test", "test-ui", "demo", "reproduce"}
    assert set(re.findall(r"^make ([a-z-]+)", CI_RUN, re.MULTILINE)) <= targets
    assert CI_RUN.startswith("#!/bin/sh")
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


def test_ci_runs_on_the_oldest_python_that_is_supported_and_a_newer_one():
    oldest, newer = WORKFLOWS["ci"]["jobs"]["run"]["strategy"]["matrix"]["python"]

    assert PROJECT["requires-python"] == f">={oldest}"
    assert tuple(map(int, newer.split("."))) > tuple(map(int, oldest.split(".")))


def test_ci_keeps_the_starter_models_and_the_downloads_of_pip():
    kept = next(step["with"] for step in steps("ci") if step.get("uses", "").startswith("actions/cache@"))
    python = next(step["with"] for step in steps("ci") if step.get("uses", "").startswith("actions/setup-python@"))

    assert "~/.cache/hfmagic/hub" in kept["path"].split()
    assert "hashFiles('hfmagic/starter/**'" in kept["key"]
    assert python["cache"] == "pip"
    named = python["cache-dependency-path"].split()
    assert all(list(ROOT.glob(pattern)) for pattern in named), named


@pytest.mark.parametrize("name", sorted(WORKFLOWS))
@pytest.mark.rule(16)
def test_an_action_is_pinned_to_a_commit_and_says_its_version(name: str):
    text = (ROOT / ".github" / "workflows" / f"{name}.yml").read_text("utf-8")

    used = re.findall(r"uses: (.+)$", text, re.MULTILINE)
    assert used
    assert [line for line in used if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)] == []


@pytest.mark.parametrize("name", sorted(WORKFLOWS))
def test_a_workflow_may_read_and_no_more_and_keeps_no_secret(name: str):
    workflow = WORKFLOWS[name]
    granted = [workflow["permissions"], *(job.get("permissions", {}) for job in workflow["jobs"].values())]
    publishes = {"id-token": "write"} if name == "release" else {}

    assert all(grant in ({}, {"contents": "read"}, publishes) for grant in granted)
    assert workflow["concurrency"]["group"]
    assert all("timeout-minutes" in job for job in workflow["jobs"].values())
    text = (ROOT / ".github" / "workflows" / f"{name}.yml").read_text("utf-8")
    assert "secrets." not in text
    checkouts = [step for step in steps(name) if step.get("uses", "").startswith("actions/checkout@")]
    assert all(step["with"] == {"persist-credentials": False} for step in checkouts)
    assert not [command for command in commands(name) if "${{" in command]  # a name of a branch is no shell


def test_a_release_publishes_what_was_checked_and_only_that():
    check, publish = (WORKFLOWS["release"]["jobs"][name] for name in ("check", "publish"))

    assert WORKFLOWS["release"][True] == {"push": {"tags": ["v*"]}}  # YAML 1.1 reads `on` as true
    assert commands("release") == ["make release-check"]
    assert check["steps"][2]["env"] == {"TAG": "${{ github.ref_name }}"}
    assert (publish["needs"], publish["environment"]["name"]) == ("check", "pypi")
    assert [step["uses"].partition("@")[0] for step in publish["steps"]] == [
        "actions/download-artifact",
        "pypa/gh-action-pypi-publish",
    ]
    uploaded, downloaded = check["steps"][-1]["with"], publish["steps"][0]["with"]
    assert (uploaded["name"], uploaded["path"]) == (downloaded["name"], downloaded["path"]) == ("dist", "dist/")
