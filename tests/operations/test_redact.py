"""What names or reaches a person is taken out, and nothing else is."""

from __future__ import annotations

import pytest

from hfmagic.kinds import Span
from hfmagic.operations.redact import is_card, is_chinese_id, is_iban, redact_text


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Write to ada.lovelace+x@mail.example.co.uk.", "Write to [EMAIL]."),
        ("请发到wang@example.cn，谢谢", "请发到[EMAIL]，谢谢"),
        ("Call +1 (650) 253-0000 now", "Call [PHONE] now"),
        ("Call (650) 253-0000 now", "Call [PHONE] now"),
        ("Ring 020 7946 0958 or +49 30 901820.", "Ring [PHONE] or [PHONE]."),
        ("电话：13812345678，", "电话：[PHONE]，"),
        ("请打010-62283000。", "请打[PHONE]。"),
        ("IBAN DE89 3704 0044 0532 0130 00, thanks", "IBAN [IBAN], thanks"),
        ("pay GB82WEST12345698765432", "pay [IBAN]"),
        ("card 4111 1111 1111 1111.", "card [CARD]."),
        ("card 5500-0055-5555-5559", "card [CARD]"),
        ("身份证11010519491231002X", "身份证[ID]"),
        ("from 192.168.0.1 and 2001:db8::1, twice", "from [IP] and [IP], twice"),
        ("see https://example.org/a?b=c#d.", "see [URL]."),
        ("see www.example.org/help!", "see [URL]!"),
    ],
)
def test_what_reaches_a_person_is_replaced(text: str, wanted: str):
    assert redact_text(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "Order 4111111111111112 of 2024-05-17 was $1,200.50.",  # no card: its last digit is wrong
        "order no. 6502530000",
        "It took 10:30:45 hours, version 1.2.3, ratio 3:4.",
        "999.1.1.1 is no address, and @home is no mail.",
        "There are 1234567 rows and 3.14159265 is pi.",
        "订单号11010519491231002，共三件。",
        "",
    ],
)
def test_plain_numbers_and_words_stay(text: str):
    assert redact_text(text) == text


def test_names_of_a_model_become_kinds():
    text = "Ada Lovelace of Acme in London, ada@acme.org"
    spans = (Span("PER", 0.9, 0, 12), Span("ORG", 0.9, 16, 20), Span("LOC", 0.8, 24, 30), Span("MISC", 0.5, 13, 15))

    assert redact_text(text, spans) == "[PERSON] [MISC] [ORGANIZATION] in [PLACE], [EMAIL]"


def test_what_overlaps_is_taken_out_whole():
    assert redact_text("mail ada@acme.org now", (Span("ORG", 0.9, 9, 21),)) == "mail [EMAIL]"


def test_check_digits():
    assert is_card("4111 1111 1111 1111")
    assert not is_card("4111 1111 1111 1112")
    assert is_iban("FR14 2004 1010 0505 0001 3M02 606")
    assert not is_iban("FR15 2004 1010 0505 0001 3M02 606")
    assert is_chinese_id("11010519491231002X")
    assert not is_chinese_id("110105194912310021")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("müller@firma.de or info@müller.de or 王伟@qq.com", "[EMAIL] or [EMAIL] or [EMAIL]"),
        ("mu\u0308ller@firma.de", "[EMAIL]"),
        ("联系ann@example.org谢谢。再见", "联系[EMAIL]谢谢。再见"),
        ("联系ann@example.com谢谢.再见", "联系[EMAIL]谢谢.再见"),
        ("ann@例子.中国, a@xn--e.xn--p1ai", "[EMAIL], [EMAIL]"),
    ],
)
def test_addresses_in_every_script_are_replaced(text: str, wanted: str):
    assert redact_text(text) == wanted


@pytest.mark.parametrize("text", ["." * 300_000 + "g", "a." * 150_000, ":" * 300_000 + "g", "a@" * 150_000])
def test_long_runs_are_read_in_proportion_to_their_length(text: str):
    assert redact_text(text) == text  # read quadratically, these take minutes
