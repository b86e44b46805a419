"""What names or reaches a person, replaced by what kind of thing it was: [EMAIL], [PHONE], [PERSON] …

Phone numbers by the library `phonenumbers` (Google's, which knows each country's numbers); the other patterns are
here, with their check digits where they have some. Names come from a model: the spans of a token-classification step.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

from ..kinds import Span

Found = tuple[int, int, str]
"""Start and end in characters, and the kind of thing."""

NAMES: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("PER", "PERSON", "PERS", "NAME", "FIRSTNAME", "LASTNAME"), "PERSON"),
        **dict.fromkeys(("LOC", "LOCATION", "GPE", "PLACE", "FAC", "CITY", "ADDRESS", "STREET"), "PLACE"),
        **dict.fromkeys(("ORG", "ORGANIZATION", "ORGANISATION", "COMPANY", "CORP"), "ORGANIZATION"),
    }
)
"""A model's label → what stands in the text; another label stands as it is."""

# Whose national numbers are looked for, beside every number that begins with + and the code of its country.
REGIONS = ("US", "GB", "CN", "DE", "FR")


def redact_text(text: str, spans: Sequence[Span] | None = None) -> str:
    """The text with a word in brackets for each thing that names or reaches a person.

    Args:
        spans: of names in the text, by a model. Where two things overlap, the one that begins first stands for both.
    """
    found = [(s.start, s.end, NAMES.get(s.label.upper(), s.label.upper())) for s in spans or ()]
    found += [place for find in FINDERS for place in find(text)]
    parts, at = [], 0
    for start, end, kind in sorted(found, key=lambda f: (f[0], -f[1])):
        if start >= at:
            parts += [text[at:start], f"[{kind}]"]
        at = max(at, end)
    return "".join((*parts, text[at:]))


def _by_pattern(kind: str, pattern: str, holds: Callable[[str], bool] = bool) -> Callable[[str], Iterator[Found]]:
    """What looks so, where a check of it holds."""
    compiled = re.compile(pattern)

    def find(text: str) -> Iterator[Found]:
        return ((*m.span(), kind) for m in compiled.finditer(text) if holds(m[0]))

    return find


def is_card(number: str) -> bool:
    """True for 13 to 19 digits whose last one checks them (Luhn, ISO/IEC 7812-1 annex B)."""
    digits = [int(d) for d in re.sub(r"\D", "", number)]
    doubled = [sum(divmod(2 * d, 10)) for d in digits[-2::-2]]
    return 13 <= len(digits) <= 19 and len(set(digits)) > 1 and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def is_iban(text: str) -> bool:
    """True for an account number whose check digits hold (ISO 13616: the number modulo 97 is 1)."""
    plain = re.sub(r"\s", "", text).upper()
    return 15 <= len(plain) <= 34 and int("".join(str(int(c, 36)) for c in plain[4:] + plain[:4])) % 97 == 1


def is_chinese_id(text: str) -> bool:
    """True for 18 characters of which the last checks the others (GB 11643-1999)."""
    weights = [2**i % 11 for i in range(17, 0, -1)]
    return "10X98765432"[sum(int(d) * w for d, w in zip(text, weights, strict=False)) % 11] == text[-1].upper()


def is_ip(text: str) -> bool:
    """True for an address of the internet, version 4 or 6."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def find_phones(text: str) -> Iterator[Found]:
    """Phone numbers: international ones, and those as they are written within REGIONS."""
    if len(re.findall(r"\d", text)) < 7:
        return
    from phonenumbers import Leniency, PhoneNumberMatcher

    for region in REGIONS:
        for match in PhoneNumberMatcher(text, region, leniency=Leniency.VALID):
            if _is_written_as_phone(match.raw_string):
                yield match.start, match.end, "PHONE"


def _is_written_as_phone(text: str) -> bool:
    """False for a bare number such as that of an order, which some country may well have as a phone number."""
    return not text.isdigit() or text.startswith("0") or re.fullmatch(r"1[3-9]\d{9}", text) is not None


# All repeats below have an end: the time is in proportion to the text, whatever it holds.
_HAN = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_LETTER = rf"(?:[^\W{_HAN}]|[\u0300-\u036f])"  # an accent may be a character of its own
_LABEL = rf"(?:{_LETTER}|-){{1,63}}"

FINDERS: tuple[Callable[[str], Iterator[Found]], ...] = (
    _by_pattern(
        "URL",
        r"\b(?:https?|ftp)://[^\s<>\"'，。；）]+[^\s<>\"'.,;:!?)，。；）]|\bwww\.[\w-]+\.[^\s<>\"'，。；）]*[\w/]",
    ),
    _by_pattern(
        "EMAIL",
        # Chinese is written without spaces: an address ends where the script changes
        rf"(?:{_LETTER}(?:{_LETTER}|[.+%-]){{0,63}}|[\w.+%-]{{0,63}}[{_HAN}])@(?:(?:{_LABEL}|[{_HAN}]{{1,63}})\.){{1,9}}"
        rf"(?:(?!\d){_LETTER}{_LABEL}(?<!-)|[{_HAN}]{{2,63}})",
    ),
    _by_pattern("IBAN", r"(?a:\b[A-Z]{2}\d{2}(?: ?[A-Z\d]{4}){2,7}(?: ?[A-Z\d]{1,3})?\b)", is_iban),
    _by_pattern(
        "ID", r"(?<!\d)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dXx](?!\w)", is_chinese_id
    ),
    _by_pattern("CARD", r"(?<![\d.])\d(?:[ -]?\d){12,18}(?!\d)", is_card),
    _by_pattern(
        "IP", r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|(?=[0-9A-Fa-f]{0,4}:)[0-9A-Fa-f:]{3,39})(?![\w:])", is_ip
    ),
    find_phones,
)
