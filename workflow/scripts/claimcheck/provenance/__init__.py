"""What a study was made from and what it made, and whether another run of it is the same."""
