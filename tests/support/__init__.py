"""What several tests share: a stand-in for the archive, study folders, and running the workflow on them."""
