"""What the page knows of a study besides its tables, and how many genes and animals its words speak of."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from claimcheck.core.effect_words import EffectWords, words_of
from claimcheck.sourcing.vocabulary import make_vocabulary

HUMAN = 9606
"""NCBI's taxonomy id."""


@dataclass(frozen=True)
class Study:
    """What the page knows of a study besides its tables.

    Attributes:
        title: the study's name for its readers.
        accession: its accession, or "" where it has none.
        simulated: whether its data are simulated.
        start_from: "archive", "transcripts" or "counts".
        test: name of the test condition.
        reference: name of the reference condition.
        alpha: adjusted p below which a gene is called.
        formula: the model that was fitted.
        families: families of gene sets that are tested; none without gene sets.
        label_genes: ids of the genes of interest.
        quantifier: where the study starts from transcripts, what made them: "kallisto" or "salmon".
        gene_link: address of a gene's page, with {gene_id} for its id, or "none".
        subjects: what the samples come from, the page's word for them: a plural in `s`, from `subjects_of`.
        interaction: factor, test and reference of a second factor, where what is tested is the difference between its levels.
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
    quantifier: str = ""
    gene_link: str = "none"
    subjects: str = "animals"
    interaction: Mapping[str, str] | None = None

    @property
    def subject(self) -> str:
        """One of `subjects`."""
        return self.subjects.removesuffix("s")

    @property
    def direction(self) -> str:
        """The direction of every fold change, spelled out."""
        return f"log2 fold change, {self.ratio}; positive = higher in {self.effect.up}"

    @property
    def effect(self) -> EffectWords:
        """What a positive effect is higher in, and what it is compared with."""
        return words_of(self.test, self.reference, self.interaction)

    @property
    def ratio(self) -> str:
        """What log2 effects are of."""
        return f"{self.effect.up} / {self.effect.down}"

    @property
    def explained(self) -> str:
        """Say in sentences what the effects of an interaction are, or nothing."""
        if not self.interaction:
            return ""
        second, (up, down) = self.interaction, self.effect
        return (
            f"This page tests an interaction: whether {self.test} and {self.reference} differ otherwise in {second['factor']} "
            f"{second['test']} than in {second['factor']} {second['reference']}. A response is the log2 fold change {self.test} / "
            f"{self.reference} within one of them, and every effect, verdict and p-value is about a difference of differences: the "
            f"{up} minus the {down}. A claim that something is higher is read as: higher in the {up}. Quality, composition "
            "and identity compare the two groups as they are; whether a gene is deleted is not asked."
        )


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


def subjects_of(stated: str, tax_id: int, gene_ids: Iterable[str], samples: pd.DataFrame) -> str:
    """Say what the samples of a study come from.

    Args:
        stated: study.subjects of the configuration.
        tax_id: study.tax_id; a study of counts may leave it at its default.
        gene_ids: the tested genes.
        samples: the sample sheet.

    Returns:
        What is stated; else samples if a column, such as donor, says that several are of one; else donors if the organism, or the
        genes that Ensembl numbers, are human, and animals of all others.
    """
    if stated != "auto":
        return stated
    known = make_vocabulary([])
    of_one = [name for name in samples if known.field_meaning(str(name)) == "animal"]
    if any(samples[name][samples[name].astype(str) != ""].duplicated().any() for name in of_one):
        return "samples"
    numbered = [gene for gene in gene_ids if re.fullmatch(r"ENS[A-Z]*G\d{11}", gene)]
    is_human = bool(numbered) and all(gene.startswith("ENSG") for gene in numbered)
    return "donors" if is_human or tax_id == HUMAN else "animals"


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
