"""Reads the observations out of the Commission's report in two languages."""
