"""Published collections of gene sets, fetched as far as they can be reached.

config/data.lock.tsv                      checksums of what was fetched first (collections.lock); no output: it must outlive reruns
resources/downloads/collections/          the files as published: `.part` while incomplete
resources/collections/                    links to those that are used, `<collection>.<file>`
results/gene_sets/collections.tsv         one row a file: release, address, licence, checksum; used, unreachable or off, and why
"""

from claimcheck.gene_sets.published.sources import list_local_files


localrules:
    fetch_collections,


rule fetch_collections:
    input:
        list_local_files(config["collections"]),
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
