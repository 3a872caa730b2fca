"""Figures of the gene sets: effects of each family, and how the tests do where nothing is to be found; none without families.

Outputs: results/figures/<figure>.svg, .pdf and .tsv (exactly what is drawn)
"""

SET_FIGURES = [
    *[f"set_effects_{family}" for family in SET_LAYOUTS],
    *(["null_calibration"] if SET_LAYOUTS else []),
]


localrules:
    draw_set_effects,
    draw_null_calibration,


rule draw_set_effects:
    input:
        tests="results/gene_sets/tests.tsv",
        sets="results/gene_sets/sets.tsv",
        scores="results/gene_sets/scores.tsv",
        confounders="results/gene_sets/confounders.tsv",
        model="results/differential/model.tsv",
    output:
        svg=report(
            "results/figures/set_effects_{family}.svg",
            caption="../report/set_effects.rst",
            category="Gene sets",
            labels={"figure": "effects and animals", "family": "{family}"},
        ),
        pdf="results/figures/set_effects_{family}.pdf",
        table="results/figures/set_effects_{family}.tsv",
    log:
        "logs/draw_set_effects/{family}.log",
    benchmark:
        "logs/draw_set_effects/{family}.benchmark.tsv"
    conda:
        "../../envs/figures.yaml"
    params:
        groups=lookup(dpath="{family}/groups", within=SET_LAYOUTS),
        beside=lookup(dpath="{family}/confounders", within=SET_LAYOUTS),
        test=config["design"]["test"],
        reference=config["design"]["reference"],
        simulated=SIMULATED,
    message:
        "Draw {output.svg}"
    script:
        "../scripts/draw_set_effects.py"


rule draw_null_calibration:
    input:
        calibration="results/gene_sets/calibration.tsv",
    output:
        svg=report(
            "results/figures/null_calibration.svg",
            caption="../report/null_calibration.rst",
            category="Gene sets",
            labels={"figure": "tests where nothing is to be found"},
        ),
        pdf="results/figures/null_calibration.pdf",
        table="results/figures/null_calibration.tsv",
    log:
        "logs/draw_null_calibration/draw_null_calibration.log",
    benchmark:
        "logs/draw_null_calibration/draw_null_calibration.benchmark.tsv"
    conda:
        "../../envs/figures.yaml"
    params:
        test=config["design"]["test"],
        reference=config["design"]["reference"],
        simulated=SIMULATED,
    message:
        "Draw {output.svg}"
    script:
        "../scripts/draw_null_calibration.py"
