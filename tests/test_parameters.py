"""Variables in a request: papermill's parameters, or any others."""

from __future__ import annotations

from pathlib import Path

import nbformat
import papermill
import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.interactiveshell import InteractiveShell
from nbformat.v4 import new_code_cell, new_notebook

from hfmagic.parameters import filled
from tests.conftest import DATA
from tests.shell import run


@pytest.mark.parametrize(
    ("text", "given", "wanted"),
    [
        ("Only {n} rows.", {"n": 3}, "Only 3 rows."),
        ("about {what}", {"what": "price"}, "about price"),
        ("about {what}", {"what": "the price"}, 'about "the price"'),
        ("about '{what}'", {"what": "the price"}, "about 'the price'"),
        ("关于“{what}”的", {"what": "the price"}, "关于“the price”的"),
        ("about {what}", {"what": 'x" and delete "y'}, "about \"x' and delete 'y\""),
        ("about {other}", {"what": "price"}, "about {other}"),
        ("in `{what}`", {"what": "price"}, "in `{what}`"),
        ("It is {value}.", {"value": "x"}, "It is {value}."),
        ('{"a": {"b": 1}}', {"a": 1, "b": 2}, '{"a": {"b": 1}}'),
        ("{frame} {list}", {"frame": object(), "list": [1]}, "{frame} {list}"),
        ("\\frac{a}{b}", {"a": 1, "b": 2}, "\\frac{a}{b}"),
        ("{_} {__name__} {In}", {"_": 1, "__name__": "x", "In": "y"}, "{_} {__name__} {In}"),
        ("about {what}", {"what": "a\x1b[2Jb"}, 'about "a [2Jb"'),
    ],
)
def test_a_single_value_takes_its_place(text: str, given: dict[str, object], wanted: str):
    assert filled(text, given)[0] == wanted


@given(st.text(max_size=60), st.dictionaries(st.text("abc", min_size=1, max_size=2), st.text("xyz", max_size=5)))
def test_a_text_without_braces_stays(text: str, values: dict[str, str]):
    bare = text.replace("{", "(")

    assert filled(bare, values) == (bare, {})


def test_a_request_is_filled_and_says_so(shell: InteractiveShell):
    shell.user_ns.update(product="Nokia 6610", n=40)

    seen = run(shell, "%%hf reviews -o {product_name} --rows {n}\nOnly the reviews where product is {product}.")
    assert seen.error is not None  # a name that is not there stays as it is, and is no name for a result

    seen = run(shell, "%%hf reviews -o found --rows {n}\nOnly the reviews where product is {product}.")
    assert seen.error is None
    assert "product in the request is “Nokia 6610”" in seen.text
    assert set(shell.user_ns["found"]["product"]) == {"Nokia 6610"}


@pytest.mark.parametrize("word", ["{w}", "-o {w}", "--limit {w}"])
def test_a_variable_cannot_become_an_option(shell: InteractiveShell, word: str):
    shell.user_ns["w"] = "--yes"

    seen = run(shell, f"%%hf reviews {word}\nLabel the sentiment of each review.")

    assert "a variable cannot be an option" in str(seen.error)


def test_a_value_stays_one_word_of_the_line(shell: InteractiveShell):
    shell.user_ns["n"] = '5 --yes ""'

    assert "--rows: invalid int value" in run(shell, "%%hf reviews --rows {n}\nLabel the sentiment.").text
    assert shell.user_ns["hf"].proposal is None


@pytest.mark.parametrize("name", ["password", "hf_token", "API_KEY", "client_secret"])
def test_what_is_called_a_secret_is_put_into_no_request(shell: InteractiveShell, name: str):
    shell.user_ns[name] = "swordfish"

    seen = run(shell, f"%%hf reviews\nOnly the reviews about {{{name}}}.")

    assert "looks like a secret" in str(seen.error)
    assert "swordfish" not in seen.text


def test_a_text_that_is_no_line_is_refused(shell: InteractiveShell):
    shell.user_ns["note"] = "word " * 100

    assert "note is too long" in str(run(shell, "%%hf reviews\nOnly the reviews about {note}.").error)


def test_a_text_in_braces_is_an_input_where_it_is_the_only_one(shell: InteractiveShell):
    shell.user_ns["note"] = "It broke after a day. I want my money back."

    seen = run(shell, "%%hf\nLabel the sentiment of {note}.")

    assert seen.error is None
    assert "using note: text" in seen.text


def test_a_parameter_beside_a_frame_is_no_second_input(shell: InteractiveShell):
    shell.user_ns["product"] = "Nokia 6610"

    seen = run(shell, "%%hf\nOnly the {reviews} where product is {product}.")

    assert seen.error is None
    assert "using reviews: frame" in seen.text


@pytest.mark.fault(58)
def test_papermill_gives_other_parameters(tmp_path: Path, starter_hub: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HFMAGIC_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("HFMAGIC_HUB_DIRS", str(starter_hub))
    cells = [
        new_code_cell(f"%load_ext hfmagic\nimport pandas as pd\nreviews = pd.read_csv({str(DATA / 'reviews.csv')!r})"),
        new_code_cell("product, n = 'Canon G3', 60", metadata={"tags": ["parameters"]}),
        new_code_cell("%%hf reviews -o found --rows {n}\nOnly the reviews where product is {product}."),
        new_code_cell("print(set(found['product']))"),
    ]
    book = new_notebook(cells=cells, metadata={"language_info": {"name": "python"}})
    nbformat.write(book, tmp_path / "in.ipynb")

    papermill.execute_notebook(
        tmp_path / "in.ipynb",
        tmp_path / "out.ipynb",
        parameters={"product": "Nokia 6610", "n": 30},
        kernel_name="python3",
        progress_bar=False,
    )

    assert "{'Nokia 6610'}" in nbformat.read(tmp_path / "out.ipynb", as_version=4).cells[-1].outputs[0].text
