"""Collections that others publish: fetched, read, and mapped to the study's genes."""
