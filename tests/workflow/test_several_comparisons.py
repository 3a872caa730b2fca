"""A study of several comparisons: reads are counted once, each comparison has its own page, and an index stands over them."""

import json
import shutil
from pathlib import Path

import pytest
import yaml

from claimcheck.core.tables import read_table
from support import tiny
from support.archive import Archive, serve
from support.studies import last_words, run_workflow, write_study

pytestmark = pytest.mark.whole_run

CELLS = {
    f"SRR00000{number + 21}": (genotype, treatment, number % 2)
    for number, (genotype, treatment) in enumerate(
        (genotype, treatment) for genotype in ("wt", "null") for treatment in ("mock", "IR") for _ in range(2)
    )
}
SHEET = "sample\tgenotype\ttreatment\tbatch\truns\n" + "".join(
    f"{genotype}_{treatment}_{batch}\t{genotype}\t{treatment}\tb{batch}\t{run}\n"
    for run, (genotype, treatment, batch) in CELLS.items()
)
COMPARISONS = {
    "factor": "treatment",
    "test": "IR",
    "reference": "mock",
    "covariates": [],
    "comparisons": [
        {"name": "wild_type", "title": "In wild type <b>", "samples": {"genotype": "wt"}},
        {"name": "genotypes", "factor": "genotype", "test": "null", "reference": "wt", "covariates": ["batch"]},
        {"name": "difference", "interaction": {"factor": "genotype", "test": "null", "reference": "wt"}},
    ],
}


def crossed_archive() -> Archive:
    """Publish a run for each of two samples of every genotype and treatment."""
    archive = Archive()
    sequences = tiny.transcripts()
    for seed, (run, (genotype, treatment, _)) in enumerate(CELLS.items()):
        archive.add_run(
            tiny.PROJECT,
            run,
            tiny.read_pairs(sequences, seed=seed),
            tax_id="10090",
            scientific_name="Mus musculus",
            sample_title=f"{genotype} {treatment} {seed}",
            read_count="3000",
        )
    return archive


def write_crossed_study(folder: Path, archive: Archive) -> Path:
    configuration = tiny.tiny_configuration(archive) | {"design": COMPARISONS}
    del configuration["samples"]
    reference = tiny.fasta(tiny.transcripts())
    return write_study(folder, configuration, transcripts__fa=reference, samples__tsv=SHEET)


@pytest.fixture(scope="module")
def crossed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the study, and leave its archive: what follows needs no download."""
    folder = tmp_path_factory.mktemp("crossed")
    with serve(crossed_archive()) as archive:
        study = write_crossed_study(folder / "study", archive)
        completed = run_workflow(study)
    assert completed.returncode == 0, completed.stderr[-4000:]
    return study


def results_of(study: Path, name: str) -> Path:
    return study / "comparisons" / name / "results"


def test_reads_are_counted_once_and_each_comparison_has_its_own_samples(crossed: Path) -> None:
    whole = read_table(crossed / "results/counts/gene_counts.tsv").set_index("gene_id")
    assert whole.shape[1] == len(CELLS)
    sizes = {"wild_type": 4, "genotypes": 8, "difference": 8}
    for name, size in sizes.items():
        own = read_table(results_of(crossed, name) / "counts/gene_counts.tsv").set_index("gene_id")
        assert own.shape[1] == size
        assert own.equals(whole[list(own)])
        assert not (crossed / "comparisons" / name / "resources/reads").exists()


def test_each_comparison_has_its_own_model(crossed: Path) -> None:
    ended = read_table(crossed / "results/comparisons/comparisons.tsv").set_index("comparison")
    assert dict(ended["outcome"]) == dict.fromkeys(ended.index, "finished")
    assert dict(ended["formula"]) == {
        "wild_type": "~ condition",
        "genotypes": "~ batch + condition",
        "difference": "~ genotype + condition + genotype:condition",
    }
    assert ended.loc["wild_type", "groups"] == "2 mock, 2 IR"
    assert ended.loc["difference", "groups"] == "2 mock wt, 2 mock null, 2 IR wt, 2 IR null"
    assert list(ended["test"]) == ["IR", "null", "IR"]


def test_the_index_links_to_every_page_and_escapes_titles(crossed: Path) -> None:
    page = crossed / "results/report/index.html"
    text = page.read_text()
    for name in ("wild_type", "genotypes", "difference"):
        address = f"../../comparisons/{name}/results/report/index.html"
        assert f'href="{address}"' in text
        assert (page.parent / address).is_file()
    assert "In wild type &lt;b&gt;" in text
    assert "difference of differences" in text
    assert "difference of differences" in (results_of(crossed, "difference") / "report/index.html").read_text()


def test_nothing_to_do_the_second_time_and_verify_looks_at_all(crossed: Path, tmp_path: Path) -> None:
    assert "Nothing to be done" in run_workflow(crossed).stderr
    verified = run_workflow(crossed, "verify")
    assert "each of 3 comparisons" in verified.stdout, verified.stderr[-3000:]
    copy = shutil.copytree(crossed, tmp_path / "copy", symlinks=True)
    with (results_of(copy, "genotypes") / "differential/genes.tsv").open("a") as stream:
        stream.write("\n")
    assert "comparison genotypes" in last_words(run_workflow(copy, "verify"))


def test_an_edit_of_one_comparison_makes_only_that_one_again(crossed: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(crossed, tmp_path / "copy", symlinks=True)
    path = copy / "config/config.yaml"
    configuration = yaml.safe_load(path.read_text())
    configuration["design"]["comparisons"][1]["covariates"] = []
    path.write_text(yaml.safe_dump(configuration))
    completed = run_workflow(copy)
    assert completed.returncode == 0, completed.stderr[-3000:]
    assert completed.stderr.count("Run the comparison") == 1
    assert "Quantify" not in completed.stderr
    ended = read_table(copy / "results/comparisons/comparisons.tsv").set_index("comparison")
    assert ended.loc["genotypes", "formula"] == "~ condition"


def test_one_that_stops_at_a_gate_stops_no_other_and_goes_on_once_accepted(crossed: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(crossed, tmp_path / "copy", symlinks=True)
    sheet = copy / "config/samples.tsv"
    # within wild type the batch goes with the treatment, over both genotypes it does not
    sheet.write_text(sheet.read_text().replace("wt\tmock\tb1", "wt\tmock\tb0").replace("wt\tIR\tb0", "wt\tIR\tb1"))
    completed = run_workflow(copy)
    assert completed.returncode == 1
    assert "1 of 3 comparisons stopped: wild_type" in last_words(completed)
    page = (copy / "results/report/index.html").read_text()
    assert "stopped" in page
    assert "batch differs wherever the condition does" in page
    ended = read_table(copy / "results/comparisons/comparisons.tsv").set_index("comparison")["outcome"]
    assert dict(ended) == {"wild_type": "stopped", "genotypes": "finished", "difference": "finished"}
    assert not (copy / "results/provenance.json").exists()
    accepted = {"gate": "confounded_design", "scope": "batch", "reason": "a batch is a day of the same person"}
    path = copy / "config/config.yaml"
    configuration = yaml.safe_load(path.read_text())
    configuration["quality"]["accepted"] = [accepted]
    path.write_text(yaml.safe_dump(configuration))
    completed = run_workflow(copy)
    assert completed.returncode == 0, completed.stderr[-3000:]
    outcome = json.loads((copy / "results/comparisons/wild_type.json").read_text())
    assert outcome["outcome"] == "finished"


def test_a_result_of_a_comparison_that_is_gone_is_made_again(crossed: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(crossed, tmp_path / "copy", symlinks=True)
    page = results_of(copy, "genotypes") / "report/index.html"
    before = page.read_bytes()
    page.unlink()
    completed = run_workflow(copy)
    assert completed.returncode == 0, completed.stderr[-3000:]
    assert completed.stderr.count("Run the comparison") == 1
    assert page.read_bytes() == before
    assert "Nothing to be done" in run_workflow(copy).stderr


def test_unlock_reaches_the_comparisons(crossed: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(crossed, tmp_path / "copy", symlinks=True)
    locks = copy / "comparisons/genotypes/.snakemake/locks"
    locks.mkdir(exist_ok=True)
    (locks / "0.input.lock").write_text("")
    (locks / "0.output.lock").write_text("")
    completed = run_workflow(copy, "--unlock")
    assert completed.returncode == 0, completed.stderr[-2000:]
    assert not list(locks.iterdir())
