"""Which figures may be added, and what can be proved of a total where they may not."""
