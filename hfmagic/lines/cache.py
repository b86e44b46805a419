"""The line about results that are kept by row: which there are, forget them, check them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from ..errors import BadOption, did_you_mean
from ..limits import size_words
from ..render.cache_view import cache_view
from ..render.words import rows_words
from ..sink import remove_written, written_in
from .call import Call, display


def cache(call: Call) -> None:
    """`%hf cache`, which is `%hf cache ls`; `%hf cache rm [MODEL | files]`; `%hf cache verify`. Raises: BadOption."""
    word, *rest = call.words or ("ls",)
    if word not in _DOES:
        hint = did_you_mean(word, WORDS) or f"%hf cache {', '.join(WORDS)}"
        raise BadOption(f"%hf cache {word!r} is unknown.", hint=hint)
    if rest and word != "rm":
        raise BadOption(f"%hf cache {word} takes no word.", hint=f"%hf cache {word}, or %hf cache rm {rest[0]}")
    _DOES[word](call)


def _list(call: Call) -> None:
    kept = call.session.results_cache
    display(cache_view(kept.list(), kept.folder, kept.most_bytes, written_in(call.session.outputs)))


def _remove(call: Call) -> None:
    """Forget the results of one model, of all, or in files. Raises: BadOption for a model that has none."""
    kept, model_id = call.session.results_cache, call.words[1] if len(call.words) > 1 else ""
    if model_id == FILES:
        _remove_files(call)
        return
    known = {entry.model_id for entry in kept.list()}
    if model_id and model_id not in known:
        hint = did_you_mean(model_id, known) or "%hf cache lists what is kept"
        raise BadOption(f"no results of {model_id} are kept.", hint=hint)
    gone = kept.remove(model_id)
    of = f" of {model_id}" if model_id else ""
    print(f"forgotten: {rows_words(gone.rows)}{of}, {size_words(gone.bytes)}" if known else "no results are kept")


def _remove_files(call: Call) -> None:
    """Remove the results that are files; a variable that reads one must be run again."""
    files = remove_written(call.session.outputs)
    what = f"removed: {rows_words(len(files), 'file')} of results, {size_words(sum(files.values()))}"
    print(what if files else "no results are in files")


def _verify(call: Call) -> None:
    """Read all that is kept against its checksums; what is damaged is set aside."""
    kept = call.session.results_cache
    found = kept.verify()
    print(f"{'✗' if found.damaged else '✓'} {rows_words(found.rows)} in {rows_words(found.shards, 'file')} as written")
    if found.damaged:
        were = "was" if found.damaged == 1 else "were"
        print(f"{rows_words(found.damaged, 'damaged file')} {were} set aside; the rows are computed again")


FILES = "files"
_DOES: Mapping[str, Callable[[Call], None]] = MappingProxyType({"ls": _list, "rm": _remove, "verify": _verify})
WORDS = tuple(_DOES)
