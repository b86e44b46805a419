"""A model trained on labelled rows by transformers' Trainer: the best epoch by the validation rows, stopped early."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..engine.peak import measured_peak
from ..models import Loaded, import_bitsandbytes, quiet
from ..runners.runner import Runner
from .examples import Example, Parts
from .ways import Way

if TYPE_CHECKING:
    import numpy as np

BATCH = 16  # rows
PATIENCE = 3  # epochs without a better figure or a smaller loss, after which it stops
TRIED = 3  # batches that are run before, to tell how long it will take
AT_ONCE = 32  # rows that are answered at once
OF_ADAM = 8  # bytes a weight that is trained: AdamW keeps two numbers of it
RATES = ((10_000_000, 5e-4), (60_000_000, 1e-4), (10**15, 3e-5))
"""Parameters up to which a learning rate holds: small models bear more (Turc 2019, arXiv:1908.08962, up to 3e-4)."""
LORA_RATE = 3e-4


@dataclass(frozen=True)
class Settings:
    """How it is trained: at most so many `epochs`, into `folder` whatever the Trainer writes."""

    folder: Path
    epochs: int = 10
    batch: int = BATCH
    rate: float = 1e-4
    seed: int = 0


@dataclass(frozen=True)
class Foreseen:
    """What a training takes by a few of its batches: `seconds` if it stops as early as it may, and at most; bytes."""

    seconds: tuple[float, float]
    bytes: int


@dataclass(frozen=True, slots=True)
class Epoch:
    """A pass over the rows: the mean `loss` of the validation rows, the measure of these, and the seconds it took."""

    number: int
    loss: float
    value: float
    seconds: float


@dataclass(frozen=True)
class Trained:
    """How a training went; `best` is the number of the epoch that was kept, 0 where none ended."""

    epochs: tuple[Epoch, ...] = ()
    best: int = 0
    seconds: float = 0.0
    peak_bytes: int = 0
    interrupted: bool = False


Tell = Callable[[float, tuple[Epoch, ...]], None]
"""The share of all epochs that is done, and those that ended."""


def rate_for(parameters: int) -> float:
    """The learning rate for a model of so many parameters that is trained whole."""
    return next(rate for most, rate in RATES if parameters <= most)


@dataclass(frozen=True)
class Course:
    """A model on labelled rows: what is trained, and how. `names` are those of its head; `opened` opens pictures."""

    loaded: Loaded
    runner: Runner
    way: Way
    parts: Parts
    names: tuple[str, ...]
    settings: Settings
    opened: Callable[[Sequence[Example]], Sequence[Example]] = lambda examples: examples

    def batch(self, examples: Sequence[Example]) -> Any:
        """Examples made ready; of embeddings each with another one of its label, where there is one."""
        if self.way.paired:
            others: dict[Any, list[Example]] = {}
            for e in self.parts.train:
                others.setdefault(e.target, []).append(e)
            examples = [*examples, *(random.choice(others.get(e.target) or [e]) for e in examples)]  # noqa: S311
        return self.way.batch(self.loaded, self.opened(examples), self.names)

    def loss(self, batch: Any) -> Any:
        """Of a batch."""
        return self.way.loss(self.loaded.model, self.loaded, batch)

    def given(self, examples: Sequence[Example]) -> list[Any]:
        """What the runner gives for examples, as it does in a run."""
        found: list[Any] = []
        for i in range(0, len(examples), AT_ONCE):
            found += self.runner.run(self.loaded, [e.value for e in self.opened(examples[i : i + AT_ONCE])], {})
        return found

    def figures(self, examples: Sequence[Example]) -> np.ndarray:
        """What each example adds to the sums of the measure, shape (rows, k)."""
        import numpy as np

        train = self.parts.train
        beside = self.given(train) if self.way.paired else ()
        said = self.way.answers(self.given(examples), beside, train)
        return np.array([self.way.measure.row(a, e.target) for a, e in zip(said, examples, strict=True)], float)

    def validation(self) -> tuple[float, float]:
        """The measure and the mean loss of the validation rows."""
        import torch

        model = self.loaded.model
        model.eval()
        rows = self.parts.validation
        figures = self.figures(rows)
        with torch.inference_mode():
            batches = [rows[i : i + self.settings.batch] for i in range(0, len(rows), self.settings.batch)]
            losses = [float(self.loss(self.batch(part))) * len(part) for part in batches]
        return float(self.way.measure.value(figures.sum(0))), sum(losses) / len(rows)


def foresee(course: Course) -> Foreseen:
    """Run a few batches forward and back, and the validation of one, and leave the model as it was."""
    import torch

    model, rows, settings = course.loaded.model, course.parts.train, course.settings
    kept = {name: value.clone() for name, value in model.named_buffers()}  # means of batches are counted in training
    steps = -(-len(rows) // settings.batch)
    with own_randomness(settings.seed), quiet(), measured_peak(course.loaded.device) as peak:
        times = []
        model.train()
        for i in range(min(TRIED, steps)):
            start = time.perf_counter()
            torch.autograd.backward(course.loss(course.batch(rows[i * settings.batch : (i + 1) * settings.batch])))
            model.zero_grad()
            times.append(time.perf_counter() - start)
        model.eval()
        some, start = course.parts.validation[:AT_ONCE], time.perf_counter()
        course.given(some)
        answered = (time.perf_counter() - start) / len(some)
    with torch.no_grad():
        for name, value in model.named_buffers():
            value.copy_(kept[name])
    # once for the loss, once for the measure; of embeddings the training rows are looked at, too
    read = 2 * len(course.parts.validation) + (len(rows) if course.way.paired else 0)
    epoch = steps * sorted(times)[len(times) // 2] + read * answered
    trained = sum(p.numel() for p in model.parameters() if p.requires_grad)
    held = sum(p.numel() * p.element_size() for p in model.parameters())
    least = min(PATIENCE + 1, settings.epochs)
    return Foreseen((least * epoch, settings.epochs * epoch), held + peak.bytes + trained * (OF_ADAM + 4))


def train(course: Course, *, tell: Tell = lambda *_: None, check: Callable[[], None] = lambda: None) -> Trained:
    """Train, and leave the model as it was after its best epoch.

    An interrupt ends it with the best epoch so far. Raises: KeyboardInterrupt where none has ended.

    Args:
        check: asked after each batch; raises KeyboardInterrupt when it is to stop.
    """
    model, start = course.loaded.model, time.perf_counter()
    best = _Best(model)
    interrupted = False
    with contextlib.ExitStack() as around:
        around.enter_context(own_randomness(course.settings.seed))
        around.enter_context(quiet())
        trainer = _trainer(course, best, tell, check)  # before memory is measured: what it imports is none of it
        peak = around.enter_context(measured_peak(course.loaded.device))
        try:
            trainer.train()
        except KeyboardInterrupt:
            if not best.epochs:
                raise KeyboardInterrupt("interrupted before the end of the first epoch: nothing is kept") from None
            interrupted = True
        best.put_back()
    model.eval()
    model.zero_grad()
    seconds = time.perf_counter() - start
    return Trained(best.epochs, best.number, seconds, peak.bytes, interrupted)


class _Best:
    """The weights of the best epoch, in memory: those that are trained, and the buffers."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._kept: dict[str, Any] = {}
        self.epochs: tuple[Epoch, ...] = ()
        self.number = 0

    def add(self, epoch: Epoch, *, more: bool) -> bool:
        """An epoch has ended; true where it is time to stop. Of figures alike the one with less loss is better.

        It goes on while the loss falls: a new head gives the same answer for all rows at first.
        """
        sign = 1 if more else -1
        before = next((e for e in self.epochs if e.number == self.number), None)
        if before is None or (sign * epoch.value, -epoch.loss) > (sign * before.value, -before.loss):
            self._kept = {name: value.detach().cpu().clone() for name, value in self._trained()}
            self.number = epoch.number
        self.epochs = (*self.epochs, epoch)
        least = min(self.epochs, key=lambda e: e.loss).number
        return epoch.number - max(self.number, least) >= PATIENCE

    def put_back(self) -> None:
        """The model as it was after the best epoch."""
        import torch

        with torch.no_grad():
            for name, value in self._trained():
                value.copy_(self._kept[name])

    def _trained(self) -> Iterator[tuple[str, Any]]:
        yield from ((name, p) for name, p in self._model.named_parameters() if p.requires_grad)
        yield from self._model.named_buffers()


def _trainer(course: Course, best: _Best, tell: Tell, check: Callable[[], None]) -> Any:
    """transformers' Trainer that reports to nobody, prints nothing and saves nothing."""
    import_bitsandbytes()  # the Trainer imports peft, which imports it
    import torch
    from transformers import PrinterCallback, Trainer, TrainerCallback, TrainingArguments

    settings = course.settings

    class WithLoss(torch.nn.Module):  # type: ignore[misc, unused-ignore]
        """The model as the Trainer wants it: a batch gives a loss, also of a model without a head."""

        accepts_loss_kwargs = False

        def __init__(self) -> None:
            super().__init__()
            self.model = course.loaded.model

        def forward(self, **batch: Any) -> dict[str, Any]:
            """The loss of a batch."""
            return {"loss": course.loss(batch)}

    class Watch(TrainerCallback):  # type: ignore[misc, unused-ignore]
        """Looks after each batch whether to go on, and after each epoch at the validation rows."""

        began = time.perf_counter()

        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002
            check()
            tell(state.global_step / max(state.max_steps, 1), best.epochs)

        def on_epoch_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002
            value, loss = course.validation()
            now = time.perf_counter()
            epoch = Epoch(round(state.epoch), loss, value, now - self.began)
            self.began = now
            control.should_training_stop |= best.add(epoch, more=course.way.measure.more)
            course.loaded.model.train()
            tell(state.global_step / max(state.max_steps, 1), best.epochs)

    arguments = TrainingArguments(
        output_dir=str(settings.folder),
        num_train_epochs=settings.epochs,
        per_device_train_batch_size=settings.batch,
        learning_rate=settings.rate,
        warmup_steps=0.1,
        weight_decay=0.01,
        seed=settings.seed,
        use_cpu=course.loaded.device == "cpu",
        report_to="none",
        logging_strategy="no",
        save_strategy="no",
        eval_strategy="no",
        disable_tqdm=True,
        remove_unused_columns=False,
        dataloader_pin_memory=False,
    )
    if arguments.n_gpu > 1:  # the model is on one device: the Trainer would spread copies of it over all
        arguments._n_gpu = 1
    rows: Any = list(course.parts.train)
    trainer = Trainer(
        model=WithLoss(), args=arguments, train_dataset=rows, data_collator=course.batch, callbacks=[Watch()]
    )
    trainer.remove_callback(PrinterCallback)
    return trainer


@contextlib.contextmanager
def own_randomness(seed: int) -> Iterator[None]:
    """Everything that draws begins at `seed` in the block; after it the user's generators go on where they stood."""
    import numpy as np
    import torch

    ours, theirs = random.getstate(), np.random.get_state()
    devices = range(torch.cuda.device_count()) if torch.cuda.is_available() else []
    try:
        with torch.random.fork_rng(devices=list(devices)):
            random.seed(seed)
            np.random.seed(seed)
            torch.manual_seed(seed)
            yield
    finally:
        random.setstate(ours)
        np.random.set_state(theirs)
