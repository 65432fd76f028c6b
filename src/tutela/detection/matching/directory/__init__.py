"""An index on disk: a directory of segments, a log and a manifest; written by one process, read by all of a machine."""
