"""The compiled tables and the findings as files: JSON, CSV, HTML."""
