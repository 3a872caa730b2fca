"""From counts and gates to differential expression.

results/differential/genes.tsv           one row a tested gene
results/differential/summary.tsv         how many genes were tested, left out and found
results/differential/heterogeneity.tsv   does the effect differ between the sexes (or the levels of another covariate)
results/differential/outlier_genes.tsv   of how many genes each sample is the outlier
results/differential/dispersions.tsv     dispersion of each gene: its own, the trend's, the one that is used
results/differential/gene_counts.tsv     normalised counts of the genes of interest, and of genes with an outlier sample
"""


rule compare_groups:
    input:
        **GENE_TABLES,
        counts="results/counts/gene_counts.tsv",
        model="results/differential/model.tsv",
        design="results/differential/design.tsv",
        gates="results/quality/gates.tsv",
    output:
        genes="results/differential/genes.tsv",
        summary="results/differential/summary.tsv",
        gene_counts="results/differential/gene_counts.tsv",
        heterogeneity="results/differential/heterogeneity.tsv",
        outlier_genes="results/differential/outlier_genes.tsv",
        dispersions="results/differential/dispersions.tsv",
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
        test=config["design"]["test"],
        reference=config["design"]["reference"],
        differential=config["differential"],
        deleted_gene=config["study"]["deleted_gene"],
        deleted_gene_symbol=config["study"]["deleted_gene_symbol"],
        labelled=config["report"]["label_genes"],
        claimed=REQUESTS.kept_genes,
        tests=REQUESTS.tests,
    message:
        "Test every gene for a difference between the groups with PyDESeq2"
    script:
        "../scripts/compare_groups.py"
