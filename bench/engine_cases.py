"""The cases of bench/engine.py: frames, models, and who runs them: a pipeline, a loop by hand, hfmagic."""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import hand

Run = Callable[[], Any]
NAMES = ("O", "B-PER", "I-PER", "B-LOC", "I-LOC")
SIZES = (1, 8, 16, 32, 64)  # batch sizes of pipelines that are tried
SMALL = (8, 16, 32)  # and of models that write
TRIED = 300  # rows with which they are
INSTRUCTION = "What is this about? Answer in a few words."


@dataclass(frozen=True)
class Case:
    """A row of the table.

    `make` gives the contenders by name: "pipeline", "hand", "hfmagic", and "cached": what is kept from a run before. A
    share of `duplicates` of the `rows` stand in the frame more than once.
    """

    name: str
    make: Callable[[Bench, Case], Mapping[str, Run]]
    rows: int
    model: tuple[int, int] = (6, 384)
    dtype: str = "float32"
    duplicates: float = 0.2
    details: Mapping[str, Any] = field(default_factory=dict)


class Bench:
    """The folder of models, and hfmagic over it."""

    def __init__(self, folder: Path, *, quick: bool) -> None:
        self.folder, self.quick, self.best = folder, quick, dict[str, int]()

    @cached_property
    def session(self) -> Any:
        """hfmagic, whose models are the folder's and the starter set's."""
        from hfmagic.config import HFMagic
        from hfmagic.session import Session

        own = HFMagic()
        return Session(
            HFMagic(
                cache_dir=str(self.folder / "cache"),
                hub_dirs=[str(self.folder / "hub"), str(own.starter_path)],
                allowed_dirs=[str(self.folder)],
                hub_cache=str(self.folder / "hub-cache"),
                offline=True,
            )
        )

    def starter(self, name: str) -> Path:
        """The folder of a starter model."""
        return Path(self.session.config.hub_dirs[1]) / "starter" / name

    def model(self, head: str, layers: int, width: int) -> str:
        """The id of a BERT with random weights, made where it is not there."""
        import torch
        import transformers

        task = {"Sequence": "text-classification", "Token": "token-classification"}[head]
        folder = self.folder / "hub" / "bench" / f"{task}-{layers}x{width}"
        if not folder.exists():
            names = NAMES if head == "Token" else ("NEGATIVE", "POSITIVE")
            tokenizer = transformers.AutoTokenizer.from_pretrained(self.starter("minilm-l6-sentiment"))
            config = transformers.BertConfig(
                vocab_size=len(tokenizer),
                hidden_size=width,
                num_hidden_layers=layers,
                num_attention_heads=width // 32,
                intermediate_size=4 * width,
                id2label=dict(enumerate(names)),
                label2id={name: i for i, name in enumerate(names)},
            )
            torch.manual_seed(0)
            model = getattr(transformers, f"BertFor{head}Classification")(config)
            if head == "Token":
                model.classifier.bias.data[0] = 0.7  # most words are no name
            model.save_pretrained(folder)
            tokenizer.save_pretrained(folder)
            (folder / "README.md").write_text(f"---\nlicense: mit\nlanguage: en\npipeline_tag: {task}\n---\n")
        return f"bench/{folder.name}"

    def texts(self, rows: int, duplicates: float, seed: int = 0) -> list[str]:
        """English words at random, in lengths as those of reviews and tickets; some texts stand there again."""
        draw, words = random.Random(seed), self.words  # noqa: S311  no secret
        count = rows - round(rows * duplicates)
        made = []
        for i in range(count):
            length = 500 if i % 400 == 399 else min(500, max(1, round(draw.lognormvariate(3.15, 0.9))))
            made.append(" ".join(draw.choices(words, k=length)))
        made += [draw.choice(made) for _ in range(rows - count)]
        draw.shuffle(made)
        return made

    @cached_property
    def words(self) -> list[str]:
        """Whole words of a vocabulary, and one in ten of two pieces."""
        vocabulary = json.loads((self.starter("minilm-l6-sentiment") / "tokenizer.json").read_text())["model"]["vocab"]
        words = [w for w, i in vocabulary.items() if w.isalpha() and w.isascii() and 1996 <= i < 12_000]
        draw = random.Random(0)  # noqa: S311  no secret
        return words + ["".join(draw.choices(words, k=2)) for _ in range(len(words) // 10)]

    def hfmagic(self, case: Case, task: str, model_id: str, texts: Sequence[str], **parameters: Any) -> Magic:
        """A plan of one step over a frame of the texts."""
        import pandas as pd

        from hfmagic.plan import Column, ModelChoice, Plan, Step
        from hfmagic.recognise import recognise
        from hfmagic.scope import validate

        session = self.session
        found = recognise("x", pd.DataFrame({"text": list(texts)}), reader=session.reader)
        machine = replace(session._machine(_options()), dtype=case.dtype)
        revision = machine.hub.revision(machine.hub.find(model_id, ""))
        step = Step(
            id="step",
            task=task,
            inputs={_slot(task): Column(column="text", of="x")},
            parameters=parameters,
            output="out",
            model=ModelChoice(model_id=model_id, revision=revision),
        )
        return Magic(validate(Plan(inputs=(found.schema,), steps=(step,))), {"x": found}, machine, self.folder)


def _options() -> Any:
    from hfmagic.session import Options

    return Options()


def _slot(task: str) -> str:
    from hfmagic.tasks import CATALOGUE

    return CATALOGUE[task].subject


@dataclass(frozen=True)
class Magic:
    """A plan over a frame, run with results in a cache that is empty or full."""

    plan: Any
    inputs: Mapping[str, Any]
    machine: Any
    folder: Path

    def empty(self) -> list[Any]:
        """Results by row; nothing is known before, everything is kept."""
        with tempfile.TemporaryDirectory(dir=self.folder) as kept:
            return self.run(Path(kept))

    def full(self, known: Magic | None = None) -> Run:
        """The run once more, over what was kept of the run of `known`."""
        kept = Path(tempfile.mkdtemp(dir=self.folder))
        (known or self).run(kept)
        return partial(self.run, kept)

    def run(self, kept: Path | None) -> list[Any]:
        """The step's results by row."""
        from hfmagic.cache import ResultCache
        from hfmagic.engine.executor import run_plan

        machine = replace(self.machine, cache=ResultCache(kept, salt="bench"))
        results = run_plan(self.plan, self.inputs, machine, lambda _: None)
        for error in results.failed.values():
            raise error
        return list(results["step"].value)


@dataclass(frozen=True)
class Again:
    """What is made ready anew before each round, outside of what is timed."""

    prepare: Callable[[], Run]

    def __call__(self) -> Any:
        """Made ready and run."""
        return self.prepare()()


def _best(
    bench: Bench, case: Case, name: str, run: Callable[..., Any], texts: Sequence[Any], tried: Sequence[int] = ()
) -> int:
    """The batch size of a pipeline, or the budget of a loop, that is quickest on some of the rows."""
    if name == "pipeline":
        tried, by = tried or SIZES, "batch_size"
    else:
        tried, by = tried or hand.BUDGETS, "budget"
    if bench.quick:
        tried = tried[1::2]
    some = list(texts[: min(TRIED, len(texts) // 2)])
    found = hand.best(lambda these, size: run(these, **{by: size}), some, tried)
    bench.best[f"{case.name} {name}"] = found
    return found


def classification(bench: Bench, case: Case) -> Mapping[str, Run]:
    """text-classification by a pipeline, by hand, by hfmagic; with `new` rows: a share of them."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer, pipeline

    model_id, texts = bench.model("Sequence", *case.model), bench.texts(case.rows, case.duplicates)
    folder, dtype = bench.folder / "hub" / model_id, getattr(torch, case.dtype)
    model = AutoModelForSequenceClassification.from_pretrained(folder, dtype=dtype).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    pipe = pipeline("text-classification", model=model, tokenizer=tokenizer, truncation=True, device="cpu")
    magic = bench.hfmagic(case, "text-classification", model_id, texts)
    by_hand = partial(hand.classes, model=model, tokenizer=tokenizer)
    runs: dict[str, Run] = {
        "pipeline": partial(pipe, texts, batch_size=_best(bench, case, "pipeline", pipe, texts)),
        "hand": partial(by_hand, texts, budget=_best(bench, case, "hand", by_hand, texts)),
        "hfmagic": magic.empty,
    }
    _same_labels(runs["hand"](), magic.empty(), case)
    if "new" in case.details:
        known = texts[: round(len(texts) * (1 - case.details["new"]))]
        before = bench.hfmagic(case, "text-classification", model_id, known)
        return {**runs, "cached": Again(lambda: magic.full(before))}
    return {**runs, "cached": magic.full()}


def _same_labels(by_hand: Sequence[tuple[str, float]], by_engine: Sequence[Any], case: Case) -> None:
    """A benchmark of wrong results is none: half precision may turn a label whose score is close to another's."""
    same = sum(a[0] == b[0].label for a, b in zip(by_hand, by_engine, strict=True)) / len(by_hand)
    if same < (0.97 if case.dtype == "bfloat16" else 0.999):
        raise ValueError(f"{case.name}: {1 - same:.1%} of the labels are others than those of the loop by hand")


def _same_texts(by_hand: Sequence[str], by_engine: Sequence[Any], case: Case, least: float) -> None:
    same = sum(a == str(b).strip() for a, b in zip(by_hand, by_engine, strict=True)) / len(by_hand)
    if same < least:
        raise ValueError(f"{case.name}: {1 - same:.1%} of the texts are others than those of the loop by hand")


def embeddings(bench: Bench, case: Case) -> Mapping[str, Run]:
    """feature-extraction by sentence-transformers' encode, by hand, by hfmagic."""
    from sentence_transformers import SentenceTransformer
    from transformers import AutoModel, AutoTokenizer

    name = "all-minilm-l6-v2"
    folder, texts = str(bench.starter(name)), bench.texts(case.rows, case.duplicates)
    encoder = SentenceTransformer(folder, device="cpu")
    model, tokenizer = AutoModel.from_pretrained(folder).eval(), AutoTokenizer.from_pretrained(folder)
    encoder.max_seq_length = 512  # as hfmagic reads: its own setting would cut at 256
    magic = bench.hfmagic(case, "feature-extraction", f"starter/{name}", texts)
    encode = partial(encoder.encode, show_progress_bar=False)
    by_hand = partial(hand.embeddings, model=model, tokenizer=tokenizer)
    return {
        "pipeline": partial(encode, texts, batch_size=_best(bench, case, "pipeline", encode, texts)),
        "hand": partial(by_hand, texts, budget=_best(bench, case, "hand", by_hand, texts)),
        "hfmagic": magic.empty,
        "cached": magic.full(),
    }


def entities(bench: Bench, case: Case) -> Mapping[str, Run]:
    """token-classification."""
    from transformers import AutoModelForTokenClassification, AutoTokenizer, pipeline

    model_id, texts = bench.model("Token", *case.model), bench.texts(case.rows, case.duplicates)
    folder = bench.folder / "hub" / model_id
    model = AutoModelForTokenClassification.from_pretrained(folder).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder, model_max_length=512)
    pipe = pipeline(
        "token-classification", model=model, tokenizer=tokenizer, aggregation_strategy="first", device="cpu"
    )
    magic = bench.hfmagic(case, "token-classification", model_id, texts)
    by_hand = partial(hand.entities, model=model, tokenizer=tokenizer)
    return {
        "pipeline": partial(pipe, texts, batch_size=_best(bench, case, "pipeline", pipe, texts)),
        "hand": partial(by_hand, texts, budget=_best(bench, case, "hand", by_hand, texts)),
        "hfmagic": magic.empty,
        "cached": magic.full(),
    }


def generation(bench: Bench, case: Case) -> Mapping[str, Run]:
    """text-generation by a chat model of 135 M parameters."""
    from transformers import AutoModelForCausalLM, AutoTokenizer, pipeline

    name, texts = "smollm2-135m-instruct", bench.texts(case.rows, case.duplicates)
    folder, most = bench.starter(name), case.details["max_new_tokens"]
    model = AutoModelForCausalLM.from_pretrained(folder, dtype="float32").eval()
    tokenizer = AutoTokenizer.from_pretrained(folder, padding_side="left")
    pipe = pipeline("text-generation", model=model, tokenizer=tokenizer, device="cpu")
    chats = [[{"role": "user", "content": f"{INSTRUCTION}\n\n{text}"}] for text in texts]
    prompts = [tokenizer.apply_chat_template(c, tokenize=False, add_generation_prompt=True) for c in chats]
    write = partial(pipe, max_new_tokens=most, do_sample=False, return_full_text=False)
    by_hand = partial(hand.written, model=model, tokenizer=tokenizer, most=most, special=False, longest=2048)
    rows = lambda texts, budget: by_hand(texts, rows=budget)  # noqa: E731
    magic = bench.hfmagic(
        case, "text-generation", f"starter/{name}", texts, instruction=INSTRUCTION, max_new_tokens=most
    )
    runs: dict[str, Run] = {
        "pipeline": partial(write, chats, batch_size=_best(bench, case, "pipeline", write, chats, SMALL)),
        "hand": partial(rows, prompts, budget=_best(bench, case, "hand", rows, prompts, SMALL)),
        "hfmagic": magic.empty,
    }
    _same_texts(runs["hand"](), magic.empty(), case, least=0.98)
    return {**runs, "cached": magic.full()}


def summaries(bench: Bench, case: Case) -> Mapping[str, Run]:
    """Titles by T5: transformers 5 has no pipeline for it, so that batches in the frame's order stand for one."""
    from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

    name, texts = "flan-t5-small-titler", bench.texts(case.rows, case.duplicates)
    folder, most = bench.starter(name), case.details["max_new_tokens"]
    model = AutoModelForSeq2SeqLM.from_pretrained(folder, dtype="float32").eval()  # its file is in half precision
    tokenizer = AutoTokenizer.from_pretrained(folder)
    prompts = [f"Write a title for this text: {text}" for text in texts]
    plain = partial(_in_order, model=model, tokenizer=tokenizer, most=most)
    by_hand = partial(hand.written, model=model, tokenizer=tokenizer, most=most)
    rows = lambda texts, budget: by_hand(texts, rows=budget)  # noqa: E731
    magic = bench.hfmagic(case, "summarization", f"starter/{name}", texts, style="title", max_new_tokens=most)
    runs: dict[str, Run] = {
        "pipeline": partial(plain, prompts, batch_size=_best(bench, case, "pipeline", plain, prompts, SMALL)),
        "hand": partial(rows, prompts, budget=_best(bench, case, "hand", rows, prompts, SMALL)),
        "hfmagic": magic.empty,
    }
    _same_texts(runs["hand"](), magic.empty(), case, least=0.9)  # of the longest the loop reads the beginning only
    return {**runs, "cached": magic.full()}


def _in_order(prompts: Sequence[str], batch_size: int, *, model: Any, tokenizer: Any, most: int) -> list[str]:
    found: list[str] = []
    for first in range(0, len(prompts), batch_size):
        part = list(prompts[first : first + batch_size])
        given = tokenizer(part, padding=True, truncation=True, max_length=512, return_tensors="pt")
        out = model.generate(**given, max_new_tokens=most, do_sample=False)
        found += tokenizer.batch_decode(out, skip_special_tokens=True)
    return found


CASES = (
    Case("classification 6×384", classification, 1600),
    Case("classification 6×384 bf16", classification, 2400, dtype="bfloat16"),
    Case("classification 2×128", classification, 8000, (2, 128)),
    Case("classification 6×384, no duplicates", classification, 1000, duplicates=0.0),
    Case("classification 6×384, 50 % duplicates", classification, 1600, duplicates=0.5),
    Case("classification 6×384, 10 % new rows", classification, 1000, duplicates=0.0, details={"new": 0.1}),
    Case("embeddings 6×384", embeddings, 1600),
    Case("embeddings 6×384, no duplicates", embeddings, 1000, duplicates=0.0),
    Case("token classification 6×384", entities, 1000),
    Case("generation, 135 M", generation, 64, details={"max_new_tokens": 12}),
    Case("summaries, T5 small", summaries, 240, details={"max_new_tokens": 12}),
)
