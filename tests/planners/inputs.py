"""The inputs that the tests plan over, and short ways to look at a plan."""

from __future__ import annotations

from hfmagic.kinds import ColumnSchema, InputSchema, Kind
from hfmagic.plan import Plan
from hfmagic.planners.rules import plan_by_rules

COUNTED = ("NEGATIVE", "POSITIVE")


def table(name: str, /, **columns: Kind | None) -> InputSchema:
    found = tuple(ColumnSchema(name=c, kind=k) for c, k in columns.items())
    return InputSchema(name=name, kind=Kind.TABLE, rows=100, columns=found)


REVIEWS = table("reviews", id=Kind.NUMBER, product=Kind.LABELS, review=Kind.TEXT)
TICKETS = table("tickets", ticket_id=Kind.NUMBER, subject=Kind.TEXT, customer=Kind.LABELS)
MAILS = table("mails", subject=Kind.TEXT, body=Kind.TEXT, score=Kind.NUMBER, department=Kind.LABELS)
CALLS = table("calls", agent=Kind.LABELS, date=Kind.LABELS, recording=Kind.AUDIO)
PHOTOS = table("photos", file=Kind.LABELS, image=Kind.IMAGE)
LINES = table("lines", text=Kind.TEXT)
COUNTS = table("counts", product=Kind.LABELS, n=Kind.NUMBER)
CLIP = InputSchema(name="clip", kind=Kind.AUDIO)
NOTE = InputSchema(name="note", kind=Kind.TEXT)
SCORED = REVIEWS.model_copy(
    update={
        "name": "scored",
        "columns": (
            *REVIEWS.columns,
            ColumnSchema(name="review_sentiment", kind=Kind.LABELS, labels=COUNTED),
            ColumnSchema(name="review_sentiment_score", kind=Kind.NUMBER),
            ColumnSchema(name="review_theme", kind=Kind.LABELS),
        ),
    }
)


def plan(request: str, *inputs: InputSchema, previous: Plan | None = None) -> Plan:
    return plan_by_rules(request, inputs, previous=previous)


def tasks(made: Plan) -> str:
    return " ".join(s.task for s in made.steps)


def query(made: Plan) -> str:
    return str(made.steps[-1].parameters["query"])


def chart(made: Plan) -> dict[str, object]:
    return {k: v for k, v in made.steps[-1].parameters.items() if v}
