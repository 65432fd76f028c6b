"""The nine tables of the Commission's report: the same definitions read the published ones and compile them again."""
