"""What the parts of a study contradict each other in is said at once, for every way in, before anything is fetched or computed."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pytest
import yaml

from claimcheck.claims.requests import read_whole_study
from claimcheck.core.contracts import OWN_LOADER
from claimcheck.core.errors import StudyError
from claimcheck.core.study import gather_configuration, load_configuration
from support.studies import ROOT, run_workflow

XIST_OF_HUMANS = "ENSG00000229807"
SHEET = "sample\tcondition\truns\tlitter\tage\n" + "".join(
    f"{name}{number}\t{name}\tSRR00000{place}{number}\tl{number}\t{8 + number} weeks\n"
    for place, name in enumerate(("control", "knockout"), start=1)
    for number in (1, 2, 3)
)
SAMPLES = [line.split("\t")[0] for line in SHEET.splitlines()[1:]]


class Study(NamedTuple):
    """A study's folder, its configuration and register as data, and which way in it takes."""

    folder: Path
    configuration: dict[str, Any]
    register: dict[str, Any]
    entry: str

    @property
    def sheet(self) -> Path:
        return self.folder / ("config/samples.tsv" if self.entry == "archive" else "config/sheet.tsv")

    def write(self) -> None:
        for name, content in (("config", self.configuration), ("claims", self.register)):
            text = yaml.dump(content, Dumper=yaml.CSafeDumper, sort_keys=False)
            (self.folder / f"config/{name}.yaml").write_text(text)


def make(folder: Path, entry: str) -> Study:
    """Copy the study of this repository, with a sheet of its own; with counts or transcripts in place of the archive."""
    shutil.copytree(ROOT / "config", folder / "config")
    configuration = load_configuration(folder / "config/config.yaml")
    for name in configuration.pop("files"):
        configuration |= load_configuration(folder / name)
    register = yaml.load((folder / "config/claims.yaml").read_text(), Loader=OWN_LOADER)
    study = Study(folder, configuration, register, entry)
    study.sheet.write_text(SHEET)
    if entry == "counts":
        text = "".join(
            path.read_text() for path in sorted((folder / "config").rglob("*.*")) if path.parent.name != "reference"
        )
        genes = sorted(set(re.findall(r"ENSMUSG[0-9]{11}", text)))
        table = pd.DataFrame({"gene_id": genes} | {name: range(20, 20 + len(genes)) for name in SAMPLES})
        table.to_csv(folder / "config/counts.tsv", sep="\t", index=False)
        configuration |= {"start_from": entry, "counts": {"table": "config/counts.tsv", "samples": "config/sheet.tsv"}}
    if entry == "transcripts":
        (folder / "quantified").mkdir()
        configuration |= {"start_from": entry, "transcripts": {"folder": "quantified", "samples": "config/sheet.tsv"}}
    return study


ENTRIES = ("archive", "counts", "transcripts")


@pytest.fixture(params=ENTRIES)
def study(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Study:
    monkeypatch.chdir(tmp_path)
    return make(tmp_path, request.param)


def read(study: Study) -> None:
    study.write()
    read_whole_study(gather_configuration(load_configuration(Path("config/config.yaml")), folder=Path()), folder=Path())


def test_a_study_without_contradictions_is_read(study: Study) -> None:
    read(study)


def test_samples_that_archives_describe_are_not_known_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    study = make(tmp_path, "archive")
    study.sheet.unlink()
    study.configuration["design"]["covariates"] = ["litter"]
    read(study)


def test_what_archives_may_still_say_of_a_sheet_is_no_contradiction(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    study = make(tmp_path, "archive")
    study.configuration["design"]["covariates"] = ["read_length", "cage"]
    read(study)


Change = Callable[[Study], object]
Case = tuple[str, str, Change, tuple[str, ...]]
"""The way in, what contradicts what, how that is planted, and what has to be said of it."""


def sets(path: str, value: Any) -> Change:
    """Set a key of the configuration."""

    def change(study: Study) -> None:
        *sections, key = path.split(".")
        part = study.configuration
        for section in sections:
            part = part.setdefault(section, {})
        part[key] = value

    return change


def adds(path: str, value: Any) -> Change:
    """Add to a list or to genes of the configuration."""

    def change(study: Study) -> None:
        part = study.configuration
        for section in path.split("."):
            part = part[section]
        part.append(value) if isinstance(part, list) else part.update(value)

    return change


def registers(path: str, value: Any) -> Change:
    """Set a key of the register."""

    def change(study: Study) -> None:
        *sections, key = path.split(".")
        part = study.register
        for section in sections:
            part = part[section]
        part[key] = value

    return change


def of_claim(kind: str, key: str, value: Any) -> Change:
    """Set a key of the register's first claim of a kind that has it."""

    def change(study: Study) -> None:
        claim = next(claim for claim in study.register["claims"] if claim["kind"] == kind and key in claim)
        claim[key] = value

    return change


def replaces(path: str, old: str, new: str, count: int = -1) -> Change:
    """Replace text in a file of the study."""

    def change(study: Study) -> None:
        file = study.sheet if path == "sheet" else study.folder / path
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new, count))

    return change


def without_panel(study: Study) -> None:
    study.configuration["quality"]["panels"].remove("QC_MUSCLE")


def human_set(study: Study) -> None:
    path = study.folder / "config/gene_sets/control.tsv"
    path.write_text(path.read_text().replace("ENSMUSG000000", "ENSG00000"))


def human_reference(study: Study) -> None:
    path = study.folder / "config/gene_sets/reference/bone_animals.tsv"
    path.write_text(path.read_text().replace("ENSMUSG000000", "ENSG00000"))


CASES: list[tuple[str, Change, tuple[str, ...]]] = [
    # the configuration and the sets
    ("panel", adds("quality.panels", "QC_NERVE"), ("no gene set is called QC_NERVE", "quality.panels")),
    (
        "set of a share",
        sets("quality.shares.nerve", {"sets": ["QC_NERVE"]}),
        ("no gene set is called QC_NERVE", "quality.shares.nerve"),
    ),
    (
        "symbols of a share",
        sets("quality.shares.nerve", {"symbols": "(Rpl"}),
        ("'(Rpl' is no regular expression", "quality.shares.nerve"),
    ),
    (
        "set of the size factors",
        sets("differential.size_factors_without.sets", ["QC_NERVE"]),
        ("no gene set is called QC_NERVE", "differential.size_factors_without"),
    ),
    (
        "symbols of the size factors",
        sets("differential.size_factors_without.symbols", "mt-["),
        ("'mt-[' is no regular expression", "differential.size_factors_without"),
    ),
    (
        "set of the tissue",
        sets("identity.tissue.panel", "NERVE"),
        ("no gene set is called NERVE", "identity.tissue.panel"),
    ),
    (
        "confounders",
        sets("report.set_effects.bone", {"confounders": ["QC_NERVE"]}),
        ("no gene set is called QC_NERVE", "report.set_effects.bone.confounders"),
    ),
    (
        "set of a figure",
        sets("report.set_effects.bone", {"groups": {"nerves": ["NERVE"]}}),
        ("no gene set is called NERVE", "report.set_effects.bone.groups"),
    ),
    ("family", adds("gene_sets.families", "nerve"), ("no gene set has the family nerve", "gene_sets.families")),
    (
        "panel of another source",
        sets("identity.other_source.panel", "QC_NERVE"),
        ("identity.other_source.panel is not among quality.panels",),
    ),
    (
        "published set with a curated name",
        sets(
            "collections.sources.mine",
            {
                "format": "gmt",
                "release": "1",
                "licence": "CC0",
                "citation": "me",
                "files": {"sets": {"address": "https://example.org/a.gmt"}},
                "sets": {"OSTEOCYTE": {"ids": ["A"], "family": "bone", "description": "mine"}},
            },
        ),
        ("a published set has the name of a curated one: OSTEOCYTE", "collections.sources"),
    ),
    # the register
    (
        "set of a claim",
        of_claim("set", "set", "NERVE"),
        ("there is no gene set NERVE", "config/claims.yaml, claim"),
    ),
    (
        "panel of a veto",
        without_panel,
        ("QC_MUSCLE, which is not measured", "config/claims.yaml, vetoes.", "add QC_MUSCLE to quality.panels"),
    ),
    (
        "set of a variant",
        registers("primary.variants.nerve", {"sets": ["NERVE"]}),
        ("there is no gene set NERVE", "primary, variants.nerve"),
    ),
    (
        "column of a variant",
        registers("primary.variants.nerve", {"above": {"nerve_log2": 1}}),
        ("nerve_log2", "bone_expression.tsv"),
    ),
    (
        "slope of a readout",
        replaces("config/gene_sets/reference/bone_animals.tsv", "\tfactor_3", "\tfactor_4"),
        ("factor_3", "bone_animals.tsv"),
    ),
    (
        "alternative covariate",
        registers("primary.alternatives.covariates", ["none", "diet"]),
        ("the covariate diet is neither a column of the sample sheet nor a veto", "primary.alternatives.covariates"),
    ),
    (
        "symbol of a gene",
        of_claim("gene", "gene", {"ENSMUSG00000001494": "Dkk1"}),
        ("Sost", "Dkk1", "config/claims.yaml, claim"),
    ),
    (
        "key of the primary analysis",
        registers("primary.configuration", {"differential.alpah": 0.05}),
        ("no key `differential.alpah`", "did you mean `differential.alpha`"),
    ),
    # species
    (
        "sex gene of another species",
        sets("identity.female_genes", {XIST_OF_HUMANS: "XIST"}),
        ("identity.female_genes names genes of human", "mouse", XIST_OF_HUMANS),
    ),
    (
        "gene of a figure",
        adds("report.label_genes", {XIST_OF_HUMANS: "XIST"}),
        ("report.label_genes names genes of human", XIST_OF_HUMANS, "begin with ENSMUSG"),
    ),
    (
        "deleted gene",
        sets("study.deleted_gene", {"ENSG00000148346": "LCN2"}),
        ("study.deleted_gene names genes of human", "ENSG00000148346"),
    ),
    ("curated set", human_set, ("config/gene_sets, set", "names genes of human")),
    ("reference animals", human_reference, ("bone_animals.tsv names genes of human",)),
    (
        "gene of a claim",
        of_claim("gene", "gene", {"ENSG00000167941": "SOST"}),
        ("names genes of human", "config/claims.yaml, claim", "ENSG00000167941"),
    ),
    # the sheet
    (
        "covariate",
        sets("design.covariates", ["diet"]),
        ("the covariate 'diet' is not known for every sample", "config/s", "design.covariates"),
    ),
    (
        "covariate that tells the groups apart",
        lambda study: (
            sets("design.covariates", ["batch"])(study),
            study.sheet.write_text(
                "".join(
                    line + ("\tbatch\n" if line.startswith("sample") else f"\t{line[0]}\n")
                    for line in SHEET.splitlines()
                )
            ),
        ),
        ("the condition cannot be told apart from batch", "design.covariates"),
    ),
    (
        "group",
        sets("design.test", "mutant"),
        ("no sample has the condition 'mutant'", "config/s", "design.test"),
    ),
    (
        "misspelt group",
        replaces("sheet", "knockout2\tknockout", "knockout2\tknokout"),
        ("'knokout' of knockout2", "is it 'knockout'?"),
    ),
    ("sample twice", replaces("sheet", "knockout2\t", "knockout1\t", 1), ("the sample knockout1 is given twice",)),
    ("no condition", replaces("sheet", "\tcondition\t", "\tgroup\t"), ("no column `condition`",)),
]


OF_ONE_ENTRY: list[Case] = [
    (
        "archive",
        "tax id",
        sets("study.tax_id", 9606),
        ("names genes of mouse, and study.tax_id 9606 is human",),
    ),
    (
        "archive",
        "names of the deleted gene",
        sets("samples.conditional_knockout.gene", ["Sost", "sclerostin"]),
        ("the study deletes Lcn2, and its samples are read as those of Sost, sclerostin", "study.deleted_gene"),
    ),
    (
        "archive",
        "patterns without a group",
        sets("samples", {"patterns": {"control": ["wt"], "mutant": ["ko"]}}),
        ("no pattern calls the group knockout", "samples.patterns"),
    ),
    (
        "archive",
        "pattern",
        sets("samples", {"patterns": {"control": ["wt("], "knockout": ["ko"]}}),
        ("the pattern 'wt(' is not a regular expression", "samples.patterns.control"),
    ),
    (
        "archive",
        "one animal",
        lambda study: study.sheet.write_text("".join(SHEET.splitlines(keepends=True)[i] for i in (0, 1, 4, 5))),
        ("too few animals: 1 control animal and 2 knockout animals", "config/samples.tsv"),
    ),
    (
        "counts",
        "sample without counts",
        replaces("sheet", "knockout2\t", "knockout7\t", 1),
        ("the table of counts has no column for knockout7", "config/counts.tsv", "config/sheet.tsv"),
    ),
    (
        "counts",
        "counts of another species",
        replaces("config/counts.tsv", "ENSMUSG000000", "ENSG00000"),
        ("the table of counts has genes of human, and the study names genes of mouse",),
    ),
    (
        "counts",
        "deleted gene without counts",
        replaces("config/counts.tsv", "ENSMUSG00000026822", "ENSMUSG99999999999"),
        ("lacks the deleted gene ENSMUSG00000026822", "study.deleted_gene"),
    ),
]


ALIKE = {
    "counts": ("panel", "panel of a veto", "slope of a readout", "gene of a figure", "group"),
    "transcripts": ("alternative covariate", "reference animals", "covariate"),
}
"""Contradictions that are tried for the other ways in as well."""
TRIED = [
    (entry, name, change, said)
    for entry in ENTRIES
    for name, change, said in CASES
    if name in ALIKE.get(entry, (name,))
] + OF_ONE_ENTRY


@pytest.mark.parametrize("case", TRIED, ids=[f"{entry}: {name}" for entry, name, *_ in TRIED])
def test_a_contradiction_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: Case) -> None:
    entry, _, change, said = case
    monkeypatch.chdir(tmp_path)
    study = make(tmp_path, entry)
    change(study)
    with pytest.raises(StudyError) as caught:
        read(study)
    message = str(caught.value)
    for words in said:
        assert words in message, message
    for part in (caught.value.where, caught.value.expected, caught.value.remedy):
        assert part.strip()


def test_ids_that_tell_no_species_are_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    study = make(tmp_path, "archive")
    adds("report.label_genes", {"LOC105376575": "LOC105376575", "eGFP": "eGFP"})(study)
    read(study)


SHOWN = ["panel of a veto", "covariate"]
"""One in the register, one in the configuration."""


@pytest.mark.parametrize("name", SHOWN)
def test_it_is_said_at_a_dry_run_of_a_study_of_an_archive(tmp_path: Path, name: str) -> None:
    study = make(tmp_path, "archive")
    change, said = next((change, said) for other, change, said in CASES if other == name)
    change(study)
    study.write()
    completed = run_workflow(tmp_path, "-n")
    message = completed.stdout + completed.stderr
    assert completed.returncode != 0
    for words in (*said, "where:", "expected:", "remedy:"):
        assert words in message
    assert "Traceback" not in message
