"""Whether a sentence says only what facts say: its numbers, names, quotes, amounts and negations. Pure; knows no LLM.

It cannot read meaning. It refuses what has no counterpart in the facts, and a number beside the name of another one;
a true sentence that is refused costs little, for the facts are then shown as they are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import partial

_QUOTE = re.compile('“([^“”]*)”|"([^"]*)"|「([^「」]*)」|『([^『』]*)』|«([^«»]*)»|‘([^‘’]*)’(?!\\w)')
_NUMBER = re.compile(r"(?<![\w.])[-+]?\d+(?:,\d{3})*(?:\.\d+)?%?|\d+(?:,\d{3})*(?:\.\d+)?%?")
_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion dozen "
    "half quarter third thirds once twice thrice double triple couple several few fewer most least majority minority "
    "all every each both none always never only more less no not nobody nothing neither nor cannot without unlike "
    "hundreds thousands millions dozens"
)
_CLAIM = re.compile(rf"\b(?:{'|'.join(_WORDS.split())})\b|\b\w+n['’]t\b", re.IGNORECASE)
_CLAIM_ZH = re.compile(
    "(?!一些|一起|一样|一般|一致|一共|一直|一方面|一定|统一|唯一)"
    "(?:[〇零一二两三四五六七八九十百千万亿半倍]+|[不没无未非勿]|多数|少数|全部|所有|全都|都|均|仅|只|最)"
)
_NAME = re.compile(r"\b(?=\w*[A-Z])[^\W\d_](?:[\w'’-]*\w)?")
_BEGINS = re.compile(r"(?:^|(?<!\b[A-Z])[.!?。！？][\s”’」』)]*)[\s“‘「『(]*$")
_PARTS = re.compile(
    r"(?<!\d),|,(?!\d{3})|[;:、。!?]|\.(?!\d)|\b(?:and|while|but|whereas|versus|with)\b|而|但|和|与", re.IGNORECASE
)
# How the templates put a number beside a name: "4 of 6 notes are GOOD, 1 BAD", "phone (3)", "4 条为 GOOD".
_PAIRS = tuple(
    map(
        re.compile,
        (
            r"(?:^|[,:;]| and | are | is |[和是按])\s*(?P<name>“[^“”]+”|[^\s,:;()][^,:;()]*?) ?\((?P<n>\d[\d,.]*%?)\)",
            r"(?P<n>\d[\d,]*)(?: of [^,;:]*?)? (?:is|are)(?: in)? (?P<name>“[^“”]+”|[^\s,.]+)",
            r", (?P<n>\d[\d,]*) (?P<name>“[^“”]+”|[^\s,.]+)",
            r"(?P<n>\d[\d,]*) ?条(?:的语言)?为 ?(?P<name>“[^“”]+”|[^\s,;:。]+)",
        ),
    )
)
_GLUE = frozenset(re.findall(r"\w+", "a an the of in is are was were be to for by per on at as it its that this rows"))


def unfounded(text: str, facts: Sequence[str], request: str = "") -> str:
    """The first thing in a text that the facts do not say; "" where there is none.

    Args:
        facts: sentences that are known to be true, in the language of the text.
        request: names may come from it, too.
    """
    text, known = plain(text), [plain(f) for f in facts]
    folded = " ".join(known).casefold()
    quotes = [next(filter(None, m.groups()), "") for m in _QUOTE.finditer(text)]
    if strange := next((q for q in quotes if q.casefold() not in folded), ""):
        return strange
    rest, grounds = _unquoted(text, quotes), [_unquoted(f, _quoted(f)) for f in known]
    founded = [n for g in grounds for n in numbers(g)]
    if strange := next((n for n in numbers(rest) if n not in founded), ""):
        return strange
    claims = (m[0] for pattern in (_CLAIM, _CLAIM_ZH) for m in pattern.finditer(rest))
    if strange := next((c for c in claims if not _holds(c.casefold(), folded)), ""):
        return strange
    named = f"{folded} {plain(request).casefold()}"
    if strange := next((n for n in _names(rest) if not _holds(n.casefold(), named)), ""):
        return strange
    return _crossed(text, known)


def missing(text: str, fact: str) -> str:
    """What a text that tells a fact lacks: any of its quotes, or, where it has none, any of its numbers; "" if none."""
    text, fact = plain(text).casefold(), plain(fact).casefold()
    if quotes := [q for q in _quoted(fact) if q]:
        parts = [q for q in _quoted(text) if q]
        return "" if any(q in text or any(part in q for part in parts) for q in quotes) else quotes[0]
    found = numbers(fact)
    return "" if not found or set(found) & set(numbers(text)) else found[0]


def numbers(text: str) -> list[str]:
    """The numbers of a text, in digits without commas; a percentage keeps its sign."""
    text = re.sub(r"(\d)\s*(?:%|percent\b|per cent\b)", r"\1%", plain(text), flags=re.IGNORECASE)
    found = [m[0].replace(",", "").lstrip("+") for m in _NUMBER.finditer(text)]
    return found + [c for c in text if not c.isascii() and unicodedata.category(c) in ("Nl", "No")]


def plain(text: str) -> str:
    """A text in one form of each character: digits of any script as 0 to 9, the minus sign as a hyphen."""
    text = unicodedata.normalize("NFKC", text).replace("−", "-").replace("％", "%")
    return "".join(str(unicodedata.digit(c)) if unicodedata.category(c) == "Nd" else c for c in text)


def _quoted(text: str) -> list[str]:
    return [next(filter(None, m.groups()), "") for m in _QUOTE.finditer(text)]


def _unquoted(text: str, quotes: Sequence[str]) -> str:
    """A text without what it quotes, so that a number in a quote founds no other number."""
    for quote in filter(None, quotes):
        text = text.replace(quote, " ")
    return text


def _holds(word: str, text: str) -> bool:
    if not word.isascii():
        return word in text
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None


def _names(text: str) -> Iterator[str]:
    """Words with a capital, without the first of each sentence unless it is all capitals."""
    for match in _NAME.finditer(text):
        first = _BEGINS.search(text[: match.start()]) is not None
        if match[0] != "I" and not (first and not match[0][1:].isupper()):
            yield match[0]


def _gap(span: tuple[int, int], place: tuple[int, int, str]) -> int:
    """Characters between a name and a number."""
    return max(place[0] - span[1], span[0] - place[1])


def _crossed(text: str, facts: Sequence[str]) -> str:
    """A number that stands with the name of another number, as in "1 is NEGATIVE" for "4 are NEGATIVE, 1 POSITIVE"."""
    numbers_of: dict[str, set[str]] = {}
    for fact in facts:
        for match in (m for pattern in _PAIRS for m in pattern.finditer(fact.replace("、", ","))):
            numbers_of.setdefault(match["name"].strip(" “”").casefold(), set()).update(numbers(match["n"]))
    paired = set().union(*numbers_of.values())
    for part in _PARTS.split(text.casefold()):
        places = [(m.start(), m.end(), n) for m in _NUMBER.finditer(part) for n in numbers(m[0]) if n in paired]
        for name, own in numbers_of.items():
            for found in re.finditer(rf"(?<![a-z0-9_]){re.escape(name)}(?![a-z0-9_])", part):
                near = min(places, key=partial(_gap, found.span()), default=None)
                if near and near[2] not in own and name not in _GLUE:
                    return f"{near[2]} {name}"
    return ""
