"""From counts, gates, composition and identity to a verdict on every claim of the register; only where a study has one.

results/claims/verdicts.tsv         one row a claim: effect, interval, p-values, verdict and why
results/claims/robustness.tsv       one row a claim and specification: what is found when the analysis is done otherwise
results/claims/specifications.tsv   what was varied, and what could not be
results/claims/leave_one_out.tsv    one row a claim and sample: what is found without it
results/claims/vetoes.tsv           one row a claim and panel: what it explains of the effect
results/claims/procedure.tsv        one row a claim: the level that it was tested at, and when it was established
results/claims/artefacts.tsv        what artefacts alone would look like, beside what is observed
results/claims/pattern.tsv          whole explanations, weighed against each other
results/claims/pattern_readouts.tsv what each predicts at its best size, beside what is observed
results/claims/controls.tsv         how often random sets, shuffled labels and housekeeping genes reach the same
results/claims/calibration.tsv      one row a draw of these
results/claims/set_tests.tsv        every test of a set that a claim asks for, in the primary model
results/claims/gene_tests.tsv       every gene that a claim looks at
results/claims/register.tsv         the register's checksums, and where the configuration deviates from its primary analysis
results/claims/truth.tsv            what a simulated study planted
"""

if HAS_CLAIMS:

    rule evaluate_claims:
        input:
            **GENE_TABLES,
            claims=config["claims"],
            reference_expression=file_or_none(
                config["gene_sets"]["reference_expression"]
            ),
            reference_variation=file_or_none(config["gene_sets"]["reference_variation"]),
            counts="results/counts/gene_counts.tsv",
            tpm="results/counts/gene_tpm.tsv" if HAS_TRANSCRIPTS else [],
            model="results/differential/model.tsv",
            steps="results/differential/design.tsv",
            genes="results/differential/genes.tsv",
            gates="results/quality/gates.tsv",
            composition="results/quality/composition.tsv",
            libraries="results/quality/libraries.tsv" if FROM_ARCHIVE else [],
            outliers="results/quality/outliers.tsv",
            outcomes="results/identity/outcome.tsv",
            downloaded_sets="results/gene_sets/downloaded_sets.tsv",
            downloaded_members="results/gene_sets/downloaded_members.tsv",
        output:
            verdicts="results/claims/verdicts.tsv",
            robustness="results/claims/robustness.tsv",
            specifications="results/claims/specifications.tsv",
            leave_one_out="results/claims/leave_one_out.tsv",
            vetoes="results/claims/vetoes.tsv",
            procedure="results/claims/procedure.tsv",
            artefacts="results/claims/artefacts.tsv",
            pattern="results/claims/pattern.tsv",
            pattern_readouts="results/claims/pattern_readouts.tsv",
            controls="results/claims/controls.tsv",
            calibration="results/claims/calibration.tsv",
            members="results/claims/members.tsv",
            levels="results/claims/levels.tsv",
            set_tests="results/claims/set_tests.tsv",
            gene_tests="results/claims/gene_tests.tsv",
            register="results/claims/register.tsv",
        log:
            "logs/evaluate_claims/evaluate_claims.log",
        benchmark:
            "logs/evaluate_claims/evaluate_claims.benchmark.tsv"
        conda:
            "../../envs/sets.yaml"
        resources:
            mem_mb=growing(4000),
            runtime=growing(240),
        params:
            **GROUPS,
            **INTERACTION,
            # A simulated reference holds some of the genes only.
            complete_reference=HAS_TRANSCRIPTS and not SIMULATED,
            configuration={
                section: config[section]
                for section in sorted({"design", "differential", *REQUESTS.sections})
            },
        message:
            "Decide every claim of {input.claims}"
        script:
            "../scripts/evaluate_claims.py"


if HAS_CLAIMS and SIMULATED:

    localrules:
        compare_truth,

    rule compare_truth:
        input:
            claims=config["claims"],
            gene_sets=GENE_TABLES["gene_sets"],
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
