"""Who plans in a session: rules, until the user chose an LLM. A key that is merely found chooses nothing."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..config import HFMagic
from ..errors import NoEndpoint, clip
from ..hub.job import OnMoment
from ..kinds import InputSchema
from ..llm import LLM, Sent
from ..llm.endpoint import hide
from ..llm.exchange import Answered
from ..llm.grammar import INSTALL, check_installed, is_installed
from ..llm.local import LocalLLM
from ..plan import Plan
from ..store import Cost, Store
from .endpoint import plan_by_endpoint, would_ask
from .endpoint.trust import trust_of
from .endpoints import KNOWN, find_endpoint, is_named
from .follow_ups.edit import edit
from .limit_words.read import limit_words
from .local import LOCAL, LocalModels
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

    def __init__(self, config: HFMagic, store: Store, kernel: str = "", local: LocalModels | None = None) -> None:
        self._config, self._store, self._kernel, self._local = config, store, kernel, local
        self._llm: LLM | LocalLLM | None = None
        self._of: tuple[object, ...] = ()
        self._recorded: Recorded | None = None
        self._told = hashlib.sha256()
        self._shared = ""
        self._sent_bytes = 0  # of the question that is being asked
        self._exact: dict[bytes, bytes] = {}  # what was sent with shared rows, by what the store keeps of it
        self.prompt = ""  # a hash of what an LLM was told for the last plan

    @property
    def name(self) -> str:
        """`rules`, `recorded`, `local:MODEL`, or the endpoint and its model; what is there no more is said to be so."""
        name, model = self._choice
        if name == RECORDED:
            return RECORDED
        if self._is_local(name):  # looks for no model, and imports no torch
            found = self._llm if isinstance(self._llm, LocalLLM) and self._of == self._ground else None
            return found.name if found else f"{LOCAL}:{model}".rstrip(":")
        try:
            llm = self.llm
        except NoEndpoint:
            return f"{clip(hide(name), 60)} (not configured)"
        return llm.name if llm else RULES

    @property
    def address(self) -> str:
        """Where requests go; empty where nothing leaves this kernel. Raises: NoEndpoint."""
        return llm.endpoint.base_url if isinstance(llm := self.llm, LLM) else ""

    @property
    def is_here(self) -> bool:
        """True when plans are made in this kernel, and nothing leaves it for them."""
        return self._choice[0] in (RULES, RECORDED) or self._is_local(self._choice[0])

    @property
    def llm(self) -> LLM | LocalLLM | None:
        """The LLM that plans; None for rules. Raises: NoEndpoint; NotAvailable where a local one lacks its extra."""
        name, model = self._choice
        if name in (RULES, RECORDED):
            return None
        if self._llm is None or self._of != self._ground:
            self._llm = self._local_llm(model) if self._is_local(name) else self._endpoint(name, model)
            self._of = self._ground
        return self._llm

    @property
    def picker(self) -> LLM | None:
        """The LLM that may pick models as well: one behind an endpoint that is trusted in full.

        In this kernel a question costs the seconds of a plan; and a small model picked weaker models than the score.
        """
        llm = self.llm
        return llm if isinstance(llm, LLM) and trust_of(llm.name, str(self._config.planner_trust)) == "full" else None

    def _endpoint(self, name: str, model: str) -> LLM:
        config = self._config
        if not config.planner and not is_named(name, config.endpoints):  # another notebook's settings named it
            raise NoEndpoint(
                f"planner {clip(hide(name), 40)!r}, which was chosen earlier, is not configured here.",
                hint="%hf planner rules, or add it to %config HFMagic.endpoints",
            )
        endpoint = find_endpoint(name, model, config.endpoints)
        llm = LLM(
            endpoint,
            seconds=config.planner_seconds,
            max_bytes=config.planner_bytes,
            modes=_Modes(self._store, endpoint.base_url),
            on_sent=self._keep,
            on_answer=lambda took: self._count(took, llm.name, endpoint.host),
        )
        return llm

    def _local_llm(self, model: str) -> LocalLLM:
        check_installed()
        models = self._models
        model = model or models.default()
        return models.llm(model, lambda told: self._told.update(told), lambda took: self._count(took, model))

    @property
    def _models(self) -> LocalModels:
        if self._local is None:
            raise NoEndpoint("planner local: there are no models here.", hint="%hf planner rules")
        return self._local

    def _is_local(self, name: str) -> bool:
        """True for the planner in this kernel; an endpoint that the user calls so goes first."""
        return name == LOCAL and LOCAL not in self._config.endpoints

    @property
    def _ground(self) -> tuple[object, ...]:
        """What an LLM was made from: another one is made when it changes."""
        config = self._config
        of_local = (str(config.planner_models), config.planner_min_params)
        return (*self._choice, str(config.endpoints), config.planner_seconds, config.planner_bytes, of_local)

    @property
    def _choice(self) -> tuple[str, str]:
        """Name and model, as they were chosen."""
        name, _, model = (self._config.planner or self._store.choice(_CHOICE) or RULES).partition(" ")
        return name, model

    def choose(self, name: str, model: str = "", *, yes: bool = False, on: OnMoment = lambda _: None) -> str:
        """Plan by this from now on, in later sessions too; gives the planner's name. Recorded plans stay.

        Args:
            model: of an endpoint, or a model id for `local`; empty: the only one, or by free memory.
            yes: agrees to the download of a local model; `on` is told how far it is.
        Raises: NoEndpoint, which leaves the choice as it was; for `local` also NotAvailable, NeedsConsent, HubError.
        """
        if self._choice[0] == RECORDED:
            return RECORDED
        if name == RULES:
            self._store.choose(_CHOICE, "")
        elif self._is_local(name):
            self._store.choose(_CHOICE, f"{LOCAL} {self._models.choose(model, yes=yes, on=on)}")
        else:
            find_endpoint(name, model, self._config.endpoints).check_key()
            self._store.choose(_CHOICE, f"{name} {model}".strip())
        self._config.planner = ""  # a choice made now counts more than an older line of configuration
        return self.name

    def asks(self, request: str, inputs: tuple[InputSchema, ...], *, previous: Plan | None = None) -> bool:
        """True where `plan` would ask an LLM. Raises: NoEndpoint; of a local model what reading its facts raises."""
        llm = self.llm
        if llm is None or (previous is not None and edit(request, previous, inputs) is not None):
            return False
        return would_ask(_words(request, inputs), inputs, llm, previous=previous, trust=self._trust(llm))

    def _trust(self, llm: LLM | LocalLLM) -> str:
        """How far an LLM is trusted: as it is set; of a local one by its size, whatever its name says."""
        trust = str(self._config.planner_trust)
        if not isinstance(llm, LocalLLM):
            return trust
        return trust_of(f"{self._models.parameters(llm.name.partition(':')[2]) / 1e9:.3f}b", trust)

    def plan(
        self, request: str, inputs: tuple[InputSchema, ...], *, previous: Plan | None = None, shared: str = ""
    ) -> Plan:
        """A valid plan, from the request and the inputs' schemas alone.

        Args:
            shared: example rows, redacted and as JSON, that the user agreed to show to an LLM.
        Raises: what the rules raise; PlannerError when the endpoint does not answer; of a local model what fetching
            and loading it raise.
        """
        llm, self.prompt, self._shared = self.llm, "", shared
        words = _words(request, inputs)
        if self._choice[0] == RECORDED:
            self._recorded = self._recorded or Recorded(Path(self._choice[1]))
            if (plan := self._recorded.plan(request, inputs)) is not None:
                return plan
            if previous is not None and (changed := edit(request, previous, inputs)) is not None:
                return changed
            plan = plan_by_rules(words, inputs, previous=previous).model_copy(update={"request": request})
            return plan.with_notes(told([("unrecorded", ())], plan.language))
        if previous is not None and (changed := edit(request, previous, inputs)) is not None:
            return changed  # a change of models or settings asks no LLM
        if llm is None:
            return plan_by_rules(words, inputs, previous=previous).model_copy(update={"request": request})
        self._told = hashlib.sha256()
        plan = plan_by_endpoint(words, inputs, llm, previous=previous, shared=shared, trust=self._trust(llm))
        told_any = self._told.digest() != hashlib.sha256().digest()
        self.prompt = self._told.hexdigest()[:16] if told_any else ""
        return plan.model_copy(update={"request": request})

    def known(self) -> list[Mapping[str, Any]]:
        """Every planner that can be chosen: its name, address, and the variable of its key with whether it is set.

        Of a wrong entry of the configuration the address is what is wrong with it.
        """
        rows: list[Mapping[str, Any]] = [{"planner": RULES, "address": "this kernel", "key": ""}]
        if self._is_local(LOCAL):
            needs = "" if is_installed() else INSTALL
            rows.append({"planner": LOCAL, "address": "this kernel, by a model of it", "key": needs})
        for name in dict.fromkeys(map(str, (*self._config.endpoints, *KNOWN))):
            try:
                endpoint = find_endpoint(name, "any", self._config.endpoints)
            except NoEndpoint as error:
                rows.append({"planner": clip(hide(name), 60), "address": error.message, "key": ""})
                continue
            found = "set" if endpoint.key and os.environ.get(endpoint.key) else "not set" if endpoint.key else ""
            rows.append({"planner": name, "address": endpoint.base_url, "key": f"{endpoint.key} {found}".strip()})
        return rows

    def exactly(self, kept: bytes) -> bytes:
        """What was sent, byte for byte, where the store keeps it without the rows that were shared."""
        return self._exact.get(kept, kept)

    def _keep(self, sent: Sent) -> None:
        self._told.update(sent.body)
        self._sent_bytes += sent.size
        kept = _without_rows(sent.body, self._shared)
        if kept != sent.body:
            self._exact[kept] = sent.body
        self._store.add_sent(self._kernel, sent.url, kept)

    def _count(self, took: Answered, model: str, host: str = "") -> None:
        """One question and its answer, for the ledger."""
        sent, self._sent_bytes = self._sent_bytes, 0
        counts = {"fetched": took.fetched, "read": took.read, "written": took.written}
        self._store.add_cost(Cost("question", model, "plan", host, seconds=took.seconds, sent=sent, **counts))


def _words(request: str, inputs: tuple[InputSchema, ...]) -> str:
    """The request without its limits, which are for whoever chooses models."""
    return limit_words(request, columns=[c.name for i in inputs for c in i.columns])[1].strip() or request


def _without_rows(body: bytes, shared: str) -> bytes:
    """A request's body with a hash instead of shared rows, however its JSON spells them: rows outlive no kernel."""
    if not shared:
        return body
    mark = f"(redacted rows, SHA-256 {hashlib.sha256(shared.encode()).hexdigest()}; not kept)".encode()
    for ascii_only in (False, True):
        body = body.replace(json.dumps(shared, ensure_ascii=ascii_only)[1:-1].encode(), mark)
    return body
