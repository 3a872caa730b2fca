"""Gates hold each value against its thresholds; a failed one stops the study by name, unless it is accepted with a reason."""

import pytest

from claimcheck.core.errors import StudyError
from claimcheck.qc.gates import (
    GATE_COLUMNS,
    Gate,
    as_table,
    at_least,
    at_most,
    mark_accepted,
    number,
    require_passed,
)


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
    gate = at_least("pseudoaligned_share", "share", {"A": value}, warn=0.5, fail=0.1)[0]
    assert (gate.scope, gate.status, gate.value, gate.threshold) == ("A", status, value, threshold)


def test_what_is_no_number_fails():
    assert at_least("library_size", "counts", {"A": float("nan")}, warn=1, fail=1)[0].status == "fail"


def test_every_sample_has_a_row_in_order():
    values = {"B": 10, "A": 5_000_000, "C": 300_000}
    gates = as_table(at_least("library_size", "counts in all", values, warn=1_000_000, fail=100_000))
    assert tuple(gates) == GATE_COLUMNS
    assert gates[["scope", "status"]].to_numpy().tolist() == [["B", "fail"], ["A", "pass"], ["C", "warn"]]
    assert gates["reason"].tolist()[2] == "counts in all: 300,000, below 1,000,000"


@pytest.mark.parametrize(("value", "status"), [(0.1, "pass"), (0.2, "pass"), (0.2001, "warn")])
def test_an_upper_bound_warns_and_never_fails(value, status):
    assert at_most("share", "share", {"A": value}, warn=0.2)[0].status == status


def test_what_was_not_measured_has_no_upper_bound():
    assert at_most("share", "share", {"A": float("nan")}, warn=0.2) == []


@pytest.mark.parametrize(
    ("value", "words"), [(0.12345, "0.123"), (12345, "12,345"), (12345.0, "12,345"), (1.2345, "1.23"), (0, "0")]
)
def test_numbers_are_written_as_people_read_them(value, words):
    assert number(value) == words


TABLE = as_table([Gate("sex", "A", "pass", "", "", "fine"), Gate("sex", "B", "fail", "", "", "stated male, is female")])


def test_only_a_failure_stops_and_is_named():
    require_passed(mark_accepted(TABLE.head(1), []), where="gates.tsv")
    with pytest.raises(StudyError, match=r"gate failed: sex of B\n") as caught:
        require_passed(mark_accepted(TABLE, []), where="gates.tsv")
    assert "stated male, is female" in caught.value.where
    assert "A" not in caught.value.what.removeprefix("a quality gate")


def test_an_accepted_failure_goes_on_with_its_reason():
    marked = mark_accepted(TABLE, [{"gate": "sex", "scope": "B", "reason": "the authors corrected the sheet"}])
    assert marked["accepted"].tolist() == ["", "the authors corrected the sheet"]
    assert marked["status"].tolist() == ["pass", "fail"], "it stays a failure"
    require_passed(marked, where="gates.tsv")


def test_accepting_what_does_not_fail_changes_nothing():
    marked = mark_accepted(TABLE, [{"gate": "sex", "scope": "A", "reason": "looked at it"}])
    assert marked["accepted"].tolist() == ["", ""]


def test_accepting_an_unknown_gate_is_a_mistake():
    with pytest.raises(StudyError, match="swap of B, which is no gate"):
        mark_accepted(TABLE, [{"gate": "swap", "scope": "B", "reason": "looked at it"}])
