"""Figures of the claims, drawn from the tables of the claims phase; only where a study has a register.

Outputs: results/figures/<figure>.svg, .pdf and .tsv (exactly what is drawn), results/claims/truth.tsv (what a simulated study planted)
"""

CLAIMS = config["claims"] != "none"
CLAIM_FIGURES = (
    ["claims", "specifications", "leave_one_out", "controls"] if CLAIMS else []
)
REGISTER = {"claims": file_or_none(config["claims"]), "gene_sets": curated_tables()}
CLAIM_TABLES = {
    "register": file_or_none(config["claims"]),
    "collection": curated_tables() if CLAIMS else [],
    **{
        name: f"results/claims/{table}.tsv" if CLAIMS else []
        for name, table in {
            "verdicts": "verdicts",
            "robustness": "robustness",
            "specifications": "specifications",
            "vetoes": "vetoes",
            "artefacts": "artefacts",
            "controls": "controls",
            "claim_set_tests": "set_tests",
            "gene_tests": "gene_tests",
            "identification": "register",
        }.items()
    },
    "truth": "results/claims/truth.tsv" if CLAIMS and SIMULATED else [],
}


if CLAIMS:

    localrules:
        draw_claims,
        draw_specifications,
        draw_leave_one_out,
        draw_controls,

    rule draw_claims:
        input:
            **REGISTER,
            verdicts="results/claims/verdicts.tsv",
        output:
            svg=report(
                "results/figures/claims.svg",
                caption="../report/claims.rst",
                category="Claims",
                labels={"figure": "effects and verdicts"},
            ),
            pdf="results/figures/claims.pdf",
            table="results/figures/claims.tsv",
        log:
            "logs/draw_claims/draw_claims.log",
        benchmark:
            "logs/draw_claims/draw_claims.benchmark.tsv"
        conda:
            "../../envs/figures.yaml"
        params:
            test=config["design"]["test"],
            reference=config["design"]["reference"],
            simulated=SIMULATED,
        message:
            "Draw {output.svg}"
        script:
            "../scripts/draw_claims.py"

    rule draw_specifications:
        input:
            **REGISTER,
            verdicts="results/claims/verdicts.tsv",
            robustness="results/claims/robustness.tsv",
        output:
            svg=report(
                "results/figures/specifications.svg",
                caption="../report/specifications.rst",
                category="Claims",
                labels={"figure": "other analyses"},
            ),
            pdf="results/figures/specifications.pdf",
            table="results/figures/specifications.tsv",
        log:
            "logs/draw_specifications/draw_specifications.log",
        benchmark:
            "logs/draw_specifications/draw_specifications.benchmark.tsv"
        conda:
            "../../envs/figures.yaml"
        params:
            test=config["design"]["test"],
            reference=config["design"]["reference"],
            simulated=SIMULATED,
        message:
            "Draw {output.svg}"
        script:
            "../scripts/draw_specifications.py"

    rule draw_leave_one_out:
        input:
            **REGISTER,
            verdicts="results/claims/verdicts.tsv",
            leave_one_out="results/claims/leave_one_out.tsv",
        output:
            svg=report(
                "results/figures/leave_one_out.svg",
                caption="../report/leave_one_out.rst",
                category="Claims",
                labels={"figure": "without each animal"},
            ),
            pdf="results/figures/leave_one_out.pdf",
            table="results/figures/leave_one_out.tsv",
        log:
            "logs/draw_leave_one_out/draw_leave_one_out.log",
        benchmark:
            "logs/draw_leave_one_out/draw_leave_one_out.benchmark.tsv"
        conda:
            "../../envs/figures.yaml"
        params:
            test=config["design"]["test"],
            reference=config["design"]["reference"],
            simulated=SIMULATED,
        message:
            "Draw {output.svg}"
        script:
            "../scripts/draw_leave_one_out.py"

    rule draw_controls:
        input:
            **REGISTER,
            controls="results/claims/controls.tsv",
            calibration="results/claims/calibration.tsv",
        output:
            svg=report(
                "results/figures/controls.svg",
                caption="../report/controls.rst",
                category="Claims",
                labels={"figure": "negative controls"},
            ),
            pdf="results/figures/controls.pdf",
            table="results/figures/controls.tsv",
        log:
            "logs/draw_controls/draw_controls.log",
        benchmark:
            "logs/draw_controls/draw_controls.benchmark.tsv"
        conda:
            "../../envs/figures.yaml"
        params:
            test=config["design"]["test"],
            reference=config["design"]["reference"],
            simulated=SIMULATED,
        message:
            "Draw {output.svg}"
        script:
            "../scripts/draw_controls.py"


if CLAIMS and SIMULATED:

    localrules:
        compare_truth,

    rule compare_truth:
        input:
            **REGISTER,
            reference_expression=file_or_none(
                config["gene_sets"]["reference_expression"]
            ),
            genes="resources/simulation/truth/genes.tsv",
        output:
            truth="results/claims/truth.tsv",
        log:
            "logs/compare_truth/compare_truth.log",
        benchmark:
            "logs/compare_truth/compare_truth.benchmark.tsv"
        conda:
            "../../envs/expression.yaml"
        message:
            "Work out what was planted for every claim"
        script:
            "../scripts/compare_truth.py"
