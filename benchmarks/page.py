"""How large is the page of a study with as many genes as a mouse's annotation has?

`PYTHONPATH=workflow/scripts:tests python benchmarks/page.py demo` copies a finished study, adds genes and animals to its tables,
draws the figures of all genes and writes the page again by the workflow's own rules, and prints a table. The genes that are added
hold no difference; their counts are negative binomial, mostly few, as those of an annotation's genes are.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from claimcheck.core.tables import read_table, write_table
from measuring import ROOT

RULES = ("draw_differential", "record_inputs", "write_report")
DISPERSION = 0.1


def add_animals(results: Path, n: int) -> list[str]:
    """Add copies of animals until there are `n`; return the names of all."""
    samples, factors = (read_table(results / name) for name in ("samples/samples.tsv", "expression/size_factors.tsv"))
    more = samples.iloc[np.arange(n - len(samples)) % len(samples)].assign(
        sample=[f"more{number}" for number in range(n - len(samples))], runs=""
    )
    copied = factors.iloc[np.arange(len(more)) % len(factors)].assign(sample=more["sample"].to_numpy())
    write_table(pd.concat([samples, more]), results / "samples/samples.tsv")
    write_table(pd.concat([factors, copied]), results / "expression/size_factors.tsv")
    return [*samples["sample"], *more["sample"]]


def add_genes(results: Path, animals: list[str], n: int) -> None:
    """Add genes without a difference to the tables of counts, of the test and of dispersions until the test has `n`."""
    random = np.random.default_rng(1)
    genes, counts = (read_table(results / name) for name in ("differential/genes.tsv", "counts/gene_counts.tsv"))
    n_more = n - len(genes)
    mean = random.lognormal(2.5, 2.2, n_more) + 1
    size = 1 / DISPERSION
    drawn = random.negative_binomial(size, size / (size + mean[:, None]), (n_more, len(animals)))
    error = np.sqrt((1 / mean + DISPERSION) * 4 / len(animals)) / np.log(2)
    stat = random.normal(size=n_more)
    ids = [f"ENSMUSG{number:011d}" for number in 90_000_000 + np.sort(random.choice(10_000_000, n_more, replace=False))]
    tested = pd.DataFrame(
        {
            "gene_id": ids,
            "symbol": [f"Gm{number}" for number in random.permutation(n_more)],
            "base_mean": mean,
            "log2_fold_change": stat * error,
            "lfc_se": error,
            "stat": stat,
            "p_value": 2 * stats.norm.sf(np.abs(stat)),
            "p_adjusted": random.uniform(0.9, 1, n_more),
            "log2_fold_change_shrunken": stat * error / 10,
            "dispersion": DISPERSION,
            "missing": "",
        }
    )
    fitted = read_table(results / "differential/dispersions.tsv")
    scattered = DISPERSION * np.exp(random.normal(0, 1, n_more))
    more = tested[["gene_id", "symbol", "base_mean"]].assign(
        gene_wise=scattered, trend=DISPERSION, posterior=DISPERSION, final=DISPERSION, above_trend=False
    )
    write_table(pd.concat([fitted, more]), results / "differential/dispersions.tsv")
    of_animal = {animal: counts[animal] if animal in counts else counts.iloc[:, 1] for animal in animals}
    counted = pd.DataFrame(drawn, columns=animals).assign(gene_id=ids)
    write_table(pd.concat([genes, tested]), results / "differential/genes.tsv")
    write_table(
        pd.concat([pd.DataFrame({"gene_id": counts["gene_id"], **of_animal}), counted])[["gene_id", *animals]],
        results / "counts/gene_counts.tsv",
    )


def sizes(page: str) -> dict[str, float]:
    """Return the size of a page and of its parts, megabytes."""
    drawings = re.findall(r'src="(data:image/svg[^"]*)"', page)
    genes = re.findall(r'id="genes-data">(.*?)</script>', page, flags=re.DOTALL)
    scripts = re.findall(r'<script type="module">(.*?)</script>', page, flags=re.DOTALL)
    return {
        f"{name}_mb": sum(len(text.encode()) for text in texts) / 1e6
        for name, texts in {"page": [page], "figures": drawings, "genes": genes, "scripts": scripts}.items()
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("study", type=Path, help="folder of a finished study")
    parser.add_argument("--genes", type=int, default=50_000)
    parser.add_argument("--animals", type=int, default=12)
    parser.add_argument("--keep", type=Path, help="where to put the large page")
    arguments = parser.parse_args()
    page = arguments.study / "results/report/index.html"
    rows = [{"study": "as it is", **sizes(page.read_text(encoding="utf-8"))}]
    with tempfile.TemporaryDirectory(dir=arguments.study.resolve().parent) as folder:
        study = Path(folder)  # beside the study, whose configuration may name what lies beside it
        shutil.copytree(arguments.study, study, dirs_exist_ok=True)
        add_genes(study / "results", add_animals(study / "results", arguments.animals), arguments.genes)
        command = [
            sys.executable,
            "-m",
            "snakemake",
            "--snakefile",
            ROOT / "Snakefile",
            "--directory",
            study,
            "--cores",
            "1",
        ]
        command += ["results/report/index.html", "--allowed-rules", *RULES, "--forcerun", "draw_differential"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(done.stderr)
        large = study / "results/report/index.html"
        rows.append({"study": f"{arguments.genes} genes", **sizes(large.read_text(encoding="utf-8"))})
        if arguments.keep:
            shutil.copy(large, arguments.keep)
    pd.DataFrame(rows).to_csv(sys.stdout, sep="\t", index=False, float_format="%.2f", lineterminator="\n")


if __name__ == "__main__":
    main()
