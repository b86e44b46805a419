"""When a redaction needs a model for names; and columns of no known kind, which hold no picture, sound or video."""

from __future__ import annotations

import pytest

from hfmagic.errors import NoTaskFits
from hfmagic.kinds import InputSchema, Kind

from .inputs import NOTE, REVIEWS, plan, table, tasks

NER = "token-classification"
EMAILS = table("emails", email=Kind.TEXT)
LISTS = table("posts", text=Kind.TEXT, photos=None)


@pytest.mark.parametrize(
    ("inputs", "request_", "expected"),
    [
        (REVIEWS, "remove phone numbers and emails", "redact"),
        (REVIEWS, "remove links from the reviews", "redact"),
        (REVIEWS, "hide all credit card numbers and IP addresses", "redact"),
        (NOTE, "redact phone numbers", "redact"),
        (REVIEWS, "把电话号码和邮箱去掉", "redact"),
        (REVIEWS, "remove phone numbers and names", f"{NER} redact"),
        (REVIEWS, "redact the reviews including email addresses", f"{NER} redact"),
        (EMAILS, "redact the emails", f"{NER} redact"),
        (REVIEWS, "隐去人名", f"{NER} redact"),
        (REVIEWS, "把姓名和电话都删掉", f"{NER} redact"),
        (REVIEWS, "find people's names", NER),
    ],
)
def test_names_need_a_model_and_numbers_do_not(inputs: InputSchema, request_: str, expected: str) -> None:
    assert tasks(plan(request_, inputs)) == expected


@pytest.mark.parametrize("request_", ["caption `photos`", "transcribe `photos`", "take frames of `photos`"])
def test_a_column_of_no_known_kind_is_no_picture_or_sound(request_: str) -> None:
    with pytest.raises(NoTaskFits):
        plan(request_, LISTS)
