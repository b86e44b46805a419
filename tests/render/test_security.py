"""Promise 4: no markup from a model, a card or the user's data is ever live in the cell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import html5lib
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hfmagic.answer import answer
from hfmagic.errors import StepFailed
from hfmagic.kinds import Box, InputSchema, Kind, Label, Mask, Segment, Span, Transcript, Video
from hfmagic.plan import Column, ModelChoice, Plan, Step
from hfmagic.render import PlanView, results_mimebundle, table_view
from hfmagic.render.html import ATTRIBUTES, TAGS
from hfmagic.render.style import STYLE
from hfmagic.render.views import MANY, ONE, Output
from hfmagic.results import Done, Failed, Loading, RejectedRow, Results, StepResult

from .build import photos, sound, table_input

PAYLOADS = (Path(__file__).parent / "payloads.txt").read_text(encoding="utf-8").splitlines()
ODD = (
    "\x1b[31mred\x1b[0m",
    "\x1b]8;;https://evil.example\x07link\x1b]8;;\x07",
    "\x9b31m",
    "\u202egnp.exe",
    "\u2066x\u2069",
    "a\x00b",
    "\r\nSet-Cookie: x",
)
SOURCE = re.compile(r"data:(image/png|image/jpeg|image/webp|audio/wav|audio/mpeg);base64,[A-Za-z0-9+/=]+")
LIVE_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def run_of(evil: str) -> Results:
    """A run in which every foreign text is `evil`."""
    name = evil[:60] or "x"
    text = Step(
        id="feel",
        task="zero-shot-classification",
        inputs={"text": Column(column=name, of="df")},
        parameters={"candidate_labels": [evil, "other"]},
        output=name + "_label",
        wanted=evil,
        model=ModelChoice(model_id=evil, revision="a" * 40, reason=evil),
    )
    write = Step(
        id="write", task="text-generation", inputs={"text": Column(column=name, of="df")}, output=name + "_answer"
    )
    broken = text.model_copy(update={"id": "broken", "output": "broken"})
    plan = Plan(
        request=evil,
        planner=evil,
        inputs=(table_input("df", 2, **{name: Kind.TEXT}),),
        steps=(text, write, broken),
        notes=(evil,),
    )
    frame = pd.DataFrame({name: [evil, evil], name + "_label": [evil, None], name + "_answer": [evil, evil]})
    given_ = {
        "feel": StepResult(
            text,
            Kind.LABELS,
            [(Label(evil, 0.9),), None],
            "df",
            2,
            2,
            (RejectedRow(1, evil),),
            device=evil,
            notes=(evil,),
        ),
        "write": StepResult(write, Kind.TEXT, [evil, evil], "df", 2, 1),
    }
    return Results(plan, given_, {"df": frame}, {"broken": StepFailed(evil, hint=evil)}, 1.0)


def bundles(evil: str) -> Iterator[dict[str, Any]]:
    """Everything that hfmagic shows, with `evil` wherever something foreign can stand."""
    results = run_of(evil)
    for language in ("en", "zh"):
        yield results_mimebundle(results, answer=answer(results, language=language), preview_rows=5)[0]
    plan = PlanView(results.plan)
    yield plan._repr_mimebundle_()[0]
    done = plan.on(Done("feel", results["feel"])).on(Loading("write", evil)).on(Failed("broken", StepFailed(evil)))
    yield done._repr_mimebundle_()[0]
    yield table_view(
        evil, [{evil[:40]: evil, "n": 1, "why": "✗ " + evil}], columns=[evil[:40], "n", "why"]
    )._repr_mimebundle_()[0]
    spans = (Span(evil, 0.9, 0, min(3, len(evil))), Span(evil, 0.8, 1, 10**6))
    picture = photos().frames["photos"].image[0]
    for kind, value, subject in (
        (Kind.TEXT, evil, None),
        (Kind.LABELS, (Label(evil, 2.0), Label(evil, -1.0)), None),
        (Kind.SPANS, spans, evil),
        (Kind.BOXES, (Box(evil[:40], 0.5, 1, 1, 20, 20),), None),
        (Kind.IMAGE, picture, None),
        (Kind.AUDIO, sound(0.1), None),
        (Kind.TABLE, pd.DataFrame({evil[:40] or "x": [evil]}), None),
        (Kind.DOCUMENT, evil, None),
        (Kind.BOXES, (Box(evil, float("nan"), 1, 1, 20, 20),), picture),
        (Kind.MASK, (Mask(evil, 0.5, np.ones((4, 4), dtype=bool)),), picture),
        (Kind.VIDEO, Video(np.zeros((2, 8, 8, 3), dtype=np.uint8), 2.0), None),
        (Kind.TEXT, Transcript(evil, (Segment(evil, 0.0, 1.0),)), None),
        (Kind.TEXT, evil, evil),
    ):
        yield ONE[kind](Output(value, subject, name=evil, asked=evil))._repr_mimebundle_()[0]
    yield MANY[Kind.IMAGE](Output([picture], captions=[evil], name=evil))._repr_mimebundle_()[0]
    vectors = [np.eye(5)[i] for i in range(5)]
    yield MANY[Kind.EMBEDDING](Output(vectors, groups=[evil] * 5, grouped=evil))._repr_mimebundle_()[0]
    yield MANY[Kind.SPANS](Output([spans], [evil]))._repr_mimebundle_()[0]
    yield MANY[Kind.AUDIO](Output([sound(0.1)], captions=[evil], name=evil))._repr_mimebundle_()[0]


def assert_inert(bundle: dict[str, Any]) -> None:
    """Only the tags and attributes of our list, no other style than ours, no address, no control in plain text."""
    tree = html5lib.parseFragment(bundle["text/html"], treebuilder="etree", namespaceHTMLElements=False)
    for node in tree.iter():
        if node is tree:
            continue
        assert node.tag in TAGS | {"style"}, node.tag
        if node.tag == "style":
            assert node.text == STYLE
        for name, value in node.attrib.items():
            assert name in ATTRIBUTES
            assert name != "src" or SOURCE.fullmatch(value)
            assert name != "style" or "(" not in value
            assert name != "class" or all(c.startswith("hfm") or c.endswith("_ignore") for c in value.split())
    for kind in ("text/html", "text/plain", "text/markdown"):
        assert not LIVE_TEXT.search(bundle[kind].replace("\n", "")), kind
    fence = bundle["text/markdown"].split("text\n", 1)[0]
    assert set(fence) == {"`"}
    assert fence not in bundle["text/markdown"].removeprefix(fence).removesuffix(fence)


@pytest.mark.fault(57)
@pytest.mark.parametrize("evil", [*PAYLOADS, *ODD])
def test_no_payload_is_live_anywhere(evil: str):
    for bundle in bundles(evil):
        assert_inert(bundle)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.sampled_from([*PAYLOADS, *ODD, "<", ">", '"', "'", "&", "`", "$", "\\", "\n", "-->", " "])
        | st.text(max_size=8),
        max_size=6,
    )
)
@pytest.mark.rule(9)
def test_no_mixture_of_payloads_is_live(parts: list[str]):
    for bundle in bundles("".join(parts)):
        assert_inert(bundle)


def test_mathjax_finds_no_delimiter_in_foreign_text():
    shown = results_mimebundle(run_of(r"$5 to \(x\)"), answer=answer(run_of("x")), preview_rows=5)[0]["text/html"]
    body = shown.split("</style>")[1]
    texts = re.sub(r"<[^>]*>", "|", body)

    assert "$5" not in texts
    assert r"\(" not in texts


@pytest.mark.fault(57)
def test_a_megabyte_of_text_is_clipped_and_counted():
    results = run_of("<b>" + "long " * 200_000)
    data, _ = results_mimebundle(results, answer=answer(results), preview_rows=5)

    assert len(data["text/html"]) < 60_000
    assert "more]" in data["text/html"]
    assert len(data["text/plain"]) < 25_000


def test_a_picture_keeps_nothing_of_its_file():
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    picture = Image.new("RGB", (8, 8), "red")
    picture.info["comment"] = "<script>"
    picture.info["exif"] = b"Exif\x00\x00secret"
    picture.info["pnginfo"] = PngInfo()
    shown = ONE[Kind.IMAGE](Output(picture)).html.html
    import base64

    pixels = base64.b64decode(shown.split("base64,")[1].split('"')[0])

    assert b"script" not in pixels
    assert b"secret" not in pixels


def test_an_unknown_tag_attribute_or_address_is_refused():
    from hfmagic.render.html import tag

    for name, attributes in (
        ("script", {}),
        ("img", {"onerror": "x"}),
        ("img", {"src": "https://x"}),
        ("b", {"style": "url('x')"}),
    ):
        with pytest.raises(ValueError, match=r"list of|must be"):
            tag(name, **attributes)


def test_a_lone_surrogate_in_a_row_leaves_the_notebook_saveable():
    data = ONE[Kind.TEXT](Output("a\ud800b"))._repr_mimebundle_()[0]

    assert_inert(data)
    data["text/html"].encode()


def test_a_failed_run_shows_its_line_escaped():
    results = replace(run_of("<b>bold</b>"), steps={}, frames={})
    data, _ = results_mimebundle(results, answer=answer(results), preview_rows=5)

    assert "&lt;b&gt;bold&lt;/b&gt;" in data["text/html"]
    assert "<b>bold" not in data["text/html"]


def test_an_input_schema_with_a_foreign_name_is_escaped():
    step = Step(id="a", task="text-generation", inputs={"text": Column(column="x", of="<i>")}, output="y")
    view = PlanView(Plan(steps=(step,), inputs=(InputSchema(name="<i>", kind=Kind.TABLE, rows=1),)))

    assert "<i>" not in view._repr_mimebundle_()[0]["text/html"]
