"""The configuration of a study: checked against its schema, completed with defaults, and checked for sense."""

from pathlib import Path
from typing import Any

from claimcheck.errors import StudyError
from claimcheck.schemas import check, complete, load_schema, load_yaml
from claimcheck.tables import listed, read_table

CONFIG = "config/config.yaml"


def load_configuration(path: Path) -> dict[str, Any]:
    """Read a configuration file as plain data, before Snakemake does, which would run what is written in it as Python.

    Raises:
        StudyError: it is missing, no YAML, not a group of keys, or asks to be run (`__use_yte__`).
    """
    content = load_yaml(
        path, name="configuration", missing="start in the study's folder, or name that with --directory"
    )
    if isinstance(content, dict) and "__use_yte__" not in content:
        return content
    is_program = isinstance(content, dict)
    raise StudyError(
        "the configuration asks to be run as a template" if is_program else "the configuration is not a group of keys",
        where=f"{path}, __use_yte__" if is_program else str(path),
        expected="data, and no program" if is_program else "keys at the beginning of their lines, such as `study: …`",
        remedy="write the values themselves" if is_program else "correct the file; config/README.md explains every key",
    )


def read_configuration(configuration: dict[str, Any], *, folder: Path) -> dict[str, Any]:
    """Check a configuration and fill in the defaults.

    Args:
        configuration: as read from `config/config.yaml`.
        folder: the study folder, to which local paths are relative.

    Returns:
        A new dict in which every key of the schema has a value.

    Raises:
        StudyError: a key is unknown, missing or has a wrong value, keys contradict each other, or a file is missing.
    """
    schema = load_schema("config.schema.yaml")
    check(configuration, schema, where=CONFIG)
    study: dict[str, Any] = complete(configuration, schema)
    for key, wrong, expected in _contradictions(study, folder):
        if wrong:
            raise StudyError(wrong, where=f"{CONFIG}, {key}", expected=expected, remedy=f"correct `{key}`")
    return study


def _contradictions(study: dict[str, Any], folder: Path) -> list[tuple[str, str, str]]:
    """List (key, complaint or "", expectation) of all rules that a schema cannot say."""
    design, sets = study["design"], study["gene_sets"]
    rules = [
        (
            "design.test",
            f"design.test and design.reference are both {design['test']!r}" * (design["test"] == design["reference"]),
            "two different conditions",
        ),
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
        "collections.aliases": study["collections"]["aliases"],
    }
    if "simulation" not in study:  # which makes its own
        files |= {
            f"archive.{name}": study["archive"][name] for name in ("ena", "fastq", "ncbi", "biosamples", "browser")
        }
        files |= {f"reference.{name}": study["reference"][name] for name in ("transcripts", "annotation")}
    for key, path in files.items():
        if path not in (None, "none") and "://" not in path:
            rules.append((key, _missing(folder, path), "the path of a file, relative to the study folder, or none"))
    if sets["curated"] != "none":
        table = Path(sets["curated"]) / "sets.tsv"
        rules.append(("gene_sets.curated", _missing(folder, str(table)), "a folder with sets.tsv and gene lists"))
        if (folder / table).is_file():
            known = set(read_table(folder / table, columns=["family"], text=True)["family"])
            known |= {
                one["family"] for source in study["collections"]["sources"].values() for one in source["sets"].values()
            }
            unknown = [family for family in sets["families"] if family not in known]
            rules.append(
                (
                    "gene_sets.families",
                    f"no gene set has the family {listed(unknown)}" * bool(unknown),
                    f"families of {table}: {listed(sorted(known), most=12)}",
                )
            )
    if study["start_from"] == "counts":
        counts = study["counts"] or {}
        for key in ("table", "samples"):
            absent = f"start_from is counts, but counts.{key} is not set"
            complaint = _missing(folder, counts[key]) if key in counts else absent
            rules.append((f"counts.{key}", complaint, "the path of a file, relative to the study folder"))
    else:
        needed = {
            "study.bioproject": study["study"]["bioproject"],
            "reference.transcripts": study["reference"]["transcripts"],
        }
        for key, value in needed.items():
            rules.append((key, f"start_from is archive, but {key} is not set" * (not value), "a value for this key"))
    return rules


def _missing(folder: Path, path: str) -> str:
    """Say that a local path does not exist, or cannot be used, or nothing."""
    if "{" in path or "}" in path:
        return f"the path {path!r} holds a brace, which Snakemake takes for a wildcard"
    return "" if (folder / path).exists() else f"the file {path} does not exist"
