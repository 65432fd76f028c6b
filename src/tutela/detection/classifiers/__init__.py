"""Material that no list holds: what a classifier says of a picture, how far to trust it, when it drifts."""
