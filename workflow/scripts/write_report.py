"""Write the page of a study from its tables, its figures and its configuration."""

from dataclasses import replace
from pathlib import Path

from claimcheck.core.steps import run
from claimcheck.core.tables import write_text
from claimcheck.page.inputs import ClaimFiles, ResultFiles, read_results
from claimcheck.page.page import render_page
from claimcheck.page.study_words import Study, subjects_of

# no input: in another clone it has another path, and the page would be written again
TEMPLATE = Path(__file__).resolve().parents[1] / "report" / "index.html.j2"


def main(
    *,
    files: ResultFiles,
    claims: ClaimFiles | None,
    figures: list[Path],
    drawn: list[Path],
    page: Path,
    study: Study,
    tax_id: int,
) -> None:
    """Read the tables, render the page and write it; it links to the files of `drawn`, which have to be there."""
    results = read_results(files, claims)
    subjects = subjects_of(study.subjects, tax_id, results.genes["gene_id"])
    formula = results.design.loc[results.design["chosen"], "formula"].iloc[0]
    write_text(page, render_page(replace(study, formula=formula, subjects=subjects), results, figures, TEMPLATE))


run(main)
