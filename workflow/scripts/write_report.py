"""Write the page of a study from its tables, its figures and its configuration."""

from dataclasses import is_dataclass, replace
from pathlib import Path
from typing import Any

from claimcheck.core.steps import run
from claimcheck.core.tables import write_text
from claimcheck.page.bundle import write_bundle
from claimcheck.page.inputs import ClaimFiles, ResultFiles, read_results
from claimcheck.page.page import make_reviews, prepare_page
from claimcheck.page.study_words import Study, subjects_of

# no input: in another clone it has another path, and the page would be written again
TEMPLATE = Path(__file__).resolve().parents[1] / "report" / "index.html.j2"


def main(
    *,
    files: ResultFiles,
    claims: ClaimFiles | None,
    figures: list[Path],
    drawn: list[Path],
    study: Study,
    tax_id: int,
    page: Path,
    reviews: Path | None,
    bundle: Path,
) -> None:
    """Read the tables, and write the page alone, the verdicts for programs, and the page with all that it links to."""
    results = read_results(files, claims)
    subjects = subjects_of(study.subjects, tax_id, results.genes["gene_id"], results.samples)
    formula = results.design.loc[results.design["chosen"], "formula"].iloc[0]
    study = replace(study, formula=formula, subjects=subjects)
    write = prepare_page(study, results, figures, TEMPLATE)
    write_text(page, write(False))
    inside: dict[str, Path | str] = {str(path): path for path in _results([files, claims, figures, drawn])}
    inside[str(page)] = write(True)
    if reviews:
        inside[str(reviews)] = make_reviews(results, study)
        write_text(reviews, str(inside[str(reviews)]))
    write_bundle(bundle, inside)


def _results(parts: list[Any]) -> list[Path]:
    """List the results among the files of all kinds that a step is given."""
    found = []
    for part in parts:
        if is_dataclass(part):
            found += _results(list(vars(part).values()))
        elif isinstance(part, list):
            found += _results(part)
        elif isinstance(part, Path) and part.parts[:1] == ("results",):
            found.append(part)
    return found


run(main)
