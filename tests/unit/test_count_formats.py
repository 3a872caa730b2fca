"""What counters, mergers and spreadsheets write is read as the counts that it holds; what is no table of counts is named."""

import gzip

import numpy as np
import pandas as pd
import pytest

from claimcheck.core.errors import StudyError
from claimcheck.core.identifiers import KnownGenes
from claimcheck.quantification.counts import read_count_table
from claimcheck.quantification.gene_agreement import counts_source, reference_source, require_agreement
from claimcheck.quantification.gene_naming import name_genes, read_gene_names
from claimcheck.quantification.study_genes import configured_genes, study_genes

G1, G2, G3 = (f"ENSMUSG0000000000{number}" for number in (1, 2, 3))
EXPECTED = pd.DataFrame({"KO1": [1, 30, 7], "WT1": [20, 4, 0]}, index=pd.Index([G1, G2, G3], name="gene_id"))
ROWS = [(G2, 30, 4), (G1, 1, 20), (G3, 7, 0)]


def lines(*head, rows=ROWS, separator="\t", first="", between="", end=""):
    """Write a table: header lines, then the rows with something before their id, between it and the counts, and after them."""
    body = [
        separator.join([f"{first}{gene}", *([between] if between else []), str(a), str(b)]) + end for gene, a, b in rows
    ]
    return "\n".join([*head, *body]) + "\n"


def with_cells(header, *columns):
    """Write a table from columns of cells."""
    return "\n".join(["\t".join(header), *("\t".join(map(str, cells)) for cells in zip(*columns, strict=True))]) + "\n"


IDS, KO1, WT1 = ([row[place] for row in ROWS] for place in range(3))
FEATURES = ("chr1;chr1", "1;300", "200;500", "+;+", "402")
READ = {
    "featureCounts": '# Program:featureCounts v2.0.6; Command:"featureCounts" "-p" "-a" "genes.gtf"\n'
    + lines("Geneid\tChr\tStart\tEnd\tStrand\tLength\tKO1\tWT1", between="\t".join(FEATURES)),
    "featureCounts, files as names": lines(
        "# Program:featureCounts v2.0.6",
        "Geneid\tChr\tStart\tEnd\tStrand\tLength\t/data/star/KO1.Aligned.sortedByCoord.out.bam\t./WT1.sorted.bam",
        between="\t".join(FEATURES),
    ),
    "HTSeq": lines(
        "\tKO1\tWT1", rows=[*ROWS, ("__no_feature", 5000, 6000), ("__ambiguous", 3, 4), ("__not_aligned", 0, 0)]
    ),
    "HTSeq of old": lines("gene\tKO1\tWT1", rows=[*ROWS, ("no_feature", 5000, 6000), ("alignment_not_unique", 3, 4)]),
    "STAR": lines(
        "gene\tKO1\tWT1", rows=[("N_unmapped", 9, 9), ("N_multimapping", 8, 7), ("N_noFeature", 1, 1), *ROWS]
    ),
    "STAR, files as names": lines("gene\tKO1_ReadsPerGene.out.tab\tWT1ReadsPerGene.out.tab"),
    "total below": lines("gene\tKO1\tWT1", rows=[*ROWS, ("Total", 38, 24)]),
    "total without a name for it": lines("gene\tKO1\tWT1", rows=[*ROWS, ("all of it", 38, 24)]),
    "nf-core salmon": lines("gene_id\tgene_name\tKO1\tWT1", between="Abc"),
    "nf-core salmon, decimals": with_cells(
        ["gene_id", "gene_name", "KO1", "WT1"], IDS, ["B", "A", "C"], [29.6, 1, 7.2], [4, 19.97, 0]
    ),
    "RSEM with transcripts": lines(
        "gene_id\ttranscript_id(s)\tKO1\tWT1", between="ENSMUST00000000001,ENSMUST00000000002"
    ),
    "RSEM with symbols in the ids": lines("gene_id\tKO1\tWT1", rows=[(f"{gene}_Abc", a, b) for gene, a, b in ROWS]),
    "RSEM merged by Trinity": lines("\tKO1.genes.results\tWT1.genes.results"),
    "GCT 1.2": lines("#1.2", "3\t2", "Name\tDescription\tKO1\tWT1", between="Abc"),
    "GCT 1.3": lines("#1.3", "3\t2\t1\t1", "id\tsymbol\tKO1\tWT1", "genotype\tna\tKO\tWT", between="Abc"),
    "comments": lines("# counts of genes", "# made on a day", "gene\tKO1\tWT1"),
    "header that is a comment": lines("#gene_id\tKO1\tWT1"),
    "title of a spreadsheet": lines("Supplementary Table 3. Raw counts,,", ",,", "gene,KO1,WT1", separator=","),
    "title in one cell": lines("Table S3: raw counts, all genes", "", "gene\tKO1\tWT1"),
    "semicolons": lines("gene;KO1;WT1", separator=";"),
    "bars": lines("gene|KO1|WT1", separator="|"),
    "blanks": lines("gene  KO1 WT1", separator="   "),
    "R's write.table": lines('"KO1" "WT1"', rows=[(f'"{gene}"', a, b) for gene, a, b in ROWS], separator=" "),
    "R's write.csv": lines('"","KO1","WT1"', rows=[(f'"{gene}"', a, b) for gene, a, b in ROWS], separator=","),
    "R's row numbers": with_cells(["", "gene", "KO1", "WT1"], [1, 2, 3], IDS, KO1, WT1).replace("\t", ","),
    "pandas' row numbers": with_cells(["Unnamed: 0", "gene_id", "KO1", "WT1"], [0, 1, 2], IDS, KO1, WT1),
    "tibble's row numbers": with_cells(["...1", "feature", "KO1", "WT1"], [1, 2, 3], IDS, KO1, WT1),
    "R's X before names": lines("gene\tX.KO1\tWT1").replace("X.KO1", "KO1"),
    "symbols first": with_cells(["Symbol", "Ensembl", "KO1", "WT1"], ["B", "A", "C"], IDS, KO1, WT1),
    "ids behind the counts": with_cells(["KO1", "WT1", "ensembl_gene_id"], KO1, WT1, IDS),
    "descriptions": with_cells(["gene", "description", "KO1", "WT1"], IDS, ["a, b", "it's", '"quoted"'], KO1, WT1),
    "results beside counts": with_cells(
        ["gene", "log2FoldChange", "padj", "KO1", "WT1", "KO1_fpkm"],
        IDS,
        ["NA", -1.5, 2],
        ["NA", "1e-300", ""],
        KO1,
        WT1,
        [1, 2, 3],
    ),
    "samples that nobody asks for": with_cells(["gene", "KO1", "WT1", "KO2"], IDS, KO1, WT1, ["", "-", "failed"]),
    "exponents": with_cells(["gene", "KO1", "WT1"], IDS, ["3e1", "1.0E+00", "7."], ["4e+00", "2e+01", "0e+00"]),
    "empty lines": lines("gene\tKO1\tWT1").replace("\n", "\n\n"),
    "empty columns": lines("gene,KO1,WT1,,", separator=",", end=",,"),
    "spaces in cells": lines(" gene , KO1 , WT1 ", separator=" , "),
    "CR": lines("gene\tKO1\tWT1").replace("\n", "\r"),
    "CRLF": lines("gene\tKO1\tWT1").replace("\n", "\r\n"),
    "BOM": "\ufeff" + lines("gene,KO1,WT1", separator=","),
    "versions": lines("gene\tKO1\tWT1", rows=[(f"{gene}.12", a, b) for gene, a, b in ROWS]),
    "dates among ids": lines("gene\tKO1\tWT1", rows=[*ROWS, ("1-Mar", 5, 5), ("1-Mar", 6, 6), ("Sep-02", 1, 1)]),
    "days among ids": lines("gene\tKO1\tWT1", rows=[*ROWS, ("43891", 5, 5), ("2021-09-02 00:00:00", 6, 6)]),
}


def write(tmp_path, content):
    path = tmp_path / "counts.txt"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("content", READ.values(), ids=READ)
def test_a_table_is_read_as_it_is(tmp_path, content, packed):
    path = write(tmp_path, gzip.compress(content.encode()) if packed else content)
    pd.testing.assert_frame_equal(read_count_table(path, ["KO1", "WT1"]).counts, EXPECTED)


def test_symbols_of_a_table_are_kept(tmp_path):
    for name in ("nf-core salmon, decimals", "symbols first"):
        table = read_count_table(write(tmp_path, READ[name]), ["KO1", "WT1"])
        assert table.symbols == {G1: "A", G2: "B", G3: "C"}
    assert read_count_table(write(tmp_path, READ["RSEM with symbols in the ids"]), ["KO1"]).symbols[G1] == "Abc"
    assert read_count_table(write(tmp_path, READ["GCT 1.3"]), ["KO1"]).symbols[G1] == "Abc"


def test_what_is_left_out_is_said(tmp_path):
    said = [one.sentence for one in read_count_table(write(tmp_path, READ["HTSeq"]), ["KO1", "WT1"]).findings]
    assert said == ["left out, since they are no genes: __no_feature, __ambiguous, __not_aligned"]
    dates = read_count_table(write(tmp_path, READ["dates among ids"]), ["KO1", "WT1"]).findings
    assert dates[-1].warns
    assert "since they are dates" in dates[-1].sentence
    renamed = read_count_table(write(tmp_path, READ["STAR, files as names"]), ["KO1", "WT1"]).findings
    assert "KO1_ReadsPerGene.out.tab is KO1" in renamed[0].sentence


def test_names_as_r_writes_them_are_found(tmp_path):
    path = write(tmp_path, lines("gene\tX1.KO\tWT.1"))
    assert read_count_table(path, ["1-KO", "WT_1"]).counts["1-KO"].tolist() == [1, 30, 7]
    twice = write(tmp_path, lines("gene\tWT.1\tWT-1"))
    with pytest.raises(StudyError, match="no column for WT_1"):
        read_count_table(twice, ["WT_1"])


REFUSED = {
    "transcripts": (
        lines("tx\tKO1\tWT1", rows=[("ENSMUST00000000001.2", 1, 2), ("ENSMUST00000000002.1", 3, 4)]),
        "transcripts",
    ),
    "transcripts with genes": (
        with_cells(
            ["tx", "gene_id", "KO1", "WT1"], ["ENSMUST00000000001", "ENSMUST00000000002"], [G1, G1], [1, 2], [3, 4]
        ),
        "occurs twice",
    ),
    "summary alone": (
        lines("Status\tKO1\tWT1", rows=[("Assigned", 5, 6), ("Unassigned_NoFeatures", 7, 8)]),
        "summarise",
    ),
    "no id": (lines("gene\tKO1\tWT1", rows=[*ROWS, ("", 5, 6)]), "have no gene id"),
    "no header": (lines(), "line with the names of the columns"),
    "no header, one count twice": (lines(rows=[(G1, 5, 5), *ROWS]), "no header line"),
    "negative": (lines("gene\tKO1\tWT1", rows=[*ROWS, ("ENSMUSG00000000009", -0.5, 6)]), "is '-0.5'"),
    "more than any sequencer": (lines("gene\tKO1\tWT1", rows=[*ROWS, ("ENSMUSG00000000009", "1e20", 6)]), "is '1e20'"),
    "thousands": (lines("gene\tKO1\tWT1", rows=[*ROWS, ("ENSMUSG00000000009", '"1,234"', 6)]), "is '1,234'"),
    "text": (lines("gene\tKO1\tWT1", rows=[*ROWS, ("ENSMUSG00000000009", "TRUE", 6)]), "is 'TRUE'"),
    "one column": ("gene\nA\nB\n", "no two columns"),
    "longer line": (lines("gene\tKO1\tWT1", rows=[*ROWS, ("ENSMUSG00000000009\t4", 5, 6)]), "line 5 has 4 cells"),
    "samples in rows": ("sample\tA\tB\nKO1\t1\t2\nWT1\t3\t4\n", "samples in its rows"),
    "nothing counted": (
        lines("gene\tKO1\tWT1", rows=[(gene, 0, b) for gene, _, b in ROWS]),
        "not one gene is counted in KO1",
    ),
}


@pytest.mark.parametrize(("content", "complaint"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_table_of_counts_is_named(tmp_path, content, complaint):
    with pytest.raises(StudyError) as caught:
        read_count_table(write(tmp_path, content), ["KO1", "WT1"])
    assert complaint in str(caught.value)


RNG = np.random.default_rng(1)
RAW = pd.DataFrame(
    RNG.negative_binomial(2, 2 / (2 + RNG.gamma(0.5, 400, (2000, 1))), (2000, 4)), columns=["KO1", "KO2", "WT1", "WT2"]
)
SIZES = np.array([0.7312, 1.094, 1.3377, 0.8891])
VALUES = {
    "TPM": (RAW * RNG.uniform(0.2, 3, (2000, 1))).pipe(lambda values: values / values.sum() * 1e6),
    "counts per million": RAW / RAW.sum() * 1e6,
    "scaled to one sum": RAW / RAW.sum() * RAW.sum().mean(),
    "scaled to one sum and rounded": (RAW / RAW.sum() * 20e6).round(),
    "divided by size factors": RAW / SIZES,
    "divided and rounded to three places": (RAW / SIZES).round(3),
    "effective lengths": (RNG.uniform(300, 6000, (2000, 1)) + RNG.normal(0, 9, (2000, 4))).round(2) + 0 * RAW,
    "log2": np.log2(RAW + 1),
    "log2 of normalised": np.log2(RAW / SIZES + 0.5).clip(lower=0),
}


def as_text(values):
    return (
        values.set_axis([f"ENSMUSG{number:011d}" for number in range(len(values))]).rename_axis("gene").to_csv(sep="\t")
    )


@pytest.mark.parametrize("values", VALUES.values(), ids=VALUES)
def test_values_that_are_no_counts_are_refused(tmp_path, values):
    with pytest.raises(StudyError, match="does not hold counts"):
        read_count_table(write(tmp_path, as_text(values)), list(RAW))


@pytest.mark.parametrize(
    ("values", "warned"),
    [
        (RAW, False),
        (RAW.head(40), False),
        (RAW.clip(upper=20), False),
        (RAW // 100, False),
        (RAW.apply(lambda column: RNG.multivariate_hypergeometric(column.to_numpy(), 100_000)), False),
        ((RAW * np.where(RNG.random(RAW.shape) < 0.4, RNG.random(RAW.shape), 1)).round(3), False),
        (RAW * RNG.uniform(0.9, 1.1, RAW.shape), True),
    ],
    ids=["counts", "few genes", "shallow", "very shallow", "drawn to one depth", "RSEM", "scaled by lengths"],
)
def test_counts_are_believed(tmp_path, values, warned):
    table = read_count_table(write(tmp_path, as_text(values)), list(RAW))
    assert table.counts.shape == values.shape
    assert any(one.warns for one in table.findings) == warned


KNOWN = KnownGenes({G1: "Lcn2", G2: "Twin", G3: "Twin"})


def test_symbols_become_ids_and_ambiguous_ones_are_listed():
    naming = name_genes(["Lcn2", "Twin", "Other"], KNOWN, {})
    assert naming.ids == {"Lcn2": G1}
    assert naming.unknown == ["Other"]
    assert "Twin" in naming.ambiguous[0]
    assert name_genes([G1, G2], KNOWN, {}).ids == {}


def test_the_deleted_gene_is_found_by_the_symbol_that_the_configuration_says(tmp_path):
    table = write(tmp_path, "gene,KO1,WT1\nGone,1,2\nTfrc,3,4\nFth1,5,6\n")
    study = {
        "start_from": "counts",
        "counts": {"table": str(table), "folder": None, "genes": None},
        "gene_sets": {"curated": "none"},
        "study": {"deleted_gene": G1, "deleted_gene_symbol": "Gone"},
        "quality": {},
        "identity": {},
    }
    genes = study_genes(study, {G1: "Gone"})
    assert genes.ids == {G1, "Tfrc", "Fth1"}
    genes.require({"a set": ["Tfrc"]})
    with pytest.raises(StudyError, match=f"lacks the deleted gene {G1}"):
        study_genes(study, {G1: "Lost"}).require({"a set": ["Tfrc"]})


def test_numbers_of_ncbi_need_a_table_that_says_whose_they_are(tmp_path):
    with pytest.raises(StudyError, match="the genes of the table of counts are numbers") as caught:
        name_genes(["16819", "14190"], KNOWN, {})
    assert "counts.genes" in caught.value.remedy
    names = write(tmp_path, f"gene_id,symbol,entrez\n{G1}.3,Lcn2,16819\n{G2},Fgl1,14190\n")
    symbols, words = read_gene_names(names)
    assert symbols == {G1: "Lcn2", G2: "Fgl1"}
    assert name_genes(["16819", "14190"], KNOWN, words).ids == {"16819": G1, "14190": G2}


@pytest.mark.parametrize(
    "source", [counts_source("counts.table"), reference_source("reference.transcripts")], ids=["counts", "reference"]
)
def test_genes_of_another_species_or_without_the_deleted_gene_stop(source):
    with pytest.raises(StudyError, match=f"{source.name} has genes of human, and the study names genes of mouse"):
        require_agreement(["ENSG00000148346"], {"gene sets": [G1]}, source, deleted=None)
    with pytest.raises(StudyError, match=r"no gene that quality\.panels names") as caught:
        require_agreement([G1, G2], {"gene sets": [G1], "quality.panels": [G3]}, source, deleted=None)
    assert caught.value.details == ["gene sets: 1 of 1 genes", "quality.panels: 0 of 1 genes"]
    assert source.key in caught.value.where
    with pytest.raises(StudyError, match=rf"{source.name} lacks the deleted gene {G3} \(Lcn2\)"):
        require_agreement([G1], {"gene sets": [G1]}, source, deleted=G3, symbols={G3: "Lcn2"})
    found = require_agreement([G1], {"gene sets": [G1, G2], "quality.panels": []}, source, deleted=G1)
    assert found.to_dict("records") == [{"place": "gene sets", "n_found": 1, "n_genes": 2}]


def test_symbols_of_the_configuration_name_genes_of_the_table(tmp_path):
    table = write(tmp_path, "gene,KO1,WT1\nGone,1,2\nmt-Co1,3,4\nFth1,5,6\n")
    study = {
        "start_from": "counts",
        "counts": {"table": str(table), "folder": None, "genes": None},
        "gene_sets": {"curated": "none"},
        "study": {"deleted_gene": "Gone"},
        "quality": {"shares": {"mitochondria": {"genes": ["mt-Co1", G2]}}},
        "identity": {},
    }
    genes = study_genes(study, {G1: "Gone", G2: "mt-Co1", G3: "Fth1"})
    assert genes.ids == {G1, G2, G3}
    assert genes.configuration["study"]["deleted_gene"] == G1
    assert configured_genes(genes.configuration) == {"quality.shares": [G2, G2]}
    assert study["quality"]["shares"]["mitochondria"]["genes"] == ["mt-Co1", G2]


def test_a_symbol_of_the_study_means_its_gene_whatever_the_table_calls_so():
    known = KnownGenes({G1: "Lcn2", G2: "Lcn2", G3: "Twin"}, preferred=[G2])
    assert known.find("Lcn2") == [G2]
    assert KnownGenes({G1: "Lcn2", G2: "Lcn2"}).find("Lcn2") == [G1, G2]
