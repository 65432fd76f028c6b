"""The quality of the work: second reviews, golden items, canaries, training, findings."""
