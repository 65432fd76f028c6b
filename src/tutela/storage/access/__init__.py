"""People, keys, approvals, inspections and the records of governance, in the database."""
