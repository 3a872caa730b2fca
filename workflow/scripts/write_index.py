"""Write the page over all comparisons of a study."""

from pathlib import Path

from claimcheck.core.steps import run
from claimcheck.core.tables import read_table, write_text
from claimcheck.page.comparisons import write_index

# no input: in another clone it has another path, and the page would be written again
TEMPLATE = Path(__file__).resolve().parents[1] / "report" / "comparisons.html.j2"


def main(*, comparisons: Path, verdicts: Path, title: str, accession: str, output: Path) -> None:
    """Write the page, which links to those of the comparisons."""
    text = write_index(
        read_table(comparisons), read_table(verdicts), title=title, accession=accession, template=TEMPLATE
    )
    write_text(output, text)


run(main)
