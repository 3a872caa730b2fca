"""The fold changes of named genes in one forest, group by group."""

import pandas as pd
from matplotlib.figure import Figure

from claimcheck.claims.model import Register
from claimcheck.figures.forest import MOST_ROWS, ROW_COLUMNS, Section, draw_forest
from claimcheck.figures.named import genes_of_figure, standards_of

FOREST_COLUMNS = ("panel", "gene_id", *ROW_COLUMNS)


def gene_rows(genes: pd.DataFrame) -> pd.DataFrame:
    """Turn named genes into rows of a forest, whose columns panel, part and gene_id stay."""
    return genes.assign(
        label=genes["symbol"].where(genes["symbol"] != "", genes["gene_id"]),
        kind="gene",
        effect=genes["log2_fold_change"],
        mde=genes["minimum_detectable_effect"],
    )[["panel", "part", "gene_id", *ROW_COLUMNS]]


def draw_gene_forest(genes: pd.DataFrame, *, test: str, reference: str, simulated: bool) -> tuple[Figure, pd.DataFrame]:
    """Draw fold change, 95 % interval, smallest effect of interest and minimum detectable effect of every gene.

    Args:
        genes: from `named.genes_of_figure`, at least one row; a gene of several panels stands in the first.
        test: name of the test condition.
        reference: name of the reference condition.
        simulated: whether the study's data are simulated.

    Returns:
        The figure, and a row a gene with the columns FOREST_COLUMNS.
    """
    rows = gene_rows(genes.drop_duplicates("gene_id")).assign(left_out=False)
    sections, parts = [], []
    for panel, part in rows.groupby("panel", sort=False):
        shown = part.head(MOST_ROWS)
        rest = f"the first {len(shown)} of {len(part)} genes" if len(shown) < len(part) else ""
        sections.append(Section(str(panel), rest, shown))
        parts.append(shown)
    figure = draw_forest(sections, test=test, reference=reference, simulated=simulated)
    return figure, pd.concat(parts, ignore_index=True)[list(FOREST_COLUMNS)]


def draw_forest_of_genes(
    genes: pd.DataFrame,
    register: Register | None,
    *,
    figure: str,
    detected_counts: float,
    test: str,
    reference: str,
    simulated: bool,
) -> tuple[Figure, pd.DataFrame]:
    """Draw the forest of the genes that a figure names in results/differential/named_genes.tsv, by the register's standards."""
    named = genes_of_figure(genes, figure, standards_of(register, detected_counts))
    return draw_gene_forest(named, test=test, reference=reference, simulated=simulated)
