"""Write the page of a study from its tables, its figures and its configuration."""

from dataclasses import replace
from pathlib import Path

from claimcheck.core.steps import step
from claimcheck.core.tables import read_table, write_text
from claimcheck.figures.claims_input import open_register
from claimcheck.page.claims import ClaimResults
from claimcheck.page.page import Results, render_page
from claimcheck.page.study_words import Study

# no input: in another clone it has another path, and the page would be written again
TEMPLATE = Path(__file__).resolve().parents[1] / "report" / "index.html.j2"


def main(
    *,
    samples: Path,
    gates: Path,
    genes: Path,
    summary: Path,
    size_factors: Path,
    outcomes: Path,
    composition: Path,
    design: Path,
    heterogeneity: Path,
    outlier_genes: Path,
    mapping: Path | None,
    reads: Path | None,
    set_tests: Path | None,
    sets: Path | None,
    claims: ClaimResults | None,
    configuration: Path,
    provenance: Path,
    figures: list[Path],
    page: Path,
    study: Study,
) -> None:
    """Read the tables, render the page and write it; tables that the study does not have are None."""
    considered = read_table(design)
    study = replace(study, formula=considered.loc[considered["chosen"], "formula"].iloc[0])
    results = Results(
        samples=read_table(samples),
        gates=read_table(gates),
        outcomes=read_table(outcomes),
        composition=read_table(composition),
        design=considered,
        heterogeneity=read_table(heterogeneity),
        outlier_genes=read_table(outlier_genes),
        genes=read_table(genes),
        summary=read_table(summary),
        size_factors=read_table(size_factors),
        mapping=read_table(mapping) if mapping else None,
        reads=read_table(reads) if reads else None,
        set_tests=read_table(set_tests).loc[lambda tests: tests["variant"] == "full"] if set_tests else None,
        sets=read_table(sets) if sets else None,
        configuration=configuration.read_text(encoding="utf-8"),
        provenance=read_table(provenance),
        claims=claims,
    )
    write_text(page, render_page(study, results, figures, TEMPLATE))


def read_claims(
    *,
    register: Path,
    collection: list[Path],
    verdicts: Path,
    robustness: Path,
    specifications: Path,
    vetoes: Path,
    artefacts: Path,
    controls: Path,
    set_tests: Path,
    gene_tests: Path,
    identification: Path,
    truth: Path | None,
) -> ClaimResults:
    """Read the register and the tables of the claims."""
    return ClaimResults(
        register=open_register(register, collection),
        verdicts=read_table(verdicts),
        robustness=read_table(robustness),
        specifications=read_table(specifications),
        vetoes=read_table(vetoes),
        artefacts=read_table(artefacts),
        controls=read_table(controls),
        set_tests=read_table(set_tests),
        gene_tests=read_table(gene_tests),
        identification=read_table(identification),
        truth=read_table(truth) if truth else None,
    )


if "snakemake" in globals():
    with step(snakemake.log[0]):
        main(
            samples=Path(snakemake.input.samples),
            gates=Path(snakemake.input.gates),
            genes=Path(snakemake.input.genes),
            summary=Path(snakemake.input.summary),
            size_factors=Path(snakemake.input.size_factors),
            outcomes=Path(snakemake.input.outcomes),
            composition=Path(snakemake.input.composition),
            design=Path(snakemake.input.design),
            heterogeneity=Path(snakemake.input.heterogeneity),
            outlier_genes=Path(snakemake.input.outlier_genes),
            mapping=Path(snakemake.input.mapping) if snakemake.input.mapping else None,
            reads=Path(snakemake.input.reads) if snakemake.input.reads else None,
            set_tests=Path(snakemake.input.set_tests) if snakemake.input.set_tests else None,
            sets=Path(snakemake.input.sets) if snakemake.input.sets else None,
            claims=read_claims(
                register=Path(snakemake.input.register),
                collection=[Path(table) for table in snakemake.input.collection],
                verdicts=Path(snakemake.input.verdicts),
                robustness=Path(snakemake.input.robustness),
                specifications=Path(snakemake.input.specifications),
                vetoes=Path(snakemake.input.vetoes),
                artefacts=Path(snakemake.input.artefacts),
                controls=Path(snakemake.input.controls),
                set_tests=Path(snakemake.input.claim_set_tests),
                gene_tests=Path(snakemake.input.gene_tests),
                identification=Path(snakemake.input.identification),
                truth=Path(snakemake.input.truth) if snakemake.input.truth else None,
            )
            if snakemake.input.register
            else None,
            configuration=Path(snakemake.input.configuration),
            provenance=Path(snakemake.input.provenance),
            figures=[Path(figure) for figure in snakemake.input.figures],
            page=Path(snakemake.output.page),
            study=Study(**snakemake.params.study),
        )
