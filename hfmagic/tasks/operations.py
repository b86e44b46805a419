"""Operations over tables and texts: no model is needed."""

from __future__ import annotations

from ..kinds import Kind
from .spec import Parameter, TaskSpec

TEXT, IMAGE, TABLE, LABELS = Kind.TEXT, Kind.IMAGE, Kind.TABLE, Kind.LABELS
SPANS, BOXES, VIDEO, EMBEDDING = Kind.SPANS, Kind.BOXES, Kind.VIDEO, Kind.EMBEDDING

TASKS = (
    TaskSpec(
        "filter",
        {"table": TABLE},
        TABLE,
        "selected",
        "keep the rows for which `where` holds",
    ),
    TaskSpec(
        "sql",
        {"table": TABLE},
        TABLE,
        "query",
        "one SELECT over the table",
        (
            Parameter("query", str, None, "one SELECT; the table is called by its name", required=True),
            Parameter("columns", list, None, "the names of the columns it gives", required=True),
        ),
    ),
    TaskSpec(
        "chart",
        {"table": TABLE},
        IMAGE,
        "chart",
        "draw the table",
        (
            Parameter(
                "mark", str, "bar", "how it is drawn", choices=("bar", "line", "scatter", "histogram", "heatmap")
            ),
            Parameter("x", str, None, "column along the x axis", required=True),
            Parameter("y", str, "", "column of the values; empty: count rows"),
            Parameter("color", str, "", "column that splits the marks"),
            Parameter("aggregate", str, "count", "how rows become one mark", choices=("count", "mean", "sum", "none")),
        ),
    ),
    TaskSpec(
        "cluster",
        {"embedding": EMBEDDING, "text": TEXT, "across": LABELS},
        LABELS,
        "theme",
        "group alike rows, cutting across `across` where it is given, and name each group by its typical words",
        (Parameter("groups", int, 0, "how many groups; 0: found by silhouette", "", 0, 50),),
        optional=frozenset({"text", "across"}),
    ),
    TaskSpec("detect-language", {"text": TEXT}, LABELS, "language", "the language of each text, as an ISO 639-1 code"),
    TaskSpec(
        "template",
        {"value": TEXT},
        TEXT,
        "text",
        "put each value into a sentence",
        (Parameter("template", str, None, "text with {value} where the value goes", required=True),),
    ),
    TaskSpec(
        "split",
        {"text": TEXT},
        TEXT,
        "parts",
        "cut each text into sentences, paragraphs or chunks; what reads them runs over each part",
        (
            Parameter("by", str, "sentence", "where to cut", choices=("sentence", "paragraph", "chunk")),
            Parameter("words", int, 200, "longest chunk", "words", 5, 10_000),
        ),
    ),
    TaskSpec(
        "redact",
        {"text": TEXT, "entities": SPANS},
        TEXT,
        "redacted",
        "put [EMAIL], [PHONE] … in the place of what names or reaches a person",
        optional=frozenset({"entities"}),
    ),
    TaskSpec(
        "crop",
        {"image": IMAGE, "boxes": BOXES},
        IMAGE,
        "pieces",
        "cut what each box surrounds out of its picture; what reads them runs over each piece",
        (
            Parameter("margin", float, 0.0, "what is kept around a box, as a share of its sides", "", 0.0, 1.0),
            Parameter("most", int, 100, "pieces of a picture, those with the highest scores", "", 1, 1000),
        ),
    ),
    TaskSpec(
        "frames",
        {"video": VIDEO},
        IMAGE,
        "frames",
        "pictures of each video, evenly over its length; what reads them runs over each picture",
        (Parameter("most", int, 8, "pictures of a video", "", 1, 64),),
    ),
)
