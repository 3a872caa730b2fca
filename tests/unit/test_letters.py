"""Eight letters at once say what they say one by one."""

import random

import numpy as np
import pytest

from claimcheck.read_scans.letters import (
    UPPER,
    WORD,
    before,
    first_blank,
    in_last_word,
    others,
    pack,
    place_of,
    strings_of,
    view_words,
    words,
)

DRAW = random.Random(1)
EVERY_BYTE = [
    bytes(DRAW.choices(b"ACGTacgt", k=place)) + bytes([byte]) + bytes(DRAW.choices(b"ACGTacgt", k=WORD - 1 - place))
    for byte in range(256)
    for place in range(WORD)
]
"""Each byte at each place among letters."""


def text_of(content):
    return np.frombuffer(content + bytes(WORD), dtype=np.uint8)


def words_of(strings):
    return np.frombuffer(b"".join(strings), dtype=np.uint64)


def test_letters_other_than_acgt_are_known_in_either_case_and_at_every_place():
    found = others(words_of(EVERY_BYTE)).view(np.uint8).reshape(-1, WORD)
    assert (found != 0).tolist() == [[letter not in b"ACGTacgt" for letter in word] for word in EVERY_BYTE]


def test_codes_have_the_first_letter_highest_and_no_case():
    strings = [bytes(DRAW.choices(b"ACGTacgt", k=WORD)) for _ in range(500)]
    expected = [int("".join(str(b"ACGT".index(letter & 0xDF)) for letter in word), 4) for word in strings]
    assert pack(words_of(strings)).tolist() == expected
    assert pack(words_of(strings) & UPPER).tolist() == expected


@pytest.mark.parametrize("blank", [b" ", b"\t", b"\n", b"\r"])
def test_the_first_blank_ends_a_name_wherever_it_stands(blank):
    names = [
        bytes(DRAW.choices(range(33, 256), k=place)) + blank + bytes(DRAW.choices(range(256), k=WORD - 1 - place))
        for place in range(WORD)
        for _ in range(50)
    ]
    bits = first_blank(words_of(names))
    assert place_of(bits).tolist() == [place for place in range(WORD) for _ in range(50)]
    assert before(bits).tolist() == [(1 << 8 * place) - 1 for place in range(WORD) for _ in range(50)]


def test_where_there_is_no_blank_all_bytes_are_before_it():
    bits = first_blank(words_of([bytes(DRAW.choices(range(33, 256), k=WORD)) for _ in range(500)]))
    assert (bits == 0).all()
    assert (place_of(bits) == WORD).all()
    assert (before(bits) == np.uint64(2**64 - 1)).all()


def test_strings_of_any_length_are_read_to_their_last_letter_and_no_further():
    strings = [bytes(DRAW.choices(b"ACGTNacgt", k=DRAW.randrange(40))) for _ in range(300)]
    lengths = np.array([len(one) for one in strings])
    starts = np.cumsum(lengths + 1) - lengths - 1
    text = text_of(b"".join(one + b"\n" for one in strings))
    with_other = np.zeros(len(strings), dtype=bool)
    for rows, of_rows in words(text, starts, lengths):
        found = others(of_rows)
        found[:, -1] &= in_last_word(lengths[rows])
        with_other[rows] |= (found != 0).any(axis=1)
        letters = [row.tobytes().rstrip(b"\0") for row in of_rows]
        assert letters == [strings[row].upper() for row in rows]
    assert with_other.tolist() == [b"N" in one for one in strings]
    assert 50 < with_other.sum() < 290
    some = starts[lengths >= 5]
    assert [row.tobytes() for row in strings_of(text, some, 5)] == [one[:5] for one in strings if len(one) >= 5]
    assert len(view_words(text)) == len(text) - WORD + 1
