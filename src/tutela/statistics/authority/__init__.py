"""The register of a national authority, and its statistics under Article 8 of Regulation (EU) 2021/1232."""
