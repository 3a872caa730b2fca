"""Gene sets: their collections and the tests on them."""
