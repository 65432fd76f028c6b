"""What providers, Member States and others report on the Union: observations, tables, and what does not add up."""
