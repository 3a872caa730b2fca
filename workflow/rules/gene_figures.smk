"""Figures of single genes, drawn where the configuration names genes for them or exploratory claims look at some.

results/differential/named_genes.tsv    one row a figure, group and gene: fold change, interval, mean counts
results/differential/named_levels.tsv   one row a gene and sample: log2 CPM, and z over all samples
Outputs besides: results/figures/<figure>.svg, .pdf and .tsv (exactly what is drawn)
"""

from claimcheck.expression.genes import read_annotation
from claimcheck.sets.named import figure_groups, list_genes

try:
    # A set that does not exist stops before anything is fetched.
    NAMED_GENES = figure_groups(
        config["report"], left_out=REQUESTS.left_out, explored=REQUESTS.explored
    )
    list_genes(
        NAMED_GENES,
        read_annotation(None, config["gene_sets"]["curated"]).members,
        deleted_gene=config["study"]["deleted_gene"],
    )
except StudyError as error:
    raise WorkflowError(str(error)) from None

GENE_FIGURES = list(NAMED_GENES)
NAMED_TABLE = "results/differential/named_genes.tsv"
# Counts from which a gene is expressed, where no register says it.
NAMED_PARAMS = {
    "test": config["design"]["test"],
    "reference": config["design"]["reference"],
    "detected_counts": config["differential"]["min_count"],
    "simulated": SIMULATED,
}


if GENE_FIGURES:

    localrules:
        draw_gene_forest,
        draw_heatmap,
        draw_butterfly,
        draw_pair,

    rule measure_named_genes:
        input:
            **GENE_TABLES,
            genes="results/differential/genes.tsv",
            counts="results/counts/gene_counts.tsv",
            model="results/differential/model.tsv",
            design="results/differential/design.tsv",
            size_factors="results/expression/size_factors.tsv",
        output:
            genes=NAMED_TABLE,
            levels="results/differential/named_levels.tsv",
        log:
            "logs/measure_named_genes/measure_named_genes.log",
        benchmark:
            "logs/measure_named_genes/measure_named_genes.benchmark.tsv"
        conda:
            "../../envs/sets.yaml"
        resources:
            mem_mb=growing(4000),
            runtime=growing(60),
        params:
            test=config["design"]["test"],
            reference=config["design"]["reference"],
            report=config["report"],
            left_out=REQUESTS.left_out,
            explored=REQUESTS.explored,
            tests=REQUESTS.tests,
            deleted_gene=config["study"]["deleted_gene"],
        message:
            "Look up the genes that figures name"
        script:
            "../scripts/measure_named_genes.py"

    rule draw_gene_forest:
        input:
            **REGISTER,
            genes=NAMED_TABLE,
        output:
            svg=report(
                "results/figures/gene_forest.svg",
                caption="../report/gene_forest.rst",
                category="Genes",
                labels={"figure": "fold changes of named genes"},
            ),
            pdf="results/figures/gene_forest.pdf",
            table="results/figures/gene_forest.tsv",
        log:
            "logs/draw_gene_forest/draw_gene_forest.log",
        benchmark:
            "logs/draw_gene_forest/draw_gene_forest.benchmark.tsv"
        conda:
            "../../envs/figures.yaml"
        params:
            **NAMED_PARAMS,
        message:
            "Draw {output.svg}"
        script:
            "../scripts/draw_gene_forest.py"

    rule draw_heatmap:
        input:
            **REGISTER,
            genes=NAMED_TABLE,
            model="results/differential/model.tsv",
            levels="results/differential/named_levels.tsv",
            scores="results/quality/composition.tsv",
        output:
            svg=report(
                "results/figures/heatmap_{name}.svg",
                caption="../report/heatmap.rst",
                category="Genes",
                labels={"figure": "heatmap", "genes": "{name}"},
            ),
            pdf="results/figures/heatmap_{name}.pdf",
            table="results/figures/heatmap_{name}.tsv",
        log:
            "logs/draw_heatmap/{name}.log",
        benchmark:
            "logs/draw_heatmap/{name}.benchmark.tsv"
        conda:
            "../../envs/figures.yaml"
        params:
            **NAMED_PARAMS,
            groups=lookup("report/heatmaps/{name}/groups", within=config),
        message:
            "Draw {output.svg}"
        script:
            "../scripts/draw_heatmap.py"

    rule draw_butterfly:
        input:
            **REGISTER,
            genes=NAMED_TABLE,
            set_tests=(
                "results/gene_sets/tests.tsv"
                if config["gene_sets"]["families"]
                else []
            ),
        output:
            svg=report(
                "results/figures/butterfly_{name}.svg",
                caption="../report/butterfly.rst",
                category="Genes",
                labels={"figure": "opposite sets", "sets": "{name}"},
            ),
            pdf="results/figures/butterfly_{name}.pdf",
            table="results/figures/butterfly_{name}.tsv",
        log:
            "logs/draw_butterfly/{name}.log",
        benchmark:
            "logs/draw_butterfly/{name}.benchmark.tsv"
        conda:
            "../../envs/figures.yaml"
        params:
            **NAMED_PARAMS,
            wings=lookup("report/butterflies/{name}", within=config),
        message:
            "Draw {output.svg}"
        script:
            "../scripts/draw_butterfly.py"

    rule draw_pair:
        input:
            **REGISTER,
            genes=NAMED_TABLE,
            model="results/differential/model.tsv",
            levels="results/differential/named_levels.tsv",
        output:
            svg=report(
                "results/figures/pair_{name}.svg",
                caption="../report/pair.rst",
                category="Genes",
                labels={"figure": "two genes", "genes": "{name}"},
            ),
            pdf="results/figures/pair_{name}.pdf",
            table="results/figures/pair_{name}.tsv",
        log:
            "logs/draw_pair/{name}.log",
        benchmark:
            "logs/draw_pair/{name}.benchmark.tsv"
        conda:
            "../../envs/figures.yaml"
        params:
            **NAMED_PARAMS,
        message:
            "Draw {output.svg}"
        script:
            "../scripts/draw_pair.py"


if REQUESTS.explored:

    localrules:
        draw_exploratory,

    rule draw_exploratory:
        input:
            **REGISTER,
            genes=NAMED_TABLE,
            set_tests="results/claims/set_tests.tsv",
        output:
            svg=report(
                "results/figures/exploratory.svg",
                caption="../report/exploratory.rst",
                category="Claims",
                labels={"figure": "exploratory panels"},
            ),
            pdf="results/figures/exploratory.pdf",
            table="results/figures/exploratory.tsv",
        log:
            "logs/draw_exploratory/draw_exploratory.log",
        benchmark:
            "logs/draw_exploratory/draw_exploratory.benchmark.tsv"
        conda:
            "../../envs/figures.yaml"
        params:
            **NAMED_PARAMS,
        message:
            "Draw {output.svg}"
        script:
            "../scripts/draw_exploratory.py"
