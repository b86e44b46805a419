"""The escaping builder."""

from __future__ import annotations

import pytest

from hfmagic.render.html import clean, code, fenced, table, tag, text


def test_plain_strings_and_attributes_are_escaped():
    assert tag("b", "<i>", title='"x"').html == '<b title="&quot;x&quot;">&lt;i&gt;</b>'


def test_false_and_none_leave_an_attribute_out():
    assert tag("audio", controls=True, src=None, class_=False).html == "<audio controls></audio>"


@pytest.mark.fault(57)
def test_escape_sequences_controls_and_direction_marks_are_stripped():
    assert clean("\x1b[31mred\x1b[0m \u202etxt\u2069\x00\x07") == "red txt"


def test_lines_and_joined_emoji_stay():
    assert clean("a\r\nb\tc") == "a\nb\tc"
    assert clean("👩\u200d👧") == "👩\u200d👧"


def test_long_text_is_clipped_with_the_number_left_out():
    assert clean("x" * 1_500, 500) == "x" * 500 + "… [+1,000 more]"


def test_dollars_and_backslashes_stand_alone():
    assert text("$5 \\(").html == "<span>$</span>5 <span>\\</span>("


def test_a_name_may_break_only_after_underscores_and_slashes():
    assert code("org/a_b").html == '<code class="hfm-code">org/<wbr>a_<wbr>b</code>'


def test_a_table_reads_from_the_left_without_styles():
    shown = table(["a"], [["<x>"]]).html

    assert '<th align="left" style="text-align:left">a</th>' in shown
    assert '<td align="left" style="text-align:left">&lt;x&gt;</td>' in shown


def test_a_fence_is_longer_than_any_run_of_backticks_in_the_text():
    assert fenced("a ```` b") == "`````text\na ```` b\n`````"
