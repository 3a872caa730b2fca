"""What one pass over the reads shows: whole files, quality, strand, coverage, exons of the deleted gene."""
