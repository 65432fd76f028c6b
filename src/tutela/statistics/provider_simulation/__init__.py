"""A made-up provider, whose return is known from how it was made."""
