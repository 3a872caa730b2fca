"""Four real fly samples through a server that speaks the archive's formats, from the accession to the genes that differ."""

from pathlib import Path

import pandas as pd
import pytest

from claimcheck.core.tables import read_table
from support.archive import shared_data
from support.fly import FLY
from support.nfcore import write_results
from support.studies import run_workflow, write_study

pytestmark = pytest.mark.whole_run


def test_nearly_all_pairs_pseudoalign(fly_study: Path) -> None:
    mapping = read_table(fly_study / "results/quality/mapping.tsv")
    assert (mapping["n_processed"] == 10_100).all() or mapping["n_processed"].between(10_000, 10_200).all()
    assert mapping["share_pseudoaligned"].between(0.92, 0.99).all()


def test_the_genes_that_deseq2_calls_differ(fly_study: Path) -> None:
    """R's DESeq2 1.38.3 calls these four on the same filtered counts; PyDESeq2's own core finds no trend here and calls two."""
    genes = read_table(fly_study / "results/differential/genes.tsv").set_index("gene_id")
    significant = genes[genes["p_adjusted"] < 0.05]
    in_r = {"FBgn0002563": -4.067, "FBgn0031248": -5.099, "FBgn0031249": -2.040, "FBgn0051974": 2.428}
    assert sorted(significant.index) == sorted(in_r)
    for gene, fold_change in in_r.items():
        assert significant.at[gene, "log2_fold_change"] == pytest.approx(fold_change, abs=0.01)


def test_sign_follows_raw_counts(fly_study: Path) -> None:
    counts = read_table(fly_study / "results/counts/gene_counts.tsv").set_index("gene_id")
    sheet = read_table(fly_study / "results/samples/samples.tsv").set_index("sample")
    groups = counts.T.groupby(sheet["condition"]).sum().T
    assert groups.loc["FBgn0031248", "A"] > 5 * groups.loc["FBgn0031248", "B"]


def test_the_results_of_a_quantifier_give_the_counts_of_its_reads(fly_study: Path, tmp_path: Path) -> None:
    """Kallisto's folders, as somebody else may have them: the same counts to the byte, and a page that says whose they are."""
    sheet = read_table(fly_study / "results/samples/samples.tsv", text=True)
    study = write_study(
        tmp_path,
        {
            "study": {"title": "Quantified before"},
            "start_from": "transcripts",
            "transcripts": {"folder": str(fly_study / "results/quantification"), "samples": "config/sheet.csv"},
            "design": {"test": "B", "reference": "A"},
            "reference": {"transcripts": str(shared_data(FLY) / "dm6.small.transcriptome.fa")},
            "quality": {
                "pseudoaligned_reads": {"warn": 5000, "fail": 1000},
                "library_size": {"warn": 1000, "fail": 100},
            },
        },
        sheet__csv=sheet[["sample", "condition"]].to_csv(index=False),
    )
    completed = run_workflow(study, "results/report/index.html")
    assert completed.returncode == 0, completed.stderr[-4000:]
    for name in ("counts/gene_counts.tsv", "counts/gene_tpm.tsv", "differential/genes.tsv"):
        assert (study / "results" / name).read_bytes() == (fly_study / "results" / name).read_bytes(), name
    page = (study / "results/report/index.html").read_text()
    assert "that somebody else quantified with kallisto" in page
    assert "Reads were pseudoaligned" not in page


NFCORE = {
    "transcripts": {"folder": "star_salmon", "genes": "star_salmon/tx2gene.tsv"},
    "counts": {"table": "star_salmon/salmon.merged.gene_counts.tsv"},
    "files": {"folder": "star_salmon"},
}


@pytest.mark.parametrize("entry", NFCORE)
def test_the_results_of_nf_core_rnaseq_are_a_study(fly_study: Path, tmp_path: Path, entry: str) -> None:
    """Its folder, its sample sheet with a column `condition`, lanes and all, and four lines of configuration."""
    samples = read_table(fly_study / "results/samples/samples.tsv", text=True)
    names = dict(zip(samples["sample"], [f"{group}_REP{n}" for group in "AB" for n in (1, 2)], strict=True))
    write_results(tmp_path, fly_study, names)
    head, *rows = (tmp_path / "samplesheet.csv").read_text().splitlines()
    sheet = "\n".join([f"{head},condition", *(f"{row},{row[0]}" for row in rows)])
    start = "transcripts" if entry == "transcripts" else "counts"
    configuration = {
        "study": {"title": "nf-core"},
        "start_from": start,
        start: {**NFCORE[entry], "samples": "config/samplesheet.csv"},
        "design": {"test": "B", "reference": "A"},
    }
    study = write_study(tmp_path, configuration, samplesheet__csv=sheet)
    completed = run_workflow(study, "results/counts/gene_counts.tsv")
    assert completed.returncode == 0, completed.stderr[-3000:]
    counts = read_table(study / "results/counts/gene_counts.tsv").set_index("gene_id")
    ours = read_table(fly_study / "results/counts/gene_counts.tsv").set_index("gene_id").rename(columns=names)
    if entry != "transcripts":  # not scaled by the lengths of transcripts
        merged = pd.read_csv(study / "star_salmon/salmon.merged.gene_counts.tsv", sep="\t", index_col="gene_id")
        ours = merged.drop(columns="gene_name").round().astype("int64")
    pd.testing.assert_frame_equal(counts, ours.sort_index())
    symbols = read_table(study / "results/counts/gene_names.tsv", text=True).set_index("gene_id")["symbol"]
    assert symbols.get("FBgn0002563") == (None if entry == "files" else "Lsp1beta")
