"""The library of the workflow: everything that two steps share, and all statistics and decisions."""

__version__ = "0.2.0"
