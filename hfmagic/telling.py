"""Who puts an answer into words: code, or an LLM that was chosen, which is elsewhere only after a yes."""

from __future__ import annotations

from .answer import Answer
from .answer.phrasing import asking, phrase, to_share
from .config import HFMagic
from .errors import HFMagicError
from .llm import LLM
from .moderation import moderations
from .plan import Plan
from .proposal import Options
from .resources import Resources


class Telling(Resources):
    """The words of an answer, and which of its sentences were shown, for whom, before they went anywhere."""

    def __init__(self, config: HFMagic | None = None) -> None:
        super().__init__(config)
        self._shown = ""  # hash of the sentences that were shown last

    def _phrased(self, said: Answer, plan: Plan, options: Options, *, agreed: bool = False) -> Answer:
        """The answer as an LLM phrases it, where that is wanted and, of one that is elsewhere, agreed to.

        Args:
            agreed: the user has just said yes to what was shown last; a cell that runs once more says nothing.
        """
        asked = options.phrase or options.share_results
        if not (asked or self.config.phrase):
            return said
        if moderations(plan):
            return said.unphrased("under --moderate nothing is phrased: no classifier would look at the words")
        try:
            llm = self.planner.llm
        except HFMagicError as error:
            return said.unphrased(error.line)
        if llm is None:
            why = "the rules phrase nothing; an LLM does: %hf planner local, or %hf planner NAME"
            return said.unphrased(why) if asked else said
        remote = isinstance(llm, LLM)
        if remote and not asked:  # the setting speaks of an LLM in this kernel
            return said
        if remote:
            shared, reader = (
                to_share(said, remote=True, request=plan.request),
                f"{self.planner.name} at {self.planner.address}",
            )
            key = shared.hash_for(reader)
            if key not in {options.approve, *self.config.approved, self._shown if agreed else ""}:
                self._shown = key
                return asking(said, shared, reader, language=plan.language)
        return phrase(said, llm, language=plan.language, remote=remote, request=plan.request)
