"""No string of a stranger is opened: not outside the allowed folders, not by a library, not over a network."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from hfmagic.errors import MAX_LINE, MissingFile
from hfmagic.media import checked_path
from hfmagic.session import Session
from tests.shell import run

_opened: list[str] = []
_watching = [False]


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if _watching[0] and event in ("open", "os.listdir", "os.scandir") and isinstance(arguments[0], str | bytes):
        _opened.append(os.fsdecode(arguments[0]))


sys.addaudithook(_audit)


@pytest.fixture
def opened() -> Iterator[list[str]]:
    """The files that were opened, and the folders that were listed, in this process."""
    _opened.clear()
    _watching[0] = True
    yield _opened
    _watching[0] = False


@pytest.fixture
def spy() -> Iterator[tuple[int, list[str]]]:
    """A server on loopback, which sends everybody on to itself: its port, and what it was asked for."""
    asked: list[str] = []

    class Spy(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(302)
            self.send_header("Location", "/inside")
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Spy) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1], asked
        server.shutdown()


@pytest.fixture
def outside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that is not allowed, with a picture and a sound that may not be seen."""
    folder = tmp_path_factory.mktemp("outside")
    Image.new("RGB", (8, 8)).save(folder / "secret.png")
    soundfile.write(folder / "secret.wav", np.zeros(800), 16_000)
    return folder


def addresses(port: int, ending: str) -> list[str]:
    hosts = ("127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "127.0.0.1.nip.io", "x@127.0.0.1")
    schemes = ("http:", "https:", "HTTP:", "ftp:", "", "s3:", "hf:", "gs:", "git+http:")
    found = [f"{scheme}//{host}:{port}/x{ending}" for scheme in schemes for host in hosts]
    return [*found, f"http:\\\\127.0.0.1:{port}\\x{ending}", f"view-source:http://127.0.0.1:{port}/x{ending}"]


def paths(outside: Path, inside: Path, ending: str) -> list[str]:
    secret = outside / f"secret{ending}"
    (inside / f"link{ending}").symlink_to(secret)
    (inside / "way").symlink_to(outside)
    os.mkfifo(inside / f"pipe{ending}")
    (inside / f"zero{ending}").symlink_to("/dev/zero")
    (inside / f".hidden{ending}").write_bytes(secret.read_bytes())
    up = os.path.relpath(secret, inside)
    names = [str(secret), f"file://{secret}", f"file:{secret}", f"{inside}/{up}", f"{inside}/x/../{up}"]
    names += [str(inside / name) for name in (f"link{ending}", f"way/secret{ending}", f"pipe{ending}", f"zero{ending}")]
    names += [
        str(inside / f".hidden{ending}"),
        f"/proc/self/root{secret}",
        f"~root/{secret.name}",
        f"{secret}\0{ending}",
    ]
    names += [
        f"data:image/png;base64,AAAA{ending}",
        f"\\\\host\\share\\x{ending}",
        f"C:\\x{ending}",
        "/dev/stdin",
        "/etc/passwd",
    ]
    return [
        *names,
        str(secret).replace("/", "%2f"),
        str(secret).replace("/", "\u2215"),
        f"zip://{secret}",
        f"x{ending}?{secret}",
    ]


MANY = 200  # cells by which a column is seen to hold files
MEDIA: dict[str, tuple[str, str]] = {
    "pictures": (".png", "Label what each image shows."),
    "sounds": (".wav", "Transcribe each recording."),
}


def places(spy: tuple[int, list[str]], outside: Path, inside: Path, ending: str) -> tuple[str, list[str]]:
    """A file that may be read, and what may not."""
    inside.mkdir()
    good = inside / f"good{ending}"
    good.write_bytes((outside / f"secret{ending}").read_bytes())
    return str(good), [*addresses(spy[0], ending), *paths(outside, inside, ending)]


def beyond(opened: list[str]) -> list[str]:
    special = ("/dev/zero", "/etc/passwd", "/proc/self/root")
    return [path for path in opened if "secret" in path or path.startswith(special)]


@pytest.mark.rule(10)
@pytest.mark.parametrize("kind", MEDIA)
def test_a_path_in_a_frame_is_opened_in_allowed_folders_alone(
    session: Session, spy: tuple[int, list[str]], outside: Path, opened: list[str], tmp_path: Path, kind: str
):
    ending, request = MEDIA[kind]
    good, bad = places(spy, outside, tmp_path / "media", ending)
    frame = pd.DataFrame({kind: [good] * MANY + bad})

    opened.clear()
    results, _ = session.run(session.propose(request, {"media": frame}, ["media"]))

    (result,) = results.steps.values()
    assert {r.row for r in result.rejected} == set(range(MANY, MANY + len(bad)))
    assert spy[1] == []
    assert beyond(opened) == []


@pytest.mark.rule(10)
@pytest.mark.parametrize("kind", MEDIA)
def test_a_text_in_a_frame_is_no_path(
    session: Session, spy: tuple[int, list[str]], outside: Path, opened: list[str], tmp_path: Path, kind: str
):
    good, bad = places(spy, outside, tmp_path / "media", MEDIA[kind][0])
    frame = pd.DataFrame({"note": [good, *bad]})

    opened.clear()
    results, _ = session.run(session.propose("Label the sentiment of each note.", {"notes": frame}, ["notes"]))

    assert not results.failed
    assert spy[1] == []
    assert beyond(opened) == []
    assert good not in opened


@pytest.mark.rule(10)
@pytest.mark.parametrize("ending", [".png", ".wav", ".csv", ""])
def test_a_word_of_the_line_or_of_a_variable_opens_nothing_beyond(
    shell: Any, spy: tuple[int, list[str]], outside: Path, opened: list[str], tmp_path: Path, ending: str
):
    inside = tmp_path / "media"
    inside.mkdir()
    (outside / f"secret{ending}").touch()
    words = [*addresses(spy[0], ending)[::5], *paths(outside, inside, ending)]

    opened.clear()
    for number, word in enumerate(words):
        shell.user_ns["place"] = word
        texts = [run(shell, "%%hf place\nLabel the sentiment of the place.").text]
        if not set(word) & {"\0", " ", "\\"}:
            texts.append(run(shell, f"%%hf {word} --plan\nDescribe it, {number}.").text)
        assert "Traceback" not in "".join(texts)

    assert spy[1] == []
    assert beyond(opened) == []


PARTS = st.sampled_from(
    [
        "..",
        ".",
        "~",
        "/",
        "//",
        "\\",
        "etc",
        "passwd",
        "%2e%2e",
        "file:",
        "http:",
        "\0",
        "\n",
        "con",
        "way",
        "good.png",
        "*",
        "\ud800",
    ]
)


@pytest.mark.rule(10)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(PARTS | st.text(max_size=3), max_size=8).map("/".join) | st.text(max_size=30))
def test_any_path_is_one_below_an_allowed_folder_or_an_error_of_ours(tmp_path: Path, name: str):
    allowed = tmp_path / "allowed"
    allowed.mkdir(exist_ok=True)
    if not (allowed / "way").exists():
        (allowed / "way").symlink_to(tmp_path.parent)
        (allowed / "good.png").touch()
    found, line = allowed, ""
    try:
        found = checked_path(allowed / name, allowed=(allowed.resolve(),), max_bytes=10)
    except MissingFile as error:
        line = error.line

    assert len(line) <= MAX_LINE
    assert found.resolve().is_relative_to(allowed.resolve())
