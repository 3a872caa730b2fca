"""Counts in a file for each sample: found, read as the program that wrote them means it, and joined."""

import gzip
from pathlib import Path

import pandas as pd
import pytest

from claimcheck.core.errors import StudyError
from claimcheck.quantification.count_columns import Strands, read_count_files, read_sample_labels
from claimcheck.quantification.count_files import CountFiles, count_files_of_study
from claimcheck.quantification.counts import CountTable

GENES = [f"ENSMUSG{number:011d}" for number in range(1, 5)]
KO1, WT1 = [1, 30, 7, 250], [20, 4, 0, 198]
STRANDS = Strands(stranded=0.9, unstranded=0.6)
SHEET = "sample\tcondition\nKO1\ty\nKO2\ty\nWT1\tx\nWT2\tx\nout\tother\n"


def rows(*columns: object, head: str = "", separator: str = "\t") -> str:
    """Write lines of the given columns; what is no list is repeated."""
    wide = [column if isinstance(column, list) else [column] * len(GENES) for column in columns]
    return head + "".join(separator.join(map(str, cells)) + "\n" for cells in zip(*wide, strict=True))


def star(counts: list[int], *, forward: float, head: bool = True) -> str:
    """Write a file of STAR with a share of the reads on the forward strand."""
    strands = [[round(100 * share * n) for n in counts] for share in (1, forward, 1 - forward)]
    above = "N_unmapped\t900\t900\t900\nN_multimapping\t80\t80\t80\nN_noFeature\t7\t200\t90\nN_ambiguous\t5\t2\t2\n"
    return (above if head else "") + rows(GENES, *strands)


def gdc(counts: list[int]) -> str:
    head = "# gene-model: GENCODE v36\ngene_id\tgene_name\tgene_type\tunstranded\tstranded_first\tstranded_second\ttpm_unstranded\n"
    return rows(GENES, "Abc", "lncRNA", counts, 0, counts, 0.5, head=head + "N_unmapped\t\t\t5\t5\t5\t\n")


FEATURES = "Geneid\tChr\tStart\tEnd\tStrand\tLength\t{}.bam\n"
RSEM = "gene_id\ttranscript_id(s)\tlength\teffective_length\texpected_count\tTPM\tFPKM\n"
SALMON = "Name\tLength\tEffectiveLength\tTPM\tNumReads\n"
BELOW = "__no_feature\t5000\n__ambiguous\t3\n__too_low_aQual\t0\n__not_aligned\t0\n__alignment_not_unique\t1\n"
WRITTEN = {
    "HTSeq": ("{}.txt", lambda _, n: rows(GENES, n) + BELOW),
    "HTSeq with symbols": (
        "{}.counts",
        lambda _, n: rows(GENES, ["A", "B", "C", "D"], n) + BELOW.replace("\t", "\t\t"),
    ),
    "HTSeq with a header": ("{}_htseq_counts.tsv", lambda name, n: rows(GENES, n, head=f"\t{name}.bam\n") + BELOW),
    "HTSeq, called as the sample": ("{}", lambda _, n: rows(GENES, n)),
    "HTSeq of GEO": ("GSM100{}_{}.htseq.txt", lambda _, n: rows(GENES, n)),
    "blanks": ("{}.out", lambda _, n: rows(GENES, n, separator="  ")),
    "commas": ("{}.csv", lambda _, n: rows(GENES, n, separator=",")),
    "STAR, reverse": (
        "{}_ReadsPerGene.out.tab",
        lambda _, n: star([9 * x for x in n], forward=0.02),
    ),
    "featureCounts": (
        "{}.featureCounts.txt",
        lambda name, n: rows(
            GENES, "chr1", 1, 9, "+", 9, n, head='# Program:featureCounts v2.0.6; Command:"x"\n' + FEATURES.format(name)
        ),
    ),
    "RSEM": (
        "{}.genes.results",
        lambda _, n: rows(GENES, "T1,T2", 900, 800.5, [x + 0.25 for x in n], 3.1, 2.2, head=RSEM),
    ),
    "salmon": ("{}/quant.genes.sf", lambda _, n: rows(GENES, 900, 800.5, 3.1, [x + 0.001 for x in n], head=SALMON)),
    "GDC": ("{}.rna_seq.augmented_star_gene_counts.tsv", lambda _, n: gdc(n)),
    "STAR in folders": ("{}/ReadsPerGene.out.tab", lambda _, n: star(n, forward=0.0)),
    "a folder a sample": ("{}/{}.counts.txt", lambda _, n: rows(GENES, n)),
}


def write_all(folder: Path, pattern: str, content, *, packed: bool = False) -> None:
    """Write the files of four samples; those of a group are alike."""
    for name in ("KO1", "KO2", "WT1", "WT2"):
        path = folder / "counts" / (pattern.format(*([name] if pattern.count("{}") == 1 else [name[-1], name])))
        if "/" in pattern and pattern.count("{}") == 2:
            path = folder / "counts" / pattern.format(name, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        text = content(name, KO1 if name[0] == "K" else WT1).encode()
        path.with_name(path.name + ".gz" * packed).write_bytes(gzip.compress(text) if packed else text)


def find(folder: Path, sheet: str = SHEET) -> CountFiles:
    (folder / "sheet.tsv").write_text(sheet)
    given = {"folder": str(folder / "counts"), "table": None, "samples": "sheet.tsv"}
    design = {"factor": "condition", "test": "y", "reference": "x"}
    found = count_files_of_study({"start_from": "counts", "counts": given, "design": design}, folder)
    assert found is not None
    return found


def read(folder: Path, column: str = "auto", sheet: str = SHEET) -> CountTable:
    files = {name: Path(path) for name, path in find(folder, sheet).by_sample.items()}
    return read_count_files(files, column=column, strands=STRANDS, folder=folder / "counts")


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("name", WRITTEN)
def test_the_files_of_every_counter_are_read(tmp_path: Path, name: str, packed: bool) -> None:
    pattern, content = WRITTEN[name]
    write_all(tmp_path, pattern, content, packed=packed)
    table = read(tmp_path)
    scale = {"STAR, reverse": 882, "STAR in folders": 100}.get(name, 1)
    assert list(table.counts) == ["WT1", "WT2", "KO1", "KO2"]
    assert list(table.counts.index) == GENES
    assert table.counts["KO2"].tolist() == [n * scale for n in KO1]
    assert table.counts["WT1"].tolist() == [n * scale for n in WT1]
    first = next(iter(find(tmp_path).by_sample.values()))
    assert set(GENES) <= set(read_sample_labels(Path(first)).genes)


def test_what_is_no_gene_is_said_and_symbols_are_kept(tmp_path: Path) -> None:
    write_all(tmp_path, *WRITTEN["HTSeq with symbols"])
    table = read(tmp_path)
    assert table.symbols == dict(zip(GENES, "ABCD", strict=True))
    assert any("__no_feature, __ambiguous" in one.sentence for one in table.findings)


@pytest.mark.parametrize(
    ("forward", "column", "chosen"),
    [(0.5, "auto", 1), (0.98, "auto", 0.98), (0.03, "auto", 0.97), (0.7, "unstranded", 1), (0.7, "reverse", 0.3)],
)
def test_the_strand_of_star_is_decided_by_the_reads_or_the_key(
    tmp_path: Path, forward: float, column: str, chosen: float
) -> None:
    write_all(tmp_path, "{}ReadsPerGene.out.tab", lambda _, n: star(n, forward=forward, head=False))
    table = read(tmp_path, column)
    assert table.counts["KO1"].tolist() == [round(100 * chosen * n) for n in KO1]
    assert table.findings[0].warns == (column != "auto")
    assert "on the forward strand" in table.findings[0].sentence


def other_annotation(folder: Path) -> None:
    (folder / "counts/WT2.txt").write_text(rows([f"{gene[:-2]}9{gene[-1]}" for gene in GENES], WT1))


def other_program(folder: Path) -> None:
    (folder / "counts/WT2.txt").write_text(rows(GENES, "T1", 9, 8.5, WT1, 1, 1, head=RSEM))


def no_number(folder: Path) -> None:
    (folder / "counts/WT2.txt").write_text(rows(GENES, ["1", "n/a", "3", "4"]))


def other_versions(folder: Path) -> None:
    (folder / "counts/WT2.txt").write_text(rows([f"{gene}.2" for gene in GENES], WT1))


def two_columns(folder: Path) -> None:
    for name in ("KO1", "KO2", "WT1", "WT2"):
        (folder / f"counts/{name}.txt").write_text(rows(GENES, KO1, WT1, head="gene\traw\tdeduplicated\n"))


def cut_off(folder: Path) -> None:
    (folder / "counts/WT2.txt").write_bytes(gzip.compress(rows(GENES, WT1).encode())[:-9])


REFUSED = {
    "a missing file": (lambda folder: (folder / "counts/WT2.txt").unlink(), "no file of counts for WT2"),
    "two files": (lambda folder: (folder / "counts/WT2.counts").touch(), "2 files may hold the counts of WT2"),
    "another annotation": (other_annotation, "different genes: 4 are in the first only, 4 in the second only"),
    "another release": (other_versions, "different genes"),
    "a gene less": (
        lambda folder: (folder / "counts/KO1.txt").write_text("\n".join(rows(GENES, KO1).split("\n")[:3])),
        "1 are in the first only",
    ),
    "another program": (other_program, "written by different programs: .*RSEM"),
    "a cell that is no number": (no_number, r"count of gene ENSMUSG00000000002 in sample WT2 is 'n/a'"),
    "an empty file": (lambda folder: (folder / "counts/WT2.txt").write_text(""), "it is empty"),
    "a damaged file": (cut_off, "damaged"),
    "two columns of counts": (two_columns, "2 columns that may hold its counts: raw, deduplicated"),
    "a sample without reads": (
        lambda folder: (folder / "counts/WT2.txt").write_text(rows(GENES, 0)),
        "not one gene is counted in WT2",
    ),
    "words alone": (
        lambda folder: (folder / "counts/WT2.txt").write_text("a\tb\nc\td\n"),
        "no column of the file of counts holds numbers",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_wrong_with_files_is_said(tmp_path: Path, name: str) -> None:
    spoil, said = REFUSED[name]
    write_all(tmp_path, *WRITTEN["HTSeq"])
    assert read(tmp_path).counts.shape == (4, 4)
    spoil(tmp_path)
    with pytest.raises(StudyError, match=said) as caught:
        read(tmp_path)
    assert "counts" in caught.value.where
    assert caught.value.remedy


def test_the_sheet_names_files_and_a_column_is_chosen(tmp_path: Path) -> None:
    write_all(tmp_path, *WRITTEN["HTSeq"])
    (tmp_path / "counts/WT2.txt").rename(tmp_path / "counts/the last")
    sheet = "sample\tcondition\tfile\nKO1\ty\t\nKO2\ty\t\nWT1\tx\t\nWT2\tx\tthe last\n"
    assert read(tmp_path, sheet=sheet).counts["WT2"].tolist() == WT1
    with pytest.raises(StudyError, match=r"KO1\.txt.*two samples|two samples have the file 'KO1\.txt'"):
        find(tmp_path, sheet.replace("the last", "KO1.txt"))
    with pytest.raises(StudyError, match="the file gone does not exist"):
        find(tmp_path, sheet.replace("the last", "gone"))
    with pytest.raises(StudyError, match=r"the file of WT2 is '\.\./x'"):
        find(tmp_path, sheet.replace("the last", "../x"))
    two_columns(tmp_path)
    (tmp_path / "counts/the last").unlink()
    assert read(tmp_path, "raw").counts["WT2"].tolist() == KO1
    with pytest.raises(StudyError, match="no column of counts 'row'"):
        read(tmp_path, "row")


def test_what_stands_beside_counts_is_no_count_and_superfluous_files_are_named(tmp_path: Path) -> None:
    write_all(tmp_path, *WRITTEN["STAR, reverse"])
    for name in (
        "KO1_Aligned.sortedByCoord.out.bam",
        "KO1_Log.final.out",
        "KO1_SJ.out.tab",
        "out_ReadsPerGene.out.tab",
    ):
        (tmp_path / "counts" / name).touch()
    (tmp_path / "counts/other_ReadsPerGene.out.tab").touch()
    found = find(tmp_path)
    assert next(Path(path).name for path in found.by_sample.values()) == "WT1_ReadsPerGene.out.tab"
    assert found.left_out == ["other_ReadsPerGene.out.tab", "out_ReadsPerGene.out.tab"]


@pytest.mark.parametrize("forward", [0.7, 0.13])
def test_an_undecided_strand_stops_with_the_key_that_decides(tmp_path: Path, forward: float) -> None:
    write_all(tmp_path, "{}.ReadsPerGene.out.tab", lambda _, n: star(n, forward=forward))
    with pytest.raises(StudyError, match="which of STAR's columns") as caught:
        read(tmp_path)
    assert "counts.column to unstranded or forward or reverse" in caught.value.remedy
    assert f"KO1: {100 * forward:.1f} % forward, undetermined" in caught.value.details


def test_samples_of_different_strands_stop(tmp_path: Path) -> None:
    write_all(tmp_path, "{}.ReadsPerGene.out.tab", lambda name, n: star(n, forward=0.99 if name == "KO1" else 0.01))
    with pytest.raises(StudyError, match="differs"):
        read(tmp_path)


def test_rows_in_another_order_are_joined_by_gene(tmp_path: Path) -> None:
    write_all(tmp_path, *WRITTEN["HTSeq"])
    (tmp_path / "counts/WT2.txt").write_text(rows(GENES[::-1], WT1[::-1]))
    assert read(tmp_path).counts["WT2"].tolist() == WT1
    pd.testing.assert_series_equal(read(tmp_path).counts["WT2"], read(tmp_path).counts["WT1"], check_names=False)


def test_too_few_reads_tell_no_strand(tmp_path: Path) -> None:
    write_all(tmp_path, "{}.ReadsPerGene.out.tab", lambda _, n: star(n, forward=0.0))
    files = {name: Path(path) for name, path in find(tmp_path).by_sample.items()}
    strands = STRANDS._replace(min_reads=25_000)
    with pytest.raises(StudyError, match="which of STAR's columns") as caught:
        read_count_files(files, column="auto", strands=strands, folder=tmp_path)
    assert "WT1: 0.0 % forward, undetermined" in caught.value.details
    assert "KO1: 0.0 % forward, reverse" in caught.value.details
