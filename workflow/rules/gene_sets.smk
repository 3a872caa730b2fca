"""From counts, differential expression and gene sets to tests of each set, and where it stands in the ranking of genes.

results/gene_sets/sets.tsv           every set with source, licence, size before and after mapping, genes lost
results/gene_sets/tests.tsv          one row a tested set and variant: full, and as the claims register thins sets out
results/gene_sets/running_sums.tsv   the corners of each full set's running sum
"""


rule rank_sets:
    input:
        genes="results/differential/genes.tsv",
        counts="results/counts/gene_counts.tsv",
        model="results/differential/model.tsv",
        design="results/differential/design.tsv",
        size_factors="results/expression/size_factors.tsv",
        downloaded=[
            "results/gene_sets/downloaded_sets.tsv",
            "results/gene_sets/downloaded_members.tsv",
        ],
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
    resources:
        mem_mb=growing(4000),
        runtime=growing(60),
    params:
        library=LIBRARY["sets"],
        test=config["design"]["test"],
        reference=config["design"]["reference"],
        gene_sets=config["gene_sets"],
        left_out=REQUESTS.left_out,
        deleted_gene=config["study"]["deleted_gene"],
    message:
        "Test every gene set, and describe where its genes stand in the ranking of all genes"
    script:
        "../scripts/rank_sets.py"
