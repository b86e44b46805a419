"""A plan as a Gradio app: through its own client it answers what the plan answers, and nothing but it."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from packaging.requirements import Requirement
from PIL import Image

import hfmagic
from hfmagic.digest import CLOSE_ROWS
from hfmagic.errors import BadOption, MissingFile
from hfmagic.export import to_app, write_app
from hfmagic.session import Options, Session
from tests.conftest import DATA
from tests.guard_models import build
from tests.planners.inputs import REVIEWS, plan
from tests.shell import run

from .apps import hosted, started, written
from .test_script import MODELS, bound

TABLE = "Label the sentiment of each review, group the complaints into themes, and chart them per product."
PHOTO = sorted((DATA / "photos").glob("*.jpg"))[0]
CLIP = sorted((DATA / "speech").glob("*.flac"))[0]
REQUESTS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "table": (TABLE, {"reviews": pd.read_csv(DATA / "reviews.csv")}),
    "text": ("Label the sentiment of this text.", {"text": "It broke after a week."}),
    "picture": ("What is in this picture?", {"photo": str(PHOTO)}),
    "sound": ("Transcribe this recording.", {"clip": str(CLIP)}),
    "folder": ("What is in each picture?", {"photos": str(DATA / "photos")}),
    "dates": (
        "Only the reviews since 2024-03-01",
        {"reviews": pd.read_csv(DATA / "reviews.csv").assign(day=pd.date_range("2024-01-01", periods=240))},
    ),
}
GOLDEN = Path(__file__).parent / "golden_app"


def proposed(session: Session, name: str) -> Any:
    request, inputs = REQUESTS[name]
    return session.propose(request, inputs, tuple(inputs), Options(output="result"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, starter_hub: Path) -> tuple[dict[str, Path], dict[str, Any]]:
    """The folder of each app, and what each plan's own run gives."""
    from hfmagic.config import HFMagic

    there = tmp_path_factory.mktemp("apps")
    config = HFMagic(cache_dir=str(there / "cache"), hub_dirs=[str(starter_hub)], allowed_dirs=[str(DATA)])
    session, folders, values = Session(config), {}, {}
    for name in REQUESTS:
        proposal = proposed(session, name)
        values[name] = session.compute(proposal)[0].value
        folders[name] = written(there / name, session.to_app())
    return folders, values


@pytest.fixture(scope="module")
def clients(made: tuple[dict[str, Path], dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Gradio's own client of each app."""
    with hosted(made[0]) as found:
        yield found


def test_a_table_goes_in_and_comes_out_with_its_chart(made: tuple[Any, dict[str, Any]], clients: dict[str, Any]):
    from gradio_client import handle_file

    reviews = made[0]["table"] / "reviews.csv"
    REQUESTS["table"][1]["reviews"].to_csv(reviews, index=False)

    shown, file, chart = clients["table"].predict(handle_file(str(reviews)))

    ours = made[1]["table"]
    theirs = pd.read_csv(file)
    assert list(theirs["review_sentiment"]) == list(ours["review_sentiment"])
    same = theirs["review_theme"].fillna("") == ours["review_theme"].fillna("").reset_index(drop=True)
    assert same.mean() >= 1 - CLOSE_ROWS  # groups rest on sums that batches round otherwise
    assert theirs["review_sentiment_score"].to_numpy() == pytest.approx(
        ours["review_sentiment_score"].to_numpy(), abs=1e-4
    )
    assert set(shown["headers"]) == set(theirs.columns)
    assert shown["headers"][0] == "review_sentiment"  # what is new is seen first
    assert shown["data"][0][1] == pytest.approx(ours["review_sentiment_score"].iloc[0], abs=1e-4)
    assert len(str(shown["data"][0][1])) <= len("0.1234")
    assert len(shown["data"]) == 240
    with Image.open(chart) as picture:
        assert picture.format == "PNG"
        assert picture.width > 800


def test_a_text_goes_in_and_labels_come_out(made: tuple[Any, dict[str, Any]], clients: dict[str, Any]):
    found = clients["text"].predict(REQUESTS["text"][1]["text"])

    assert found["label"] == made[1]["text"][0].label
    scores = {one["label"]: one["confidence"] for one in found["confidences"]}
    assert scores == pytest.approx({one.label: one.score for one in made[1]["text"]}, abs=1e-4)


def test_a_picture_goes_in_as_the_file_that_it_is(made: tuple[Any, dict[str, Any]], clients: dict[str, Any]):
    from gradio_client import handle_file

    found = clients["picture"].predict(handle_file(str(PHOTO)))

    scores = {one["label"]: one["confidence"] for one in found["confidences"]}
    assert scores == pytest.approx({one.label: one.score for one in made[1]["picture"][:5]}, abs=1e-3)


def test_a_recording_goes_in_and_its_words_come_out(made: tuple[Any, dict[str, Any]], clients: dict[str, Any]):
    from gradio_client import handle_file

    assert clients["sound"].predict(handle_file(str(CLIP))) == made[1]["sound"]


def test_several_files_go_in_as_the_rows_of_a_table(made: tuple[Any, dict[str, Any]], clients: dict[str, Any]):
    from gradio_client import handle_file

    photos = sorted((DATA / "photos").glob("*.jpg"))
    shown, _ = clients["folder"].predict([handle_file(str(path)) for path in reversed(photos)])

    place = shown["headers"].index("image_label")
    assert [row[place] for row in shown["data"]] == list(made[1]["folder"]["image_label"])


def test_dates_are_told_however_a_file_writes_them(
    made: tuple[Any, dict[str, Any]], clients: dict[str, Any], tmp_path: Path
):
    from gradio_client import handle_file

    REQUESTS["dates"][1]["reviews"].to_csv(tmp_path / "r.csv", index=False, date_format="%d %b %Y")

    _, file = clients["dates"].predict(handle_file(str(tmp_path / "r.csv")))

    assert list(pd.read_csv(file)["id"]) == list(made[1]["dates"]["id"])
    assert 0 < len(made[1]["dates"]) < 240


def test_a_picture_that_would_fill_the_memory_is_one_line(clients: dict[str, Any], tmp_path: Path):
    from gradio_client import handle_file
    from gradio_client.exceptions import AppError

    Image.new("1", (20_000, 20_000)).save(tmp_path / "large.png")

    with pytest.raises(AppError, match=r"^DecompressionBombError: Image size \(400000000 pixels\)"):
        clients["picture"].predict(handle_file(str(tmp_path / "large.png")))


@pytest.mark.parametrize("name", ["picture", "sound"])
def test_a_damaged_file_is_one_line_without_a_path(clients: dict[str, Any], tmp_path: Path, name: str):
    from gradio_client import handle_file
    from gradio_client.exceptions import AppError

    (tmp_path / "damaged.png").write_bytes(b"\x89PNG\r\n<b>no picture</b>")

    with pytest.raises(AppError, match=r"^(?:\w+Error: .*|.*cannot be read\.)$") as error:
        clients[name].predict(handle_file(str(tmp_path / "damaged.png")))
    assert "/" not in str(error.value)  # where it lies on the machine
    assert "<b>" not in str(error.value)


@pytest.mark.parametrize(
    ("given", "said"),
    [("no such column", "The table lacks product, review."), ('"<img src=x onerror=alert(1)>\n1,2,3', "ParserError")],
)
def test_what_cannot_be_read_is_one_escaped_line(clients: dict[str, Any], tmp_path: Path, given: str, said: str):
    from gradio_client import handle_file
    from gradio_client.exceptions import AppError

    (tmp_path / "bad.csv").write_text(given)
    with pytest.raises(AppError) as error:
        clients["table"].predict(handle_file(str(tmp_path / "bad.csv")))

    assert said in str(error.value)
    assert "<" not in str(error.value)
    assert len(str(error.value)) <= 210
    assert "\n" not in str(error.value)


def test_an_empty_field_is_asked_for(clients: dict[str, Any]):
    from gradio_client.exceptions import AppError

    with pytest.raises(AppError, match="Fill in every field first"):
        clients["text"].predict("")


def test_it_starts_as_the_readme_says_on_this_machine_alone(made: tuple[dict[str, Path], Any]):
    process = started("app.py", cwd=made[0]["text"], GRADIO_SHARE="true")  # what others have set does not publish it
    assert process.stdout is not None
    try:
        address = next(line for line in process.stdout if "http" in line)
        assert re.search(r"http://127\.0\.0\.1:\d+", address)
        assert "To create a public link" in next(line for line in process.stdout if "public" in line or "share" in line)
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("name", REQUESTS)
def test_its_folder_is_a_space(made: tuple[dict[str, Path], Any], name: str):
    folder = made[0][name]
    assert sorted(p.name for p in folder.iterdir() if p.suffix != ".csv" and p.is_file()) == [
        "README.md",
        "app.py",
        "requirements.txt",
    ]
    front = yaml.safe_load((folder / "README.md").read_text(encoding="utf-8").split("---")[1])
    needed = {r.name: r for r in map(Requirement, (folder / "requirements.txt").read_text().splitlines())}

    assert (front["sdk"], front["app_file"]) == ("gradio", "app.py")
    assert front["sdk_version"] == str(needed["gradio"].specifier).removeprefix("==")
    assert "models" not in front  # those of the starter set are not on the Hub
    assert all(str(r.specifier).startswith("==") and "+" not in str(r.specifier) for r in needed.values())
    assert ({"torch", "transformers"} <= set(needed)) == (name != "dates")  # which has no model
    assert "hfmagic" not in needed


@pytest.mark.parametrize("name", REQUESTS)
def test_its_code_is_plain_and_loads_no_code_of_others(made: tuple[dict[str, Path], Any], name: str):
    path = made[0][name] / "app.py"
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    ruff = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--isolated", str(path)], capture_output=True, text=True
    )

    assert ruff.returncode == 0, ruff.stdout
    assert not any(name.startswith("hfmagic") for name in imported)
    loads = [
        ast.unparse(n) for n in ast.walk(tree) if isinstance(n, ast.Call) and "from_pretrained" in ast.unparse(n.func)
    ]
    assert all("trust_remote_code=False" in load for load in loads)


def test_a_plan_in_chinese_has_its_readme_in_chinese(session: Session):
    session.propose("给每条评论的情感打标签", {"reviews": REQUESTS["table"][1]["reviews"]}, ("reviews",))
    files = session.to_app()

    assert "启动" in files["README.md"]
    assert "给每条评论的情感打标签" in files["app.py"]


@pytest.mark.parametrize("name", ["app.py", "README.md"])
def test_a_plan_with_a_model_of_the_hub_gives_the_golden_files(name: str):
    files = to_app(bound(plan("What is the sentiment of each review?", REVIEWS)), MODELS)
    found = re.sub(r"\b(?:[0-9a-f]{16}|\d+\.\d+(?:\.\d+)?)\b", "0", files[name])  # the plan's hash, versions of here
    file = GOLDEN / f"{name}.txt"
    if os.environ.get("GOLDEN") == "update" and (not file.exists() or file.read_text(encoding="utf-8") != found):
        file.write_text(found, encoding="utf-8")
        pytest.fail(f"{file.name} was written anew: read it, then run again")

    assert file.read_text(encoding="utf-8") == found


@pytest.mark.parametrize(
    ("first", "second", "whole"),
    [("mit", "cc-by-nc-4.0", "cc-by-nc-4.0"), ("gpl-3.0", "apache-2.0", "gpl-3.0"), ("mit", None, None)],
)
def test_the_license_is_that_of_the_strictest_model(first: str, second: str | None, whole: str | None):
    models = dict(MODELS)
    for name, license_ in (("org/sentiment", first), ("org/encoder", second)):
        models[name] = replace(models[name], license=license_)
    front = yaml.safe_load(to_app(bound(plan(TABLE, REVIEWS)), models)["README.md"].split("---")[1])

    assert front.get("license") == whole
    assert front["models"] == ["org/sentiment", "org/encoder"]


def test_a_request_stands_on_the_page_as_it_was_written(session: Session):
    request = "Label the sentiment of this text: <img src=x> ![it](https://example.com/a.png) *broke*"
    session.propose(request, {"text": "It broke."}, ("text",))
    described = next(
        ast.literal_eval(n.value)
        for n in ast.walk(ast.parse(session.to_app()["app.py"]))
        if isinstance(n, ast.keyword) and n.arg == "description"
    )

    assert re.sub(r"\\(.)", r"\1", described) == request
    assert not re.search(r"(?<!\\)[<>*\[\]]", described)


@pytest.mark.rule(10)
def test_a_table_of_paths_is_no_app_whose_visitors_could_read_files_here(session: Session):
    photos = pd.DataFrame({"photo": [str(p) for p in sorted((DATA / "photos").glob("*.jpg"))]})
    session.propose("What is in each photo?", {"photos": photos}, ("photos",))

    with pytest.raises(BadOption, match=r"photos\.photo names files of this machine"):
        session.to_app()


def test_a_folder_with_something_in_it_stays_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    assert write_app({"app.py": "1\n"}, "new") == Path("new")
    with pytest.raises(BadOption, match="not an empty folder"):
        write_app({"app.py": "2\n"}, "new")
    with pytest.raises(MissingFile, match="outside the current folder"):
        write_app({"app.py": "2\n"}, "../elsewhere")

    assert (tmp_path / "new" / "app.py").read_text() == "1\n"


def test_a_moderated_plan_is_no_app(shell: Any, tmp_path: Path):
    session = shell.user_ns["hf"]
    session.config.hub_dirs = [*session.config.hub_dirs, str(build(tmp_path / "guards"))]
    shell.run_cell_magic("hf", "--moderate --plan", "Write a reply to this text: it broke after a week.")
    with pytest.raises(BadOption, match="--moderate"):
        session.to_app()
    for code in (hfmagic.to_app, hfmagic.to_python):  # nor is it code for programs and the command line
        with pytest.raises(BadOption, match="--moderate"):
            code(session.proposal.plan)


@pytest.mark.parametrize("words", ["Deploy this as an app.", "把它做成网页应用。"])
def test_a_request_for_it_names_the_line_that_writes_it(
    shell: Any, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    run(shell, "%%hf reviews --plan\nLabel the sentiment of each review.")

    assert "%hf app FOLDER" in run(shell, f"%%hf reviews\n{words}").text
    assert "python app.py" in run(shell, "%hf app page").text
    assert (tmp_path / "page" / "app.py").exists()
    assert "not an empty folder" in run(shell, "%hf app page").text
