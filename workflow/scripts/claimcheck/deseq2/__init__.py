"""Differential expression: design, size factors, dispersions, the model and its tests."""
