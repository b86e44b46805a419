"""The way to the Hub: proxies, certificates, mirrors with a password, tokens. None of it ends in a riddle or a leak."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from hfmagic.errors import GatedModel, HubRefused, HubUnreachable
from hfmagic.hub import child
from hfmagic.hub.blobs import Checked
from hfmagic.hub.client import HubClient
from hfmagic.hub.files import HubFile
from hfmagic.hub.job import Job
from tests.hub.bench import Bench, check_line
from tests.hubserver import TestHub

pytest_plugins = ["tests.hubserver.fixtures"]

LONG = 60  # seconds until a latch is given up
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    from huggingface_hub.utils import close_session

    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_ENDPOINT", "HF_HUB_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    for name in (*PROXIES, *(name.lower() for name in PROXIES)):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_TOKEN_PATH", "/nowhere")
    close_session()  # it holds the proxies and certificates of the environment in which it was made
    yield
    close_session()


@contextlib.contextmanager
def serving(context: ssl.SSLContext | None = None) -> Iterator[tuple[str, threading.Event, threading.Event]]:
    """A server that reads what comes first and then says nothing: its address, and events for "read" and "go on"."""
    read, go_on = threading.Event(), threading.Event()

    def serve(listener: socket.socket) -> None:
        with contextlib.suppress(OSError), listener.accept()[0] as caller:
            if context:
                with context.wrap_socket(caller, server_side=True):
                    return
            caller.recv(65_536)
            read.set()
            go_on.wait(LONG)

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        try:
            yield f"127.0.0.1:{listener.getsockname()[1]}", read, go_on
        finally:
            go_on.set()
            thread.join()


@pytest.mark.parametrize("proxied", [True, False])
def test_only_the_hub_itself_counts_as_connected_not_a_proxy_that_hangs(monkeypatch: pytest.MonkeyPatch, proxied: bool):
    """What is not connected is given up within CONNECT_SECONDS; what is may think for ANSWER_SECONDS."""
    connected, given_up = threading.Event(), threading.Event()
    with serving() as (address, read, _):
        if proxied:
            monkeypatch.setenv("HTTPS_PROXY", f"http://{address}")
        url = "https://hub.example/api/models" if proxied else f"http://{address}/api/models"
        asking = threading.Thread(target=_quietly, args=(HubClient(url)._ask, url, 0, connected, given_up))
        asking.start()
        taken, counted = read.wait(LONG), connected.is_set()
    asking.join()

    assert taken
    assert counted is not proxied


@pytest.mark.rule(12)
def test_nobody_but_the_hub_is_asked(tiny_hub: TestHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """huggingface_hub asks huggingface.co for a list of AI agents when it makes headers: here a proxy would see it."""
    from huggingface_hub.utils import _detect_agent

    monkeypatch.setattr(_detect_agent, "_registry", None)
    monkeypatch.setattr(_detect_agent.constants, "AGENT_HARNESSES_PATH", str(tmp_path / "agents.json"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    with serving() as (address, read, _):
        monkeypatch.setenv("HTTPS_PROXY", f"http://{address}")
        results = Bench(tiny_hub, tmp_path).run()
        leaked = read.is_set()
        socket.create_connection(address.split(":")).close()

    assert not results.failed
    assert not leaked
    assert {r.user_agent for r in tiny_hub.log if r.path == "/api/models"} == {"hfmagic"}


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes a certificate with openssl")
def test_16_a_certificate_that_is_not_trusted_is_said_with_what_to_set(tmp_path: Path):
    """As behind a proxy that looks into TLS."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=company"]
    subprocess.run([*made, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    with serving(context) as (address, _, _), pytest.raises(HubUnreachable) as caught:
        HubClient(f"https://{address}").search("text-classification")

    check_line(caught.value, f"{address}'s certificate is not trusted", "SSL_CERT_FILE", "--offline")


@pytest.mark.parametrize("token", ["hf_ünicode", "hf_two words", "hf_two\nlines"])
def test_a_token_that_cannot_be_one_is_said_and_not_sent(tiny_hub: TestHub, token: str):
    with pytest.raises(HubRefused) as caught:
        HubClient(tiny_hub.url, token=token).search("text-classification")

    check_line(caught.value, "your token is wrong", "hf auth login")
    assert token not in caught.value.line
    assert tiny_hub.log == []


def test_a_password_in_the_address_is_used_and_never_shown(tiny_hub: TestHub, tmp_path: Path):
    tiny_hub.tokens = {base64.b64encode(b"bob:s3cret").decode(): "bob"}
    tiny_hub.needs_token = True
    address = tiny_hub.url.replace("http://", "http://bob:s3cret@")
    bench = Bench(address, tmp_path)

    results = bench.run()
    with pytest.raises(GatedModel) as caught:
        bench.propose(models={"sentiment": "acme/tiny-gated"})
    asked = tiny_hub.log
    hub = bench.session.hub.client

    assert hub is not None
    assert (hub.endpoint, hub.shown, f"http://{hub.host}") == (address, tiny_hub.url, tiny_hub.url)
    assert "s3cret" not in f"{results.failed} {bench.session.asked()} {caught.value.line}"
    assert f"{tiny_hub.url}/acme/tiny-gated" in caught.value.line
    assert {r.authorization for r in asked if r.origin == "cdn"} <= {None}


def test_a_job_shows_neither_token_nor_password():
    job = Job("a/b", "0" * 40, "https://bob:s3cret@mirror", "cache", "checked", (), "hf_token")

    assert "hf_token" not in repr(job)
    assert "s3cret" not in repr(job)


def test_a_download_that_checks_tells_of_it_for_as_long_as_it_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A large model is read for minutes: silence would count as a stall."""
    (tmp_path / "model.safetensors").write_bytes(b"x" * (3 << 20))
    job = Job("a/b", "0" * 40, "http://hub", str(tmp_path), "", (HubFile("model.safetensors", 3 << 20, "0" * 64),))
    answers = io.StringIO()
    meter = child.Meter(job, answers)
    seconds = iter(range(100))
    monkeypatch.setattr(child.time, "monotonic", lambda: float(next(seconds)))
    meter.say("checking")

    bad = Checked(tmp_path / "checked").damaged(tmp_path, {"model.safetensors": "0" * 64}, meter.read)

    told = [json.loads(line) for line in answers.getvalue().splitlines()]
    assert [p.name for p in bad] == ["model.safetensors"]
    assert [t["note"] for t in told] == ["checking"] * 4  # at its start, and for each MiB
    assert [t["done"] for t in told] == [0] * 4


def _quietly(function: object, *args: object) -> None:
    with contextlib.suppress(Exception):
        function(*args)  # type: ignore[operator]
