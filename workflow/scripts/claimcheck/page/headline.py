"""What a reader in a hurry needs: which paper, which data, what came out, and the one thing to know before believing it."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from claimcheck.claims.model import Register
from claimcheck.core.tables import listed
from claimcheck.figures.claims import MARKS, in_reading_order
from claimcheck.page.claims import ClaimsView
from claimcheck.page.published import PublishedView
from claimcheck.page.study_words import Study

_SEXES = ("female", "male")
_ALIKE = {1: "", 2: "both "}
"""What is said before a verdict that so many claims share."""


@dataclass(frozen=True)
class Headline:
    """The first lines of the page.

    Attributes:
        groups: how many of each group, by sex, test group first.
        tissue: of the samples, or "".
        answer: sentences made from the verdicts.
    """

    groups: str
    tissue: str
    answer: list[str]


def make_headline(
    samples: pd.DataFrame, verdicts: pd.DataFrame | None, register: Register | None, study: Study
) -> Headline:
    """Put together the first lines.

    Args:
        samples: condition, and sex and tissue where they are known; a row a sample.
        verdicts: results/claims/verdicts.tsv, None without claims.
        register: the claims register, None without claims.
        study: names of the conditions.
    """
    stated = samples.reindex(columns=["condition", "sex", "tissue"]).fillna("")
    tissues = sorted(set(stated["tissue"].astype(str)) - {""})
    groups = " and ".join(_group(stated, name) for name in (study.test, study.reference))
    if study.interaction:
        cells = samples[study.interaction["factor"]] + " " + samples["condition"]
        groups += f": {', '.join(f'{number} {name}' for name, number in cells.value_counts(sort=False).items())}"
    if verdicts is None or register is None:
        return Headline(groups, listed(tissues), [])
    own = verdicts[verdicts["claim"].isin(register.confirmatory)]
    kinds = own["verdict"].astype(str).map(lambda verdict: verdict.partition(" (")[0])
    found = {str(kind): int(n) for kind, n in kinds.value_counts().items()}
    n_untestable = int((verdicts["kind"] == "not_testable").sum())
    names = [name for name in (*MARKS, *sorted(set(found) - set(MARKS))) if name in found]
    return Headline(
        groups, listed(tissues), _answer(own, register, {name: found[name] for name in names}, n_untestable)
    )


@dataclass(frozen=True)
class Caution:
    """The one thing to know before believing the answer, and the section that says more."""

    text: str
    place: str
    serious: bool = True


def find_cautions(
    claims: ClaimsView | None, gates: pd.DataFrame, published: PublishedView | None = None
) -> list[Caution]:
    """List what weighs on every verdict: premises that are not established, a pattern that something else makes, failed checks.

    Args:
        claims: what the page says of claims.
        gates: status; a row a check.
        published: how the paper's own fold changes go with these; None where the study names none.

    Returns:
        Where nothing does, at most one: a deviation from the register, or warnings of checks.
    """
    n_failed, n_warned = (int((gates["status"] == status).sum()) for status in ("fail", "warn"))
    found = [Caution(words, "identity") for words in claims.banners] if claims else []
    if claims and claims.pattern and claims.pattern.warning:
        found.append(Caution(claims.pattern.warning.rstrip(".") + ".", "pattern"))
    if published and published.warning:
        found.append(Caution("The paper’s own fold changes have the opposite sign of these, as a rule.", "published"))
    if n_failed:
        verb = "was" if n_failed == 1 else "were"
        found.append(Caution(f"{n_failed} of {len(gates)} quality checks failed and {verb} accepted.", "quality"))
    if not found and claims and claims.deviations:
        found.append(Caution("The analysis is not the registered one.", "claims"))
    if not found and n_warned:
        found.append(
            Caution(f"All {len(gates)} quality checks passed, {n_warned} with a warning.", "quality", serious=False)
        )
    return found


def _group(samples: pd.DataFrame, name: str) -> str:
    own = samples[samples["condition"] == name]
    sexes = own["sex"].astype(str)
    parts = [f"{n} {sex}" for sex in _SEXES if (n := int((sexes == sex).sum()))]
    unknown = int((~sexes.isin(_SEXES)).sum())
    if parts and unknown:
        parts.append(f"{unknown} of unknown sex")
    return f"{len(own)} {name}" + (f" ({', '.join(parts)})" if parts else "")


def _answer(own: pd.DataFrame, register: Register, found: Mapping[str, int], n_untestable: int) -> list[str]:
    """Say how many claims have which verdict, what nobody can test by RNA, and what the claims got that the register puts first."""
    if own.empty:
        return ["The register holds no claim that a verdict could be given on."]
    parts = [f"{n} {'is' if n == 1 else 'are'} {name}" for name, n in found.items()]
    told = " and ".join(part for part in (", ".join(parts[:-1]), parts[-1]) if part)
    alike = len(found) == 1 < len(own)
    sentences = [f"All {len(own)} claims are {next(iter(found))}." if alike else f"Of {len(own)} claims, {told}."]
    untested = list(own.loc[own["p_value"].isna(), "claim"])
    if untested:
        sentences[0] = sentences[0].removesuffix(".") + f"; not tested: {listed(untested, most=len(untested))}."
    leading = in_reading_order(own[own["claim"].isin(register.lead)], register.lead)
    if len(leading):
        named = [
            f"{'; '.join(map(_bare, rows['statement']))} ({_ALIKE.get(len(rows), 'all ')}{verdict})"
            for verdict, rows in leading.groupby("verdict", sort=False)
        ]
        sentences.append(f"Those that the register puts first: {'; '.join(named)}.")
    if n_untestable:
        further = "1 further statement" if n_untestable == 1 else f"{n_untestable} further statements"
        sentences.append(f"RNA cannot test {further} of the abstract at all.")
    return sentences


def _bare(statement: str) -> str:
    text = statement.rstrip(".?")
    return text[:1].lower() + text[1:] if text.startswith(("The ", "A ", "An ")) else text
