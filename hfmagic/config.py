"""Every setting once: traitlets with unit and default. Knows nothing about who reads them.

Set in a notebook with `%config HFMagic.device = "cpu"`, in the environment with `HFMAGIC_DEVICE=cpu`,
or in a Jupyter or IPython config file with `c.HFMagic.device = "cpu"`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path
from traitlets import Bool, Dict, Enum, Float, Int, List, TraitError, Unicode
from traitlets.config import Configurable

from .errors import BadOption

_PREFIX = "HFMAGIC_"
OFFICIAL_HUB = "https://huggingface.co"


class HFMagic(Configurable):
    """Settings of hfmagic, by their user's name (`%config HFMagic`)."""

    cache_dir = Unicode(help="Folder for the starter set, the store and caches; default: the user cache folder.").tag(
        config=True
    )
    hub_dirs = List(
        Unicode(), help="Folders of `org/name` model folders to choose from, beside the starter set; default: none."
    ).tag(config=True)
    hub_endpoint = Unicode(help="Address of the Hub; default: HF_ENDPOINT, else https://huggingface.co.").tag(
        config=True
    )
    hub_cache = Unicode(help="Folder of downloaded models, shared with other tools; default: Hugging Face's own.").tag(
        config=True
    )
    offline = Bool(False, help="Ask no Hub: choose among the models on this machine; default: HF_HUB_OFFLINE.").tag(
        config=True
    )
    ask_download = Int(300_000_000, min=0, help="Bytes from which a download waits for --yes.").tag(config=True)
    approved = List(
        Unicode(), help="Hashes of plans whose downloads are agreed to, for notebooks that run headless; default: none."
    ).tag(config=True)
    stall_seconds = Float(30.0, min=0.1, help="Seconds without a byte after which a download is given up.").tag(
        config=True
    )
    planner = Unicode(
        "",
        help="Who plans: rules, `local` or `local MODEL`, the name of an endpoint, or `recorded NOTEBOOK`; "
        "default: what `%hf planner NAME` chose, else rules.",
    ).tag(config=True)
    endpoints = Dict(
        default_value={},
        help="OpenAI-compatible endpoints by name: {'mine': {'base_url': …, 'model': …, 'key': NAME_OF_VARIABLE}}.",
    ).tag(config=True)
    planner_seconds = Float(60.0, min=0.1, help="Longest time (seconds) for a plan by an LLM, all tries together.").tag(
        config=True
    )
    planner_bytes = Int(1_000_000, min=1000, help="Most bytes of one answer of an LLM that are read.").tag(config=True)
    planner_models = Dict(
        value_trait=Int(),
        key_trait=Unicode(),
        default_value={
            "Qwen/Qwen2.5-Coder-1.5B-Instruct": 1_543_714_304,
            "Qwen/Qwen3-4B-Instruct-2507": 4_022_468_096,
            "Qwen/Qwen2.5-7B-Instruct": 7_615_616_512,
        },
        help="Instruct models that `%hf planner local` chooses from by free memory, beside those on this machine: "
        "their parameters by id.",
    ).tag(config=True)
    planner_min_params = Int(
        1_500_000_000, min=0, help="Fewest parameters of a model that `%hf planner local` chooses by itself."
    ).tag(config=True)
    planner_trust = Enum(
        ("auto", "full", "checked"),
        "auto",
        help="Whether an LLM's plan is taken in full, or checked: only where the rules have none, or plan the same. "
        "auto: checked up to 3 B parameters, in full beyond; such a model planned worse than the rules where measured.",
    ).tag(config=True)
    phrase = Bool(False, help="Whether an LLM in this kernel that plans puts answers into words, too.").tag(config=True)
    moderate_threshold = Float(
        0.5, min=0.0, max=1.0, help="Score (0…1) of an unsafe label from which --moderate withholds a row."
    ).tag(config=True)
    picker = Enum(["llm", "score"], "llm", help="Who picks models while an LLM plans; code enforces the limits.").tag(
        config=True
    )
    allowed_dirs = List(
        Unicode(), help="Folders from which files may be read; default: the current working folder."
    ).tag(config=True)
    device = Enum(["auto", "cpu", "cuda", "mps", "xpu"], "auto", help="Where models run; default: auto.").tag(
        config=True
    )
    dtype = Enum(
        ["auto", "fast", "float32", "bfloat16", "float16"],
        "auto",
        help="Number format of weights; auto: float32 on a CPU, bfloat16 or float16 on an accelerator; fast: half "
        "precision on a CPU, too, where it is good at it and the labels of a few rows stay the same.",
    ).tag(config=True)
    quantize = Enum(
        ["", "8bit", "4bit"],
        "",
        help="Bits to which weights are rounded as they are loaded, so that a larger model fits; default: none.",
    ).tag(config=True)
    batch_tokens = Int(2048, min=1, help="Tokens (rows × longest row) per forward pass of a text model, at most.").tag(
        config=True
    )
    batch_size = Int(0, min=0, help="Rows per forward pass; 0: as many as batch_tokens allows.").tag(config=True)
    limit = Unicode("", help="Limits on every model, e.g. 'license=permissive,max_size=2GB'; default: none.").tag(
        config=True
    )
    weights = Dict(
        per_key_traits={
            name: Float() for name in ("quality", "speed", "popularity", "size", "freshness", "experience")
        },
        default_value={"quality": 0.7, "speed": 0.3},
        help="Weights of a model's score (no unit; they are normalised to a sum of 1).",
    ).tag(config=True)
    pack = Unicode(
        "",
        help="A team's pack: a JSON file, or the name of one that hfmagic brings; its policy holds beside every other "
        "limit, and one that is set when the kernel starts cannot be taken away in it; default: none.",
    ).tag(config=True)
    listing_models = Int(
        1000, min=0, help="Models of each task's listing that is kept and refreshed in the background; 0: none is kept."
    ).tag(config=True)
    ask_seconds = Float(120.0, min=0.0, help="Seconds (estimated) from which %hf tune waits for --yes.").tag(
        config=True
    )
    tune_epochs = Int(10, min=1, help="Most passes over the labelled rows (%hf tune); it stops early.").tag(config=True)
    tune_lora_params = Int(
        300_000_000, min=0, help="Parameters from which %hf tune trains LoRA adapters instead of all weights."
    ).tag(config=True)
    trial_seconds = Float(120.0, min=1.0, help="Longest time (seconds) for a trial of models on rows.").tag(config=True)
    cache_results = Bool(
        True, help="Whether results are kept by row, so that a rerun computes only what is new; %hf cache shows them."
    ).tag(config=True)
    cache_bytes = Int(
        10_000_000_000, min=0, help="Most bytes of results that are kept; what was used longest ago goes first."
    ).tag(config=True)
    ray_address = Unicode("", help="Address of a Ray cluster for --engine ray; default: Ray on this machine.").tag(
        config=True
    )
    ray_actors = Int(
        0, min=0, help="Workers of --engine ray, each with its model; 0: as many as fit the processors and GPUs."
    ).tag(config=True)
    preview_rows = Int(10, min=1, help="Rows of a table shown in a cell.").tag(config=True)
    output_bytes = Int(
        1_000_000, min=50_000, help="Most bytes that a cell adds to its notebook; more pictures are left out."
    ).tag(config=True)
    sql_seconds = Float(30.0, min=0.1, help="Longest time (seconds) for one `sql` step.").tag(config=True)
    sql_rows = Int(100_000, min=1, help="Most rows that one `sql` step may give.").tag(config=True)
    file_bytes = Int(200_000_000, min=1, help="Largest file (bytes) that is opened as an input.").tag(config=True)
    seed = Int(0, help="Seed of every random number generator (clustering, sampling).").tag(config=True)

    def __init__(self, **traits: Any) -> None:
        super().__init__(**{**_from_environment(), **traits})

    @property
    def cache_path(self) -> Path:
        """Folder for the starter set, the store and caches."""
        return Path(self.cache_dir).expanduser() if self.cache_dir else user_cache_path("hfmagic")

    @property
    def hub_address(self) -> str:
        """The Hub to ask; empty while offline."""
        offline = self.offline or os.environ.get("HF_HUB_OFFLINE", "").lower() in ("1", "true", "yes", "on")
        return "" if offline else self.hub_home

    @property
    def hub_home(self) -> str:
        """The Hub that is asked, or would be if not offline."""
        return (self.hub_endpoint or os.environ.get("HF_ENDPOINT") or OFFICIAL_HUB).rstrip("/")

    @property
    def hub_cache_path(self) -> Path:
        """Folder of downloaded models."""
        if self.hub_cache:
            return Path(self.hub_cache).expanduser()
        from huggingface_hub.constants import HF_HUB_CACHE

        return Path(HF_HUB_CACHE)

    @property
    def starter_path(self) -> Path:
        """Folder Hub of the starter set: `<cache>/hub/starter/<name>/`."""
        return self.cache_path / "hub"

    @property
    def hub_paths(self) -> tuple[Path, ...]:
        """Every folder of `org/name` models, the user's own first."""
        return (*(Path(d).expanduser() for d in self.hub_dirs), self.starter_path, self.tuned_path)

    @property
    def tuned_path(self) -> Path:
        """Folder Hub of the models that were tuned here: `<cache>/tuned/tuned/<name>/`."""
        return self.cache_path / "tuned"

    @property
    def allowed_paths(self) -> tuple[Path, ...]:
        """Folders from which files may be read."""
        return tuple(Path(d).expanduser().resolve() for d in self.allowed_dirs) or (Path.cwd().resolve(),)


def _from_environment() -> dict[str, Any]:
    """Traits set by `HFMAGIC_<NAME>`; lists are separated as in PATH."""
    found: dict[str, Any] = {}
    for name, trait in HFMagic.class_traits(config=True).items():
        text = os.environ.get(_PREFIX + name.upper())
        if text is None:
            continue
        if isinstance(trait, List):
            found[name] = [part for part in text.split(os.pathsep) if part]
            continue
        try:
            value = trait.from_string(text)
            found[name] = value if isinstance(trait, Dict) else trait.validate(None, value)  # type: ignore[attr-defined]
        except (TraitError, ValueError):
            raise BadOption(f"{_PREFIX}{name.upper()}={text!r} is no such setting.", hint=trait.help) from None
    return found
