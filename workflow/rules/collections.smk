"""From the addresses of published gene-set collections to sets of the study's genes; any of them may be out of reach.

config/data.lock.tsv                       checksums of what was fetched first (collections.lock); no output: it must outlive reruns
resources/downloads/collections/           the files as published: `.part` while incomplete
resources/collections/                     links to those that are used, `<collection>.<file>`
results/gene_sets/collections.tsv          one row a file: release, address, licence, checksum; used, unreachable or off, and why
results/gene_sets/downloaded_sets.tsv      one row a set: origin, size before and after mapping
results/gene_sets/downloaded_members.tsv   one row a gene of a set; yielded_to names the family that claims it before the set's own
results/gene_sets/lost.tsv                 one row a published gene that is in no set, with the reason
results/gene_sets/missing.tsv              one row a set that could not be made, with the reason
results/gene_sets/overlaps.tsv             one row a pair of sets that share genes
"""


localrules:
    fetch_collections,


rule fetch_collections:
    input:
        collection_files(),
    output:
        folder=directory("resources/collections"),
        table="results/gene_sets/collections.tsv",
    log:
        "logs/fetch_collections/fetch_collections.log",
    benchmark:
        "logs/fetch_collections/fetch_collections.benchmark.tsv"
    retries: 0
    conda:
        "../../envs/sourcing.yaml"
    params:
        collections=config["collections"],
    message:
        "Fetch the published collections of gene sets that can be reached"
    script:
        "../scripts/fetch_collections.py"


rule map_collections:
    input:
        folder="resources/collections",
        fetched="results/gene_sets/collections.tsv",
        transcripts=branch(
            FROM_ARCHIVE, then="results/reference/transcripts.tsv", otherwise=[]
        ),
        tables=curated_tables(),
        aliases=local_inputs(config["collections"]["aliases"]),
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
        gene_sets=config["gene_sets"],
        tax_id=config["study"]["tax_id"],
        deleted_gene=config["study"]["deleted_gene"],
    message:
        "Map the published gene sets to the genes of the study"
    script:
        "../scripts/map_collections.py"
