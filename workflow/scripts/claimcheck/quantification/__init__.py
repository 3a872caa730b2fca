"""From reads, or from what others counted, to gene counts."""
