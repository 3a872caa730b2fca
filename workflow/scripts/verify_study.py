"""Compare a finished study with a manifest, its own or another run's; nothing is made again."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from claimcheck.core.errors import StudyError
from claimcheck.core.ledger import read_record
from claimcheck.core.nested import run_nested
from claimcheck.core.steps import run
from claimcheck.core.tables import listed
from claimcheck.provenance.comparison import (
    compare_chain,
    compare_claims,
    compare_configuration,
    compare_inputs,
    compare_results,
    compare_software,
)
from claimcheck.provenance.crate_facts import compare_crate
from claimcheck.provenance.inputs import package_versions, quantifier_versions
from claimcheck.provenance.manifest import plain, read_manifest


def main(
    *,
    manifest: Path,
    configuration: dict[str, Any],
    claims: Path | None,
    workflow: Mapping[str, str],
    pinned: Mapping[str, str],
    by_conda: bool,
    comparisons: Sequence[str] = (),
) -> None:
    """Print that the study is the manifest's, or stop with all differences.

    Each of the comparisons is compared with its own manifest, whose checksum stands in a result of the whole study.
    """
    stated = read_manifest(manifest)
    run_infos = sorted(Path("results/quantification").glob("*/run_info.json"))
    versions = package_versions(pinned, by_conda=by_conda)
    changed_inputs, absent = compare_inputs(stated)
    changed_results = compare_results(stated) + ([] if comparisons else compare_crate())
    differences = [
        *changed_results,
        *changed_inputs,
        *compare_chain(stated, changed_results + changed_inputs),
        *compare_configuration(stated, plain(configuration)),
        *compare_claims(stated, claims),
        *compare_software(stated, {**versions, **quantifier_versions(run_infos), **workflow}),
    ]
    for name in comparisons:
        problem = run_nested(name, Path("logs/verify") / f"{name}.log", ["--cores", "1", "verify"])
        differences += [f"comparison {name}: {line.strip()}" for line in problem.splitlines() if line.strip()]
    inputs, outputs = stated["study"]["inputs"], stated["study"]["outputs"]
    unrecorded = [name for name in outputs if read_record(name) is None]
    if absent:
        print(f"\nNot here, so not compared: {listed(absent)}")
    if unrecorded:
        print(f"\nWithout a record of the step that made it, so not followed to its inputs: {listed(unrecorded)}")
    if differences:
        count = f"{len(differences)} difference{'s' if len(differences) > 1 else ''}"
        verdict = (
            f"this study is not the one of {manifest}"
            if changed_results
            else f"all {len(outputs)} files of results are the same as those of {manifest}, but not all that they were made from"
        )
        raise StudyError(
            f"{verdict}: {count}",
            details=differences,
            where=f"{Path.cwd()}, {len(outputs)} results and {len(inputs) - len(absent)} inputs compared",
            expected=f"the bytes, configuration, claims and versions of {manifest}",
            remedy="start the study again: what is no longer as it was made is made anew; with the manifest's configuration, "
            "claims and versions it should come out the same",
        )
    witnesses = f"{manifest} says" if comparisons else f"{manifest} and the RO-Crate say"
    print(
        f"\nidentical: {len(outputs)} files of results, {len(inputs) - len(absent)} inputs, "
        f"configuration, claims and {len(stated['study']['software'])} versions, as {witnesses}; "
        f"{len(outputs) - len(unrecorded)} followed from what they were made from"
        + f"; so is each of {len(comparisons)} comparisons, as its own manifest says" * bool(comparisons)
        + "\n"
    )


run(main)
