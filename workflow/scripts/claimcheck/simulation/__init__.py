"""Planted worlds: simulated studies whose truth is known."""
