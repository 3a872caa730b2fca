"""Studies that start from what others counted or quantified: every file is an input, and what does not fit stops at once."""

import gzip
from contextlib import chdir
from pathlib import Path

import pytest
import yaml

from claimcheck.claims.requests import read_whole_study
from claimcheck.core.errors import StudyError
from claimcheck.core.study import CONFIG, gather_configuration, load_configuration
from claimcheck.core.tables import read_table
from support.studies import last_words, run_workflow, write_study

GENES = [f"ENSMUSG{number:011d}" for number in range(1, 31)]
CLAIM = "title: t\nclaims: [{id: C1, kind: gene, statement: Abc2 falls, gene: Abc2, direction: down}]\n"
SHEET = "sample\tcondition\na\tx\nb\tx\nc\ty\nd\ty\n"
DESIGN = {"design": {"test": "y", "reference": "x"}, "study": {"title": "what others counted"}}
COUNTS = "results/counts/gene_counts.tsv"


def read(study: Path) -> None:
    """Read a study as every run does first, a dry run too."""
    with chdir(study):
        read_whole_study(gather_configuration(load_configuration(Path(CONFIG)), folder=Path()), folder=Path())


def star_files(folder: Path) -> Path:
    """Write a study of four reverse stranded libraries as STAR counts them, the last packed, and a file of another sample."""
    configuration = {**DESIGN, "start_from": "counts", "counts": {"folder": "star", "samples": "config/sheet.tsv"}}
    write_study(folder, configuration, sheet__tsv=SHEET)
    (folder / "star").mkdir()
    for number, name in enumerate("abcde"):
        rows = [f"{gene}\t{n * 21}\t{n}\t{n * 20 + number}\n" for n, gene in enumerate(GENES, 1)]
        text = ("N_unmapped\t5\t5\t5\nN_noFeature\t90\t500\t80\n" + "".join(rows)).encode()
        packed = name == "d"
        path = folder / f"star/{name}_ReadsPerGene.out.tab{'.gz' * packed}"
        path.write_bytes(gzip.compress(text) if packed else text)
    return folder


@pytest.mark.whole_run
def test_a_file_for_each_sample_is_an_input_of_its_own(tmp_path: Path) -> None:
    study = star_files(tmp_path)
    completed = run_workflow(study, COUNTS)
    assert completed.returncode == 0, completed.stderr[-3000:]
    counts = read_table(study / COUNTS).set_index("gene_id")
    assert counts.columns.tolist() == list("abcd")
    assert counts.loc[GENES[4]].tolist() == [100, 101, 102, 103]
    said = list(read_table(study / "results/quality/gates/counts_table.tsv", text=True)["reason"])
    assert "STAR's column reverse" in said[0]
    assert any("e_ReadsPerGene.out.tab" in one for one in said)
    assert any("N_unmapped, N_noFeature" in one for one in said)
    assert "Nothing to be done" in run_workflow(study, "-n", COUNTS).stdout
    changed = study / "star/b_ReadsPerGene.out.tab"
    changed.write_text(changed.read_text().replace(f"{GENES[4]}\t105\t5\t101", f"{GENES[4]}\t105\t5\t120"))
    assert run_workflow(study, COUNTS).returncode == 0
    assert read_table(study / COUNTS).set_index("gene_id").at[GENES[4], "b"] == 120
    changed.unlink()
    with pytest.raises(StudyError, match="there is no file of counts for b"):
        read(study)


def salmon_study(folder: Path, **more: object) -> Path:
    """Write a study of salmon's results against a transcript of each gene."""
    given = {"folder": "salmon", "samples": "config/sheet.tsv", "genes": "config/tx2gene.tsv"}
    genes = "".join(f"T{n}\t{gene}\tAbc{n}\n" for n, gene in enumerate(GENES, 1))
    study = write_study(
        folder,
        {**DESIGN, "start_from": "transcripts", "transcripts": given, **more},
        sheet__tsv=SHEET,
        tx2gene__tsv=genes,
    )
    rows = "".join(f"T{n}\t1000\t800\t{n}\t{n * 10}\n" for n in range(1, 31))
    for name in "abcd":
        (study / "salmon" / name).mkdir(parents=True)
        (study / f"salmon/{name}/quant.sf").write_text(f"Name\tLength\tEffectiveLength\tTPM\tNumReads\n{rows}")
    return study


def as_gtf(path: Path) -> None:
    """Write a table of transcripts and genes as a GTF, which is read when its turn comes."""
    rows = [line.split("\t") for line in path.read_text().splitlines()]
    path.write_text(
        "".join(
            f'1\tX\ttranscript\t1\t9\t.\t+\t.\ttranscript_id "{name}"; gene_id "{gene}"; gene_name "{symbol}";\n'
            for name, gene, symbol in rows
        )
    )


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (
            {"study": {"title": "t", "deleted_gene": {"ENSMUSG00000026822": "Lcn2"}}},
            ("the reference lacks the deleted gene ENSMUSG00000026822 (Lcn2)", "transcripts.genes"),
        ),
        (
            {"quality": {"shares": {"mitochondria": {"genes": ["ENSG00000198804", "ENSG00000198712"]}}}},
            ("has genes of mouse, and the study names genes of human", "quality.shares: 0 of 2 genes"),
        ),
        (
            {"quality": {"shares": {"mitochondria": {"genes": ["mt-Co1"]}}}},
            ("the reference has no gene that quality.shares names", "transcripts.genes has ENSMUSG00000000001"),
        ),
    ],
    ids=["deleted gene", "species", "panel"],
)
def test_a_reference_that_lacks_what_the_study_names_stops_first(
    tmp_path: Path, more: dict[str, object], said: tuple[str, ...]
) -> None:
    study = salmon_study(tmp_path, **more)
    with pytest.raises(StudyError) as caught:
        read(study)
    for text in said:
        assert text in str(caught.value)
    as_gtf(study / "config/tx2gene.tsv")
    completed = run_workflow(study, cores=1)
    assert completed.returncode == 1
    message = last_words(completed)
    for text in said:
        assert text in message
    assert not (study / COUNTS).exists()


@pytest.mark.whole_run
def test_genes_may_be_called_by_the_symbols_of_the_transcripts(tmp_path: Path) -> None:
    more = {"study": {"title": "t", "deleted_gene": "Abc1"}, "claims": "config/claims.yaml"}
    study = salmon_study(tmp_path, **more)
    (study / "config/claims.yaml").write_text(CLAIM)
    completed = run_workflow(study, COUNTS, "results/config.yaml", "results/reference/agreement.tsv")
    assert completed.returncode == 0, completed.stderr[-3000:]
    assert read_table(study / COUNTS)["gene_id"].tolist() == GENES
    used = yaml.safe_load((study / "results/config.yaml").read_text())
    assert used["study"]["deleted_gene"] == GENES[0]
    found = read_table(study / "results/reference/agreement.tsv").set_index("place")
    assert found.loc["config/claims.yaml"].tolist() == [1, 1]
