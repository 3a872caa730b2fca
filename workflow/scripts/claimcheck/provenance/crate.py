"""The study as an RO-Crate: what was run, on what and with what result, as other programs read it.

The profile is that of Workflow Run Crate 0.5 (Leo et al. 2024, PLoS ONE 19:e0309210; https://w3id.org/ro/wfrun/workflow/0.5) on
RO-Crate 1.1. The root is `results`. Files outside of it have an `@id` that begins with `#`: they are described, not carried.
"""

import json
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from rocrate.model import ContextEntity, File
from rocrate.model.entity import Entity
from rocrate.rocrate import ROCrate

from claimcheck.core.contracts import contract_of
from claimcheck.provenance.crate_facts import (
    REGISTER,
    SNAKEFILE,
    Facts,
    facts_of_file,
    facts_of_manifest,
    id_of_input,
    id_of_result,
    workflow_version,
)
from claimcheck.provenance.manifest import MANIFEST, RESULTS, Manifest

_PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": ("Process Run Crate", "0.5"),
    "https://w3id.org/ro/wfrun/workflow/0.5": ("Workflow Run Crate", "0.5"),
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0": ("Workflow RO-Crate", "1.0"),
}
_TERMS = "https://w3id.org/ro/terms/workflow-run/context"
_NEVER_PUBLISHED = "1980-01-01"
"""The profile demands a day of publication; a run has none, and one of today would make other bytes every day."""
_LICENCE = (
    "The results have no licence of their own. The software is under the MIT licence; the data have the terms of their archive, "
    "and published gene sets those that gene_sets/collections.tsv names."
)
_FORMATS = {
    ".csv": "text/csv",
    ".gmt": "text/tab-separated-values",
    ".gz": "application/gzip",
    ".h5": "application/x-hdf5",
    ".h5ad": "application/x-hdf5",
    ".html": "text/html",
    ".json": "application/json",
    ".pdf": "application/pdf",
    ".rnk": "text/tab-separated-values",
    ".svg": "image/svg+xml",
    ".tsv": "text/tab-separated-values",
    ".txt": "text/plain",
    ".yaml": "application/yaml",
    ".zip": "application/zip",
}
_DESCRIPTIONS = {
    "report/index.html": "The page: every claim with its verdict and evidence.",
    "report/report.zip": "The page with all tables and figures that it links to.",
    "report/verdicts.json": "The verdicts as schema.org's ClaimReview.",
    "config.yaml": "The merged configuration, defaults included.",
    "provenance.json": "The manifest, from which this description is made; `snakemake verify` compares with it.",
    "ro-crate/claims.yaml": "The register of claims: what is predicted, and how it is decided.",
}


@dataclass(frozen=True)
class Described:
    """What a crate says of a study besides its files.

    Attributes:
        title: of the study.
        accession: the archive's project; "" if none.
        simulated: whether the data are; then no paper and no project is named.
        paper: doi, title, authors, journal and year, as far as they are known.
        register: path of the claims register, relative to the study folder; "" if none.
    """

    title: str
    accession: str
    simulated: bool
    paper: Mapping[str, str]
    register: str


def make_crate(manifest: Manifest, study: Described, origins: Mapping[str, Mapping[str, Any]]) -> str:
    """Describe a finished study as an RO-Crate; its manifest, the Snakefile and the register are in their places.

    Args:
        manifest: of the study.
        study: what is said of it.
        origins: of inputs by path, from `origins_of`.

    Returns:
        JSON-LD with sorted keys, which depends on neither machine, folder nor day.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # files have no source: they are where they belong
        crate = ROCrate(version="1.1")
    crate.metadata.extra_contexts.append(_TERMS)
    facts = facts_of_manifest(manifest)
    results = {name: _add_result(crate, Path(name), facts) for name in sorted(manifest["study"]["outputs"])}
    inputs = [_add_input(crate, name, facts, origins.get(name, {})) for name in sorted(manifest["study"]["inputs"])]
    software = [_add_software(crate, name, facts[name]["version"]) for name in facts if name.startswith("pkg:")]
    workflow = _add_workflow(crate, workflow_version(manifest), software)
    results[str(MANIFEST)] = _add_own(crate, MANIFEST)
    configuration = results["results/config.yaml"]
    register = _add_own(crate, REGISTER) if study.register else None
    if register is not None:
        register["alternateName"] = study.register
    made = [result for name, result in results.items() if result is not configuration]
    _add_parameters(crate, workflow, {"configuration": configuration, "claims": register}, "input")
    asked = {"page": results.get("results/report/index.html"), "manifest": results[str(MANIFEST)]}
    _add_parameters(crate, workflow, asked, "output")
    action = crate.add_action(
        workflow,
        identifier=f"#run-{manifest['sha256'][:16]}",
        object=[configuration, *([register] if register is not None else []), *inputs],
        result=made,
        properties={
            "name": f"A run of claimcheck: {study.title}",
            "description": "From the deposited data to a verdict on each claim.",
            "actionStatus": "http://schema.org/CompletedActionStatus",
        },
    )
    _describe_root(crate, study, manifest, action)
    return json.dumps(crate.metadata.generate(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _describe_root(crate: ROCrate, study: Described, manifest: Manifest, action: Entity) -> None:
    said = "Simulated data. " if study.simulated else ""
    root = crate.root_dataset
    root["name"] = study.title
    root["description"] = (
        f"{said}Claims of a paper checked against RNA-seq data: the results of a run of claimcheck, with the checksum of all "
        "that went in. The day of publication is a placeholder, so that a rerun makes the same file: state it in what is published."
    )
    root["identifier"] = manifest["sha256"]
    root["datePublished"] = _NEVER_PUBLISHED
    terms = {"@type": "CreativeWork", "name": "Terms of use", "description": _LICENCE}
    root["license"] = crate.add(ContextEntity(crate, "#licence", terms))
    root["conformsTo"] = [
        crate.add(ContextEntity(crate, address, {"@type": "CreativeWork", "name": name, "version": version}))
        for address, (name, version) in _PROFILES.items()
    ]
    crate.metadata["conformsTo"] = [{"@id": crate.metadata.profile}, {"@id": list(_PROFILES)[-1]}]
    root["mentions"] = action
    if study.accession and not study.simulated:
        address = f"https://identifiers.org/bioproject:{study.accession}"
        named = {"@type": "CreativeWork", "name": study.accession, "identifier": study.accession}
        root["isBasedOn"] = crate.add(ContextEntity(crate, address, named))
    paper = {} if study.simulated else _paper(study.paper)
    if paper:
        address = f"https://doi.org/{study.paper['doi']}" if study.paper.get("doi") else "#paper"
        root["citation"] = crate.add(ContextEntity(crate, address, paper))


def _paper(fields: Mapping[str, str]) -> dict[str, Any]:
    terms = {"identifier": "doi", "name": "title", "author": "authors", "isPartOf": "journal", "datePublished": "year"}
    said = {term: fields[field] for term, field in terms.items() if fields.get(field)}
    if not said:
        return {}
    return {"@type": "ScholarlyArticle", "name": said.get("identifier", "the paper whose claims are checked")} | said


def _add_own(crate: ROCrate, path: Path) -> Entity:
    """Add a file below the root that is none of the manifest's."""
    return _add_result(crate, path, {id_of_result(path): facts_of_file(path)})


def _add_result(crate: ROCrate, path: Path, facts: Facts) -> Entity:
    """Add a file below the root."""
    name = id_of_result(path)
    contract = contract_of(path)
    meaning = contract.meaning if contract else _DESCRIPTIONS.get(name, "")
    place = path.relative_to(RESULTS).as_posix()  # which the library quotes itself
    described = {"name": place} | ({"description": meaning} if meaning else {})
    return crate.add(File(crate, dest_path=place, properties=described | facts[name] | _format(path)))


def _add_input(crate: ROCrate, path: str, facts: Facts, origin: Mapping[str, Any]) -> Entity:
    """Add a file that is not in the crate."""
    properties = {"@type": "File", "name": path, **facts[id_of_input(path)], **_format(Path(path)), **origin}
    return crate.add(ContextEntity(crate, id_of_input(path), properties))


def _format(path: Path) -> dict[str, str]:
    return {"encodingFormat": _FORMATS.get(PurePosixPath(path).suffix.lower(), "application/octet-stream")}


def _add_software(crate: ROCrate, address: str, version: str) -> Entity:
    name = address.partition("/")[2].partition("@")[0]
    properties = {"@type": "SoftwareApplication", "name": name, "version": version, "url": {"@id": address}}
    return crate.add(ContextEntity(crate, address, properties))


def _add_workflow(crate: ROCrate, version: str, software: list[Entity]) -> Entity:
    licence = crate.add(
        ContextEntity(crate, "https://spdx.org/licenses/MIT", {"@type": "CreativeWork", "name": "MIT License"})
    )
    properties = {
        "name": "claimcheck",
        "description": "The entry of the workflow. Its rules and library are those whose code has the digest in `version`.",
        "version": version,
        "license": licence,
        "softwareRequirements": software,
        **facts_of_file(SNAKEFILE),
        "encodingFormat": "text/plain",
        "conformsTo": {"@id": "https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE"},
    }
    place = SNAKEFILE.relative_to(RESULTS).as_posix()
    return crate.add_workflow(dest_path=place, properties=properties, main=True, lang="snakemake")


def _add_parameters(crate: ROCrate, workflow: Entity, files: Mapping[str, Entity | None], kind: str) -> None:
    """Name the files that a user of the workflow gives or asks for."""
    parameters = []
    for name, file in files.items():
        if file is not None:
            said = {"@type": "FormalParameter", "name": name, "additionalType": "File", "workExample": file}
            parameters.append(crate.add(ContextEntity(crate, f"#parameter-{name}", said)))
            file["exampleOfWork"] = parameters[-1]
    workflow[kind] = parameters
