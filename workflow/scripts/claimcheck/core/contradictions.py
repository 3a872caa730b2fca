"""What a schema cannot say of a configuration: keys that contradict each other, and files that do not exist."""

from pathlib import Path
from typing import Any

from claimcheck.core.gene_lists import DESCRIPTIONS, family_of, list_files
from claimcheck.core.plain import is_there
from claimcheck.core.tables import listed, read_table


def contradictions(study: dict[str, Any], folder: Path) -> list[tuple[str, str, str]]:
    """List (key, complaint or "", expectation) of all rules that a schema cannot say.

    Args:
        study: the configuration, complete.
        folder: the study folder, to which paths are relative.
    """
    design, sets = study["design"], study["gene_sets"]
    rules = [
        *(_rules_of_comparisons(study) if "comparisons" in design else _rules_of_groups(design)),
        (
            "gene_sets.min_size",
            f"gene_sets.min_size is {sets['min_size']}, max_size {sets['max_size']}"
            * (sets["min_size"] > sets["max_size"]),
            "a smallest size that is not above the largest",
        ),
        (
            "gene_sets.families",
            "families are named, but there are no curated sets"
            * (sets["curated"] == "none" and bool(sets["families"])),
            "an empty list where gene_sets.curated is none",
        ),
    ]
    strangers = sorted(set(study["report"]["set_effects"]) - set(sets["families"]))
    rules.append(
        (
            "report.set_effects",
            f"report.set_effects names the family {listed(strangers)}, which is not tested" * bool(strangers),
            "families of gene_sets.families",
        )
    )
    for name in ("pseudoaligned_share", "pseudoaligned_reads", "library_size"):
        thresholds = study["quality"][name]
        text = f"quality.{name}.warn is below fail" * (thresholds["warn"] < thresholds["fail"])
        rules.append((f"quality.{name}", text, "warn at or above fail: a failure is worse than a warning"))
    for section, name, low, high in (
        ("quality", "share_without_gene", "warn", "fail"),
        ("quality", "strandedness", "unstranded", "stranded"),
        ("identity", "sex", "female_max", "female_min"),
        ("identity", "sex", "male_max", "male_min"),
    ):
        limits = study[section][name]
        text = f"{section}.{name}.{low} is above {high}" * (limits[low] > limits[high])
        rules.append((f"{section}.{name}", text, f"{low} at or below {high}"))
    both = bool(study["samples"]["patterns"]) and "conditional_knockout" in study["samples"]
    rules.append(
        (
            "samples",
            "samples.patterns and samples.conditional_knockout are both set" * both,
            "one way to call the groups",
        )
    )
    source = study["identity"]["other_source"]
    rules.append(
        (
            "identity.other_source",
            "identity.other_source.panel is not among quality.panels"
            * bool(source["panel"] and source["panel"] not in study["quality"]["panels"]),
            "one of quality.panels, whose difference between the groups is measured",
        )
    )
    rules.append(
        (
            "identity.other_source",
            "identity.other_source has genes, but no name" * bool(source["genes"] and not source["name"]),
            "the name of the cells, for the sentences of the page",
        )
    )
    for name, heatmap in study["report"]["heatmaps"].items():
        scores = {score for group in heatmap["groups"] for score in group.get("scores", ())}
        unscored = sorted(scores - set(study["quality"]["panels"]))
        text = f"report.heatmaps.{name} shows the score of {listed(unscored)}, which is not measured" * bool(unscored)
        rules.append((f"report.heatmaps.{name}", text, "scores of quality.panels"))
    files = {
        "claims": study["claims"],
        "gene_sets.reference_expression": sets["reference_expression"],
        "gene_sets.reference_variation": sets["reference_variation"],
        "collections.aliases": study["collections"]["aliases"],
    }
    if "simulation" not in study:  # which makes its own
        files |= {
            f"archive.{name}": study["archive"][name] for name in ("ena", "fastq", "ncbi", "biosamples", "browser")
        }
        names = ("transcripts", "annotation", "transcript_genes")
        files |= {f"reference.{name}": study["reference"][name] for name in names}
    named = [*files.items(), *(("reference.extra", path) for path in study["reference"]["extra"])]
    for key, path in named:
        if path not in (None, "none") and "://" not in path:
            rules.append((key, _missing(folder, path), "the path of a file, relative to the study folder, or none"))
    rules += _rules_of_sets(study, folder) if sets["curated"] != "none" else []
    if study["start_from"] != "archive":
        entry = study["start_from"]
        given = study[entry] or {}
        table_or_folder = "folder" if entry == "transcripts" or given.get("folder") else "table"
        for key in (table_or_folder, "samples"):
            absent = f"start_from is {entry}, but {entry}.{key} is not set"
            complaint = _missing(folder, given[key]) if given.get(key) else absent
            rules.append((f"{entry}.{key}", complaint, "the path of a file or folder, relative to the study folder"))
        of_files = given.get("column") not in (None, "auto") and not given.get("folder")
        both = bool(given.get("table") and given.get("folder"))
        rules.append(("counts.folder", "counts.table and counts.folder are both set" * both, "one of them"))
        rules.append(("counts.column", "counts.column is set, but counts.folder is not" * of_files, "both, or neither"))
        genes = given.get("genes")
        if entry == "counts" and genes:
            rules.append(("counts.genes", _missing(folder, genes), "the path of a file, relative to the study folder"))
        if entry == "transcripts":
            absent = "start_from is transcripts, but neither transcripts.genes nor reference.transcripts is set"
            complaint = _missing(folder, genes) if genes else absent * (not study["reference"]["transcripts"])
            rules.append(("transcripts.genes", complaint, "a transcript-to-gene table, a GTF, or a transcript FASTA"))
    else:
        needed = {
            "study.bioproject": study["study"]["bioproject"],
            "reference.transcripts": study["reference"]["transcripts"],
        }
        for key, value in needed.items():
            rules.append((key, f"start_from is archive, but {key} is not set" * (not value), "a value for this key"))
    return rules


def _rules_of_groups(design: dict[str, Any]) -> list[tuple[str, str, str]]:
    """List the rules of `contradictions` for the groups that a study compares."""
    rules = [
        (
            "design.test",
            f"design.test and design.reference are both {design['test']!r}" * (design["test"] == design["reference"]),
            "two different conditions",
        )
    ]
    if "interaction" in design:
        second = design["interaction"]
        in_model = [design["factor"], *(() if isinstance(design["covariates"], str) else design["covariates"])]
        texts = {
            f"design.interaction.test and reference are both {second['test']!r}": second["test"] == second["reference"],
            f"design.interaction.factor is {second['factor']!r}, which the model has already": second["factor"]
            in in_model,
        }
        expected = "two levels of a column that is neither design.factor nor a covariate, since the model has it anyway"
        rules += [("design.interaction", text * wrong, expected) for text, wrong in texts.items()]
    return rules


def _rules_of_comparisons(study: dict[str, Any]) -> list[tuple[str, str, str]]:
    """List the rules of `contradictions` for a study of several comparisons; each is checked as a study of its own as well."""
    names = [one["name"].lower() for one in study["design"]["comparisons"]]
    again = sorted({name for name in names if names.count(name) > 1})
    refused = {
        f"two comparisons are called {listed(again)}" * bool(again): "names that differ, not in capitals alone",
        "a simulated study has one comparison" * ("simulation" in study): "simulation, or design.comparisons",
        "a comparison has no comparisons of its own" * ("parent" in study): "the groups of one comparison",
    }
    return [("design.comparisons", text, expected) for text, expected in refused.items()]


def _rules_of_sets(study: dict[str, Any], folder: Path) -> list[tuple[str, str, str]]:
    """List the rules of `contradictions` for a study that has gene sets of its own."""
    curated = study["gene_sets"]["curated"]
    files = list_files(folder / curated)
    known = {family_of(path) for path in files if path.suffix == ".gmt"}
    for path in files:
        if path.name == DESCRIPTIONS:
            known |= set(read_table(path, columns=["family"], text=True)["family"])
    known |= {one["family"] for source in study["collections"]["sources"].values() for one in source["sets"].values()}
    unknown = [family for family in study["gene_sets"]["families"] if family not in known] if files else []
    return [
        (
            "gene_sets.curated",
            _missing(folder, curated if files else str(Path(curated) / DESCRIPTIONS)),
            f"a folder with {DESCRIPTIONS} and gene lists, or with files in the GMT format (*.gmt)",
        ),
        (
            "gene_sets.families",
            f"no gene set has the family {listed(unknown)}" * bool(unknown),
            f"families of {curated}: {listed(sorted(known), most=12)}",
        ),
    ]


def _missing(folder: Path, path: str) -> str:
    """Say that a local path does not exist, or cannot be used, or nothing."""
    if "{" in path or "}" in path:
        return f"the path {path!r} holds a brace, which Snakemake takes for a wildcard"
    return "" if is_there(folder / path) else f"the file {path} does not exist"
