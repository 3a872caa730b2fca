"""From counts and gates to differential expression.

results/differential/genes.tsv           one row a tested gene
results/differential/summary.tsv         how many genes were tested, left out and found
results/differential/heterogeneity.tsv   does the effect differ between the sexes (or the levels of another covariate)
results/differential/outlier_genes.tsv   of how many genes each sample is the outlier
results/differential/dispersions.tsv     dispersion of each gene: its own, the trend's, the one that is used
results/differential/fallbacks.tsv       what was done in place of what was planned, where that could not be done
results/differential/gene_counts.tsv     normalised counts of the genes of interest, and of genes with an outlier sample
results/differential/published.tsv       the paper's own fold changes beside those of the study, where it names such a table
results/differential/named_genes.tsv     one row a figure, group and gene that the configuration or exploratory claims name for it
results/differential/named_levels.tsv    one row such a gene and sample: log2 CPM, and z over all samples
"""

from claimcheck.deseq2.published import read_published
from claimcheck.quantification.genes import read_annotation
from claimcheck.gene_sets.named import figure_groups, list_genes

PUBLISHED = config["study"]["published_results"]

NAMED_GENES = checked(
    figure_groups,
    config["report"],
    left_out=REQUESTS.left_out,
    explored=REQUESTS.explored,
)
# A set that does not exist stops before anything is fetched.
checked(
    list_genes,
    NAMED_GENES,
    read_annotation(None, list(map(Path, CURATED))).members,
    deleted_gene=config["study"]["deleted_gene"],
)


rule compare_groups:
    input:
        **GENE_TABLES,
        counts="results/counts/gene_counts.tsv",
        model="results/differential/model.tsv",
        steps="results/differential/design.tsv",
        gates="results/quality/gates.tsv",
        size_factors="results/expression/size_factors.tsv",
    output:
        genes="results/differential/genes.tsv",
        summary="results/differential/summary.tsv",
        gene_counts="results/differential/gene_counts.tsv",
        heterogeneity="results/differential/heterogeneity.tsv",
        outlier_genes="results/differential/outlier_genes.tsv",
        dispersions="results/differential/dispersions.tsv",
        fallbacks="results/differential/fallbacks.tsv",
    log:
        "logs/compare_groups/compare_groups.log",
    benchmark:
        "logs/compare_groups/compare_groups.benchmark.tsv"
    conda:
        "../../envs/expression.yaml"
    resources:
        mem_mb=growing(4000),
        runtime=growing(60),
    params:
        **GROUPS,
        **INTERACTION,
        settings=config["differential"],
        deleted_gene=config["study"]["deleted_gene"],
        deleted_gene_symbol=config["study"]["deleted_gene_symbol"],
        labelled=config["report"]["label_genes"],
        claimed=REQUESTS.kept_genes,
        levels=REQUESTS.tests["levels"],
    message:
        "Test every gene for a difference between the groups with PyDESeq2"
    script:
        "../scripts/compare_groups.py"


if NAMED_GENES:

    rule measure_named_genes:
        input:
            **GENE_TABLES,
            genes="results/differential/genes.tsv",
            counts="results/counts/gene_counts.tsv",
            model="results/differential/model.tsv",
            steps="results/differential/design.tsv",
            size_factors="results/expression/size_factors.tsv",
        output:
            named_genes="results/differential/named_genes.tsv",
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
            **GROUPS,
            **INTERACTION,
            report=config["report"],
            left_out=REQUESTS.left_out,
            explored=REQUESTS.explored,
            few_residual_df=REQUESTS.tests["few_residual_df"],
            interval_levels=REQUESTS.tests["levels"],
            deleted_gene=config["study"]["deleted_gene"],
        message:
            "Look up the genes that figures name"
        script:
            "../scripts/measure_named_genes.py"


if PUBLISHED:
    PUBLISHED_COLUMNS = {
        key: PUBLISHED[key] for key in ("gene", "log2_fold_change", "adjusted_p")
    }
    # A table that cannot be read stops before anything is fetched.
    checked(read_published, Path(PUBLISHED["file"]), PUBLISHED_COLUMNS)

    rule compare_published:
        input:
            published=PUBLISHED["file"],
            genes="results/differential/genes.tsv",
        output:
            "results/differential/published.tsv",
        log:
            "logs/compare_published/compare_published.log",
        benchmark:
            "logs/compare_published/compare_published.benchmark.tsv"
        localrule: True
        conda:
            "../../envs/expression.yaml"
        params:
            columns=PUBLISHED_COLUMNS,
            reversed_groups=PUBLISHED["reversed"],
        message:
            "Put the fold changes of the paper's own table beside those of the study"
        script:
            "../scripts/compare_published.py"
