"""What stands below and behind every figure of the page: what is drawn, from how many, tested how, called when."""

from dataclasses import dataclass, field

import pandas as pd

from claimcheck.figures.claims_captions import CLAIM_CAPTIONS
from claimcheck.figures.differential import N_LABELLED
from claimcheck.figures.gene_captions import GENE_CAPTIONS, kind_of_figure
from claimcheck.figures.quality_captions import QUALITY_CAPTIONS
from claimcheck.figures.set_captions import FAMILY_CAPTIONS, SET_CAPTIONS


@dataclass(frozen=True)
class Study:
    """What the page knows of a study besides its tables.

    Attributes:
        title: the study's name for its readers.
        accession: its accession, or "" where it has none.
        simulated: whether its data are simulated.
        start_from: "archive" or "counts".
        test: name of the test condition.
        reference: name of the reference condition.
        alpha: adjusted p below which a gene is called.
        formula: the model that was fitted.
        families: families of gene sets that are tested; none without gene sets.
        label_genes: ids of the genes of interest.
        gene_link: address of a gene's page, with {gene_id} for its id, or "none".
    """

    title: str
    accession: str
    simulated: bool
    start_from: str
    test: str
    reference: str
    alpha: float
    formula: str = "~ condition"
    families: list[str] = field(default_factory=list)
    label_genes: list[str] = field(default_factory=list)
    gene_link: str = "none"

    @property
    def direction(self) -> str:
        """The direction of every fold change, spelled out."""
        return f"log2 fold change, {self.test} / {self.reference}; positive = higher in {self.test}"


@dataclass(frozen=True)
class Calls:
    """How many genes were tested, called in either direction, or left without a p-value; and the group sizes."""

    n_genes: int
    n_without_p: int
    n_without_adjusted_p: int
    n_up: int
    n_down: int
    n_test: int
    n_reference: int

    @property
    def n_called(self) -> int:
        """Genes called in either direction."""
        return self.n_up + self.n_down


def count_calls(genes: pd.DataFrame, samples: pd.DataFrame, study: Study) -> Calls:
    """Count genes by their call and animals by their group.

    Args:
        genes: log2_fold_change, p_value, p_adjusted; a row a gene.
        samples: condition; a row an animal.
        study: names of the conditions, and alpha.
    """
    called = genes["p_adjusted"] < study.alpha
    return Calls(
        n_genes=len(genes),
        n_without_p=int(genes["p_value"].isna().sum()),
        n_without_adjusted_p=int((genes["p_adjusted"].isna() & genes["p_value"].notna()).sum()),
        n_up=int((called & (genes["log2_fold_change"] > 0)).sum()),
        n_down=int((called & (genes["log2_fold_change"] <= 0)).sum()),
        n_test=int((samples["condition"] == study.test).sum()),
        n_reference=int((samples["condition"] == study.reference).sum()),
    )


def describe_figure(name: str, study: Study, calls: Calls) -> tuple[str, str]:
    """Give the alternative text and the caption of a figure.

    Args:
        name: "mapping", "ma", "volcano", one of QUALITY_CAPTIONS, CLAIM_CAPTIONS or SET_CAPTIONS, or one of FAMILY_CAPTIONS or
            GENE_CAPTIONS followed by `_` and a family or what it is named.
        study: names, direction and alpha.
        calls: numbers of animals and genes.
    """
    animals = f"{calls.n_test} {study.test} and {calls.n_reference} {study.reference} animals"
    test = (
        f"Wald test of {study.test} against {study.reference}, {animals}, model {study.formula}; p adjusted over genes by "
        f"Benjamini and Hochberg; called below {study.alpha:g}. Direction: {study.direction}; not shrunken."
    )
    named = (
        f"Named: the {N_LABELLED} genes of largest absolute Wald statistic among those with a symbol, and in bold the genes of "
        "interest."
    )
    if name == "mapping":
        return (
            f"Dot plot: share of pseudoaligned fragments and number of fragments of {animals}, a point an animal.",
            f"Each point is one animal ({animals}). Left: share of fragments (read pairs, or single reads) that were "
            "pseudoaligned to the transcriptome. Right: fragments sequenced (open) and pseudoaligned (filled). "
            "Dashed: thresholds of the quality gates. No test.",
        )
    captions = QUALITY_CAPTIONS | CLAIM_CAPTIONS | SET_CAPTIONS
    if name in captions:
        return captions[name](animals, study.test, study.reference)
    if kind := kind_of_figure(name):
        return GENE_CAPTIONS[kind](animals, study.test, study.reference, name.removeprefix(f"{kind}_"))
    if name == "ma":
        return (
            f"Log2 fold change against mean count of {calls.n_genes:,} genes; {calls.n_up:,} are called higher in "
            f"{study.test}, {calls.n_down:,} higher in {study.reference}.",
            f"Each point is a gene (n = {calls.n_genes:,}). {test} {named} Triangles lie beyond the scale.",
        )
    if name == "volcano":
        return (
            f"Evidence against log2 fold change of {calls.n_genes - calls.n_without_p:,} genes, with the histogram of "
            f"their p-values; {calls.n_called:,} genes are called.",
            f"Each point is a gene with a p-value (n = {calls.n_genes - calls.n_without_p:,}). {test} {named} Triangles lie beyond "
            "the scale. The dashed "
            "line lies at the largest p of a called gene. Right: all unadjusted p-values; a flat histogram is what "
            "no difference looks like, a peak at 0 comes from genes that differ, any other shape is a warning. π0: estimated share "
            "of genes without a difference (Storey 2002, from the p-values above 0.5); 1 does not show that there are none.",
        )
    kind = next(kind for kind in FAMILY_CAPTIONS if name.startswith(f"{kind}_"))
    return FAMILY_CAPTIONS[kind](name.removeprefix(f"{kind}_"), animals, study.test, study.reference)
