"""Where an LLM answers, and the key to it, which no text of ours ever shows."""

from __future__ import annotations

import ipaddress
import os
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from ..errors import NoEndpoint, clip, hide_secrets, one_line

_SHORT_KEY = 8  # characters; a shorter "key" such as EMPTY is a word, whose traces say nothing
_PRIVATE = tuple(map(ipaddress.ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")))
_LOCAL_ENDINGS = (".localhost", ".local", ".internal", ".lan")


@dataclass(frozen=True)
class Endpoint:
    """An OpenAI-compatible endpoint. `key` is the name of an environment variable, never the key itself.

    `base_url` ends before `/chat/completions`. An empty `model` is the only one that the endpoint serves.

    Raises: NoEndpoint for an address that must not be used.
    """

    name: str
    base_url: str
    model: str = ""
    key: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "base_url", self.base_url.strip().rstrip("/"))
        if problem := _problem(self.base_url):
            raise NoEndpoint(f"planner {clip(self.name, 40)!r}: {problem}.", hint="such as https://host.example/v1")
        if self.key and not re.fullmatch(r"[A-Za-z_]\w{0,99}", self.key):
            raise NoEndpoint(
                f"planner {clip(self.name, 40)!r}: its key has to be the name of an environment variable.",
                hint="set the key there, and name the variable",
            )

    @property
    def host(self) -> str:
        """Host and port, for messages."""
        return hide(urlsplit(self.base_url).netloc)

    @property
    def is_local(self) -> bool:
        """True for this machine and private networks: no proxy is used, and plain http is allowed."""
        return _is_local(urlsplit(self.base_url).hostname or "")

    @property
    def is_encrypted(self) -> bool:
        """True for https."""
        return self.base_url.startswith("https:")

    def check_key(self) -> None:
        """Raise NoEndpoint when the key's variable is not set, or holds what cannot be a key."""
        if self.key and not os.environ.get(self.key, "").strip():
            raise NoEndpoint(
                f"planner {self.name!r} needs a key: {self.key} is not set.",
                hint=f"set {self.key} before Jupyter starts, or %hf planner rules",
            )
        if self.key and not re.fullmatch(r"[!-~]+", os.environ[self.key].strip()):
            raise NoEndpoint(
                f"{self.key} holds no key: it has spaces or other characters.", hint=f"set {self.key} anew"
            )


class Key:
    """The key, read when it is needed. Shows `***` wherever it is printed or pickled."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    @classmethod
    def of(cls, endpoint: Endpoint) -> Key:
        """The key of an endpoint; empty when it has none."""
        return cls(os.environ.get(endpoint.key, "").strip() if endpoint.key else "")

    def __bool__(self) -> bool:
        return bool(self._text)

    def __repr__(self) -> str:
        return "***"

    def __reduce__(self) -> tuple[type[Key], tuple[str]]:
        return Key, ("***",)

    def bearer(self) -> str:
        """The value of the header; the one place where the key is written out."""
        return f"Bearer {self._text}"

    def hide_in(self, data: bytes) -> bytes:
        """Bytes without the key."""
        return data.replace(self._text.encode(), b"***") if len(self._text) >= _SHORT_KEY else data


def hide(text: str) -> str:
    """Foreign text in one line, without what looks like a key."""
    return hide_secrets(one_line(text))


def _problem(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "its base_url is no address"
    if parts.scheme not in ("http", "https") or not host or re.search(r"[\s\\]|[^!-~]", url):
        return "its base_url is no http or https address"
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        return "its base_url may hold no password, query or #: a key belongs in an environment variable"
    if parts.scheme == "http" and not _is_local(host):
        return "plain http is only for this machine and private networks; use https"
    return ""


def _is_local(host: str) -> bool:
    host = host.lower().rstrip(".")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        # A name without a dot is of this machine or its network; it cannot be registered.
        return "." not in host or host.endswith(_LOCAL_ENDINGS)
    return address.is_loopback or any(address in network for network in _PRIVATE)
