"""A page with claims, simulated as a whole, whose names mean harm."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from test_claims_page import FIGURES, some_claims
from test_report import ALWAYS, STUDY, page_of, results

from claimcheck.deseq2.size_factors import RATIO
from claimcheck.page.explorer import GeneTables
from support.own import REGISTER

N_GENES = 300
HOSTILE = [
    "<script>window.hacked = 1</script>",
    "</script><script>window.hacked = 2</script>",
    '"><img src=x onerror="window.hacked = 3">&amp;',
    '<a href="javascript:window.hacked = 4">x</a>',
    "<!--<script>",
    "=HYPERLINK(1)",
    "%{x} & co",
]
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="400pt" height="300pt"></svg>'


def many_genes() -> pd.DataFrame:
    draw = np.random.default_rng(1)
    change = draw.normal(size=N_GENES)
    stat = change * 3
    p_value = np.exp(-(stat**2) / 2)
    p_value[-5:] = np.nan
    return pd.DataFrame(
        {
            "gene_id": [f"ENSMUSG{number:011d}" for number in range(N_GENES - 1)] + ["not/an?id"],
            "symbol": [*HOSTILE, *[f"Gene{number}" for number in range(len(HOSTILE), N_GENES - 2)], "Twin", "Twin"],
            "base_mean": draw.lognormal(5, 2, size=N_GENES),
            "log2_fold_change": change,
            "lfc_se": 1 / 3,
            "stat": stat,
            "p_value": p_value,
            "p_adjusted": np.where(np.arange(N_GENES) % 7, np.minimum(4 * p_value, 1), np.nan),
            "log2_fold_change_shrunken": change * 0.7,
            "missing": ["too few counts"] * (N_GENES - 5) + [f"outlier sample {HOSTILE[0]}"] * 5,
        }
    )


GENES = many_genes()
SAMPLES = pd.DataFrame(
    {
        "sample": [*HOSTILE, "s7"],
        "condition": ["control", "knockout"] * 4,
        "sex": ["female", "female", "male", "male"] * 2,
        "batch": ["b1"] * 3 + ["<b>b2</b>"] * 5,
    }
)
FACTORS = np.linspace(0.9, 1.1, 8)


def some_gene_tables() -> GeneTables:
    draw = np.random.default_rng(2)
    drawn = draw.poisson(GENES["base_mean"].to_numpy()[:, None], (N_GENES, 8))
    drawn[20] = 0
    ids = list(GENES["gene_id"])
    members = [("A_SET", gene) for gene in ids[10:60]] + [(HOSTILE[0], gene) for gene in ids[:9]]
    return GeneTables(
        counts=pd.DataFrame(drawn, columns=SAMPLES["sample"]).assign(gene_id=ids),
        sets=pd.DataFrame(
            [("A_SET", "wnt", "what rises"), (HOSTILE[0], HOSTILE[1], HOSTILE[2])],
            columns=["set", "family", "description"],
        ),
        members=pd.DataFrame(members, columns=["set", "gene_id"]),
        aliases={"Oldname": "Gene77", "<i>former</i>": "Gene78"},
    )


GENE_TABLES = some_gene_tables()
DRAWN = (*FIGURES, "composition", "sex", "shares")


def write_page(folder: Path) -> Path:
    """Write the page to `folder`; return its path."""
    drawings = {name: folder / f"{name}.svg" for name in (*ALWAYS, *DRAWN)}
    for path in drawings.values():
        path.write_text(SVG)
    study = replace(
        STUDY,
        title=HOSTILE[1],
        simulated=True,
        subjects="donors",
        gene_link="https://www.ensembl.org/id/{gene_id}",
        label_genes=list(GENES["gene_id"][:8]),
    )
    samples = SAMPLES
    factors = pd.DataFrame(
        {"sample": samples["sample"], "size_factor": FACTORS, "library_size": 900, "method": RATIO, "n_genes": 900}
    )
    tables = replace(
        results(),
        genes=GENES,
        samples=samples,
        size_factors=factors,
        gene_tables=GENE_TABLES,
        claims=some_claims(REGISTER),
    )
    path = folder / "index.html"
    path.write_text(page_of(study, tables, drawings, *DRAWN), encoding="utf-8")
    return path
