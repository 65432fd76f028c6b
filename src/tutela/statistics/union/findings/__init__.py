"""What does not add up in a data set, and why: checks that know no document."""
