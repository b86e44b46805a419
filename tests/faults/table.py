"""The faults that a user meets and the rules that attackers meet; a test names its own by `fault(…)` or `rule(…)`.

`@pytest.mark.fault(15, 16)` on a test says that it shows these faults answered, `@pytest.mark.rule(1)` this rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong: what happens, what hfmagic does then, and what of it cannot be produced here."""

    number: int
    trigger: str
    answer: str
    lacking: str = ""


@dataclass(frozen=True)
class Rule:
    """One thing that never happens, whoever wrote the model, the rows, the answer or the notebook."""

    number: int
    name: str
    text: str


def _faults(*rows: Sequence[str]) -> tuple[Fault, ...]:
    return tuple(Fault(number, *row) for number, row in enumerate(rows, 1))


FAULTS = _faults(
    # The Hub and the disk.
    ("the connection is cut once, half way", "goes on from the last whole byte, without a word but the progress"),
    ("the connection is cut each time", "one line with the file, its bytes and the number of tries; the plan is kept"),
    ("the Hub stalls", "the same line, by one deadline"),
    ("401: a bad token", "says that the token was refused and how to go on without it"),
    ("401 or 404: no such repository", "names the nearest one that is there"),
    ("403: gated", "names the page where one asks for access; the next candidate is picked"),
    ("403 by a proxy", "says which host refused"),
    ("a file or the pinned commit is gone", "says so, and how to pin anew"),
    ("429", "waits as long as the Hub asks, visibly; an interrupt ends it"),
    ("503 on a file", "tries again, ever later"),
    ("500 on a look-up", "says so; a copy in the cache is used, and that is said"),
    ("200 and a login page", "says that the host is not a Hub"),
    ("offline, the model is in the cache", "works"),
    ("offline, the model is not in the cache", "says so at once, with what there is"),
    ("a body of the right size with a wrong byte", "its hash is compared: fetched once more, then an error"),
    ("a file of the cache was cut short", "its hash is compared: fetched once more, then an error"),
    ("a file of the cache is gone", "fetched anew"),
    ("weights that are cut, a web page, or a pointer to what they are", "one line with file and sizes"),
    ("the kernel is killed while it downloads", "what it left is removed, and it starts again"),
    ("the disk would be full", "said before the download: bytes needed, bytes free, folder"),
    ("home or cache cannot be written", "says which folder; results are kept in memory"),
    ("two kernels fetch the same model", "it is fetched once"),
    ("a repository of pickles", "refused before a byte is fetched, with what could be used instead"),
    ("a repository with its own code", "refused before a byte of it is fetched"),
    ("an architecture that this transformers does not know", "says which, and which version there is"),
    ("weights without the head, or of another architecture", "refused: scores would be random"),
    ("the clock goes backwards or is a day off", "no time limit or age goes wrong, nothing breaks"),
    # The LLM that plans.
    ("no key, or no endpoint", "says which host; the rules plan"),
    ("the endpoint hangs", "one deadline for all; an interrupt ends it"),
    ("401, and the key in the answer", "the key is taken out"),
    ("429 or 500", "three tries at most, and it is said"),
    ("200 and a web page", "says that it is no OpenAI-compatible endpoint"),
    ("a body of broken JSON", "the same"),
    ("no choices, no content, or an error under 200", "the same, with what the endpoint said"),
    ("a stream without an end", "bytes and seconds are limited"),
    ("an answer around the JSON, or none", "read once, asked for twice more at most, then shown, escaped"),
    ("NaN, double keys, huge numbers, deep nesting", "one and the same error"),
    ("an unknown task, model or parameter", "says which step, and the nearest that is there"),
    ("a cycle, a missing variable, a reference forwards", "says which step lacks what, and the nearest that is there"),
    ("a plan with an address, a path, code or markup", "refused before anything is fetched; shown escaped"),
    # The data.
    ("missing texts", "no result and a reason in that row; the rest is done"),
    ("empty texts, an empty frame", "no result and a reason; an empty frame stays one, with its columns"),
    ("a text of 5,000 tokens", "cut for the model, and counted"),
    ("mixed types, bytes, half characters", "what can be read is done, the rest has a reason"),
    ("two columns of one name", "says which, and to rename one"),
    ("an index of any kind, twice the same", "results are put by place"),
    ("a million rows", "shown in part, kept as they are done"),
    ("a file in another encoding", "says to read it with its encoding"),
    ("pictures that are cut, empty, bombs, of 16 bits, CMYK, turned", "read right, or a reason in that row"),
    ("clips that are empty, cut, stereo, of other rates and widths", "read right, or a reason in that row"),
    # While it runs.
    ("an interrupt at any time, or two", "finished rows are kept, the next run goes on from them"),
    (
        "out of memory, a row too large",
        "smaller batches, then the CPU, then a reason in that row",
        "a GPU's own memory",
    ),
    ("the kernel is killed while it runs", "at most one part is done again"),
    ("a damaged or newer store, cache or plan", "set aside, done anew, and said once"),
    ("a worker dies", "the row that kills it has a reason, the rest is done"),
    ("a variable is changed or deleted meanwhile", "the run works on what it was"),
    ("output with markup, control characters or megabytes", "escaped and clipped"),
    ("no front end and no keyboard", "the same result; a failed step is an error"),
)

RULES = tuple(
    Rule(number, name, text)
    for number, (name, text) in enumerate(
        (
            ("pickle", "Weights are safetensors: nothing else is fetched or loaded."),
            ("remote code", "No code of a repository is fetched or run, whatever names it."),
            ("configuration", "A config.json picks no code, no second repository and no size beyond the limits."),
            ("templates", "A chat template is rendered with limits, and cannot leave its sandbox."),
            ("damaged weights", "A file whose hash is not the Hub's is not loaded."),
            ("random heads", "A model without a trained head, or of another task, is refused."),
            ("moving names", "What runs is the commit that was planned."),
            ("injection", "Rows, labels and cards do not reach the planner; its answer is data in closed tables."),
            ("markup", "Nothing foreign is active in any output, fresh or opened again."),
            ("addresses and paths", "No foreign string is opened: files from allowed folders only, no address at all."),
            ("secrets", "No key is in an output, a notebook, the store, a log, an export or a worker."),
            ("what leaves", "Only the Hub and the chosen endpoint are asked, and no row is in it."),
            ("licences", "The licence of each model is known or said to be unknown; gated models are not picked."),
            ("limits", "Tokens, pixels, bytes, rows and seconds are limited."),
            ("messages", "A message of the page is checked against its schema, and starts no download."),
            (
                "supply chain",
                "Hashes lock packages and starter files, nothing runs at install, importing opens no socket.",
            ),
        ),
        1,
    )
)
