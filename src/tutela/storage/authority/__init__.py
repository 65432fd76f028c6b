"""The register of a national authority in the database."""
