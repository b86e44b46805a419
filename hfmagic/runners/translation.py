"""Translation by models of every family: how each is told the languages, and which it has, read from its tokenizer."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from ..errors import StepFailed
from ..models import Loaded
from ..tasks.languages import code_in, is_language, language_name, language_of, nearest_languages
from .encoded import Encoded, fast, padded
from .generation import AHEAD, ready_after, write, write_on
from .runner import Runner
from .text import max_tokens

FORMS = {
    "target first": (  # the decoder begins with the target's token, the encoder's text has the source's
        re.compile(r"([a-z]{2,3}_[A-Z][a-z]{3})"),  # NLLB: fra_Latn
        re.compile(r"([a-z]{2}_[A-Z]{2})"),  # mBART: fr_XX
        re.compile(r"__([a-z]{2,3})__"),  # M2M100: __fr__
    ),
    "before the text": (
        re.compile(r">>([a-z]{2,3}(?:_[A-Za-z]{2,4})?)<<"),  # Marian with several targets: >>fra<<
        re.compile(r"<2([a-z]{2,3}(?:_[A-Z][a-z]{3})?)>"),  # MADLAD-400, a T5: <2fr>
    ),
}
"""How models name a target → what the tokens look like that do it; the group is the language's code."""
FEWEST = 2  # tokens of one form that make it the model's way: a vocabulary may hold one by chance


@dataclass(frozen=True)
class Way:
    """How a model is told what to translate into what.

    `prefix` stands before each text, `token` before each translation, `source` is what its tokenizer calls the language
    of the texts, `options` are for `generate`.
    """

    prefix: str = ""
    token: str = ""
    source: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


def translate(loaded: Loaded, texts: Sequence[str], parameters: Mapping[str, Any]) -> list[str]:
    """Each text in the language `target`."""
    way = _way(loaded, parameters)
    prompts = [way.prefix + text for text in texts]
    with _from(loaded, way.source):
        written = write(loaded, prompts, int(parameters["max_new_tokens"]), **way.options)
    return _plain(way, written)


@contextlib.contextmanager
def _from(loaded: Loaded, source: str) -> Iterator[None]:
    """The tokenizer reads texts of that language; afterwards what it read before: the next step may name no source."""
    own = getattr(loaded.tokenizer, "src_lang", None)
    if source:
        loaded.tokenizer.src_lang = source
    try:
        yield
    finally:
        if source and own:
            loaded.tokenizer.src_lang = own


def _plain(way: Way, written: Sequence[str]) -> list[str]:
    """A tokenizer that was saved anew may have forgotten that its languages are special tokens."""
    return [(t.replace(way.token, "") if way.token else t).strip() for t in written]


def _ready(loaded: Loaded, texts: Sequence[str], parameters: Mapping[str, Any]) -> list[Encoded]:
    way = _way(loaded, parameters)
    with _from(loaded, way.source):
        return ready_after(loaded, texts, way.prefix)


def _translate_encoded(loaded: Loaded, encoded: Sequence[Encoded], parameters: Mapping[str, Any]) -> list[str]:
    way = _way(loaded, parameters)
    written = write_on(loaded, padded(loaded, encoded), int(parameters["max_new_tokens"]), **way.options)
    return _plain(way, written)


def _way(loaded: Loaded, parameters: Mapping[str, Any]) -> Way:
    """As the parameters say; without a `source` the one `detected` in the column, where the model has it."""
    target, source, detected = (str(parameters.get(name) or "") for name in ("target", "source", "detected"))
    if not source and detected:
        form, tokens = _tokens_of(loaded.tokenizer)
        source = detected if form != "target first" or code_in(detected, tokens) else ""
    return way_of(loaded, target, source)


def way_of(loaded: Loaded, target: str, source: str = "") -> Way:
    """How this model is told the languages.

    Raises: StepFailed for a name that is no language, and for a language that the model does not have.
    """
    for name in filter(None, (target, source)):
        if language_of(name) is None:
            raise StepFailed(f"{name!r} is no language that hfmagic knows.", hint="its English name, or a code: de")
    form, tokens = _tokens_of(loaded.tokenizer)
    if form == "before the text":
        return Way(prefix=f"{tokens[_code(loaded, target, tokens)]} ")
    if form == "target first":
        code = _code(loaded, target, tokens)
        own = _code(loaded, source, tokens) if source else ""
        first = loaded.tokenizer.convert_tokens_to_ids(tokens[code])
        return Way(token=tokens[code], source=own, options={"forced_bos_token_id": first})
    if loaded.model.config.model_type in ("t5", "mt5", "umt5"):
        _check_pairs(loaded, target)
        return Way(prefix=f"translate {language_name(source or 'en')} to {language_name(target)}: ")
    _check_only(loaded, target)
    return Way()


@lru_cache(maxsize=4)
def _tokens_of(tokenizer: Any) -> tuple[str, dict[str, str]]:
    """The form in which the vocabulary names languages, and code → token; an empty form where it names none."""
    # M2M100's tokenizer keeps its languages beside the vocabulary
    vocabulary = [*getattr(tokenizer, "lang_code_to_token", {}).values(), *tokenizer.get_vocab()]
    for form, patterns in FORMS.items():
        for pattern in patterns:
            found = {m[1]: token for token in vocabulary if (m := pattern.fullmatch(token)) and is_language(m[1])}
            if len(found) >= FEWEST:
                return form, found
    return "", {}


def _code(loaded: Loaded, name: str, tokens: Mapping[str, str]) -> str:
    code = code_in(name, tokens)
    if code is None:
        raise _lacks(loaded, name, list(tokens))
    return code


def _check_pairs(loaded: Loaded, target: str) -> None:
    """A T5 that lists what it was trained to translate lists its targets (`task_specific_params`)."""
    tasks = getattr(loaded.model.config, "task_specific_params", None) or {}
    targets = [m[1] for name in tasks if (m := re.fullmatch(r"translation_[a-z]+_to_([a-z]+)", name))]
    if targets and code_in(target, [*targets, "en"]) is None:
        raise _lacks(loaded, target, [*targets, "en"])


def _check_only(loaded: Loaded, target: str) -> None:
    """A model for one pair of languages, such as opus-mt-en-de, has one target."""
    only = getattr(loaded.tokenizer, "target_lang", None) or loaded.tokenizer.init_kwargs.get("target_lang")
    if isinstance(only, str) and is_language(only) and code_in(target, [only]) is None:
        raise _lacks(loaded, target, [only])


def _lacks(loaded: Loaded, name: str, codes: Sequence[str]) -> StepFailed:
    near = ", ".join(nearest_languages(name, codes))
    what = f"{loaded.facts.model_id} does not translate into {language_name(name)}; it has {near}"
    return StepFailed(f"{what}{f' and {len(codes) - 5} more' if len(codes) > 5 else ''}.", hint="%hf use STEP MODEL")


def _room(loaded: Loaded, parameters: Mapping[str, Any]) -> int:
    """Tokens that the model reads of a text, beside its prefix. Raises: StepFailed as `way_of`."""
    prefix = _way(loaded, parameters).prefix
    return max_tokens(loaded) - (len(loaded.tokenizer(prefix, add_special_tokens=False).input_ids) if prefix else 0)


_SHARED: Mapping[str, Any] = {
    "auto": "AutoModelForSeq2SeqLM",
    "longest": _room,
    "most": 32,
    **fast(translate, _ready, _translate_encoded, AHEAD),
}
RUNNERS: Mapping[str, tuple[Runner, ...]] = {
    "translation": (
        Runner(translate, of=("MarianMTModel",), needs=("sentencepiece",), **_SHARED),
        Runner(translate, **_SHARED),
    ),
}
