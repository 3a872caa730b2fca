"""Several comparisons of one study: what each is made of, and what is wrong with them, said before anything is fetched."""

import copy
import json
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from claimcheck.claims.several import read_several
from claimcheck.core import nested
from claimcheck.core.comparisons import comparisons_of, moved_below, named_files
from claimcheck.core.errors import StudyError
from claimcheck.core.nested import command, options_of_call, outcome_of, times_again_of, unlock, write_outcome
from claimcheck.core.own_files import require_own_folders
from claimcheck.core.study import Gathered, gather_configuration, read_configuration
from claimcheck.core.tables import read_table
from support import tiny
from support.archive import Archive, serve
from support.steps import resolve_several
from support.studies import COUNTS_STUDY, ROOT, write_study

SAMPLES = [
    (genotype, treatment, number) for genotype in ("wt", "null") for treatment in ("mock", "IR") for number in range(2)
]
SHEET = "sample\tgenotype\ttreatment\tday\n" + "".join(
    f"{genotype}_{treatment}_{number}\t{genotype}\t{treatment}\td{number}\n" for genotype, treatment, number in SAMPLES
)
COUNTS = "gene\t" + "\t".join(line.partition("\t")[0] for line in SHEET.splitlines()[1:]) + "\nG1" + "\t5" * 8 + "\n"
DESIGN: dict[str, Any] = {
    "factor": "treatment",
    "test": "IR",
    "reference": "mock",
    "comparisons": [
        {"name": "wild_type", "title": "In wild type", "samples": {"genotype": "wt"}},
        {"name": "genotypes", "factor": "genotype", "test": "null", "reference": "wt", "covariates": ["day"]},
        {"name": "difference", "interaction": {"factor": "genotype", "test": "null", "reference": "wt"}},
    ],
}
STUDY: dict[str, Any] = COUNTS_STUDY | {"study": {"title": "B cells"}, "design": DESIGN}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write_study(tmp_path, STUDY, counts__tsv=COUNTS, sheet__tsv=SHEET)


def gathered(given: dict[str, Any], folder: Path) -> Gathered:
    return gather_configuration(given, folder=folder)


def test_each_is_a_study_of_its_own_that_inherits_what_it_does_not_say(folder: Path) -> None:
    several = read_several(gathered(STUDY, folder), folder=folder)
    assert several is not None
    designs = {name: study.configuration["design"] for name, study in several.studies.items()}
    assert {name: (one["factor"], one["test"], one["covariates"]) for name, one in designs.items()} == {
        "wild_type": ("treatment", "IR", "auto"),
        "genotypes": ("genotype", "null", ["day"]),
        "difference": ("treatment", "IR", "auto"),
    }
    titles = [study.configuration["study"]["title"] for study in several.studies.values()]
    assert titles == ["B cells: In wild type", "B cells: genotypes", "B cells: difference"]


def test_a_study_of_one_comparison_has_no_key_more(folder: Path) -> None:
    one = STUDY | {"design": {"factor": "treatment", "test": "IR", "reference": "mock"}}
    assert read_several(gathered(one, folder), folder=folder) is None
    design = read_configuration(one, folder=folder)["design"]
    assert set(design) == {
        *("factor", "test", "reference", "covariates"),
        *("min_residual_df", "min_cell", "min_replicates"),
    }


def test_what_is_written_below_leads_to_the_same_files_and_names_the_same_genes(folder: Path) -> None:
    named = {"genes": {"ENSMUSG00000026822": "Lcn2", "ENSMUSG00000026823": "Abc"}}
    given = STUDY | {
        "study": {"title": "B cells", "deleted_gene": {"ENSMUSG00000026822": "Lcn2"}},
        "report": {"gene_forest": [{"title": "two", **named}]},
        "archive": {"fastq": "mirror", "ncbi": "none", "ena": "https://example.org/a"},
        "files": ["config/more.yaml"],
    }
    (folder / "config/more.yaml").write_text("quality: {accepted: []}\nreference: {extra: [spikes.fa]}\n")
    (folder / "spikes.fa").write_text(">a\nACGT\n")
    written = comparisons_of(gathered(given, folder))["genotypes"]
    assert named_files(written, folder=folder) == ["config/counts.tsv", "config/sheet.tsv", "spikes.fa"]
    below = moved_below(written, "genotypes")
    home = folder / "comparisons/genotypes"
    home.mkdir(parents=True)
    assert (home / below["counts"]["table"]).resolve() == folder / "config/counts.tsv"
    assert (home / below["reference"]["extra"][0]).resolve() == folder / "spikes.fa"
    assert below["archive"] == {"fastq": "../../mirror", "ncbi": "none", "ena": "https://example.org/a"}
    assert below["report"]["gene_forest"][0]["genes"] == named["genes"]
    assert (below["study"]["deleted_gene"], below["study"]["deleted_gene_symbol"]) == ("ENSMUSG00000026822", "Lcn2")
    assert below["parent"] == "../.."
    assert "comparisons" not in below["design"]
    assert str(folder) not in yaml.safe_dump(below)


def change(place: int, **values: Any) -> Callable[[dict[str, Any]], None]:
    return lambda study: study["design"]["comparisons"][place].update(values)


def drop(key: str) -> Callable[[dict[str, Any]], None]:
    return lambda study: study["design"].pop(key)


def add(section: str, content: Any) -> Callable[[dict[str, Any]], None]:
    return lambda study: study.update({section: content})


MISTAKES: dict[str, tuple[Callable[[dict[str, Any]], None], tuple[str, ...]]] = {
    "the same name twice": (change(1, name="Wild_Type"), ("called wild_type", "not in capitals alone")),
    "a path as a name": (change(0, name="../up"), ("comparisons.0.name", "'../up'")),
    "no name": (lambda study: study["design"]["comparisons"][0].pop("name"), ("`name` is missing",)),
    "an empty list": (lambda study: study["design"].update(comparisons=[]), ("comparisons` is empty",)),
    "no test": (drop("test"), ("wild_type has no `test`", "design.comparisons.0")),
    "two groups that are one": (change(1, test="wt"), ("both 'wt'", "comparison genotypes")),
    "an unknown key": (change(0, formula="~ a"), ("unknown key `formula`",)),
    "an unknown column": (change(0, samples={"genotyp": "wt"}), ("no column 'genotyp'", "comparison wild_type")),
    "an unknown value": (change(0, samples={"genotype": ["wt", "het"]}), ("genotype 'het'", "null, wt")),
    "a group that is left out": (change(0, samples={"treatment": "IR"}), ("no sample has the condition 'mock'",)),
    "an unknown factor": (change(1, factor="cage"), ("no column `cage`", "comparison genotypes")),
    "an unknown second factor": (
        change(2, interaction={"factor": "sex", "test": "male", "reference": "female"}),
        ("too few samples", "comparison difference"),
    ),
    "one level twice": (
        change(2, interaction={"factor": "genotype", "test": "wt", "reference": "wt"}),
        ("both 'wt'", "design.interaction"),
    ),
    "the factor twice": (
        change(2, interaction={"factor": "treatment", "test": "IR", "reference": "mock"}),
        ("which the model has already",),
    ),
    "the second factor as covariate": (change(2, covariates=["genotype"]), ("which the model has already",)),
    "a combination of one sample": (
        change(2, samples={"day": "d1"}),
        ("1 wt mock, 1 wt IR, 1 null mock, 1 null IR", "2 samples in each"),
    ),
    "an absent covariate": (change(1, covariates=["cage"]), ("covariate 'cage'", "comparison genotypes")),
    "a covariate that says the groups": (change(1, covariates=["day", "treatment_"]), ("'treatment_'",)),
    "an absent register": (change(2, claims="config/no.yaml"), ("config/no.yaml does not exist", "difference")),
    "a simulation": (
        add("simulation", yaml.safe_load((ROOT / "demo/config/simulation.yaml").read_text())["simulation"]),
        ("a simulated study has one comparison",),
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_message_that_names_the_comparison(mistake: str, folder: Path) -> None:
    spoil, named = MISTAKES[mistake]
    study = copy.deepcopy(STUDY)
    spoil(study)
    with pytest.raises(StudyError) as raised:
        read_several(gathered(study, folder), folder=folder)
    for words in named:
        assert words in str(raised.value)


def test_an_archive_without_a_sheet_tells_one_pair_of_groups(folder: Path) -> None:
    study = copy.deepcopy(STUDY) | {"start_from": "archive"}
    study["study"]["bioproject"] = "PRJNA0000003"
    study["reference"] = {"transcripts": "https://example.org/a.fa"}
    with pytest.raises(StudyError, match="the archive's descriptions are not read for"):
        read_several(gathered(study, folder), folder=folder)
    (folder / "config/samples.tsv").write_text(SHEET)
    assert read_several(gathered(study, folder), folder=folder) is not None


def test_options_of_the_call_hold_for_comparisons(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "slurm").mkdir()
    monkeypatch.setenv("PWD", str(tmp_path))
    call = ["--cores", "4", "--workflow-profile=slurm", "-j", "9", "--directory", "x", "all", "--profile", "named"]
    said = options_of_call(call, deployment=["conda"], conda_prefix=str(tmp_path / "envs"))
    monkeypatch.setenv("CLAIMCHECK_COMPARISONS", said)
    words = command("one", ["--cores", "2"])
    assert words[words.index("--workflow-profile") + 1] == str(tmp_path / "slurm")
    assert words[words.index("--profile") + 1] == "named"
    assert words[words.index("--jobs") + 1] == "9"
    assert words[words.index("--conda-prefix") + 1] == str(tmp_path / "envs")
    assert words[words.index("--directory") + 1].endswith("comparisons/one")
    assert "all" not in words
    assert words.count("--cores") == 1


def test_one_that_stopped_or_lost_a_result_is_run_again_until_it_finishes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    outcome_of("one").parent.mkdir(parents=True)
    assert times_again_of("one") == 0
    for expected in (1, 2):
        before = times_again_of("one")
        outcome_of("one").write_text(write_outcome("one", "a gate", before))
        assert times_again_of("one") == expected != before
    result = tmp_path / "comparisons/one/results/a.tsv"
    result.parent.mkdir(parents=True)
    result.write_text("1")
    stated = {"sha256": "abc", "study": {"outputs": {"results/a.tsv": {"size": 1}}}}
    result.with_name("provenance.json").write_text(json.dumps(stated))
    outcome_of("one").write_text(write_outcome("one", "", 2))
    assert times_again_of("one") == 2
    result.unlink()
    assert times_again_of("one") == 3
    result.write_text("1")
    outcome_of("one").write_text(write_outcome("one", "", 3))
    assert times_again_of("one") == 3


def test_a_run_that_outlives_the_one_that_started_it_ends_when_the_study_is_unlocked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    lock = tmp_path / ".snakemake/locks/0.input.lock"
    lock.parent.mkdir(parents=True)
    lock.touch()
    (tmp_path / "comparisons/one").mkdir(parents=True)
    sleeper = tmp_path / "sleeper.py"
    sleeper.write_text("import time\nprint('began', flush=True)\ntime.sleep(60)\n")
    monkeypatch.setattr(nested, "command", lambda name, arguments: [sys.executable, str(sleeper)])
    threading.Timer(1.0, lock.unlink).start()
    began = time.monotonic()
    with pytest.raises(StudyError, match="comparison one was killed"):
        nested.run_nested("one", tmp_path / "log", [])
    assert time.monotonic() - began < 30
    assert "began" in (tmp_path / "log").read_text()


def test_why_a_run_stopped_is_said_by_its_steps_or_else_by_its_last_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    problems = tmp_path / "comparisons/one/logs/problems.txt"
    problems.parent.mkdir(parents=True)
    problems.write_text("of an earlier run")
    fails = f"from pathlib import Path; import sys; print('a line'); Path({str(problems)!r}).write_text(sys.argv[1]); sys.exit(1)"
    for said, expected in (("a gate failed\n\n", "a gate failed"), ("", "a line")):
        monkeypatch.setattr(nested, "command", lambda *_, said=said: [sys.executable, "-c", fails, said])
        assert nested.run_nested("one", tmp_path / "log", []) == expected
    monkeypatch.setattr(nested, "command", lambda *_: [sys.executable, "-c", "pass"])
    assert nested.run_nested("one", tmp_path / "log", []) == ""


def test_locks_of_killed_runs_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lock = tmp_path / "comparisons/one/.snakemake/locks/0.input.lock"
    lock.parent.mkdir(parents=True)
    lock.touch()
    unlock(["one", "absent"])
    assert not lock.exists()


@pytest.mark.parametrize("place", ["comparisons", "comparisons/one", "comparisons/one/config"])
def test_a_comparison_is_not_written_through_a_link_out_of_the_study(place: str, tmp_path: Path) -> None:
    study, elsewhere = tmp_path / "study", tmp_path / "elsewhere"
    elsewhere.mkdir()
    link = study / place
    link.parent.mkdir(parents=True)
    link.symlink_to(elsewhere)
    below = [Path("comparisons"), Path("comparisons/one"), Path("comparisons/one/config")]
    require_own_folders(study)
    with pytest.raises(StudyError, match="leads out of the study folder"):
        require_own_folders(study, below)


def archive_of_cells() -> Archive:
    """Publish a run of each sample, whose title alone says what it is."""
    archive = Archive()
    reads = tiny.read_pairs(tiny.transcripts(genes=2), seed=1, pairs=5)
    for place, (genotype, treatment, number) in enumerate(SAMPLES):
        said = {"sample_title": f"{genotype} {treatment} rep{number}", "read_count": "5"}
        archive.add_run(
            tiny.PROJECT, f"SRR00000{place + 21}", reads, tax_id="10090", scientific_name="Mus musculus", **said
        )
    return archive


def study_of_archive(archive: Archive, design: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "study": {"title": "B cells", "bioproject": tiny.PROJECT},
        "archive": archive.addresses(),
        "reference": {"transcripts": "config/transcripts.fa"},
        "design": design,
        **more,
    }


def test_conditions_that_patterns_tell_are_compared_in_pairs(tmp_path: Path) -> None:
    cells = {f"{genotype}_{treatment}": (genotype, treatment) for genotype, treatment, _ in SAMPLES}
    patterns = {name: [f"{genotype} {treatment}"] for name, (genotype, treatment) in cells.items()}
    pairs = [("wt", "wt_IR", "wt_mock"), ("null", "null_IR", "null_mock"), ("mock", "null_mock", "wt_mock")]
    design = {"comparisons": [{"name": name, "test": test, "reference": other} for name, test, other in pairs]}
    with serve(archive_of_cells()) as archive:
        given = study_of_archive(archive, design, samples={"patterns": patterns})
        found = resolve_several(write_study(tmp_path, given, transcripts__fa=tiny.fasta(tiny.transcripts())))
    assert {name: len(samples) for name, samples in found.items()} == {"": 8, "wt": 4, "null": 4, "mock": 4}
    assert set(found["wt"]).isdisjoint(found["null"])


def test_a_sheet_may_name_its_columns_as_each_comparison_does(tmp_path: Path) -> None:
    runs = [f"SRR00000{place + 21}" for place in range(len(SAMPLES))]
    sheet = "\n".join(
        [SHEET.splitlines()[0] + "\truns"]
        + [f"{line}\t{run}" for line, run in zip(SHEET.splitlines()[1:], runs, strict=True)]
    )
    with serve(archive_of_cells()) as archive:
        study = write_study(
            tmp_path,
            study_of_archive(archive, DESIGN),
            transcripts__fa=tiny.fasta(tiny.transcripts()),
            samples__tsv=sheet + "\n",
        )
        found = resolve_several(study)
    assert {name: len(samples) for name, samples in found.items()} == {
        "": 8,
        "wild_type": 4,
        "genotypes": 8,
        "difference": 8,
    }
    assert sorted(found["wild_type"]) == ["wt_IR_0", "wt_IR_1", "wt_mock_0", "wt_mock_1"]
    conditions = read_table(tmp_path / "comparisons/genotypes/results/samples/samples.tsv")["condition"]
    assert list(conditions) == ["wt"] * 4 + ["null"] * 4
