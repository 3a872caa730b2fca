"""Abundances that somebody else quantified: found, read strictly, matched with genes, and summed as our own are."""

import gzip
import json
from pathlib import Path

import pandas as pd
import pytest

from claimcheck.core.errors import StudyError
from claimcheck.quantification.abundance_files import AbundanceFiles, abundances_of_study
from claimcheck.quantification.abundance_tables import read_abundances, require_same_transcripts
from claimcheck.quantification.abundances import import_abundances, import_tables
from claimcheck.quantification.quantifier_reports import read_report
from claimcheck.quantification.transcript_matching import match_transcripts, require_genes

KALLISTO = "target_id\tlength\teff_length\test_counts\ttpm\n"
SALMON = "Name\tLength\tEffectiveLength\tTPM\tNumReads\n"
SHEET = "sample\tcondition\na\tx\nb\tx\nc\ty\nd\ty\n"
ROWS = [("T1.1", 900.5, 70.25), ("T2.1", 1200.0, 31.0), ("T3.1", 400.0, 0.0)]


def kallisto_table(factor: float = 1.0) -> str:
    return KALLISTO + "".join(f"{name}\t1000\t{length}\t{reads * factor}\t1\n" for name, length, reads in ROWS)


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def find(folder: Path, sheet: str = SHEET, root: str = "quants") -> AbundanceFiles | None:
    write(folder / "sheet.tsv", sheet)
    given = {"folder": root, "samples": "sheet.tsv", "genes": None}
    design = {"factor": "condition", "test": "y", "reference": "x"}
    return abundances_of_study({"start_from": "transcripts", "transcripts": given, "design": design}, folder)


def test_folders_are_found_by_sample_or_by_the_sheet(tmp_path: Path) -> None:
    for name in ("a", "the b", "c", "d"):
        write(tmp_path / "quants" / name / "quant.sf.gz", gzip.compress(SALMON.encode()))
    report = {"salmon_version": "1.10.1", "num_processed": 10, "num_mapped": 9}
    write(tmp_path / "quants/a/aux_info/meta_info.json", json.dumps(report))
    found = find(tmp_path, "sample\tcondition\tfolder\na\tx\t\nb\tx\tthe b\nc\ty\t\nd\ty\t\ne\tother\tgone\n")
    assert found is not None
    assert (found.quantifier, found.samples) == ("salmon", ["a", "b", "c", "d"])
    assert found.tables[1] == "quants/the b/quant.sf.gz"
    assert found.by_sample["a"].n_mapped == 9
    assert not found.has_mapping


@pytest.mark.parametrize(
    ("files", "sheet", "said"),
    [
        (["a", "b", "c"], SHEET, "no folder for d"),
        (["a", "b", "c", "d:abundance.h5"], SHEET, "h5dump"),
        (["a", "b", "c", "d:bs_abundance_0.tsv"], SHEET, "bootstraps"),
        (["a", "b", "c", "d:other.txt"], SHEET, "it has other.txt"),
        (["a", "b", "c", "d:quant.sf"], SHEET, "different programs"),
        (["a", "b", "c", "d", "d:quant.sf"], SHEET, "both kallisto and salmon"),
        (["star/a", "star/b", "star/c", "star/d"], SHEET, "set transcripts.folder to quants/star"),
        (["a", "b", "c", "d"], "sample\tcondition\tfolder\na\tx\t../a\nb\tx\t\nc\ty\t\nd\ty\t\n", "'../a'"),
        (["a", "b", "c", "d"], "sample\tcondition\tfolder\na\tx\tb\nb\tx\t\nc\ty\t\nd\ty\t\n", "two samples have"),
    ],
)
def test_what_is_wrong_with_folders_is_said(tmp_path: Path, files: list[str], sheet: str, said: str) -> None:
    for name in files:
        place, _, file = name.partition(":")
        write(tmp_path / "quants" / place / (file or "abundance.tsv"), kallisto_table())
    with pytest.raises(StudyError) as caught:
        find(tmp_path, sheet)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (kallisto_table()[:-1], "ends in the middle of line 4"),
        (kallisto_table().replace("70.25", "nan"), "line 2 has 'nan' as est_counts of T1.1"),
        (kallisto_table().replace("70.25", "-3"), "'-3'"),
        (kallisto_table().replace("T2.1", "T1.1"), "T1.1 occurs twice"),
        (kallisto_table(0), "not one transcript is counted"),
        (kallisto_table().replace("900.5", "0"), "T1.1 has reads, but no length"),
        (SALMON, "its header line is Name"),
        (gzip.compress(kallisto_table().encode(), mtime=0)[:-12], "cannot be read"),
    ],
    ids=[
        "cut off",
        "no number",
        "negative",
        "transcript twice",
        "nothing counted",
        "no length",
        "of salmon",
        "gzip cut off",
    ],
)
def test_a_table_that_is_not_whole_is_refused(tmp_path: Path, content: str | bytes, said: str) -> None:
    with pytest.raises(StudyError) as caught:
        read_abundances(write(tmp_path / "a/abundance.tsv", content), "kallisto")
    assert said in str(caught.value)


def test_sums_are_those_of_our_own_path(tmp_path: Path) -> None:
    paths = {
        name: write(tmp_path / name / "abundance.tsv", kallisto_table(1 + number / 3))
        for number, name in enumerate("abcd")
    }
    genes = pd.DataFrame({"target_id": ["T1.1", "T2.1", "T3.1"], "gene_id": ["G2", "G1", "G2"]})
    own = import_abundances(paths, genes)
    foreign = import_tables(
        {name: read_abundances(path, "kallisto") for name, path in paths.items()}, genes, quantifier="kallisto"
    )
    for expected, found in zip(own, foreign, strict=True):
        pd.testing.assert_frame_equal(expected, found, check_exact=True)


def test_ids_are_matched_whatever_their_versions() -> None:
    listed = pd.DataFrame(
        {"target_id": ["ENSMUST00000000001", "NM_1.2", "X.1", "X.2"], "gene_id": ["G1", "G2", "G3", "G4"]}
    ).assign(transcript_id=lambda table: table["target_id"])
    targets = pd.Series(["ENSMUST00000000001.4|ENSMUSG1|-|", "NM_1", "X", "X.2"])
    matched = match_transcripts(targets, listed).set_index("target_id")["gene_id"].to_dict()
    assert matched == {targets[0]: "G1", "NM_1": "G2", "X.2": "G4"}


def test_a_table_of_another_species_stops_and_a_small_loss_is_measured(tmp_path: Path) -> None:
    table = read_abundances(write(tmp_path / "a/abundance.tsv", kallisto_table()), "kallisto").assign(
        tpm=[90.0, 10.0, 0.0]
    )
    listed = pd.DataFrame({"target_id": ["T1.1"], "transcript_id": ["T1.1"], "gene_id": ["G1"]})
    matched = match_transcripts(table["target_id"], listed)
    lost = require_genes({"a": table}, matched, most=0.2, source="genes.tsv", listed_genes=listed)
    assert lost[["n_lost", "share_lost"]].to_numpy().tolist() == [[2, 0.1]]
    with pytest.raises(StudyError, match="2 of 3 quantified transcripts have no gene, with 10 % of the TPM of a"):
        require_genes({"a": table}, matched, most=0.05, source="genes.tsv", listed_genes=listed)


def test_samples_of_other_transcripts_stop(tmp_path: Path) -> None:
    table = read_abundances(write(tmp_path / "a/abundance.tsv", kallisto_table()), "kallisto")
    with pytest.raises(StudyError, match="ends after 2 of 3"):
        require_same_transcripts({"a": table, "b": table.iloc[:2]})
    with pytest.raises(StudyError, match="against different transcripts"):
        require_same_transcripts({"a": table, "b": table.assign(target_id=["T1.1", "T2.1", "other"])})
    turned = require_same_transcripts({"a": table, "b": table.iloc[::-1]})
    pd.testing.assert_frame_equal(turned["b"], table)


def test_alignments_say_nothing_of_reads_that_were_not_mapped(tmp_path: Path) -> None:
    said = {"mapping_type": "alignment", "num_processed": 10, "num_mapped": 10}
    report = read_report(write(tmp_path / "meta_info.json", json.dumps(said)), "salmon")
    assert (report.n_processed, report.n_mapped, report.is_share_known) == (None, 10, False)


@pytest.mark.parametrize(
    "content",
    [
        "[1]",
        "{",
        '{"n_processed": "many"}',
        '{"n_processed": 3, "n_pseudoaligned": 4}',
        " " * (1 << 20) + "{}",
        "[" * 9000,
    ],
)
def test_a_report_that_is_none_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(StudyError, match="report of kallisto"):
        read_report(write(tmp_path / "run_info.json", content), "kallisto")
