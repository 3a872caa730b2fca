"""The comparisons of a study that has several: each becomes a study of one comparison, in a folder below."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from claimcheck.core.errors import StudyError
from claimcheck.core.schemas import load_schema, replace_titled
from claimcheck.core.study import CONFIG, SHEET, Gathered

FOLDER = "comparisons"
"""Holds a folder for each comparison, below that of the study."""
_OF_STUDY = ("deleted_gene", "published_results")
_OF_ITSELF = ("name", "title", "claims", *_OF_STUDY)


def comparisons_of(gathered: Gathered) -> dict[str, dict[str, Any]]:
    """Write the configuration of each comparison of a study: the study's own, but for what the comparison says otherwise.

    Args:
        gathered: the configuration of the study.

    Returns:
        Configurations as a user would write them, by the name of the comparison; paths are relative to the folder of the whole
        study. Empty where the study has one comparison.

    Raises:
        StudyError: a comparison says nowhere which groups it compares.
    """
    whole, symbols = gathered.joined, gathered.symbols

    def with_symbols(_: str, genes: list[str]) -> Any:
        return {gene: symbols[gene] for gene in genes} if genes and symbols.keys() >= set(genes) else genes

    design = dict(whole.get("design", {}))
    listed = design.pop("comparisons", [])
    common = replace_titled(whole | {"design": design}, load_schema("config.schema.yaml"), "genes", with_symbols)
    return {one["name"]: _configuration_of(one, common, place) for place, one in enumerate(listed)}


def _configuration_of(comparison: Mapping[str, Any], common: Mapping[str, Any], place: int) -> dict[str, Any]:
    study = dict(common["study"])
    study["title"] = f"{study['title']}: {comparison.get('title', comparison['name'])}"[:300]
    if "deleted_gene" in comparison:
        study.pop("deleted_gene_symbol", None)
    study |= {key: comparison[key] for key in _OF_STUDY if key in comparison}
    design = common["design"] | {key: value for key, value in comparison.items() if key not in _OF_ITSELF}
    missing = [key for key in ("test", "reference") if key not in design]
    if missing:
        raise StudyError(
            f"the comparison {comparison['name']} has no `{missing[0]}`",
            where=f"{CONFIG}, design.comparisons.{place}",
            expected="`test` and `reference`, in the comparison or, for all of them, in `design` itself",
            remedy=f"add `{missing[0]}`",
        )
    if study.get("deleted_gene") != common["study"].get("deleted_gene") and "reference" in common:
        # the exons of another gene were looked at
        common = {**common, "reference": common["reference"] | {"annotation": None}}
    claims = {"claims": comparison["claims"]} if "claims" in comparison else {}
    return {**common, **claims, "study": study, "design": design, "parent": "."}


def moved_below(configuration: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the configuration of a comparison as it is written into its folder, FOLDER/name, from where its paths lead."""
    up = os.path.relpath(".", f"{FOLDER}/{name}")

    def lead_up(_: str, path: Any) -> Any:
        is_elsewhere = path in (None, "none") or "://" in path or path.startswith("/")
        return path if is_elsewhere else f"{up}/{path}"

    own = {key: value for key, value in configuration.items() if key != "parent"}
    moved: dict[str, Any] = replace_titled(own, load_schema("config.schema.yaml"), "path", lead_up)
    return moved | {"parent": up}


def named_files(configuration: dict[str, Any], *, folder: Path) -> list[str]:
    """List the files that a configuration names and that are there, but for folders; SHEET is one where the study has it.

    Args:
        configuration: with paths relative to the study folder.
        folder: the study folder.
    """
    found = [SHEET]

    def remember(_: str, path: Any) -> Any:
        found.append(path or "none")
        return path

    replace_titled(configuration, load_schema("config.schema.yaml"), "path", remember)
    return sorted({path for path in found if "://" not in path and (folder / path).is_file()})
