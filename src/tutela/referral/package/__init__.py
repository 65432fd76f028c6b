"""A report as one signed and encrypted package: for a national contact point, and for the EU Centre.

The form is described in docs/reference/package.md; the manifest's JSON Schema lies beside this file.
"""
