"""Intake, cases, claims and queues in the database."""
