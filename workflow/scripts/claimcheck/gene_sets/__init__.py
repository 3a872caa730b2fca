"""Gene sets: the curated and the published ones, and the tests on them."""
