"""What was predicted before looking, which tests that needs, and what is concluded by fixed rules."""
