"""Who plans in a session: rules, until the user chose an endpoint. A key that is merely found chooses nothing."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..config import HFMagic
from ..errors import NoEndpoint, clip
from ..kinds import InputSchema
from ..llm import LLM, Sent
from ..llm.endpoint import hide
from ..plan import Plan
from ..store import Store
from .endpoint import plan_by_endpoint
from .endpoints import KNOWN, find_endpoint
from .limit_words import limit_words
from .notes import told
from .recorded import Recorded
from .rules import plan_by_rules

RULES = "rules"
RECORDED = "recorded"
"""Followed by the path of a notebook: the plans of its outputs."""
_CHOICE = "planner"  # in the store: name, a space, model
_MODE = "mode of "  # in the store, followed by address and model


class _Modes:
    """The ways of asking that worked at an address, in the store, by the model that is served there."""

    def __init__(self, store: Store, base_url: str) -> None:
        self._store, self._base_url = store, base_url

    def get(self, model: str, default: str, /) -> str:
        return self._store.choice(f"{_MODE}{self._base_url} {model}") or default

    def __setitem__(self, model: str, mode: str, /) -> None:
        self._store.choose(f"{_MODE}{self._base_url} {model}", mode)


class Planner:
    """The planner that the configuration names, else the one that the user chose last, else rules."""

    def __init__(self, config: HFMagic, store: Store, kernel: str = "") -> None:
        self._config, self._store, self._kernel = config, store, kernel
        self._llm: LLM | None = None
        self._of: tuple[object, ...] = ()
        self._recorded: Recorded | None = None
        self._told = hashlib.sha256()
        self.prompt = ""  # a hash of what an LLM was told for the last plan

    @property
    def name(self) -> str:
        """`rules`, `recorded`, or the endpoint and its model; what was chosen and is there no more is said to be so."""
        if self._choice[0] == RECORDED:
            return RECORDED
        try:
            llm = self.llm
        except NoEndpoint:
            return f"{clip(hide(self._choice[0]), 60)} (not configured)"
        return llm.name if llm else RULES

    @property
    def llm(self) -> LLM | None:
        """The LLM that plans; None for rules. Raises: NoEndpoint."""
        config = self._config
        name, model = self._choice
        if name in (RULES, RECORDED):
            return None
        of = (name, model, str(config.endpoints), config.planner_seconds, config.planner_bytes)
        if self._llm is None or self._of != of:
            endpoint = find_endpoint(name, model, config.endpoints)
            self._llm = LLM(
                endpoint,
                seconds=config.planner_seconds,
                max_bytes=config.planner_bytes,
                modes=_Modes(self._store, endpoint.base_url),
                on_sent=self._keep,
            )
            self._of = of
        return self._llm

    @property
    def _choice(self) -> tuple[str, str]:
        """Name and model, as they were chosen."""
        name, _, model = (self._config.planner or self._store.choice(_CHOICE) or RULES).partition(" ")
        return name, model

    def choose(self, name: str, model: str = "") -> str:
        """Plan by this from now on, in later sessions too; gives the planner's name. Recorded plans stay.

        Raises: NoEndpoint, which leaves the choice as it was.
        """
        if self._choice[0] == RECORDED:
            return RECORDED
        if name == RULES:
            self._store.choose(_CHOICE, "")
        else:
            find_endpoint(name, model, self._config.endpoints).check_key()
            self._store.choose(_CHOICE, f"{name} {model}".strip())
        self._config.planner = ""  # a choice made now counts more than an older line of configuration
        return self.name

    def plan(self, request: str, inputs: tuple[InputSchema, ...], *, previous: Plan | None = None) -> Plan:
        """A valid plan, from the request and the inputs' schemas alone.

        Raises: what the rules raise; PlannerError when the endpoint does not answer.
        """
        llm, self.prompt = self.llm, ""
        columns = [c.name for i in inputs for c in i.columns]
        words = limit_words(request, columns=columns)[1].strip() or request  # limits are for whoever chooses models
        if self._choice[0] == RECORDED:
            self._recorded = self._recorded or Recorded(Path(self._choice[1]))
            if (plan := self._recorded.plan(request, inputs)) is not None:
                return plan
            plan = plan_by_rules(words, inputs, previous=previous).model_copy(update={"request": request})
            return plan.with_notes(told([("unrecorded", ())], plan.language))
        if llm is None:
            return plan_by_rules(words, inputs, previous=previous).model_copy(update={"request": request})
        self._told = hashlib.sha256()
        plan = plan_by_endpoint(words, inputs, llm, previous=previous)
        self.prompt = self._told.hexdigest()[:16]
        return plan.model_copy(update={"request": request})

    def known(self) -> list[Mapping[str, Any]]:
        """Every planner that can be chosen: its name, address, and the variable of its key with whether it is set.

        Of a wrong entry of the configuration the address is what is wrong with it.
        """
        rows: list[Mapping[str, Any]] = [{"planner": RULES, "address": "this kernel", "key": ""}]
        for name in dict.fromkeys(map(str, (*self._config.endpoints, *KNOWN))):
            try:
                endpoint = find_endpoint(name, "any", self._config.endpoints)
            except NoEndpoint as error:
                rows.append({"planner": clip(hide(name), 60), "address": error.message, "key": ""})
                continue
            found = "set" if endpoint.key and os.environ.get(endpoint.key) else "not set" if endpoint.key else ""
            rows.append({"planner": name, "address": endpoint.base_url, "key": f"{endpoint.key} {found}".strip()})
        return rows

    def _keep(self, sent: Sent) -> None:
        self._told.update(sent.body)
        self._store.add_sent(self._kernel, sent.url, sent.body)
