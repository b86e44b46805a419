"""Rows of data sets on the Hub: which are meant, from which files, pinned, checked, and what is said otherwise."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from hfmagic.errors import BadOption, HFMagicError, HubUnreachable, NeedsConsent, UnknownKind, UnknownModel
from hfmagic.hub.files import HubFile
from hfmagic.hub.parquet import splits_of
from hfmagic.kinds import Kind
from hfmagic.recognise import Input, column_values
from hfmagic.session import Options, Session
from hfmagic.slices import parse_slice
from tests.hub.bench import Bench, check_line
from tests.hubserver import TestHub

pytest_plugins = ["tests.hubserver.fixtures"]

NAME = "datasets/acme/reviews"
URL = "hf://datasets/acme/reviews"
SHARDS = ("data/train-00000-of-00002.parquet", "data/train-00001-of-00002.parquet")


def parquet(start: int, stop: int) -> bytes:
    """Labelled reviews as the `datasets` library writes them."""
    features = datasets.Features(text=datasets.Value("string"), label=datasets.ClassLabel(names=["bad", "good"]))
    rows = {
        "text": [f"review number {i} of this phone" for i in range(start, stop)],
        "label": [i % 2 for i in range(start, stop)],
    }
    file = io.BytesIO()
    datasets.Dataset.from_dict(rows, features=features).to_parquet(file, batch_size=10)
    return file.getvalue()


@pytest.fixture(scope="module")
def shards() -> dict[str, bytes]:
    return {SHARDS[0]: parquet(0, 60), SHARDS[1]: parquet(60, 100), "data/test-00000-of-00001.parquet": parquet(0, 5)}


@pytest.fixture
def hub(shards: dict[str, bytes]) -> Iterator[TestHub]:
    with TestHub() as found:
        found.add(NAME, shards)
        yield found


@pytest.fixture
def kernel(hub: TestHub, tmp_path: Path) -> Bench:
    return Bench(hub, tmp_path)


def find(session: Session, text: str, **options: Any) -> Input:
    (found,) = session.inputs.find("label it", {}, [text], session.reading(Options(**options))).values()
    return found


def texts(found: Input) -> list[int]:
    """The numbers of the rows."""
    return [int(text.split()[2]) for text in column_values(found.frame, "text")]


@pytest.mark.parametrize(
    "bounds", ["", "[:7]", "[10:20]", "[:10%]", "[-5:]", "[-10%:]", "[55:65]", "[33%:66%]", "[:-90]", "[99:200]", "[:]"]
)
def test_the_slice_is_that_of_the_datasets_library(
    kernel: Bench, shards: dict[str, bytes], tmp_path: Path, bounds: str
):
    for name in SHARDS:
        (tmp_path / Path(name).name).write_bytes(shards[name])
    files = [str(tmp_path / Path(name).name) for name in SHARDS]
    theirs = datasets.load_dataset(
        "parquet", data_files={"train": files}, split=f"train{bounds}", cache_dir=str(tmp_path / "theirs")
    )

    found = find(kernel.session, f"{URL}#train{bounds}")

    assert column_values(found.frame, "text") == theirs["text"]
    assert column_values(found.frame, "label") == [["bad", "good"][i] for i in theirs["label"]]


def test_a_slice_is_a_frame_with_the_names_of_its_classes(kernel: Bench):
    schema = find(kernel.session, f"{URL}#train[:50]").schema

    assert (schema.name, schema.kind, schema.rows) == ("reviews", Kind.TABLE, 50)
    assert [(c.name, c.kind) for c in schema.columns] == [("text", Kind.TEXT), ("label", Kind.LABELS)]


def test_only_the_files_that_hold_the_rows_are_fetched(kernel: Bench, hub: TestHub):
    find(kernel.session, f"{URL}#train[:60]")
    first = [r.path for r in hub.log if r.origin == "cdn" and r.method == "GET"]
    find(kernel.session, f"{URL}#train[:61]")

    assert len(first) == 1
    assert len([r for r in hub.log if r.origin == "cdn" and r.method == "GET"]) == 2


def test_rows_are_read_once_and_offline_ever_after(kernel: Bench, hub: TestHub, tmp_path: Path):
    assert texts(find(kernel.session, f"{URL}#train[:5]")) == [0, 1, 2, 3, 4]
    hub.log_clear()

    offline = Bench(hub, tmp_path, offline=True).session

    assert texts(find(offline, f"{URL}#train[:5]")) == [0, 1, 2, 3, 4]
    assert hub.log == []
    with pytest.raises(HubUnreachable) as error:
        find(offline, f"{URL}#train[70:80]")
    check_line(error.value, "train-00001", "go online")
    with pytest.raises(HubUnreachable) as error:
        find(offline, "hf://datasets/acme/other#train")
    check_line(error.value, "acme/other is not on this machine")


def test_the_commit_that_was_read_is_remembered(kernel: Bench, hub: TestHub, tmp_path: Path):
    before, name = hub.sha(NAME), f"{URL}#train[:3]"
    find(kernel.session, name)
    hub.commit(NAME, {SHARDS[0]: parquet(500, 560)})

    pinned = kernel.session.pinned(name)

    assert pinned == f"{URL}@{before}#default/train[:3]"
    later = Bench(hub, tmp_path / "later").session
    assert texts(find(later, pinned)) == [0, 1, 2]
    assert texts(find(later, name)) == [500, 501, 502]


def test_a_large_download_waits_for_a_yes(hub: TestHub, tmp_path: Path):
    session = Bench(hub, tmp_path, ask_download=100).session

    with pytest.raises(NeedsConsent) as error:
        find(session, f"{URL}#train[:10%]")
    check_line(error.value, "acme/reviews downloads", "--yes")
    assert not [r for r in hub.log if r.origin == "cdn"]
    assert len(texts(find(session, f"{URL}#train[:10%]", yes=True))) == 10


def test_a_converted_data_set_is_read_from_its_branch(hub: TestHub, kernel: Bench):
    hub.add("datasets/acme/csv", {"all.csv": b"a,b\n1,2\n", "load.py": b"raise SystemExit"})
    hub.commit("datasets/acme/csv", {"plain/train/0000.parquet": parquet(7, 9)}, branch="refs/convert/parquet")

    assert texts(find(kernel.session, "hf://datasets/acme/csv#plain/train")) == [7, 8]
    assert texts(find(kernel.session, "hf://datasets/acme/csv#train[:1]")) == [7]


def test_what_lacks_is_said_in_one_line_with_what_there_is(hub: TestHub, kernel: Bench):
    hub.add("datasets/acme/script", {"load.py": b"raise SystemExit"})
    hub.add("datasets/acme/two", {"de/train-00000-of-00001.parquet": b"x", "en/train-00000-of-00001.parquet": b"x"})
    asked: dict[str, tuple[type[HFMagicError], str]] = {
        f"{URL}#trian[:5]": (BadOption, "did you mean 'train'"),
        f"{URL}": (BadOption, "several splits"),
        f"{URL}#fr/train": (BadOption, "no config 'fr'"),
        f"{URL}#train[5]": (BadOption, "[:200]"),
        "hf://datasets/squad#train": (BadOption, "OWNER/NAME"),
        "hf://datasets/acme/two#train": (BadOption, "several configs: de, en"),
        "hf://datasets/acme/two#de/train": (UnknownKind, "no readable Parquet"),
        "hf://datasets/acme/nothing#train": (UnknownModel, "no public data set 'acme/nothing'"),
        "hf://datasets/acme/script#train": (UnknownKind, "runs no loading script"),
    }
    for text, (kind, words) in asked.items():
        with pytest.raises(kind) as error:
            find(kernel.session, text)
        check_line(error.value, words)


def test_a_damaged_file_in_the_cache_is_fetched_again(hub: TestHub, tmp_path: Path):
    assert texts(find(Bench(hub, tmp_path).session, f"{URL}#train[:1]")) == [0]
    blob = next((tmp_path / "models").glob("datasets--acme--reviews/snapshots/*/data/train-*")).resolve()
    blob.write_bytes(blob.read_bytes()[:-9])

    assert texts(find(Bench(hub, tmp_path).session, f"{URL}#train[:1]")) == [0]


def test_pictures_of_a_data_set_are_pictures(hub: TestHub, kernel: Bench):
    features = datasets.Features(image=datasets.Image(), label=datasets.ClassLabel(names=["cat", "dog"]))
    pictures = [Image.fromarray(np.full((4, 6, 3), i * 50, np.uint8)) for i in range(3)]
    file = io.BytesIO()
    datasets.Dataset.from_dict({"image": pictures, "label": [0, 1, -1]}, features=features).to_parquet(file)
    hub.add("datasets/acme/pets", {"data/train-00000-of-00001.parquet": file.getvalue()})

    found = find(kernel.session, "hf://datasets/acme/pets#train")

    assert found.schema.column("image").kind is Kind.IMAGE  # type: ignore[union-attr]
    assert column_values(found.frame, "label") == ["cat", "dog", None]


def test_splits_are_read_from_names_and_from_the_card():
    names = [
        "a/train/0000.parquet",
        "data/dev-00000-of-00001-ab12.parquet",
        "test.parquet",
        "x/validation/part.parquet",
        "z.parquet",
    ]
    card = {"configs": [{"config_name": "c", "data_files": [{"split": "gold", "path": ["./z.*", "test.parquet"]}]}, 5]}
    files = [HubFile(n) for n in names]

    by_name = {(c, s): [f.name for f in fs] for c, splits in splits_of(files, None).items() for s, fs in splits.items()}

    assert by_name == {
        ("a", "train"): [names[0]],
        ("default", "dev"): [names[1]],
        ("default", "test"): [names[2]],
        ("x", "validation"): [names[3]],
        ("default", "train"): [names[4]],
    }
    assert {s: [f.name for f in fs] for s, fs in splits_of(files, card)["c"].items()} == {
        "gold": ["z.parquet", "test.parquet"]
    }


def test_classes_are_named_by_the_card_where_the_file_does_not(hub: TestHub, kernel: Bench):
    file = io.BytesIO()
    pq.write_table(pa.table({"text": ["so good a phone", "so bad a phone"], "label": [1, 0]}), file)
    names = "class_label:\n        names:\n          '0': bad\n          '1': good\n"
    card = f"---\ndataset_info:\n  features:\n  - name: label\n    dtype:\n      {names}---\n"
    hub.add("datasets/acme/card", {"train.parquet": file.getvalue(), "README.md": card.encode()})

    assert column_values(find(kernel.session, "hf://datasets/acme/card").frame, "label") == ["good", "bad"]


def test_a_slice_is_written_as_it_was_read():
    for text in (f"{URL}#train[:200]", f"{URL}@main#c/train[-10%:]", f"{URL}#a", URL):
        assert str(parse_slice(text)) == text
