"""What the samples are: gates, composition, sex, similarity, and whether the gene is deleted."""
