"""What casework finds out about list entries: verifications, precision, clusters, and what a wrong one undoes."""
