"""Complaints, notices, deferrals and requests for access in the database."""
