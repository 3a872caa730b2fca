"""From published collections, counts and differential expression to sets of the study's genes, and to tests of each set.

results/gene_sets/downloaded_sets.tsv     one row a set: origin, size before and after mapping
results/gene_sets/downloaded_members.tsv  one row a gene of a set; yielded_to names the family that claims it before the set's own
results/gene_sets/lost.tsv                one row a published gene that is in no set, with the reason
results/gene_sets/missing.tsv             one row a set that could not be made, with the reason
results/gene_sets/overlaps.tsv            one row a pair of sets that share genes
results/gene_sets/sets.tsv                every set with source, licence, size before and after mapping, genes lost
results/gene_sets/tests.tsv               one row a tested set and variant: full, and as the claims register thins sets out
results/gene_sets/running_sums.tsv        the corners of each full set's running sum
results/gene_sets/scores.tsv              one row a full set (or confounder) and sample: the set's mean log2 level
results/gene_sets/confounders.tsv         sets that may explain what others show, tested in the same way
results/gene_sets/calibration.tsv         p-values of the same tests where nothing is to be found
"""

MODEL_TABLES = {
    "genes": "results/differential/genes.tsv",
    "counts": "results/counts/gene_counts.tsv",
    "model": "results/differential/model.tsv",
    "steps": "results/differential/design.tsv",
    "size_factors": "results/expression/size_factors.tsv",
}
SET_LAYOUTS = {
    family: {"groups": {}, "confounders": []}
    | config["report"]["set_effects"].get(family, {})
    for family in config["gene_sets"]["families"]
}


rule map_collections:
    input:
        local_paths(config["collections"]["aliases"]),
        **GENE_TABLES,
        folder="resources/collections",
        fetched="results/gene_sets/collections.tsv",
    output:
        sets="results/gene_sets/downloaded_sets.tsv",
        members="results/gene_sets/downloaded_members.tsv",
        lost="results/gene_sets/lost.tsv",
        missing="results/gene_sets/missing.tsv",
        overlaps="results/gene_sets/overlaps.tsv",
    log:
        "logs/map_collections/map_collections.log",
    benchmark:
        "logs/map_collections/map_collections.benchmark.tsv"
    conda:
        "../../envs/sourcing.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        collections=config["collections"],
        tax_id=config["study"]["tax_id"],
        deleted_gene=config["study"]["deleted_gene"],
    message:
        "Map the published gene sets to the genes of the study"
    script:
        "../scripts/map_collections.py"


rule rank_sets:
    input:
        **GENE_TABLES,
        **MODEL_TABLES,
        downloaded_sets="results/gene_sets/downloaded_sets.tsv",
        downloaded_members="results/gene_sets/downloaded_members.tsv",
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
        **GROUPS,
        **INTERACTION,
        settings=config["gene_sets"],
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
        **MODEL_TABLES,
        gene_sets=GENE_TABLES["gene_sets"],
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
        **GROUPS,
        **INTERACTION,
        seed=config["gene_sets"]["seed"],
        rotations=config["gene_sets"]["rotations"],
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
        **MODEL_TABLES,
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
        **GROUPS,
        **INTERACTION,
        seed=config["gene_sets"]["seed"],
        draws=config["gene_sets"]["calibration"],
        least_correlation=REQUESTS.tests["least_correlation"],
        levels=REQUESTS.tests["levels"],
        matching=REQUESTS.tests["matching"],
    message:
        "Run the tests of gene sets where nothing is to be found"
    script:
        "../scripts/calibrate_sets.py"
