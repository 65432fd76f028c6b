"""Plots as geometry: numbers in, shapes in the units of a view box out. `templates/plots.html` draws them."""
