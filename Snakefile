"""The workflow of workflow/Snakefile on a study: this folder, or another one with `--directory`, such as `--directory demo`."""


include: "workflow/Snakefile"


# An include does not hand on its default target.
workflow.default_target = "all"
