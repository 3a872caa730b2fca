"""Studies with a known answer: what does the product say where nothing is to be found, and where everybody knows what is?

`PYTHONPATH=workflow/scripts:tests python benchmarks/known.py DATA [STUDY …]` makes the tables of the studies in `known/` from
published files, runs the workflow on each as far as its verdicts, and writes `known.tsv`: a row a study, the claims about which it
is wrong, and its verdict on every claim. Once its tables are made, a study is one as any other, `snakemake --cores 1 --directory
benchmarks/known/STUDY`. DATA holds, as published:

    bone_marrow_EMTAB5533/Osteocyte_enriched_RSEM_gene_counts.csv   github.com/scottyoulten/osteocyte_signature (MIT)
    sex_GSE96870/GSE96870_counts_cerebellum.csv,
    sex_GSE96870/GSE96870_coldata_cerebellum.csv                    github.com/carpentries-incubator/bioc-rnaseq (CC BY 4.0)
    p53_GSE71176/counts.csv                                         github.com/iDEP-SDSU/idep, BcellGSE71176_p53.csv
"""

import argparse
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from card import plain
from claimcheck.core.tables import read_table, write_table
from claimcheck.gene_sets.curated import read_collection
from claimcheck.quantification.counts import read_count_table

HERE = Path(__file__).parent
ROOT = HERE.parent
DAY = "Day4"
VERDICTS = "results/claims/verdicts.tsv"
CHANGES = ("gene", "set", "signed_set", "multi_source", "intersection", "specificity")
"""Kinds of claims that are true in none of the studies but as TRUE says; that something stays as it is may be true in all."""
UNTRUE = {"cerebellum_permuted": ("Q01", "Q02"), "bone_halves": ("Q01",), "bone_marrow": ("Q01",), "p53_null": ()}
"""Premises that do not hold: no gene was deleted, and cerebellum is no bone."""
TRUE = {"p53_null": ("P1", "P2", "P3", "P4")}
"""Claims that hold, and have to be supported."""

Tables = tuple[pd.DataFrame, pd.DataFrame]


def bone(data: Path) -> pd.DataFrame:
    """Read the counts of bones."""
    return read_count_table(data / "bone_marrow_EMTAB5533/Osteocyte_enriched_RSEM_gene_counts.csv").counts


def bone_halves(data: Path) -> Tables:
    """Call two of the marrow-depleted bones knockout."""
    counts = bone(data).filter(like="Clean_")
    return counts, _sheet(counts, knockout=list(counts.columns[:2]))


def bone_marrow(data: Path) -> Tables:
    """Call all marrow-depleted bones knockout, and those with marrow control."""
    counts = bone(data)
    return counts, _sheet(counts, knockout=[name for name in counts.columns if name.startswith("Clean_")])


def cerebellum_permuted(data: Path) -> Tables:
    """Call two females and two males of one day knockout, the other four control; genes of the curated sets get their ids."""
    counts = read_count_table(data / "sex_GSE96870/GSE96870_counts_cerebellum.csv").counts
    samples = pd.read_csv(data / "sex_GSE96870/GSE96870_coldata_cerebellum.csv")
    samples = samples[samples["time"] == DAY].sort_values("sample")
    _, members = read_collection(ROOT / "config/gene_sets")
    ids = members.drop_duplicates("symbol").set_index("symbol")["gene_id"]
    counts = counts[list(samples["sample"])].rename(index=ids)
    knockout = samples.groupby("sex").head(2)["sample"]
    sheet = _sheet(counts, knockout=list(knockout))
    return counts, sheet.assign(sex=list(samples["sex"].str.lower()))


def p53_null(data: Path) -> Tables:
    """Compare irradiated B cells without p53 with irradiated wild type."""
    counts = read_count_table(data / "p53_GSE71176/counts.csv").counts
    irradiated = counts[[name for name in counts.columns if "_IR_" in name]]
    return irradiated, _sheet(irradiated, knockout=[name for name in irradiated.columns if name.startswith("null_")])


STUDIES: dict[str, Callable[[Path], Tables]] = {
    "cerebellum_permuted": cerebellum_permuted,
    "bone_halves": bone_halves,
    "bone_marrow": bone_marrow,
    "p53_null": p53_null,
}


def run(name: str, data: Path) -> None:
    """Make the tables of a study, and run it as far as its verdicts."""
    folder = HERE / "known" / name
    counts, sheet = STUDIES[name](data)
    write_table(counts.rename_axis("gene_id").reset_index(), folder / "config/counts.tsv")
    write_table(sheet, folder / "config/sheet.tsv")
    command = [sys.executable, "-m", "snakemake", "--cores", "1", "--directory", str(folder), VERDICTS]
    subprocess.run(command, cwd=ROOT, check=True)


def tabulate(verdicts: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Lay out verdicts, and list as wrong the untrue premises that are supported, the changes that are decided though there are
    none, and the true claims that are not supported.

    Args:
        verdicts: by study, columns claim, kind, verdict.

    Returns:
        study, wrong, and a column a claim with a verdict.
    """
    rows = []
    for study, table in verdicts.items():
        judged = table[~table["kind"].isin(["not_testable", "exploratory"])]
        word = judged["verdict"].map(plain)
        holds = judged["claim"].isin(TRUE.get(study, ()))
        change = judged["kind"].isin(CHANGES) & word.str.startswith(("supported", "contradicted"))
        premise = judged["claim"].isin(UNTRUE[study]) & word.eq("supported")
        wrong = judged.loc[(~holds & (change | premise)) | (holds & ~word.str.startswith("supported")), "claim"]
        answers = dict(zip(judged["claim"], judged["verdict"], strict=True))
        rows.append({"study": study, "wrong": ", ".join(wrong), **answers})
    return pd.DataFrame(rows)


def main() -> None:
    """Run the studies, and write the table of all that have been run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("studies", nargs="*", choices=[[], *STUDIES], default=[])
    arguments = parser.parse_args()
    for name in arguments.studies or STUDIES:
        run(name, arguments.data)
    files = {name: HERE / "known" / name / VERDICTS for name in STUDIES}
    found = {name: read_table(path, text=["claim", "kind", "verdict"]) for name, path in files.items() if path.exists()}
    write_table(tabulate(found), HERE / "known.tsv")


def _sheet(counts: pd.DataFrame, knockout: list[str]) -> pd.DataFrame:
    condition = ["knockout" if name in knockout else "control" for name in counts.columns]
    return pd.DataFrame({"sample": counts.columns, "condition": condition})


if __name__ == "__main__":
    main()
