"""A client that knows nothing of the Hub."""

from __future__ import annotations

from http.client import HTTPConnection


def fetch(url: str, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of one plain request; redirects are not followed."""
    connection = HTTPConnection(url.removeprefix("http://"), timeout=30)
    try:
        connection.request(method, path, headers=headers)
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read()
    finally:
        connection.close()
