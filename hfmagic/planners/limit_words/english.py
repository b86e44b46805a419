"""How limits on models are said in English: patterns and what each of them means. Finds nothing by itself."""

from __future__ import annotations

from ...limits import Limits, parse_count, parse_days, parse_seconds
from ..words import ROW_NOUNS
from .meanings import (
    COMMERCIAL,
    DEVICE,
    LANGUAGE_NAMES,
    LICENSE,
    NOTHING,
    WHO,
    Phrase,
    amount,
    bytes_of,
    either,
    hardware_of,
    languages_of,
    licenses_of,
    owners,
    phrases,
    tokens_of,
)

_N = r"(?P<n>\d[\d,]*(?:\.\d+)?)"
_MOST = (
    r"(?:of |for |that )?(?:under|below|(?:less|fewer|smaller|lighter|faster) than|at most|up to|within|sub-|<=?|≤|"
    r"(?:no|not) (?:more|larger|bigger|greater|slower|heavier) than|not (?:over|above|exceeding)|max(?: of)?)\s*"
)
_BYTES = r"(?P<unit>[KMGT]i?B|kilobytes?|megabytes?|gigabytes?)\b(?:(?: (?:in size|on disk|of disk|big))?\b)"
_COUNT = r"(?P<unit>[KMB]\b|thousand|million|billion)"
_ROW = r"(?:a|an|per|each|every|/)\s*(?:row|text|item|review|record|picture|image|clip)"
_TIME = r"(?P<unit>ms|milliseconds?|s|sec|seconds?)"
_LEAST = (
    r"(?:(?:of|for|reading|taking|handling|reads?|takes?|handles?) )?(?:at least|no (?:less|fewer) than|over|>=?|≥)"
)
_WHOS = rf"(?P<who>{WHO}(?:(?:, | or | and | nor |, or ){WHO})*)(?![\w-])"
_ANYONE = r"(?P<who>[\w][\w.-]{0,95})"
_LICENSED = rf"(?P<license>{LICENSE}(?:(?:, | or |/){LICENSE})*)"
_LANGUAGE = rf"(?:{either(w for w in LANGUAGE_NAMES if w.isascii())})"
_LANGUAGES = rf"(?P<language>{_LANGUAGE}(?:(?:, | and |, and ){_LANGUAGE})*)\b"
_SPAN = r"(?:(?P<n>\d+|an?|one|two|three|six|twelve)\s+)?(?P<unit>day|week|month|year)s?"
_IN_MEMORY = r" (?:in|of) (?:memory|RAM|VRAM)"

AFTER: tuple[Phrase, ...] = phrases(
    (
        (rf"{_MOST}{_N}\s*{_BYTES}{_IN_MEMORY}", lambda m: Limits(max_memory=bytes_of(m))),
        (rf"{_MOST}{_N}\s*{_BYTES}", lambda m: Limits(max_size=bytes_of(m))),
        (rf"(?:of )?{_N}\s*{_BYTES} or (?:less|smaller|under)", lambda m: Limits(max_size=bytes_of(m))),
        (
            rf"{_MOST}{_N}\s*{_COUNT}(?:[ -]?param(?:eter)?s?)?\b",
            lambda m: Limits(max_parameters=parse_count(amount(m))),
        ),
        (
            rf"{_N}\s*{_COUNT} param(?:eter)?s? or (?:less|fewer|under)",
            lambda m: Limits(max_parameters=parse_count(amount(m))),
        ),
        (rf"{_MOST}{_N}\s*{_TIME}\s*{_ROW}", lambda m: Limits(max_latency=parse_seconds(amount(m)))),
        (
            rf"(?:under )?(?:(?:an?|the) )?{_LICENSED}[\s-]licen[cs]ed?s?\b(?: only)?",
            licenses_of,
        ),
        (rf"licensed (?:under )?(?:(?:an?|the) )?{_LICENSED}\b", licenses_of),
        (
            r"(?:(?:licensed |usable |allowed |cleared |free |ok |okay )?for commercial use"
            r"|commercial use(?: is)?(?: ok| okay| allowed| permitted)?|(?:usable|used) commercially"
            r"|commercially usable|allows? commercial use)",
            lambda _: Limits(license=COMMERCIAL),
        ),
        (
            rf"(?:not|never|nothing|except|excluding|don't)(?: ones?| those| come)?(?: made| published| released)?"
            rf"(?: from| by)? {_WHOS}",
            lambda m: Limits(not_owner=owners(m["who"])),
        ),
        (
            rf"(?:not|never) (?:made|published|released|uploaded|trained|owned) by {_ANYONE}",
            lambda m: Limits(not_owner=owners(m["who"])),
        ),
        (
            r"(?:published |released |made |owned )?(?:from |by )?(?:an? )?verified "
            r"(?:organi[sz]ations?|owners?|publishers?|authors?|accounts?|compan(?:y|ies)|orgs?)",
            lambda _: Limits(verified=True),
        ),
        (rf"(?:only )?(?:from|by) {_WHOS}(?: only)?", lambda m: Limits(owner=owners(m["who"]))),
        (
            rf"(?:made|published|released|uploaded|trained|owned) by (?!an?\b|the\b){_ANYONE}",
            lambda m: Limits(owner=owners(m["who"])),
        ),
        (
            r"(?:reads?|speaks?|understands?|knows?|supports?|handles?|covers?|reading|speaking|trained on) "
            rf"{_LANGUAGES}(?: texts?)?(?! (?:{ROW_NOUNS})\b)",
            languages_of,
        ),
        (rf"for {_LANGUAGES} (?:texts?|data|inputs?)\b", languages_of),
        (
            r"(?:fits?|fitting|runs?|running|works?|working) (?:on|in|into) (?:(?:an?|one|the|my|our|a single) )?"
            rf"{DEVICE}(?:'s memory| GPU| card)?(?![\w-])",
            hardware_of,
        ),
        (
            r"(?:last )?(?:updated|changed|modified|released|published|maintained) (?:with)?in the (?:last|past) "
            rf"{_SPAN}",
            lambda m: Limits(max_age=parse_days(amount(m))),
        ),
        (
            rf"(?:no|not) (?:older|more) than {_SPAN}(?: old| ago)?",
            lambda m: Limits(max_age=parse_days(amount(m))),
        ),
        (
            rf"(?:younger|newer|less) than {_SPAN}(?: old| ago)?",
            lambda m: Limits(max_age=parse_days(amount(m))),
        ),
        (rf"{_LEAST} {_N}(?P<k>k)?[ -]?tokens?(?: of context| at once| long)?", tokens_of),
        (rf"(?:a )?context (?:window |length )?of {_LEAST} {_N}(?P<k>k)?(?:[ -]?tokens?)?", tokens_of),
        (rf"(?:an? )?{_N}(?P<k>k)?[ -]tokens? (?:of )?context(?: window| length)?", tokens_of),
        (
            r"(?:using |from |in )?(?:the )?(?P<library>transformers|diffusers|sentence-transformers) library",
            lambda m: Limits(library=(m["library"].lower(),)),
        ),
        (r"(?:in |as |with )?safetensors(?: only| weights| files)?", lambda _: Limits(safetensors=True)),
    )
)
"""What may follow "model"."""

BEFORE: tuple[Phrase, ...] = phrases(
    (
        (rf"{_LICENSED}[ -]licen[cs]ed", licenses_of),
        (r"(?P<license>permissive|copyleft|open[ -]source|Apache[ -]2\.0|MIT|Apache)(?!\w)", licenses_of),
        (r"commercially usable", lambda _: Limits(license=COMMERCIAL)),
        (rf"{_LANGUAGES}(?:[ -](?:language|speaking))?", languages_of),
        (r"verified", lambda _: Limits(verified=True)),
        (rf"(?:{_MOST})?{_N}[\s-]?{_BYTES}", lambda m: Limits(max_size=bytes_of(m))),
        (
            rf"(?:{_MOST}){_N}[\s-]?{_COUNT}(?:[ -]param(?:eter)?s?)?",
            lambda m: Limits(max_parameters=parse_count(amount(m))),
        ),
        (rf"(?P<who>{WHO})(?:'s)?(?= )", lambda m: Limits(owner=owners(m["who"]))),
        (
            r"(?:small|tiny|light|lightweight|fast|quick|good|single|local|pre-?trained|free|language|Hub)(?= )",
            lambda _: NOTHING,
        ),
    )
)
"""What may stand before "model"; the last says nothing that is a limit, and goes with it."""

COUNTS: tuple[Phrase, ...] = phrases(
    (
        (
            rf"\b(?:with |of )?{_MOST}{_N}\s*{_COUNT}[ -]?param(?:eter)?s?\b",
            lambda m: Limits(max_parameters=parse_count(amount(m))),
        ),
    )
)
"""Numbers of parameters, wherever they stand: they name their noun."""

CLAUSES: tuple[Phrase, ...] = phrases(
    (
        (
            rf"(?:only )?(?:with |under )(?:an? |the ){_LICENSED}[ -]licen[cs]e(?: only)?(?=\s*(?:[.;,)!\n]|$))",
            licenses_of,
        ),
        (rf"only (?:with|under|using) (?:an? |the )?{_LICENSED}[ -]licen[cs]es?(?=\s*(?:[.;,)!\n]|$))", licenses_of),
        (rf"(?:only )?{_LICENSED}[ -]licen[cs]es? only(?=\s*(?:[.;,)!\n]|$))", licenses_of),
        (rf"{_LICENSED}[ -]licensed(?: only)?(?=\s*(?:[.;,)!\n]|$))", licenses_of),
        (
            rf"(?:the )?licen[cs]e(?: must be| should be| has to be|:|=) {_LICENSED}(?![\w-])",
            licenses_of,
        ),
        (
            r"(?:licensed |usable |allowed |cleared |ok |okay )for commercial use(?=\s*(?:[.;,)!\n]|$))"
            r"|commercial use(?: is| must be)? (?:ok|okay|allowed|permitted)(?=\s*(?:[.;,)!\n]|$))",
            lambda _: Limits(license=COMMERCIAL),
        ),
    )
)
"""What is said of a license as a clause of its own."""
