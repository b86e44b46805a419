"""The LLM behind a planner, asked for one JSON object. Knows no plan.

llm = LLM(Endpoint("ollama", "http://127.0.0.1:11434/v1", "qwen3"), seconds=60, max_bytes=1_000_000)
talk = llm.talk()          # one deadline, at most three tries
talk.ask([{"role": "user", "content": "…"}], schema={…}, name="plan")  # a dict

Any OpenAI-compatible endpoint, or a model in this kernel (`local.LocalLLM`), which can write nothing but the schema.
"""

from .endpoint import Endpoint
from .exchange import Sent
from .interface import AnyLLM, AnyTalk
from .strict import NoObject
from .talk import LLM, Modes, Talk

__all__ = ["LLM", "AnyLLM", "AnyTalk", "Endpoint", "Modes", "NoObject", "Sent", "Talk"]
