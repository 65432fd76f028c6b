"""How far a classifier's scores can be trusted: thresholds with a promise, probabilities, drift."""
