"""
A simulated study with planted truth, behind an archive's own interface.

Included when the configuration has a `simulation` section.

Inputs: the curated gene sets, usual expression of the tissue.
Outputs: an archive mirror (file report, FASTQ), reference transcripts and annotation, tables of what was planted.
Steps: simulate_archive.
"""


rule simulate_archive:
    input:
        gene_sets=curated_tables(),
        expression=config["simulation"]["reference_expression"],
    output:
        archive=directory("resources/simulation/archive"),
        transcripts="resources/simulation/transcripts.fa.gz",
        annotation="resources/simulation/annotation.gtf.gz",
        genes="resources/simulation/truth/genes.tsv",
        sets="resources/simulation/truth/sets.tsv",
        samples="resources/simulation/truth/samples.tsv",
    log:
        "logs/simulate_archive/simulate_archive.log",
    benchmark:
        "logs/simulate_archive/simulate_archive.benchmark.tsv"
    conda:
        "../../envs/expression.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        simulation=config["simulation"],
    message:
        "Simulate a study with planted truth and an archive that holds it"
    script:
        "../scripts/simulate_archive.py"
