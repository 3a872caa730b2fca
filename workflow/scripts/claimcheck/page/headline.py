"""What a reader in a hurry needs: which paper, which data, what came out, and the one thing to know before believing it."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from claimcheck.claims.model import Register
from claimcheck.core.tables import listed
from claimcheck.figures.claims import MARKS, in_reading_order
from claimcheck.page.claims import ClaimsView
from claimcheck.page.study_words import Study

_SEXES = ("female", "male")


@dataclass(frozen=True)
class Headline:
    """The first lines of the page.

    Attributes:
        groups: how many of each group, by sex, test group first.
        tissue: of the samples, or "".
        answer: sentences made from the verdicts.
        counts: verdict and number of claims with it, in the order of MARKS.
    """

    groups: str
    tissue: str
    answer: list[str]
    counts: list[tuple[str, str, int]]


def make_headline(
    samples: pd.DataFrame, verdicts: pd.DataFrame | None, register: Register | None, study: Study
) -> Headline:
    """Put together the first lines.

    Args:
        samples: condition, sex, tissue; a row a sample.
        verdicts: results/claims/verdicts.tsv, None without claims.
        register: the claims register, None without claims.
        study: names of the conditions.
    """
    groups = " and ".join(f"{_group(samples, name)}" for name in (study.test, study.reference))
    tissues = sorted({str(tissue) for tissue in samples["tissue"].dropna() if str(tissue)})
    if verdicts is None or register is None:
        return Headline(groups, listed(tissues), [], [])
    own = verdicts[verdicts["claim"].isin(register.confirmatory)]
    kinds = own["verdict"].str.partition(" (")[0]
    found = {str(kind): int(n) for kind, n in kinds.value_counts().items()}
    names = [name for name in (*MARKS, *sorted(set(found) - set(MARKS))) if name in found]
    counts = [(MARKS.get(name, "●"), name, found[name]) for name in names]
    return Headline(groups, listed(tissues), _answer(own.assign(kind=kinds), register, dict(found)), counts)


@dataclass(frozen=True)
class Caution:
    """The one thing to know before believing the answer, and the section that says more."""

    text: str
    place: str


def find_warning(claims: ClaimsView | None, gates: pd.DataFrame) -> Caution | None:
    """Choose what weighs most: a premise that is not established, a pattern that something else makes, a check that failed.

    Args:
        claims: what the page says of claims.
        gates: status; a row a check.
    """
    if claims and claims.banners:
        return Caution(claims.banners[0][1], "identity")
    if claims and claims.pattern and claims.pattern.warning:
        return Caution(claims.pattern.warning, "pattern")
    n_failed, n_warned = (int((gates["status"] == status).sum()) for status in ("fail", "warn"))
    if n_failed:
        verb = "was" if n_failed == 1 else "were"
        return Caution(f"{n_failed} of {len(gates)} quality checks failed and {verb} accepted.", "quality")
    if claims and claims.deviations:
        return Caution("The analysis is not the registered one.", "claims")
    if n_warned:
        return Caution(f"All {len(gates)} quality checks passed, {n_warned} with a warning.", "quality")
    return None


def _group(samples: pd.DataFrame, name: str) -> str:
    own = samples[samples["condition"] == name]
    sexes = own["sex"].fillna("").astype(str)
    parts = [f"{n} {sex}" for sex in _SEXES if (n := int((sexes == sex).sum()))]
    unknown = int((~sexes.isin(_SEXES)).sum())
    if parts and unknown:
        parts.append(f"{unknown} of unknown sex")
    return f"{len(own)} {name}" + (f" ({', '.join(parts)})" if parts else "")


def _answer(own: pd.DataFrame, register: Register, found: Mapping[str, int]) -> list[str]:
    """Say in two sentences how many claims have which verdict, and which those are that the register puts first."""
    if own.empty:
        return ["The register holds no claim that a verdict could be given on."]
    total = len(own)
    parts = [f"{n} {'is' if n == 1 else 'are'} {name}" for name, n in found.items()]
    sentences = [f"Of {total} claims {listed(parts, most=len(parts))}."]
    leading = in_reading_order(own[own["claim"].isin(register.lead)], register.lead)
    if len(leading):
        told = [
            f"{_bare(statement)} ({verdict})"
            for statement, verdict in leading[["statement", "verdict"]].itertuples(index=False, name=None)
        ]
        sentences.append(f"Those that the register puts first: {'; '.join(told)}.")
    return sentences


def _bare(statement: str) -> str:
    text = statement.rstrip(".?")
    return text[:1].lower() + text[1:] if text.startswith(("The ", "A ", "An ")) else text
