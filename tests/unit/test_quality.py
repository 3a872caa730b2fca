"""Gates hold each sample against both thresholds; one failed sample stops the study with its name and number."""

import json

import pandas as pd
import pytest

from claimcheck.errors import StudyError
from claimcheck.expression.quality import GATE_COLUMNS, gate, read_mapping, require_passed


@pytest.mark.parametrize(
    ("value", "status", "threshold"),
    [
        (0.9, "pass", 0.5),
        (0.5, "pass", 0.5),
        (0.4999, "warn", 0.5),
        (0.1, "warn", 0.5),
        (0.0999, "fail", 0.1),
        (0, "fail", 0.1),
    ],
)
def test_a_threshold_itself_still_passes(value, status, threshold):
    row = gate("pseudoaligned_share", {"A": value}, warn=0.5, fail=0.1).iloc[0]
    assert (row["scope"], row["status"], row["value"], row["threshold"]) == ("A", status, value, threshold)


def test_what_is_no_number_fails():
    assert gate("library_size", {"A": float("nan")}, warn=1, fail=1)["status"].tolist() == ["fail"]


def test_every_sample_has_a_row_in_order():
    gates = gate("library_size", {"B": 10, "A": 5_000_000, "C": 300_000}, warn=1_000_000, fail=100_000)
    assert tuple(gates) == GATE_COLUMNS
    assert gates[["scope", "status"]].to_numpy().tolist() == [["B", "fail"], ["A", "pass"], ["C", "warn"]]
    assert gates["reason"].tolist()[2].endswith("300,000, below 1,000,000")


def test_only_a_failure_stops():
    gates = gate("library_size", {"A": 1000, "B": 10}, warn=100, fail=1)
    require_passed(gates, where="gates.tsv")
    failed = gate("library_size", {"A": 1000, "B": 10}, warn=100, fail=50)
    with pytest.raises(StudyError, match=r"failed for B\n") as caught:
        require_passed(failed, where="gates.tsv")
    assert "10, below 50" in caught.value.where
    assert "A" not in caught.value.what.removeprefix("a quality gate")


def test_mapping_is_read_for_every_sample(tmp_path):
    paths = {}
    for name, processed, aligned in (("B", 200, 150), ("A", 0, 0)):
        paths[name] = tmp_path / f"{name}.json"
        paths[name].write_text(
            json.dumps({"n_processed": processed, "n_pseudoaligned": aligned, "n_unique": aligned // 2})
        )
    expected = pd.DataFrame(
        {
            "sample": ["B", "A"],
            "n_processed": [200, 0],
            "n_pseudoaligned": [150, 0],
            "n_unique": [75, 0],
            "share_pseudoaligned": [0.75, 0.0],
        }
    )
    pd.testing.assert_frame_equal(read_mapping(paths), expected)
