"""cluster_rows: alike rows share a group, whatever their order; groups are named after their words."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from hfmagic.operations.cluster import SAMPLE, cluster_rows

ENGLISH = {
    "battery": ["the battery life is short", "battery does not charge", "my battery died, bad battery life"],
    "screen": ["scratches on the screen", "the screen is too dark", "screen scratches at once"],
    "service": ["customer service never answers", "the service line is busy", "customer service was rude"],
    "remote": ["the remote feels flimsy", "buttons of the remote stick", "flimsy remote buttons"],
}
CHINESE = {
    "battery": ["电池续航太差", "电池不耐用，续航短", "充电慢，电池发热"],
    "screen": ["屏幕有划痕", "屏幕太暗，显示差", "屏幕显示模糊"],
    "service": ["客服态度差", "客服电话打不通", "联系客服没人回复"],
}


def around(centres: int, rows: int, *, seed: int = 0) -> np.ndarray:
    """Embeddings (centres × rows, 16) in `centres` clear groups."""
    rng = np.random.default_rng(seed)
    middle = rng.normal(size=(centres, 16))
    return (np.repeat(middle, rows, axis=0) + 0.1 * rng.normal(size=(centres * rows, 16))).astype(np.float32)


@pytest.mark.parametrize("count", [2, 3, 5, 8])
def test_the_number_of_groups_is_found(count: int) -> None:
    found = cluster_rows(around(count, 6), None)

    assert len(set(found)) == count
    assert all(len(set(found[i : i + 6])) == 1 for i in range(0, len(found), 6))


def test_the_number_of_groups_can_be_said() -> None:
    assert len(set(cluster_rows(around(4, 5), None, groups=2))) == 2
    assert len(set(cluster_rows(around(1, 3), None, groups=9))) == 3


def test_groups_without_texts_are_numbered_from_the_largest() -> None:
    rows = np.concatenate([around(1, 3, seed=1), around(1, 9, seed=2)])

    assert cluster_rows(rows, None, groups=2) == ["group 2"] * 3 + ["group 1"] * 9


@pytest.mark.parametrize("seed", range(4))
def test_the_last_digits_of_embeddings_do_not_matter_even_where_groups_are_weak(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = (rng.normal(size=(240, 384)) + 0.3 * np.repeat(rng.normal(size=(6, 384)), 40, axis=0)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    across = rng.integers(0, 5, 240).tolist()
    noise = rng.normal(scale=1e-7, size=rows.shape)  # as other batches and processors round

    assert cluster_rows(rows, None, across=across) == cluster_rows(
        (rows + noise).astype(np.float32), None, across=across
    )


@pytest.mark.parametrize(("words", "key"), [(ENGLISH, "battery"), (CHINESE, "电池")])
def test_groups_are_named_after_their_own_words(words: dict[str, list[str]], key: str) -> None:
    texts = [text for group in words.values() for text in group]

    names = cluster_rows(around(len(words), 3), texts)[::3]

    assert len(set(names)) == len(words)
    assert key in names[0].split(" · ")
    assert all(len(name.split(" · ")) <= 3 for name in names)


def test_few_or_equal_rows_are_one_group() -> None:
    assert cluster_rows(np.zeros((0, 4), np.float32), []) == []
    assert cluster_rows(around(1, 1), ["flimsy remote"]) == ["flimsy · remote"]
    assert len(set(cluster_rows(around(2, 1), ["a remote", "a screen"]))) == 1
    assert len(set(cluster_rows(np.ones((6, 4), np.float32), ["same remote"] * 6))) == 1
    assert cluster_rows(np.zeros((6, 4), np.float32), None, groups=3) == ["group 1"] * 6


def test_texts_without_words_leave_the_number() -> None:
    assert cluster_rows(around(1, 3), ["", "12 34", "it is the"]) == ["group 1"] * 3


def test_groups_cut_across_what_they_are_told_to() -> None:
    rng = np.random.default_rng(0)
    product, theme = rng.normal(size=(2, 16)) * 5, rng.normal(size=(2, 16))
    kinds = [(p, t) for p in (0, 1) for t in (0, 1) for _ in range(10)]
    rows = np.stack([product[p] + theme[t] + 0.05 * rng.normal(size=16) for p, t in kinds]).astype(np.float32)

    plain = cluster_rows(rows, None, groups=2)
    across = cluster_rows(rows, None, groups=2, across=[p for p, _ in kinds])

    assert len({(name, p) for name, (p, _) in zip(plain, kinds, strict=True)}) == 2
    assert len({(name, t) for name, (_, t) in zip(across, kinds, strict=True)}) == 2


def test_many_rows_join_the_groups_of_a_sample() -> None:
    found = cluster_rows(around(3, SAMPLE), None)

    assert sorted(Counter(found).values()) == [SAMPLE] * 3


ROWS = hnp.arrays(
    np.float32,
    st.tuples(st.integers(1, 14), st.just(3)),
    elements=st.floats(-4, 4, width=16).map(float),
)


@settings(max_examples=40, deadline=None)
@given(ROWS, st.integers(0, 4))
def test_order_and_repetition_change_nothing(rows: np.ndarray, groups: int) -> None:
    order = np.random.default_rng(len(rows)).permutation(len(rows))

    found = cluster_rows(rows, None, groups=groups)
    shuffled = cluster_rows(rows[order], None, groups=groups)

    assert len(found) == len(rows)
    assert cluster_rows(rows, None, groups=groups) == found
    assert shuffled == [found[i] for i in order]
    assert not groups or len(set(found)) <= groups
