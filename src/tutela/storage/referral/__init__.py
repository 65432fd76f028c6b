"""Referrals in the database, and what a report says."""
