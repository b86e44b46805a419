"""A revision changes if, and only if, a path or a byte changes."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hfmagic.hub.revision import file_sha256, folder_revision

names = st.text("abcäß中", min_size=1, max_size=4)
paths = st.lists(names, min_size=1, max_size=3).map("/".join)
trees = st.dictionaries(paths, st.binary(max_size=40), max_size=5).filter(
    lambda tree: not any(a != b and b.startswith(f"{a}/") for a in tree for b in tree)
)


def write(folder: Path, tree: dict[str, bytes]) -> Path:
    for name, content in tree.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def revision(tree: dict[str, bytes]) -> str:
    with TemporaryDirectory() as folder:
        return folder_revision(write(Path(folder), tree))


@settings(deadline=None)  # other work runs on the same cores
@given(trees, trees)
def test_two_folders_have_one_revision_only_when_paths_and_bytes_are_equal(one, other):
    assert (one == other) == (revision(one) == revision(other))


@settings(deadline=None)  # other work runs on the same cores
@given(trees)
def test_the_order_in_which_files_were_written_does_not_count(tree):
    assert revision(tree) == revision(dict(reversed(tree.items())))


@settings(deadline=None)  # other work runs on the same cores
@given(trees, st.data())
def test_one_changed_byte_changes_the_revision(tree, data):
    assume(any(tree.values()))
    name = data.draw(st.sampled_from(sorted(n for n, c in tree.items() if c)))
    at = data.draw(st.integers(0, len(tree[name]) - 1))
    changed = bytearray(tree[name])
    changed[at] ^= 1 << data.draw(st.integers(0, 7))

    assert revision(tree) != revision({**tree, name: bytes(changed)})


def test_the_layout_is_the_documented_one(tmp_path):
    write(tmp_path, {"b.txt": b"two", "a/é.bin": b"one"})
    records = b"".join(
        name.encode() + b"\0" + hashlib.sha256(content).hexdigest().encode() + b"\n"
        for name, content in (("a/é.bin", b"one"), ("b.txt", b"two"))
    )

    assert hashlib.sha256(records).hexdigest()[:40] == folder_revision(tmp_path)


def test_paths_are_ordered_by_their_bytes_not_by_folder(tmp_path):
    write(tmp_path, {"a/b": b"1", "a-b": b"2", "a.b": b"3"})  # "-" and "." come before "/"
    records = b"".join(
        name + b"\0" + hashlib.sha256(content).hexdigest().encode() + b"\n"
        for name, content in ((b"a-b", b"2"), (b"a.b", b"3"), (b"a/b", b"1"))
    )

    assert hashlib.sha256(records).hexdigest()[:40] == folder_revision(tmp_path)


def test_dotfiles_times_and_empty_folders_do_not_count(tmp_path):
    write(tmp_path, {"config.json": b"{}"})
    before = folder_revision(tmp_path)
    write(tmp_path, {".gitattributes": b"x", ".cache/huggingface/CACHEDIR.TAG": b"y", "sub/.hidden": b"z"})
    (tmp_path / "empty").mkdir()
    os.utime(tmp_path / "config.json", (0, 0))

    assert before == folder_revision(tmp_path)


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
def test_a_link_to_a_file_counts_as_the_file(tmp_path):
    write(tmp_path, {"blobs/1": b"weights", "one/model.bin": b"weights"})
    (tmp_path / "two").mkdir()
    (tmp_path / "two/model.bin").symlink_to("../blobs/1")

    assert folder_revision(tmp_path / "one") == folder_revision(tmp_path / "two")


def test_a_folder_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        folder_revision(tmp_path / "nothing")


def test_file_sha256_is_that_of_the_whole_file(tmp_path):
    content = b"x" * ((1 << 20) + 1)
    (tmp_path / "f").write_bytes(content)

    assert hashlib.sha256(content).hexdigest() == file_sha256(tmp_path / "f")
