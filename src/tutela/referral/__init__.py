"""Reports to authorities: what a report may state, its recipients, and its sending exactly once."""
