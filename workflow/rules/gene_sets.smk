"""From differential expression and gene sets to where each set stands in the ranking of genes.

results/gene_sets/sets.tsv           every set with source, licence, size before and after mapping, genes lost
results/gene_sets/tests.tsv          one row a tested set
results/gene_sets/running_sums.tsv   the corners of each set's running sum
"""


rule rank_sets:
    input:
        genes="results/differential/genes.tsv",
        counts="results/counts/gene_counts.tsv",
        transcripts=branch(
            FROM_ARCHIVE, then="results/reference/transcripts.tsv", otherwise=[]
        ),
        tables=curated_tables(),
    output:
        sets="results/gene_sets/sets.tsv",
        tests="results/gene_sets/tests.tsv",
        running_sums="results/gene_sets/running_sums.tsv",
    log:
        "logs/rank_sets/rank_sets.log",
    benchmark:
        "logs/rank_sets/rank_sets.benchmark.tsv"
    conda:
        "../../envs/sets.yaml"
    params:
        library=LIBRARY["sets"],
        gene_sets=config["gene_sets"],
        deleted_gene=config["study"]["deleted_gene"],
    message:
        "Describe where the genes of each set stand in the ranking of all genes"
    script:
        "../scripts/rank_sets.py"
