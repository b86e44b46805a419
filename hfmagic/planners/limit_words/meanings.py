"""What the words of a limit mean: owners, licenses, languages, hardware, amounts. Knows no grammar."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from ...errors import BadOption
from ...limits import LICENSES, Limits, parse_bytes, parse_count
from ...tasks.languages import language_of
from ..words import NUMBERS, OWNERS, TARGETS

OWNER_IDS: Mapping[str, tuple[str, ...]] = {
    "google": ("google", "google-bert", "google-t5"),
    "meta": ("facebook", "meta-llama", "facebookai"),
    "facebook": ("facebook", "meta-llama", "facebookai"),
    "openai": ("openai", "openai-community"),
    "alibaba": ("alibaba-nlp", "alibaba-pai", "qwen"),
    "hugging face": ("huggingface", "huggingfacetb", "huggingfacem4", "distilbert"),
    "huggingface": ("huggingface", "huggingfacetb", "huggingfacem4", "distilbert"),
    "deepseek": ("deepseek-ai",),
    "mistral": ("mistralai",),
    "ibm": ("ibm", "ibm-granite"),
    "amazon": ("amazon", "amazon-science"),
    **{name: (name,) for name in ("tencent", "baidu", "qwen", "stabilityai", "bytedance", "thudm", "zai-org")},
}
"""Who people name → their accounts on the Hub, where those are called otherwise."""
OWNERS_IN_CHINESE = {
    "微软": "microsoft", "谷歌": "google", "脸书": "facebook", "英伟达": "nvidia", "阿里巴巴": "alibaba",
    "阿里": "alibaba", "苹果": "apple", "腾讯": "tencent", "百度": "baidu", "亚马逊": "amazon", "通义": "qwen",
    "字节跳动": "bytedance", "深度求索": "deepseek", "智源": "baai", "智谱": "zai-org", "赛富时": "salesforce",
}  # fmt: skip
COMMERCIAL = ("permissive", "copyleft")  # other classes ask for a reading of their terms, or forbid it
LICENSE_WORDS: Mapping[str, tuple[str, ...]] = {
    **{name: (name,) for ids in LICENSES.values() for name in ids},
    "permissive": ("permissive",),
    "permissively": ("permissive",),
    "copyleft": ("copyleft",),
    "宽松": ("permissive",),
    "apache": ("apache-2.0",),
    "apache 2.0": ("apache-2.0",),
    "apache 2": ("apache-2.0",),
    "apache2": ("apache-2.0",),
    "bsd": ("bsd", "bsd-2-clause", "bsd-3-clause"),
    "gpl": ("gpl", "gpl-2.0", "gpl-3.0"),
    "open": COMMERCIAL,
    "open-source": COMMERCIAL,
    "open source": COMMERCIAL,
    "开源": COMMERCIAL,
}


def either(words: Iterable[str]) -> str:
    """The words as alternatives of a pattern, longest first."""
    return "|".join(re.escape(w).replace(r"\ ", r"[\s-]") for w in sorted(words, key=lambda w: (-len(w), w)))


WHO = rf"(?:{either(OWNERS | set(OWNER_IDS))})"
LICENSE = rf"(?:{either(w for w in LICENSE_WORDS if w.isascii())})"
LANGUAGE_NAMES = {name: code for code, names in TARGETS.items() for name in names.split("|")}
DEVICE = (
    r"(?P<device>(?:(?:NVIDIA|Apple|RTX|GTX|Tesla) ){0,3}[A-Z]{0,4}[ -]?\d{1,4}"
    r"(?: ?(?:Ti|Super|Max|Pro|Ultra))?(?: ?\d{1,3} ?GB)?)"
)
NOTHING = Limits()
"""What words say that go with "model" and are no limit, such as "small"."""


Meaning = Callable[[re.Match[str]], Limits | None]


class Phrase(NamedTuple):
    """A way to say a limit; `limits` gives None where the words turn out to mean something else."""

    pattern: re.Pattern[str]
    limits: Meaning


def number(match: re.Match[str]) -> str:
    """A number in words or digits; one where there is none."""
    said = (match["n"] or "1").lower()
    return "0.5" if said == "半" else str({**NUMBERS, "a": 1, "an": 1}.get(said, said))


def amount(match: re.Match[str]) -> str:
    """A number with its unit, as the limits read it."""
    return f"{number(match)}{match['unit']}"


def bytes_of(match: re.Match[str]) -> int:
    """Bytes."""
    unit = match["unit"].lower()
    return parse_bytes(f"{number(match)}{'M' if unit == '兆' else unit[:1] if len(unit) > 3 else unit}")


def tokens_of(match: re.Match[str]) -> Limits:
    """So many tokens are read at once; 4k are 4,096."""
    return Limits(input_length=parse_count(number(match)) * (1024 if match["k"] else 1))


def owners(said: str) -> tuple[str, ...]:
    """The Hub's accounts that some names mean: `Google or Meta`, `微软和谷歌`."""
    names = [n.strip().lower() for n in re.split(r",|、|和|以及|或|\b(?:or|and|nor)\b", said) if n.strip()]
    names = [OWNERS_IN_CHINESE.get(n, n) for n in names]
    return tuple(dict.fromkeys(x for n in names for x in OWNER_IDS.get(n, (n,))))


def licenses_of(match: re.Match[str]) -> Limits:
    """One of the licenses, by id or class."""
    said = [re.sub(r"\s+", " ", x.strip().lower()) for x in re.split(r",|/|\bor\b", match["license"]) if x.strip()]
    return Limits(license=tuple(x for s in said for x in LICENSE_WORDS.get(s) or LICENSE_WORDS[s.replace(" ", "-")]))


def languages_of(match: re.Match[str]) -> Limits:
    """Every one of the languages."""
    found = Limits()
    for name in re.split(r",|、|和|及|\band\b", match["language"]):
        if name.strip() and (code := language_of(name.strip())):
            found = found.joined(Limits(language=code[0]))
    return found


def hardware_of(match: re.Match[str]) -> Limits | None:
    """It fits a device; None for one that nobody knows."""
    return Limits(hardware=" ".join(match["device"].split()))


def phrases(rows: tuple[tuple[str, Meaning], ...]) -> tuple[Phrase, ...]:
    """Patterns, in which a space is any white space and no letter is small or large, with what they mean."""
    return tuple(Phrase(re.compile(pattern.replace(" ", r"\s+"), re.IGNORECASE), _sure(make)) for pattern, make in rows)


def _sure(make: Meaning) -> Meaning:
    """The same, but None for an amount or a name that is none after all, such as 0 tokens or 10^400 bytes."""

    def limits(match: re.Match[str]) -> Limits | None:
        try:
            return make(match)
        except (BadOption, ValueError, KeyError):
            return None

    return limits
