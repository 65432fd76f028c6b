"""Material that no list has: models, services, calibration, and marks of generated media."""
