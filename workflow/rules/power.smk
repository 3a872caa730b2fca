"""What the study can show, before it has data: from the register and a table of how reference animals vary.

results/power/power.tsv     one row a claim, size of the groups and true effect: how often each verdict is given
results/power/animals.tsv   how many animals in each group it takes
results/power/inputs.tsv    checksums of what the map was made from

`snakemake power` stops here and prints them. Nothing is fetched.
"""


rule measure_power:
    input:
        claims=file_or_none(config["claims"]),
        gene_sets=CURATED,
        reference_expression=file_or_none(config["gene_sets"]["reference_expression"]),
        reference_variation=file_or_none(config["gene_sets"]["reference_variation"]),
    output:
        power="results/power/power.tsv",
        animals="results/power/animals.tsv",
        inputs="results/power/inputs.tsv",
    log:
        "logs/measure_power/measure_power.log",
    benchmark:
        "logs/measure_power/measure_power.benchmark.tsv"
    conda:
        "../../envs/sets.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(120),
    params:
        settings=config["power"],
        panels=config["quality"]["panels"],
        composition=config["quality"]["composition"],
        differential=config["differential"],
    message:
        "Draw studies from {input.reference_variation} and decide them by {input.claims}"
    script:
        "../scripts/measure_power.py"


localrules:
    power,


rule power:
    input:
        "results/figures/power.svg" if HAS_POWER else [],
        power="results/power/power.tsv",
        animals="results/power/animals.tsv",
    # No benchmark: a file that is there counts as done, and the map would be printed once only.
    log:
        "logs/power/power.log",
    conda:
        "../../envs/sourcing.yaml"
    message:
        "Print what the study can show"
    script:
        "../scripts/print_power.py"
