"""Has the model that plans in this kernel: found, fetched with consent, loaded into the pool that the steps use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from ...config import HFMagic
from ...devices import Device, find_devices
from ...errors import DamagedModel, NeedsConsent, NotAvailable
from ...hub.facts import ModelFacts
from ...hub.job import Moment, OnMoment
from ...hub.sources import Sources
from ...limits import size_words
from ...llm.exchange import Answered
from ...llm.grammar import check_installed
from ...llm.local import LocalLLM
from ...models import Loaded, Pool, head_problem
from .choice import Size, choose, is_instruct, place, size_of

LOCAL = "local"
_HEAD = "AutoModelForCausalLM"


class LocalModels:
    """The instruct models that may plan here.

    Args:
        hub: where models come from, as the settings are now.
        pool: the kernel's; a step that needs the memory lets the planner's model go, which is then loaded again.
        devices: what there is now; another one is for tests.
    """

    def __init__(
        self,
        config: HFMagic,
        hub: Callable[[], Sources],
        pool: Pool,
        devices: Callable[[], tuple[Device, ...]] = find_devices,
    ) -> None:
        self._config, self._hub, self._pool, self._find_devices = config, hub, pool, devices

    def choose(self, model_id: str = "", *, yes: bool = False, on: OnMoment = lambda _: None) -> str:
        """The id of the model to plan with; a large one is fetched now, after a yes.

        Args:
            model_id: any instruct model; empty: by free memory, `planner_min_params` or more.
        Raises: NotAvailable without the extra `local`; NoEndpoint when no model will do; NeedsConsent; HubError.
        """
        check_installed()
        facts = self._find(model_id or self.default())
        if not facts.folder:
            size = self._hub().to_fetch(facts.model_id, facts.revision)
            if not yes and size > self._unasked:
                said = f"planner local: {facts.model_id} downloads {size_words(size)}."
                raise NeedsConsent(said, hint=f"%hf planner local {model_id} --yes".replace("  ", " "))
            if yes:
                self._hub().fetch(facts, on)
        return facts.model_id

    def default(self) -> str:
        """The model that free memory and the settings choose. Raises: NoEndpoint."""
        config, hub = self._config, self._hub()
        here = {m.model_id: size_of(m) for m in hub.models() if is_instruct(m)}
        listed = {name: Size(name, count) for name, count in config.planner_models.items()}
        away = [s for s in listed.values() if s.model_id not in here and hub.client is not None]
        known = sorted(here.values(), key=lambda s: s.model_id not in listed)  # measured ones go first
        return choose([*known, *away], self._devices(), least=config.planner_min_params, dtype=config.dtype).model_id

    def llm(
        self,
        model_id: str,
        on_prompt: Callable[[bytes], None],
        on_answer: Callable[[Answered], None] = lambda _: None,
    ) -> LocalLLM:
        """The model as an LLM to plan with; it is not loaded yet."""
        name, opened = f"{LOCAL}:{model_id}", partial(self._open, model_id)
        seconds = self._config.planner_seconds
        return LocalLLM(name, opened, seconds=seconds, on_prompt=on_prompt, on_answer=on_answer)

    def parameters(self, model_id: str) -> int:
        """How many parameters a model has, a count; it is not loaded for that. Raises: DamagedModel, HubError."""
        return self._find(model_id).parameters

    def _open(self, model_id: str) -> Loaded:
        """The model, loaded: where it is already, else where there is room beside the others, else on the CPU.

        Raises: NeedsConsent for a large one that is not here any more; what fetching and loading raise.
        """
        hub = self._hub()
        try:
            facts = hub.fetch(self._find(model_id), lambda _: None, most=self._unasked)
        except NeedsConsent as error:
            raise NeedsConsent(error.message, hint=f"%hf planner local {model_id} --yes") from None
        revision, devices = hub.revision(facts), self._devices()
        on = {m.device for m in self._pool.loaded() if m.revision == revision}
        there = next((d for d in devices if d.torch_name in on), None)
        device = there or place(size_of(facts), devices, self._config.dtype) or devices[-1]
        return self._pool.get(
            facts, revision, auto=_HEAD, processor="AutoTokenizer", device=device, dtype=self._config.dtype
        )

    def _find(self, model_id: str) -> ModelFacts:
        """A model that can write text, looked at before a byte of it is fetched. Raises: DamagedModel, HubError."""
        hub = self._hub()
        facts = hub.find(model_id)
        facts = facts if facts.folder else hub.inspect(facts, partial(head_problem, auto=_HEAD))
        if facts.problem:
            raise DamagedModel(f"{facts.model_id} cannot plan: {facts.problem}.", hint="%hf planner local")
        if facts.folder and not is_instruct(facts):
            raise NotAvailable(f"{facts.model_id} cannot plan: it is no instruct model.", hint="%hf planner local")
        return facts

    def _devices(self) -> tuple[Device, ...]:
        """Those that the settings allow, accelerators first; of the CPU's memory, what models hold counts as free."""
        wanted, found = self._config.device, self._find_devices()
        allowed = [d for d in found if wanted in ("auto", d.kind)] or list(found)
        held = sum(m.bytes for m in self._pool.loaded() if m.device == "cpu")
        return tuple(replace(d, free_bytes=d.free_bytes + held) if d.kind == "cpu" else d for d in allowed)

    @property
    def _unasked(self) -> int:
        """Bytes that may be downloaded without a question."""
        return max(self._config.ask_download - 1, 0)


def tenths(say: Callable[[str], None]) -> OnMoment:
    """Tells how far a download is, in a line for each tenth of it."""
    told = -1

    def on(moment: Moment) -> None:
        nonlocal told
        if moment.total and (tenth := moment.done * 10 // moment.total) > told:
            told = tenth
            say(f"{moment.note or 'downloading'}: {size_words(moment.done)} of {size_words(moment.total)}")

    return on
