"""Implements the ports that the domain declares: database, migrations, encrypted evidence and keys.

At the top stands what every area needs: the connection, transactions, settings, the installation and `workplace`, which
puts all of it together. `schema` and `projections` hold the tables and what events write into them, by area; each area
has a folder for what reads and writes them otherwise.
"""
