"""Tests and scores of gene sets over arrays."""
