"""Answers from the cells of a table: by TAPAS, which picks cells and how to count them, and TAPEX, which writes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..errors import UnknownKind
from ..models import Loaded
from .generation import write
from .runner import Runner
from .text import max_tokens, on_device

if TYPE_CHECKING:
    import pandas as pd

_NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?|-?\.\d+")


def answer_by_cells(loaded: Loaded, values: Sequence[Any], parameters: Mapping[str, Any]) -> list[str]:
    """The answer to each question from its table, (question, table): cells, or their sum, average or count.

    An empty text where the model picks no cell. The numbers are added up by pandas, from the table itself.
    """
    return [_ask(loaded, question, _plain(loaded, table)) for question, table in values]


def _ask(loaded: Loaded, question: str, table: pd.DataFrame) -> str:
    import torch

    found = loaded.tokenizer(
        table=table,
        queries=[question],
        truncation="drop_rows_to_fit",
        max_length=max_tokens(loaded),
        return_tensors="pt",
    )
    with torch.inference_mode():
        output = loaded.model(**on_device(loaded, found))
    counts = getattr(output, "logits_aggregation", None)
    given = [output.logits.float().cpu()] + ([] if counts is None else [counts.float().cpu()])
    cells, *operators = loaded.tokenizer.convert_logits_to_predictions(found, *given)
    names = loaded.model.config.aggregation_labels or {}
    name = str(names.get(operators[0][0], "NONE")) if operators else "NONE"
    return OPERATORS[name](_column(table, cells[0]))


def _column(table: pd.DataFrame, cells: Sequence[tuple[int, int]]) -> pd.Series:
    import pandas as pd

    return pd.Series([table.iat[row, column] for row, column in sorted(cells)], dtype=object)


def _listed(cells: pd.Series) -> str:
    return ", ".join(map(str, cells))


def _numbers(cells: pd.Series) -> pd.Series:
    """Cells as numbers, such as 1200.5 of "$1,200.50". Raises: UnknownKind where one holds none."""
    found = [_NUMBER.search(str(cell)) for cell in cells]
    if None in found:
        raise UnknownKind("the model adds up cells that hold no numbers")
    import pandas as pd

    return pd.Series([float(m[0].replace(",", "")) for m in found if m], dtype=float)


def _number(value: float) -> str:
    return f"{value:.10g}"


OPERATORS: Mapping[str, Callable[[pd.Series], str]] = {
    "NONE": _listed,
    "SUM": lambda cells: _number(_numbers(cells).sum()) if len(cells) else "",
    "AVERAGE": lambda cells: _number(_numbers(cells).mean()) if len(cells) else "",
    "COUNT": lambda cells: str(len(cells)),
}
"""TAPAS's aggregation operators (Herzig et al. 2020, arXiv:2004.02349), as in `config.aggregation_labels`."""


def answer_by_writing(loaded: Loaded, values: Sequence[Any], parameters: Mapping[str, Any]) -> list[str]:
    """What TAPEX writes for each (question, table)."""
    prompts = [f"{question} {flat(_plain(loaded, table))}".lower() for question, table in values]
    return [text.strip() for text in write(loaded, prompts, 64)]


def flat(table: pd.DataFrame) -> str:
    """A table in a line, as TAPEX was trained: `col : a | b row 1 : 1 | 2` (Liu et al. 2022, arXiv:2107.07653)."""
    rows = (f"row {i} : {' | '.join(map(str, row))}" for i, row in enumerate(table.itertuples(index=False), start=1))
    return " ".join((f"col : {' | '.join(map(str, table.columns))}", *rows))


def _plain(loaded: Loaded, table: pd.DataFrame) -> pd.DataFrame:
    """The table as text, as many rows as can be read at most: a cell is one token or more. Missing cells are empty."""
    import pandas as pd

    if table.empty:
        raise UnknownKind("the table is empty")
    head = table.head(max(max_tokens(loaded) // table.shape[1], 1))
    cells = [["" if pd.isna(v) is True else str(v) for v in row] for row in head.itertuples(index=False)]
    return pd.DataFrame(cells, columns=[str(c) for c in table.columns], dtype=object)


def _cost(loaded: Loaded, values: Sequence[Any]) -> list[int]:
    """Tokens of question and table, of a large table those of its beginning."""
    tables = {id(table): len(flat(table.head(max_tokens(loaded))).split()) for _, table in values}
    return [len(question.split()) + tables[id(table)] for question, table in values]


def _most(loaded: Loaded, parameters: Mapping[str, Any]) -> int:
    return max_tokens(loaded)


RUNNERS: Mapping[str, tuple[Runner, ...]] = {
    "table-question-answering": (
        Runner(
            answer_by_cells,
            "AutoModelForTableQuestionAnswering",
            of=("TapasForQuestionAnswering",),
            cost=_cost,
            longest=_most,
            most=16,
        ),
        # transformers 5 has no TapexTokenizer; it is BART's, over the table in a line
        Runner(
            answer_by_writing,
            "AutoModelForSeq2SeqLM",
            "BartTokenizer",
            of=("BartForConditionalGeneration",),
            cost=_cost,
            longest=_most,
            most=16,
        ),
    ),
}
