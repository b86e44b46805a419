"""One line, within 200 characters, whatever stands in it."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from hfmagic.errors import HFMagicError, UnknownColumn, did_you_mean

ANY = st.text(st.characters(codec=None, categories=None), max_size=400)


@given(ANY, ANY)
def test_every_line_fits_and_holds_no_control_character(message: str, hint: str):
    error = UnknownColumn(message, hint=hint)

    (shown,) = error._render_traceback_()
    assert len(shown) <= 200
    assert not [c for c in shown if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")]


def test_a_long_name_in_the_hint_does_not_push_the_message_out():
    name = "x" * 300

    line = HFMagicError("there is no column 'y'.", hint=did_you_mean(name + "z", [name])).line

    assert line.startswith("there is no column 'y'.")
    assert len(line) <= 200
