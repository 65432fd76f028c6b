"""Legal process in the database and in the evidence."""
