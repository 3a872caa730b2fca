"""What cannot be measured of a library is said with the numbers that there are, and never called good or bad."""

import numpy as np
import pandas as pd
import pytest

from claimcheck.deseq2.design import Design
from claimcheck.qc.libraries import library_gates
from support.defaults import DEFAULTS

SAMPLES = ["a1", "a2", "b1", "b2"]
CONDITIONS = pd.Series(["a", "a", "b", "b"], index=SAMPLES)


def gates(*, mapping=None, libraries=None, reads=None):
    lengths = {"fragment_length": 200.0, "fragment_length_assumed": np.nan}
    mapped = {"sample": SAMPLES, "share_pseudoaligned": 0.9, "n_pseudoaligned": 2e7} | lengths | (mapping or {})
    measured = {
        "sample": SAMPLES,
        "n_oriented": 5000,
        "strandedness": "reverse",
        "three_prime_bias": 0.1,
        "n_genes": 900,
    }
    files = {
        "run": ["R1", "R1"],
        "mate": ["1", "2"],
        "share_short": 0.0,
        "share_q30": 0.9,
        "share_adapter": 0.0,
        "notice": "",
    }
    found = library_gates(
        pd.DataFrame(mapped),
        pd.DataFrame(measured | (libraries or {})),
        pd.DataFrame(files | (reads or {})),
        conditions=CONDITIONS,
        quality=DEFAULTS["quality"],
        groups=Design("b", "a"),
    )
    return {(gate.gate, gate.scope): gate for gate in found}


def test_sound_libraries_pass():
    found = gates()
    assert {gate.status for gate in found.values()} == {"pass"}
    assert found["reads", "study"].reason == "all files of reads are whole, and mates stand side by side"
    assert found["strandedness", "study"].reason == "all libraries are reverse"


def test_a_library_of_few_reads_has_no_strand_and_is_no_other_kind_for_that():
    found = gates(
        libraries={
            "n_oriented": [5000, 27, 5000, 5000],
            "strandedness": ["reverse", "not measurable", "reverse", "reverse"],
        }
    )
    assert found["strandedness", "a2"].status == "warn"
    assert (
        "not measurable from 27 reads on transcripts of known direction, fewer than 100"
        in found["strandedness", "a2"].reason
    )
    assert found["strandedness", "study"].reason == "all other libraries are reverse"


def test_no_library_shows_its_strand():
    found = gates(libraries={"n_oriented": 3, "strandedness": "not measurable"})
    assert [scope for gate, scope in found if gate == "strandedness"] == SAMPLES


def test_libraries_of_two_kinds_warn():
    found = gates(libraries={"strandedness": ["reverse", "reverse", "unstranded", "reverse"]})
    assert (
        found["strandedness", "study"].reason
        == "the libraries were not made alike (reverse: a1, a2, b2; unstranded: b1)"
    )


@pytest.mark.parametrize("unmeasured", [["a2"], ["a1", "a2"], SAMPLES])
def test_coverage_without_genes_is_not_measurable(unmeasured):
    bias = [np.nan if sample in unmeasured else 0.1 for sample in SAMPLES]
    found = gates(
        libraries={"three_prime_bias": bias, "n_genes": [2 if sample in unmeasured else 900 for sample in SAMPLES]}
    )
    warned = [scope for (gate, scope), row in found.items() if gate == "coverage_bias" and row.status == "warn"]
    assert warned == unmeasured
    assert "not measurable, since only 2 genes have reads enough for a profile" in found["coverage_bias", "a2"].reason
    assert (("coverage_bias", "study") in found) == (unmeasured == ["a2"])


@pytest.mark.parametrize(
    ("column", "value", "gate", "status"),
    [
        ("share_q30", 0.2, "q30_share", "warn"),
        ("share_q30", 1.0, "q30_share", "pass"),
        ("share_short", 0.4, "share_short", "warn"),
        ("share_adapter", 0.4, "share_adapter", "warn"),
    ],
)
def test_each_file_is_held_against_the_thresholds(column, value, gate, status):
    found = gates(reads={column: [0.9 if column == "share_q30" else 0.0, value]})
    assert (found[gate, "R1 mate 1"].status, found[gate, "R1 mate 2"].status) == ("pass", status)


def test_what_was_not_measured_has_no_gate():
    assert not [
        gate
        for gate, _ in gates(reads={"share_q30": np.nan, "share_adapter": np.nan})
        if gate in ("q30_share", "share_adapter")
    ]


def test_what_was_noticed_of_a_file_warns():
    found = gates(reads={"notice": ["", "lines end with CR LF"]})
    assert found["reads", "R1 mate 2"].reason == "lines end with CR LF"
    assert ("reads", "R1 mate 1") not in found
    assert ("reads", "study") not in found


def test_pairs_without_a_fragment_length_are_noticed():
    found = gates(
        mapping={"fragment_length": [200.0, np.nan, 200.0, np.nan], "fragment_length_assumed": [np.nan] * 3 + [200.0]}
    )
    assert [scope for gate, scope in found if gate == "fragment_length"] == ["a2"]
