"""Figures and the report: tables are drawn, nothing is computed."""
