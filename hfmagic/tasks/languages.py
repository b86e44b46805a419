"""Names and codes of languages, by Babel: which of a model's codes means the language that a request names.

A language is a code and a script: `("zh", "Hans")`. The code has two letters where ISO 639-1 has one, else three.
Source: the Unicode CLDR, as Babel packs it (names in English and Chinese, aliases of codes, likely scripts).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import cache

# What CLDR has no alias for: members of a macrolanguage that models name in its place (NLLB), and everyday Chinese.
_OTHER_CODES = {"pbt": "ps", "quy": "qu", "fuv": "ff", "dik": "din", "knc": "kr", "jp": "ja", "cn": "zh"}
_OTHER_NAMES = {
    "mandarin": "zh",
    "汉语": "zh",
    "国语": "zh",
    "华语": "zh",
    "普通话": "zh",
    "farsi": "fa",
    "粤语": "yue",
    "oriya": "or",
}
_SCRIPT_NAMES = {
    **dict.fromkeys(("简体", "简体字", "简体中文", "簡體中文"), ("zh", "Hans")),
    **dict.fromkeys(("chinese (simplified)", "simplified mandarin"), ("zh", "Hans")),
    **dict.fromkeys(("繁体", "繁體", "繁体字", "繁体中文", "繁體中文", "正体中文", "正體中文"), ("zh", "Hant")),
    **dict.fromkeys(("chinese (traditional)", "traditional mandarin"), ("zh", "Hant")),
}
_REGIONAL = {  # how a language is written in a country, where models tell the two
    **dict.fromkeys(("brazilian portuguese", "portuguese (brazil)", "巴西葡萄牙语", "巴西葡语"), "pt-BR"),
    **dict.fromkeys(("european portuguese", "portuguese (portugal)", "欧洲葡萄牙语"), "pt-PT"),
}
_MEMBERS = {"no": ("nb", "nn")}  # a macrolanguage → those that a model may name in its place, the usual one first
_CODE = re.compile(
    r"(?P<language>[A-Za-z]{2,3})(?:[-_](?P<script>[A-Z][a-z]{3}))?(?:[-_](?P<region>[A-Za-z]{2}|\d{3}))?"
)
_SCRIPTS = {
    "zh-TW": "Hant",
    "zh-HK": "Hant",
    "zh-MO": "Hant",
    "zh-CN": "Hans",
    "zh-SG": "Hans",
}  # a region that says how it is written

Language = tuple[str, str]


def language_of(name: str) -> Language | None:
    """The language that a name (English, Chinese) or code (ISO 639, `fra_Latn`, `fr_XX`, `zh-TW`) means, or None."""
    name = _REGIONAL.get(name.strip().casefold(), name.strip())
    known = _names()
    folded = name.casefold()
    named = known.get(folded) or (known.get(f"{folded[:-1]}语") if folded.endswith("文") else None)
    if named or (found := _CODE.fullmatch(name)) is None:
        return named
    code = _base(found["language"].lower())
    region = (found["region"] or "").upper()
    return code, found["script"] or _SCRIPTS.get(f"{code}-{region}", "")


def language_name(name: str) -> str:
    """The English name of what `name` means, such as "German" for `de`, `deu_Latn` and 德语; else the name as it is."""
    from babel import Locale

    found = language_of(name)
    if found is None:
        return name
    english = Locale("en").languages
    return str(english.get("_".join(filter(None, found))) or english.get(found[0]) or name)


def is_language(name: str) -> bool:
    """True for the name of a language, or a code that CLDR knows."""
    found = language_of(name)
    return found is not None and found[0] in {code for code, _ in _names().values()}


def code_in(name: str, codes: Iterable[str]) -> str | None:
    """The one of a model's codes that means the language; in its usual script where the name says none. None: none."""
    codes = list(codes)
    name = _REGIONAL.get(name.strip().casefold(), name.strip())
    same = next((c for c in codes if c.casefold().replace("_", "-") == name.casefold().replace("_", "-")), None)
    wanted = language_of(name)
    if same or wanted is None:
        return same
    meant = (wanted[0], *_MEMBERS.get(wanted[0], ()))
    fitting = [c for m in meant for c in codes if (language_of(c) or ("",))[0] == m]
    script = wanted[1] or _usual_script(wanted[0])
    in_script = [c for c in fitting if _written(c) == script]
    return next(iter(in_script or ([] if wanted[1] and any(_script(c) for c in fitting) else fitting)), None)


def nearest_languages(name: str, codes: Collection[str], most: int = 5) -> list[str]:
    """English names of a model's languages, those spelt like `name` first."""
    import difflib

    names = sorted({language_name(c) for c in codes})
    near = difflib.get_close_matches(language_name(name), names, n=most, cutoff=0.4)
    return [*near, *(n for n in names if n not in near)][:most]


def _script(code: str) -> str:
    found = language_of(code)
    return found[1] if found else ""


def _written(code: str) -> str:
    found = language_of(code)
    return (found[1] or _usual_script(found[0])) if found else ""


@cache
def _usual_script(language: str) -> str:
    """Such as Latn for fr, Hans for zh."""
    from babel.core import get_global

    return next((p for p in get_global("likely_subtags").get(language, "").split("_")[1:] if len(p) == 4), "")


@cache
def _names() -> dict[str, Language]:
    """Names in lower case → language."""
    from babel import Locale

    found: dict[str, Language] = {}
    for locale in ("zh", "en"):
        for code, name in Locale(locale).languages.items():
            parts = code.split("_")
            if len(parts) == 1 or (len(parts) == 2 and len(parts[1]) == 4):
                found[name.casefold()] = (_base(parts[0]), parts[1] if len(parts) == 2 else "")
    return found | {name: (code, "") for name, code in _OTHER_NAMES.items()} | _SCRIPT_NAMES


@cache
def _base(code: str) -> str:
    """The code that CLDR uses for it: `de` for deu and ger, `ar` for arb, `zh` for cmn."""
    from babel.core import get_global

    return str(_OTHER_CODES.get(code) or get_global("language_aliases").get(code, code)).partition("_")[0]
