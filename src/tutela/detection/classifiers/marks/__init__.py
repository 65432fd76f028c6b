"""What a file says of how it was made: shown to people, and never decided by. That nothing is said proves nothing."""
