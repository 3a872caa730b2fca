"""Decide every claim of the register, from counts, gates, composition and identity."""

from pathlib import Path
from typing import Any

import pandas as pd

from claimcheck.claims.artefacts import add_readouts
from claimcheck.claims.decide import EarlierResults
from claimcheck.claims.evaluate import evaluate
from claimcheck.claims.model import Register
from claimcheck.claims.register import deviations, read_register
from claimcheck.claims.resolve import planned_genes, planned_sets, read_reference, readout_genes
from claimcheck.claims.tests import Data
from claimcheck.core.steps import step
from claimcheck.core.tables import read_table, write_table
from claimcheck.deseq2.design import Design, read_model
from claimcheck.gene_sets.curated import MEMBER_COLUMNS, SET_COLUMNS, read_collection
from claimcheck.gene_sets.published.map import join_released
from claimcheck.qc.panels import select_genes
from claimcheck.quantification.genes import Annotation, folder_of, read_annotation

_NO_SETS, _NO_MEMBERS = pd.DataFrame(columns=list(SET_COLUMNS)), pd.DataFrame(columns=list(MEMBER_COLUMNS))


def main(
    *,
    claims: Path,
    curated: str,
    reference_expression: Path | None,
    annotation: Annotation,
    complete_annotation: bool,
    counts: Path,
    tpm: Path | None,
    model: Path,
    steps: Path,
    genes: Path,
    gates: Path,
    composition: Path,
    composition_groups: Path,
    outcomes: Path,
    outliers: Path,
    downloaded_sets: Path,
    downloaded_members: Path,
    groups: Design,
    configuration: dict[str, Any],
    outputs: dict[str, Path],
) -> None:
    """Read the results of the phases before, evaluate the register, and write its tables."""
    shipped = read_collection(Path(curated)) if curated != "none" else (_NO_SETS, _NO_MEMBERS)
    released = read_table(downloaded_sets), read_table(downloaded_members)
    sets, members = join_released(shipped, released)
    members = members[members["yielded_to"] == ""].drop(columns="yielded_to")
    symbols = dict(zip(annotation.genes["gene_id"], annotation.genes["symbol"], strict=True))
    register = read_register(claims, sets=sets, members=members, annotation=symbols if complete_annotation else None)
    sheet, design = read_model(model, steps, groups)
    counted = read_table(counts).set_index("gene_id")[list(sheet["sample"])]
    reference = read_reference(register, reference_expression)
    housekeeping = register.primary["negative_controls"].get("housekeeping")
    planned = planned_sets(register, sets, members, reference)
    looked_at = planned_genes(register)
    scores = read_table(composition).pivot(index="sample", columns="panel", values="score")
    differential = configuration["differential"]
    data = Data(
        counts=counted,
        samples=sheet,
        design=design,
        composition_genes=select_genes(
            differential["size_factors_without"],
            annotation.members,
            annotation.genes,
            where="config/config.yaml, differential.size_factors_without",
        )
        or frozenset(),
        panels=scores.reindex(sheet["sample"]),
        planned=add_readouts(planned, register, members, (housekeeping,) if housekeeping else ()),
        gene_ids=tuple(dict.fromkeys([*looked_at["gene_id"], *readout_genes(register)])),
        tests=register.tests,
        detected_counts=register.rules.detected_counts,
    )
    flagged = read_table(outliers)
    study = EarlierResults(
        genes=read_table(genes),
        tpm=read_table(tpm).set_index("gene_id") if tpm else None,
        gates=read_table(gates),
        composition=read_table(composition_groups),
        outcomes=read_table(outcomes),
        outliers=tuple(flagged.loc[flagged["flagged"], "sample"]),
        min_count=differential["min_count"],
        min_residual_df=configuration["design"]["min_residual_df"],
        available=tuple(sets["set"]),
    )
    tables = evaluate(register, data, study)
    tables["register"] = describe(register, configuration)
    for name, path in outputs.items():
        write_table(tables[name], path)


def describe(register: Register, configuration: dict[str, Any]) -> pd.DataFrame:
    """List what identifies a register, what it takes out of sets, and every key in which the configuration deviates from it.

    Returns:
        key, value, note.
    """
    rows = [
        ("title", register.title, ""),
        ("publication", register.publication, ""),
        ("digest", register.digest, "SHA-256 of the content"),
        ("file_digest", register.file_digest, "SHA-256 of the file"),
        ("n_claims", str(len(register.claims)), ""),
        ("n_confirmatory", str(len(register.confirmatory)), "claims whose p-values are adjusted together"),
    ]
    for removal in register.primary["removed"]:
        places = [*removal.get("families", ()), *removal.get("sets", ())]
        what = f"{', '.join(removal['genes'].values())} from {', '.join(places) or 'every set'}"
        rows.append(("removed", what, removal["why"]))
    rows += [("optional set", name, source) for name, source in register.primary["optional_sets"].items()]
    rows += [
        (f"deviation: {key}", str(found), f"the primary analysis has {registered}")
        for key, (registered, found) in deviations(register, configuration).items()
    ]
    return pd.DataFrame(rows, columns=["key", "value", "note"])


if "snakemake" in globals():
    with step(snakemake.log[0]):
        main(
            claims=Path(snakemake.input.claims),
            curated=folder_of(snakemake.input.gene_sets),
            reference_expression=Path(snakemake.input.reference) if snakemake.input.reference else None,
            annotation=read_annotation(
                Path(snakemake.input.transcripts) if snakemake.input.transcripts else None,
                folder_of(snakemake.input.gene_sets),
            ),
            complete_annotation=snakemake.params.complete_reference,
            counts=Path(snakemake.input.counts),
            tpm=Path(snakemake.input.tpm) if snakemake.input.tpm else None,
            model=Path(snakemake.input.model),
            steps=Path(snakemake.input.design),
            genes=Path(snakemake.input.genes),
            gates=Path(snakemake.input.gates),
            composition=Path(snakemake.input.composition),
            composition_groups=Path(snakemake.input.composition_groups),
            outcomes=Path(snakemake.input.outcomes),
            outliers=Path(snakemake.input.outliers),
            downloaded_sets=Path(snakemake.input.downloaded[0]),
            downloaded_members=Path(snakemake.input.downloaded[1]),
            groups=Design(snakemake.params.test, snakemake.params.reference),
            configuration=snakemake.params.configuration,
            outputs={name: Path(path) for name, path in snakemake.output.items()},
        )
