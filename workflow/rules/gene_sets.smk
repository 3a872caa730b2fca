"""From counts, differential expression and gene sets to tests of each set, and where it stands in the ranking of genes.

results/gene_sets/sets.tsv           every set with source, licence, size before and after mapping, genes lost
results/gene_sets/tests.tsv          one row a tested set and variant: full, and as the claims register thins sets out
results/gene_sets/running_sums.tsv   the corners of each full set's running sum
results/gene_sets/scores.tsv         one row a full set (or confounder) and sample: the set's mean log2 level
results/gene_sets/confounders.tsv    sets that may explain what others show, tested in the same way
results/gene_sets/calibration.tsv    p-values of the same tests where nothing is to be found
"""

GROUPS = {key: config["design"][key] for key in ("test", "reference")}
SET_LAYOUTS = {
    family: {"groups": {}, "confounders": []}
    | config["report"]["set_effects"].get(family, {})
    for family in config["gene_sets"]["families"]
}
MODELLED_COUNTS = {
    "genes": "results/differential/genes.tsv",
    "counts": "results/counts/gene_counts.tsv",
    "model": "results/differential/model.tsv",
    "steps": "results/differential/design.tsv",
    "size_factors": "results/expression/size_factors.tsv",
}


rule rank_sets:
    input:
        curated_tables(),
        **MODELLED_COUNTS,
        downloaded_sets="results/gene_sets/downloaded_sets.tsv",
        downloaded_members="results/gene_sets/downloaded_members.tsv",
        transcripts=branch(
            FROM_ARCHIVE, then="results/reference/transcripts.tsv", otherwise=[]
        ),
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
        groups=GROUPS,
        gene_sets=config["gene_sets"],
        left_out=REQUESTS.left_out,
        least_correlation=REQUESTS.tests["least_correlation"],
        levels=REQUESTS.tests["levels"],
        deleted_gene=config["study"]["deleted_gene"],
    message:
        "Test every gene set, and describe where its genes stand in the ranking of all genes"
    script:
        "../scripts/rank_sets.py"


rule score_sets:
    input:
        curated_tables(),
        **MODELLED_COUNTS,
        running_sums="results/gene_sets/running_sums.tsv",
    output:
        scores="results/gene_sets/scores.tsv",
        tests="results/gene_sets/confounders.tsv",
    log:
        "logs/score_sets/score_sets.log",
    benchmark:
        "logs/score_sets/score_sets.benchmark.tsv"
    conda:
        "../../envs/sets.yaml"
    resources:
        mem_mb=growing(4000),
        runtime=growing(60),
    params:
        groups=GROUPS,
        gene_sets={
            key: config["gene_sets"][key] for key in ("curated", "seed", "rotations")
        },
        confounders=sorted(
            {name for layout in SET_LAYOUTS.values() for name in layout["confounders"]}
        ),
        least_correlation=REQUESTS.tests["least_correlation"],
        levels=REQUESTS.tests["levels"],
        deleted_gene=config["study"]["deleted_gene"],
    message:
        "Score every gene set in every sample, and test what may explain their differences"
    script:
        "../scripts/score_sets.py"


rule calibrate_sets:
    input:
        **MODELLED_COUNTS,
        running_sums="results/gene_sets/running_sums.tsv",
    output:
        calibration="results/gene_sets/calibration.tsv",
    log:
        "logs/calibrate_sets/calibrate_sets.log",
    benchmark:
        "logs/calibrate_sets/calibrate_sets.benchmark.tsv"
    conda:
        "../../envs/sets.yaml"
    resources:
        mem_mb=growing(4000),
        runtime=growing(120),
    params:
        groups=GROUPS,
        seed=config["gene_sets"]["seed"],
        draws=config["gene_sets"]["calibration"],
        least_correlation=REQUESTS.tests["least_correlation"],
        levels=REQUESTS.tests["levels"],
        matching=REQUESTS.tests["matching"],
    message:
        "Run the tests of gene sets where nothing is to be found"
    script:
        "../scripts/calibrate_sets.py"
