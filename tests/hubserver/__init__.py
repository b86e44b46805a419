"""The Test Hub: a Hub on loopback that the real clients cannot tell from the Hub. The door is `TestHub`.

    with TestHub(root) as hub:                      # root/<org>/<name>/ holds one model each
        HfApi(endpoint=hub.url).model_info("acme/tiny-sentiment")
        hub.faults.add(r"model\\.safetensors", cut(1000), times=1)

hub.py keeps the repositories, repo.py one repository, card.py what is said of a model, listing.py finds among them,
api.py and files.py answer requests, faults.py spoils answers, server.py speaks HTTP, tiny.py builds the models.
"""

from __future__ import annotations

from .faults import Fault, cut, echo_token, flip, html, latency, stall, status
from .hub import TestHub
from .message import Request

__all__ = ["Fault", "Request", "TestHub", "cut", "echo_token", "flip", "html", "latency", "stall", "status"]
