"""A study of several comparisons: reads are counted once, each comparison has its own page, and an index stands over them."""

import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from claimcheck.core.tables import read_table
from support import tiny
from support.archive import Archive, serve
from support.finished import copy_study
from support.studies import last_words, run_workflow, write_study

pytestmark = pytest.mark.whole_run

CELLS = {
    f"SRR00000{number + 21}": (genotype, treatment, number % 2)
    for number, (genotype, treatment) in enumerate(
        (genotype, treatment) for genotype in ("wt", "null") for treatment in ("mock", "IR") for _ in range(2)
    )
}
DAYS = {("wt", "mock"): "00", ("wt", "IR"): "11", ("null", "mock"): "01", ("null", "IR"): "01"}
"""Batches of the samples: within wild type the batch goes with the treatment, over both genotypes it does not."""
SHEET = "sample\tgenotype\ttreatment\tbatch\truns\n" + "".join(
    f"{genotype}_{treatment}_{number}\t{genotype}\t{treatment}\tb{DAYS[genotype, treatment][number]}\t{run}\n"
    for run, (genotype, treatment, number) in CELLS.items()
)
ACCEPTED = {"gate": "confounded_design", "scope": "batch", "reason": "a batch is a day of the same person"}
COMPARISONS = {
    "factor": "treatment",
    "test": "IR",
    "reference": "mock",
    "covariates": [],
    "comparisons": [
        {"name": "wild_type", "title": "In wild type <b>", "samples": {"genotype": "wt"}},
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


class Stopped(NamedTuple):
    """The study after its first run, in which one comparison stops at a gate; and what was said and there then."""

    study: Path
    words: str
    page: str
    outcomes: dict[str, str]
    has_manifest: bool


def outcomes_of(study: Path) -> dict[str, str]:
    ended = read_table(study / "results/comparisons/comparisons.tsv")
    return dict(zip(ended["comparison"], ended["outcome"], strict=True))


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Stopped:
    """Run the study, and leave its archive: what follows needs no download."""
    with serve(crossed_archive()) as archive:
        study = write_crossed_study(tmp_path_factory.mktemp("crossed") / "study", archive)
        completed = run_workflow(study)
    assert completed.returncode == 1, completed.stderr[-4000:]
    page, has_manifest = (study / "results/report/index.html").read_text(), (study / "results/provenance.json").exists()
    return Stopped(study, last_words(completed), page, outcomes_of(study), has_manifest)


@pytest.fixture(scope="module")
def crossed(stopped: Stopped) -> Path:
    """Accept the gate that stopped a comparison, and run the study to its end."""
    change(stopped.study, quality={"accepted": [ACCEPTED]})
    completed = run_workflow(stopped.study)
    assert completed.returncode == 0, completed.stderr[-4000:]
    return stopped.study


def change(study: Path, **sections: Any) -> None:
    """Change sections of a study's configuration, key by key."""
    path = study / "config/config.yaml"
    configuration = yaml.safe_load(path.read_text())
    for name, keys in sections.items():
        configuration[name] |= keys
    path.write_text(yaml.safe_dump(configuration))


def results_of(study: Path, name: str) -> Path:
    return study / "comparisons" / name / "results"


def test_reads_are_counted_once_and_each_comparison_has_its_own_samples(crossed: Path) -> None:
    whole = read_table(crossed / "results/counts/gene_counts.tsv").set_index("gene_id")
    assert whole.shape[1] == len(CELLS)
    sizes = {"wild_type": 4, "difference": 8}
    for name, size in sizes.items():
        own = read_table(results_of(crossed, name) / "counts/gene_counts.tsv").set_index("gene_id")
        assert own.shape[1] == size
        assert own.equals(whole[list(own)])
        assert not (crossed / "comparisons" / name / "resources/reads").exists()


def test_each_comparison_has_its_own_model(crossed: Path) -> None:
    ended = read_table(crossed / "results/comparisons/comparisons.tsv").set_index("comparison")
    assert outcomes_of(crossed) == dict.fromkeys(ended.index, "finished")
    assert dict(ended["formula"]) == {
        "wild_type": "~ condition",
        "difference": "~ genotype + condition + genotype:condition",
    }
    assert ended.loc["wild_type", "groups"] == "2 mock, 2 IR"
    assert ended.loc["difference", "groups"] == "2 mock wt, 2 mock null, 2 IR wt, 2 IR null"
    assert list(ended["test"]) == ["IR", "IR"]


def test_the_index_links_to_every_page_and_escapes_titles(crossed: Path) -> None:
    page = crossed / "results/report/index.html"
    text = page.read_text()
    for name in ("wild_type", "difference"):
        address = f"../../comparisons/{name}/results/report/index.html"
        assert f'href="{address}"' in text
        assert (page.parent / address).is_file()
    assert "In wild type &lt;b&gt;" in text
    assert "difference of differences" in text
    assert "difference of differences" in (results_of(crossed, "difference") / "report/index.html").read_text()


def test_nothing_to_do_the_second_time_and_verify_looks_at_all(crossed: Path, tmp_path: Path) -> None:
    assert "Nothing to be done" in run_workflow(crossed).stderr
    verified = run_workflow(crossed, "verify")
    assert "each of 2 comparisons" in verified.stdout, verified.stderr[-3000:]
    copy = copy_study(crossed, tmp_path / "copy")
    with (results_of(copy, "difference") / "differential/genes.tsv").open("a") as stream:
        stream.write("\n")
    assert "comparison difference" in last_words(run_workflow(copy, "verify"))


def test_one_that_stops_at_a_gate_stops_no_other_and_goes_on_once_accepted(stopped: Stopped) -> None:
    assert "1 of 2 comparisons stopped: wild_type" in stopped.words
    assert "stopped" in stopped.page
    assert "batch differs wherever the condition does" in stopped.page
    assert stopped.outcomes == {"wild_type": "stopped", "difference": "finished"}
    assert not stopped.has_manifest


def test_an_edit_of_one_comparison_makes_only_that_one_again(crossed: Path, tmp_path: Path) -> None:
    copy = copy_study(crossed, tmp_path / "copy")
    wild_type, difference = COMPARISONS["comparisons"]
    change(copy, design={"comparisons": [wild_type, difference | {"title": "Another title"}]})
    assert run_again(copy) == ["difference"]
    assert "Another title" in (results_of(copy, "difference") / "report/index.html").read_text()


def test_a_result_of_a_comparison_that_is_gone_is_made_again(crossed: Path, tmp_path: Path) -> None:
    copy = copy_study(crossed, tmp_path / "copy")
    page = results_of(copy, "wild_type") / "report/index.html"
    before = page.read_bytes()
    page.unlink()
    assert run_again(copy) == ["wild_type"]
    assert page.read_bytes() == before
    assert "Nothing to be done" in run_workflow(copy).stderr


def run_again(study: Path) -> list[str]:
    """Run a study, and return the comparisons that are run; no reads are counted."""
    completed = run_workflow(study)
    assert completed.returncode == 0, completed.stderr[-3000:]
    assert "Quantify" not in completed.stderr
    return re.findall(r"Run the comparison (\w+)", completed.stderr)


def test_unlock_reaches_the_comparisons(crossed: Path, tmp_path: Path) -> None:
    copy = copy_study(crossed, tmp_path / "copy")
    locks = copy / "comparisons/difference/.snakemake/locks"
    locks.mkdir(exist_ok=True)
    (locks / "0.input.lock").write_text("")
    (locks / "0.output.lock").write_text("")
    completed = run_workflow(copy, "--unlock")
    assert completed.returncode == 0, completed.stderr[-2000:]
    assert not list(locks.iterdir())
