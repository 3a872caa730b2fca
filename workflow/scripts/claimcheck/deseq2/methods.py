"""Names of what was done to normalise counts, by which tables, checks and the page call it."""

MIN_CONTROL_GENES = 20
"""Genes counted in every sample that a median of ratios needs."""

RATIO = "median of ratios"
POSCOUNTS = "median of ratios of the genes that a sample has counts of (DESeq2's poscounts)"
TOTALS = "total of the counts"
"""Methods, the first that there are genes for: of Anders and Huber; the same over the geometric mean of counts above zero, DESeq2's
`poscounts`; and where a sample has no counts to speak of, its total."""

SIZE_FACTORS = "size factors"
"""The step of the analysis."""
