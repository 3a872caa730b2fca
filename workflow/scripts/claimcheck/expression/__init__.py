"""From transcript abundances to gene counts, quality gates and differential expression."""
