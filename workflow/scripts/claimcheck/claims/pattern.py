"""Whole explanations weighed against each other by the pattern of all readouts together; no verdict rests on it.

The vector of the readouts' differences d between the groups is compared with what each explanation predicts. An explanation names a
direction v; its size s is unknown and has a heavy-tailed prior (log2 s is Student's t, cut off at both ends, integrated on a grid).
Readouts deviate from the direction independently, by a share of their predicted change and by a share of the root mean square of
all. Where two are at work, their parts add up:

    d | s ~ t(location = sum s v, scale = N + diag(sum s^2 w^2), df)

N is what differs between groups of such animals when nothing else does, by chance (1/n + 1/n of the covariance between animals) and
for reasons that a group's animals share, such as cage or day (a share of it that does not shrink with n). The covariance is
inverse-Wishart, its prior that of reference animals and of counting, updated by the study's own residuals, so that d is
multivariate t (Gelman et al. 2013, Bayesian Data Analysis, 3.6); that the deviations share its tails is an approximation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import gammaln, logsumexp, polygamma
from scipy.stats import t as student

from claimcheck.claims.artefacts import READOUT
from claimcheck.claims.model import Register
from claimcheck.core.errors import StudyError
from claimcheck.core.tables import listed
from claimcheck.deseq2.levels import PRIOR_COUNT
from claimcheck.gene_sets.comparison import Comparison
from claimcheck.gene_sets.tests.limma import Floats
from claimcheck.gene_sets.variation import FACTORS

PATTERN_COLUMNS = (
    "explanation",
    "claimed",
    "prior",
    "log10_bayes_factor",
    "posterior",
    "best_size",
    "best_size_of_other",
)
READOUT_COLUMNS = ("explanation", "readout", "looked_at", "effect", "se", "predicted")
TOGETHER = " and "
"""Between the names of two explanations that are at work together."""


@dataclass(frozen=True)
class Observed:
    """Differences of the readouts between the groups, and how they vary when nothing differs.

    Attributes:
        readouts: names of those that were measured.
        effect: log2 test / reference, (readouts,).
        scale: scale matrix of the multivariate t, readouts x readouts.
        df: its degrees of freedom.
    """

    readouts: tuple[str, ...]
    effect: Floats
    scale: Floats
    df: float


@dataclass(frozen=True)
class Part:
    """What one cause does at size 1: change of each readout and the SD of its own deviation, both log2, (readouts,)."""

    change: Floats
    deviation: Floats


@dataclass(frozen=True)
class Explanation:
    """One cause, several at work together, or none; `claimed`: what is claimed is among them."""

    name: str
    prior: float
    parts: tuple[Part, ...]
    claimed: bool


def weigh_pattern(
    register: Register, planned: pd.DataFrame, comparison: Comparison, variation: pd.DataFrame | None
) -> dict[str, pd.DataFrame]:
    """Weigh the explanations of the register.

    Args:
        register: the claims register; without `artefacts.pattern` nothing is weighed.
        planned: from `artefacts.add_readouts`.
        comparison: of the primary analysis.
        variation: from `variation.read_variation`; without it nothing is weighed.

    Returns:
        pattern: a row an explanation, columns PATTERN_COLUMNS, the likeliest first; Bayes factors against the claimed one alone.
        pattern_readouts: a row an explanation and readout, columns READOUT_COLUMNS, in the same order; predicted at the best size.
        Both without rows where nothing is weighed.

    Raises:
        StudyError: a readout is a slope on a column that `variation` lacks.
    """
    empty = {
        "pattern": pd.DataFrame(columns=list(PATTERN_COLUMNS)),
        "pattern_readouts": pd.DataFrame(columns=list(READOUT_COLUMNS)),
    }
    if variation is None or "pattern" not in register.artefacts:
        return empty
    observed = observe(register, planned, comparison, variation)
    if not observed.readouts:
        return empty
    rules = register.artefacts["pattern"]
    explanations = list_explanations(register.artefacts, observed.readouts)
    table, predicted = weigh(observed, explanations, rules["size"])
    looked_at = [_looked_at(register.artefacts["readouts"][name]) for name in observed.readouts]
    rows = pd.concat(
        pd.DataFrame(
            {
                "explanation": name,
                "readout": observed.readouts,
                "looked_at": looked_at,
                "effect": observed.effect,
                "se": np.sqrt(np.diag(observed.scale)),
                "predicted": predicted[name],
            }
        )
        for name in table["explanation"]
    )
    return {"pattern": table, "pattern_readouts": rows.reset_index(drop=True)}


def observe(register: Register, planned: pd.DataFrame, comparison: Comparison, variation: pd.DataFrame) -> Observed:
    """Measure the readouts that are weighed: all but those of premises, which hold whatever the explanation.

    Args:
        register, planned, comparison, variation: as of `weigh_pattern`.
    """
    genes = comparison.counts.index.intersection(variation.index)
    known = variation.loc[genes]
    rows = comparison.counts.index.get_indexer(genes)
    weights = {}
    for name, readout in weighed_readouts(register).items():
        own = _weights(readout, planned, known)
        if own.any():
            weights[name] = own
    if not weights:
        return Observed((), np.zeros(0), np.zeros((0, 0)), 0.0)
    matrix = np.array(list(weights.values()))
    levels = matrix @ comparison.values[rows]
    design = comparison.design_matrix
    coefficients = np.linalg.lstsq(design, levels.T, rcond=None)[0]
    residuals = levels.T - design @ coefficients
    df_residual = design.shape[0] - design.shape[1]
    mean_count = comparison.normalised_counts[rows].mean(axis=1)
    reference = matrix @ known[FACTORS].to_numpy()
    own_variance = polygamma(1, 1 / known["dispersion"].to_numpy()) + mean_count / (mean_count + PRIOR_COUNT) ** 2
    rules = register.artefacts["pattern"]
    weight = rules["reference_animals"]
    prior = rules["inflation"] * (reference @ reference.T + (matrix * own_variance) @ matrix.T / np.log(2) ** 2)
    df = weight + 2 + df_residual
    between_animals = (weight * prior + residuals.T @ residuals) / df
    share = np.linalg.inv(design.T @ design)[-1, -1] + rules["between_groups"]
    return Observed(tuple(weights), coefficients[-1], share * between_animals, float(df))


def weighed_readouts(register: Register) -> dict[str, Mapping[str, Any]]:
    """Return the readouts whose claim, if there is one, is no premise."""
    return {
        name: readout
        for name, readout in register.artefacts["readouts"].items()
        if "claim" not in readout or register.claims[readout["claim"]].kind != "quality"
    }


def list_explanations(artefacts: Mapping[str, Any], readouts: Sequence[str]) -> list[Explanation]:
    """List the explanations: those of the register, what it claims together with each artefact, and none of these.

    The claimed explanation, alone or not, has the prior probability that the register states; the others share the rest.

    Args:
        artefacts: the register's section.
        readouts: names of those that were measured.
    """
    rules = artefacts["pattern"]
    parts = {world["name"]: _part(world["predicts"], readouts, rules["deviation"]) for world in artefacts["worlds"]}
    causes = {name: (part,) if part.change.any() else () for name, part in parts.items()}
    claimed = next(world["name"] for world in artefacts["worlds"] if world["claimed"])
    others = {world["name"]: world.get("prior", 1.0) for world in artefacts["worlds"] if not world["claimed"]}
    mixed = [name for name in others if causes[name]]
    unknown = rules["unknown"]
    causes[unknown["name"]] = (Part(np.zeros(len(readouts)), np.full(len(readouts), float(unknown["deviation"]))),)
    others[unknown["name"]] = unknown["prior"]
    together = rules["together"] if mixed else 0.0
    rest = (1 - rules["prior"]) / sum(others.values())
    return [
        Explanation(claimed, rules["prior"] * (1 - together), causes[claimed], True),
        *(
            Explanation(
                f"{claimed}{TOGETHER}{name}",
                rules["prior"] * together / len(mixed),
                causes[claimed] + causes[name],
                True,
            )
            for name in mixed
        ),
        *(Explanation(name, rest * prior, causes[name], False) for name, prior in others.items()),
    ]


def weigh(
    observed: Observed, explanations: Sequence[Explanation], size: Mapping[str, float]
) -> tuple[pd.DataFrame, dict[str, Floats]]:
    """Compute how likely each explanation is, and what it predicts at its best size.

    Args:
        observed: differences between the groups.
        explanations: from `list_explanations`, the claimed one first.
        size: df, doublings (scale of log2 size), least, most, points.

    Returns:
        As `pattern` of `weigh_pattern`; predicted changes by explanation, (readouts,), NaN of one that names no direction.
    """
    sizes, log_prior = size_grid(size)
    evidence, best, predicted = [], [], {}
    for one in explanations:
        chosen = np.array(list(product(range(len(sizes)), repeat=len(one.parts))), dtype=int)
        drawn = sizes[chosen].reshape(len(chosen), len(one.parts))
        change = drawn @ np.array([part.change for part in one.parts]).reshape(-1, len(observed.effect))
        spread = drawn**2 @ np.array([part.deviation**2 for part in one.parts]).reshape(-1, len(observed.effect))
        terms = log_likelihood(observed, change, spread) + log_prior[chosen].reshape(len(chosen), -1).sum(axis=1)
        top = int(terms.argmax())
        evidence.append(logsumexp(terms))
        best.append([*drawn[top], np.nan, np.nan][:2])
        directed = not one.parts or any(part.change.any() for part in one.parts)
        predicted[one.name] = change[top] if directed else np.full_like(change[top], np.nan)
    logs = np.array(evidence)
    joint = logs + np.log([one.prior for one in explanations])
    table = pd.DataFrame(
        {
            "explanation": [one.name for one in explanations],
            "claimed": [one.claimed for one in explanations],
            "prior": [one.prior for one in explanations],
            "log10_bayes_factor": (logs - logs[0]) / np.log(10),
            "posterior": np.exp(joint - logsumexp(joint)),
            "best_size": [pair[0] for pair in best],
            "best_size_of_other": [pair[1] for pair in best],
        }
    )
    table = table.sort_values(["posterior", "explanation"], ascending=[False, True], kind="stable")
    return table.reset_index(drop=True), predicted


def size_grid(size: Mapping[str, float]) -> tuple[Floats, Floats]:
    """Lay a grid over the sizes, even in log2; (points,) sizes and logs of their prior probabilities."""
    logs = np.linspace(np.log2(size["least"]), np.log2(size["most"]), int(size["points"]))
    density = student.logpdf(logs, size["df"], scale=size["doublings"])
    density[[0, -1]] -= np.log(2)  # trapezoid rule
    return 2**logs, density - logsumexp(density)


def log_likelihood(observed: Observed, change: Floats, spread: Floats) -> Floats:
    """Compute the log density of the multivariate t at the observed effect.

    Args:
        observed: effect, scale, df.
        change: locations, k x readouts.
        spread: added to the diagonal of the scale matrix, k x readouts.

    Returns:
        float64, (k,).
    """
    p, df = len(observed.effect), observed.df
    factor = np.linalg.cholesky(observed.scale + spread[:, :, None] * np.eye(p))
    whitened = np.linalg.solve(factor, (observed.effect - change)[:, :, None])[:, :, 0]
    log_determinant = 2 * np.log(np.diagonal(factor, axis1=1, axis2=2)).sum(axis=1)
    constant = gammaln((df + p) / 2) - gammaln(df / 2) - p * np.log(df * np.pi) / 2
    return np.asarray(
        constant - log_determinant / 2 - (df + p) / 2 * np.log1p((whitened**2).sum(axis=1) / df), dtype=np.float64
    )


def _part(predicts: Mapping[str, float | str], readouts: Sequence[str], deviation: Mapping[str, float]) -> Part:
    """Turn predictions into a direction; what is only said to be kept is predicted to stay."""
    change = np.array([0.0 if isinstance(predicts[name], str) else float(predicts[name]) for name in readouts])
    elsewhere = deviation["elsewhere"] * np.sqrt(np.mean(change**2))
    return Part(change, np.hypot(deviation["of_change"] * change, elsewhere))


def _weights(readout: Mapping[str, Any], planned: pd.DataFrame, known: pd.DataFrame) -> Floats:
    """Weigh the genes of a readout: the mean of a set, a gene, or the slope on a column; (genes,), all 0 if none is measured."""
    if "slope" in readout:
        column = readout["slope"]
        if column not in known:
            raise StudyError(
                f"the claims register has a readout that is a slope on {column}, which is not known",
                where="config/config.yaml, gene_sets.reference_variation",
                expected=f"a table with the column {column}; it has {listed(list(known.columns), most=12)}",
                remedy="correct `slope` in the register's artefacts.readouts, or add the column to the table",
            )
        centred = known[column].to_numpy(dtype=float) - known[column].mean()
        return np.asarray(centred / (centred @ centred), dtype=np.float64)
    if "set" in readout:
        chosen = planned[(planned["role"] == READOUT) & (planned["run"] == readout["set"])]
        members = known.index.isin(list(chosen["gene_id"]))
    else:
        members = known.index.isin(list(readout["gene"]))
    return np.asarray(members / max(members.sum(), 1), dtype=np.float64)


def _looked_at(readout: Mapping[str, Any]) -> str:
    if "gene" in readout:
        return str(next(iter(readout["gene"].values())))
    return str(readout.get("set", readout.get("slope")))
