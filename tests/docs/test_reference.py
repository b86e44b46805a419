"""The reference pages are those that the code gives, and leave nothing out."""

from __future__ import annotations

import re

import pytest

from hfmagic import errors
from hfmagic.config import HFMagic
from hfmagic.limits import Limits, parse_limits
from hfmagic.lines import LINES

from . import api_page, configuration_page, errors_page, lines_page
from .markdown import code, prose, table
from .write import FOLDER, PAGES


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_what_the_code_gives(name: str):
    assert (FOLDER / name).read_text(encoding="utf-8") == PAGES[name](), "stale: run `make docs`"


def test_every_setting_stands_in_one_group():
    grouped = [name for names in configuration_page.GROUPS.values() for name in names]

    assert sorted(grouped) == sorted(HFMagic.class_own_traits(config=True))


def test_every_error_says_what_to_do_and_has_a_code_of_its_own():
    leaves = errors_page.leaves()

    assert {leaf.__name__ for leaf in leaves} == set(errors_page.DO)
    assert len({leaf.code for leaf in leaves}) == len(leaves)
    tree = re.findall(r"(\w+) +(HF\d{3})\b", errors.__doc__ or "")
    assert {(leaf.__name__, leaf.code) for leaf in leaves} == set(tree)


def test_messages_of_errors_are_found_with_their_hints():
    found = errors_page.messages()

    assert ("there is no request.", "write what you want under %%hf, in English or Chinese") in found["EmptyRequest"]
    assert ("%hf … is unknown.", "…") in found["BadOption"]
    assert set(errors_page.DO) == set(found)


def test_every_line_and_option_is_on_the_page():
    page = lines_page.document()

    for word in LINES:
        assert f"| `%hf {word}" in page
    for action in lines_page.parser()._actions:
        assert all(f"`{option}" in page for option in action.option_strings), action.option_strings


def test_every_limit_is_on_the_page_with_a_limit_that_holds():
    assert list(lines_page.KEYS) == list(Limits.model_fields)
    for key, (_, like) in lines_page.KEYS.items():
        assert key in parse_limits(like).model_fields_set, like


def test_every_function_is_on_the_page_as_it_is_called():
    page = api_page.document()

    assert {"make_plan", "choose_models", "run_plan", "to_python", "show"} <= set(api_page.functions())
    assert all(f"### hfmagic.{name}\n" in page for name in api_page.functions())
    assert "hfmagic.run_plan(plan: Plan, *, yes: bool = False, rows: int = 0, **inputs: Any) -> Results" in page


def test_docstrings_become_markdown():
    given = """One line.

    Args:
        plan: what is run,
            whole.
        a, b: numbers.
    Returns: shape
        (rows, dim).
    Raises: BadOption.
    """

    assert prose(given) == (
        "One line.\n\n- `plan`: what is run, whole.\n- `a`, `b`: numbers.\n\n**Returns:** shape (rows, dim)."
        "\n\n**Raises:** BadOption."
    )
    assert code("a `b`") == "`` a `b` ``"
    assert table(("x",), [(code("a|b"),)]).splitlines()[-1] == "| `a\\|b` |"
