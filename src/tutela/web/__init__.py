"""The doors over HTTP: the API for platforms and the console for people."""
