"""How well people and technologies decide, each measure with its bounds."""
