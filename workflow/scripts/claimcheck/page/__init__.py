"""The page: tables and sentences from results, nothing is computed."""
