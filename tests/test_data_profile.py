"""What a column is like, without its words; how alike two columns are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hfmagic.data_profile import MOST_WORDS, Profile, likeness, profile_of
from tests.conftest import DATA

WORDS = st.lists(st.sampled_from([f"{i:012x}" for i in range(12)]), unique=True).map(tuple)
PROFILES = st.builds(Profile, st.sampled_from(["", "en", "zh"]), st.integers(0, 5000), WORDS)


def reviews() -> list[str]:
    import pandas as pd

    return pd.read_csv(DATA / "reviews.csv").review.tolist()


def test_halves_of_a_column_are_nearly_one():
    texts = reviews()
    one, other = (profile_of(half, language="en", salt="s") for half in (texts[::2], texts[1::2]))

    assert likeness(one, other) >= 0.9


def test_another_subject_is_less_alike_than_the_other_half():
    texts = reviews()
    law = ["The tenant shall pay the landlord rent monthly.", "The landlord shall give the tenant written notice."] * 20
    mine, own, other = (profile_of(t, language="en", salt="s") for t in (texts[::2], texts[1::2], law))

    assert likeness(mine, other) < 0.7 < likeness(mine, own)


def test_chinese_columns_are_compared_by_pairs_of_characters():
    phones = ["这款手机屏幕很好", "手机电池不耐用，屏幕也暗", "屏幕清晰，电池耐用"] * 4
    hotels = ["酒店房间干净", "房间太小，酒店早餐一般", "早餐丰富，酒店安静"] * 4
    mine, own, other = (profile_of(t, language="zh", salt="s") for t in (phones[:6], phones[6:], hotels))

    assert likeness(mine, own) == 1.0
    assert likeness(mine, other) < 0.7


def test_words_are_hashes_that_differ_from_user_to_user():
    texts = ["the camera broke", "a camera bag"]
    one, other = (profile_of(texts, language="en", salt=salt) for salt in ("one", "other"))

    assert len(one.words) == 1
    assert "camera" not in str(one)
    assert one.words != other.words


def test_a_word_of_one_text_alone_is_not_kept():
    assert profile_of(["Ottilie called", "nobody answered"], language="en", salt="s").words == ()


def test_what_is_no_text_has_the_empty_profile():
    assert profile_of([1.0, None, b"picture"], language="", salt="s") == Profile()
    assert likeness(Profile(), Profile()) == 1.0


def test_a_column_that_nothing_is_known_of_is_a_little_alike():
    assert 0 < likeness(Profile(), Profile("en", 100)) < 0.5


def test_lengths_are_characters_of_the_longest_but_a_twentieth():
    assert profile_of(["x" * 10] * 95 + ["x" * 9000] * 5, language="en", salt="s").p95_characters == 10
    assert profile_of(["x" * 10] * 90 + ["x" * 9000] * 10, language="en", salt="s").p95_characters == 9000


@given(st.lists(st.one_of(st.none(), st.text(max_size=40), st.integers())), st.text(max_size=80))
def test_any_column_and_any_salt_has_a_profile(values: list[object], salt: str):
    found = profile_of(values, language="en", salt=salt)

    assert len(found.words) <= MOST_WORDS
    assert found == profile_of(values, language="en", salt=salt)


@given(PROFILES, PROFILES)
def test_likeness_is_a_share_the_same_on_either_side_and_1_for_itself(one: Profile, other: Profile):
    assert 0.0 <= likeness(one, other) == likeness(other, one) <= 1.0
    assert likeness(one, one) == 1.0
    if one.language and other.language and one.language != other.language:
        assert likeness(one, other) == 0.0


@given(PROFILES)
def test_the_length_bucket_of_a_border_is_its_own(one: Profile):
    from hfmagic.store import Evidence, Store

    store = Store(None)
    store.add_evidence(Evidence("t", "a/b", "c", one, "rating", 1.0, 1.0))
    kept = store.evidence()[0].profile

    assert kept.length == one.length
    assert likeness(kept, one) == 1.0
