"""The append-only record of what happened, and its catalogue: every count is made from it."""
