"""What recipients said of reports, counted."""
