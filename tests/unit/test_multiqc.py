"""What MultiQC is given can be read by its rules, says what the tables say, and runs nothing in its page.

The rules are those of https://docs.seqera.io/multiqc/custom_content: lines that begin with # are YAML, the rest is a table.
"""

import re
from math import nan

import pandas as pd
import pytest
import yaml

from claimcheck.exports import multiqc

SAMPLES = pd.DataFrame({"sample": ["s1", "12"], "condition": ["knockout", "control"]})
FACTORS = pd.DataFrame({"sample": ["12", "s1"], "size_factor": [0.5, 2.0], "library_size": [10, 12_345_678]})
SEX = pd.DataFrame({"sample": ["s1", "12"], "called": ["female", ""]})
MAPPING = pd.DataFrame(
    {
        "sample": ["s1", "12"],
        "n_processed": [200, nan],
        "share_pseudoaligned": [0.97018, nan],
        "fragment_length": [199.5, nan],
    }
)
LIBRARIES = pd.DataFrame(
    {"sample": ["s1", "12"], "strandedness": ["forward", "unstranded"], "three_prime_bias": [0.1, nan]}
)
READS = pd.DataFrame(
    {
        "run": ["SRR0000001", "SRR0000002"],
        "file": ["SRR0000001_1.fastq.gz", "SRR0000002.fastq.gz"],
        "n_reads": [5, 6],
        "mean_length": [75.0, 50.0],
        "share_q30": [0.92, nan],
        "share_gc": [0.5, nan],
        "share_duplicate": [0.0, 0.25],
        "share_adapter": [0.125, nan],
    }
)
READ_FILES = pd.DataFrame({"sample": ["s1", "s1", "12"], "run_accession": ["SRR0000001", "SRR0000001", "SRR0000002"]})
GATES = pd.DataFrame(
    [
        ("share_q30", "s1", "pass", "0.9221836667", "0.7", "share: 0.922, at least 0.7"),
        ("composition", "QC_B", "warn", "NA", "", "knockout / control"),
        ("reads", "study", "fail", "194036", "50000", "<script>alert(1)</script>"),
        ("sex", "12", "not measurable", "unstranded", "", "no gene"),
    ],
    columns=["gate", "scope", "status", "value", "threshold", "reason"],
)
COMPOSITION = pd.DataFrame(
    [("QC_B", "s1", -1.5), ("QC_B", "12", nan), ("QC_T", "s1", 0.5), ("QC_T", "12", 1.0)],
    columns=["panel", "sample", "score"],
)
PANELS = {"QC_B": "B cells"}
SECTIONS = {
    "general": multiqc.general_statistics(SAMPLES, FACTORS, SEX),
    "quantification": multiqc.quantification(MAPPING, LIBRARIES),
    "of others": multiqc.quantification(MAPPING, None),
    "reads": multiqc.reads(READS, READ_FILES),
    "checks": multiqc.gates(GATES, PANELS),
    "composition": multiqc.composition(COMPOSITION, PANELS),
}


def read(text):
    """Read a file of custom content: what its head says, and the rows by their names."""
    lines = text.splitlines()
    head = yaml.safe_load("\n".join(line[1:] for line in lines if line.startswith("#")))
    header, *rows = [line.split("\t") for line in lines if not line.startswith("#")]
    assert {len(row) for row in rows} == {len(header)}
    assert len({row[0] for row in rows}) == len(rows)
    return head, {row[0]: dict(zip(header[1:], row[1:], strict=True)) for row in rows}


@pytest.mark.parametrize("name", SECTIONS)
def test_a_file_is_custom_content(name):
    text = SECTIONS[name]
    head, rows = read(text)
    assert head["id"].startswith("claimcheck_")
    assert head["plot_type"] in ("generalstats", "table", "heatmap")
    assert text.index("# ") == 0 and not re.search(r"^#.*\n[^#].*\n#", text, re.MULTILINE), "the head comes first"
    if head["plot_type"] != "heatmap":
        [columns] = {tuple(row) for row in rows.values()}
        assert list(head["headers"]) == list(columns)
        assert all(column["title"] for column in head["headers"].values())
    if head["plot_type"] != "generalstats":
        assert head["section_name"] and head["description"] and head["parent_id"] == "claimcheck"


@pytest.mark.parametrize(
    ("name", "row", "cells"),
    [
        (
            "general",
            "s1",
            {"condition": "knockout", "called": "female", "library_size": "12345678", "size_factor": "2"},
        ),
        ("general", "12", {"condition": "control", "called": "", "library_size": "10", "size_factor": "0.5"}),
        ("quantification", "s1", {"n_processed": "200", "share_pseudoaligned": "97.018", "strandedness": "forward"}),
        ("quantification", "12", {"n_processed": "", "share_pseudoaligned": "", "three_prime_bias": ""}),
        ("of others", "s1", {"fragment_length": "199.5"}),
        ("reads", "SRR0000001_1", {"sample": "s1", "share_q30": "92", "share_adapter": "12.5", "mean_length": "75"}),
        ("reads", "SRR0000002", {"sample": "12", "share_q30": "", "share_duplicate": "25"}),
        ("checks", "share q30: s1", {"status": "pass", "value": "0.9222", "reason": "share: 0.922; at least 0.7"}),
        ("checks", "composition: B cells", {"status": "warn", "value": "", "threshold": ""}),
        ("checks", "reads: study", {"value": "194,036", "reason": "&lt;script&gt;alert(1)&lt;/script&gt;"}),
        ("checks", "sex: 12", {"status": "not measurable", "value": "unstranded"}),
        ("composition", "B cells", {"s1": "-1.5", "12": ""}),
        ("composition", "QC_T", {"s1": "0.5", "12": "1"}),
    ],
)
def test_cells_are_those_of_the_tables(name, row, cells):
    _, rows = read(SECTIONS[name])
    assert {key: rows[row][key] for key in cells} == cells


def test_shares_are_in_percent_and_units_are_said():
    head, _ = read(SECTIONS["reads"])
    assert {name for name, column in head["headers"].items() if column.get("suffix") == "%"} == {
        name for name in head["headers"] if name.startswith("share_")
    }
    assert head["headers"]["mean_length"]["suffix"].strip() == "nt"
    assert head["headers"]["share_q30"]["description"].startswith("share of base calls of Q30")


def test_failed_checks_and_warnings_come_first():
    _, rows = read(SECTIONS["checks"])
    assert [row["status"] for row in rows.values()] == ["fail", "warn", "pass", "not measurable"]


def test_what_a_quantifier_of_others_does_not_tell_is_no_column():
    head, _ = read(SECTIONS["of others"])
    assert list(head["headers"]) == ["n_processed", "share_pseudoaligned", "fragment_length"]


KALLISTO = """\
2026-01-01 00:00:00,000 INFO [quant] will process {kind} 1: resources/reads/{file}
2026-01-01 00:00:00,000 INFO [quant] finding pseudoalignments for the reads ...
"""


@pytest.mark.parametrize(("kind", "file"), [("pair", "SRR0000001_1.fastq.gz"), ("file", "SRR0000002.fastq.gz")])
def test_a_log_of_kallisto_is_of_the_sample_that_all_tables_name(kind, file):
    samples = {"SRR0000001_1.fastq.gz": "s1", "SRR0000001_2.fastq.gz": "s1", "SRR0000002.fastq.gz": "12"}
    settings = yaml.safe_load(multiqc.settings("A study", samples, simulated=False))
    # As MultiQC's module finds the name (multiqc/modules/kallisto/kallisto.py).
    found = re.search(r"\[quant\] will process (pair|file|sample) 1: (\S+)", KALLISTO.format(kind=kind, file=file))
    name = found[2].rpartition("/")[2]
    assert settings["fn_clean_sample_names"] is False and settings["sample_names_replace_exact"] is True
    assert settings["sample_names_replace"][name] == samples[file]


def test_the_configuration_names_the_study_and_orders_the_sections():
    said = yaml.safe_load(multiqc.settings("A <b>study</b>:\n'x'", {}, simulated=True))
    assert said["title"] == "A &lt;b&gt;study&lt;/b&gt;: &#x27;x&#x27;"
    assert said["subtitle"] == "Simulated data"
    assert "sample_names_replace" not in said
    ids = {read(text)[0]["id"] for name, text in SECTIONS.items() if name != "general"}
    assert set(said["report_section_order"]) == ids
    assert "subtitle" not in yaml.safe_load(multiqc.settings("A study", {}, simulated=False))
