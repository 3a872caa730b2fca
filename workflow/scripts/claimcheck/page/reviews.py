"""The verdicts for programs: schema.org's ClaimReview, one for every claim that has a verdict."""

import json
from typing import Any

import pandas as pd

from claimcheck.claims.model import Register
from claimcheck.figures.claims import kind_of, records

RATINGS = {"supported": 5, "weakly supported": 4, "inconclusive": 3, "not supported": 2, "contradicted": 1}
"""Numbers of schema.org's Rating; a claim that was not tested has none."""


def review_claims(
    verdicts: pd.DataFrame, register: Register, *, title: str, paper: dict[str, str], certificate: str, simulated: bool
) -> list[dict[str, Any]]:
    """Describe the verdicts as https://schema.org/ClaimReview.

    Args:
        verdicts: results/claims/verdicts.tsv.
        register: the claims register.
        title: of the study.
        paper: doi, title, authors, journal, year, as far as they are known.
        certificate: number of this run.
        simulated: whether the data are; every review then says so, and names no paper.
    """
    article = {"@type": "ScholarlyArticle"}
    known = {"headline": "title", "author": "authors", "isPartOf": "journal", "datePublished": "year"}
    article |= {name: paper[field] for name, field in known.items() if paper.get(field)}
    if simulated:
        article = {"@type": "CreativeWork", "headline": f"{title} (simulated data)"}
    elif paper.get("doi"):
        article["sameAs"] = f"https://doi.org/{paper['doi']}"
    return [
        {
            "@context": "https://schema.org",
            "@type": "ClaimReview",
            "@id": f"#{row['claim']}",
            "name": f"{row['claim']} of {title}",
            "claimReviewed": str(row["statement"]),
            "reviewBody": f"{'Simulated data: ' if simulated else ''}{row['sentence']}",
            "reviewRating": _rating(row),
            "itemReviewed": {"@type": "Claim", "text": str(row["statement"]), "appearance": article},
            "author": {"@type": "SoftwareApplication", "name": "claimcheck", "applicationCategory": "RNA-seq analysis"},
            "identifier": certificate,
        }
        for row in records(verdicts[verdicts["kind"] != "exploratory"])
        if str(row["claim"]) in register.claims
    ]


def _rating(row: dict[str, Any]) -> dict[str, Any]:
    rating: dict[str, Any] = {"@type": "Rating", "alternateName": str(row["verdict"])}
    value = RATINGS.get(kind_of(int(row["rule"])))
    return rating if value is None else rating | {"ratingValue": value, "bestRating": 5, "worstRating": 1}


def as_json(reviews: list[dict[str, Any]]) -> str:
    """Write the reviews as JSON-LD, the same bytes every time."""
    return json.dumps(reviews, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
