"""From an accession to verified reads, known samples and a reference."""
