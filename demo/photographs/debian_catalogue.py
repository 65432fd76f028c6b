"""Which packages of Debian 12 carry photographs, and which members may be taken: each was looked at."""

from __future__ import annotations

from demo.photographs.catalogue import Archive, under

DEBIAN_ARCHIVES: tuple[Archive, ...] = (
    Archive(
        "lomiri-wallpapers-16.04",
        "20.04.0-2",
        "lomiri-wallpapers-16.04_20.04.0-2_all.deb",
        "a99ff6a3bfe451e4cc0682ecb3cc82e71740626d59e4845ae34a0a0e45421eab",
        15_783_184,
        "CC-BY-4.0, CC-BY-SA-4.0 or CC0-1.0",
        # Left out: `sunset` (somebody at the left edge), and three that are computer graphics.
        under(
            "usr/share/backgrounds/{}.jpg",
            "life_by_Aitzol_Berasategi picosdeeuropa_by_Aitzol_Berasategi Dragonfly_by_Bolly"
            " Bridge_by_Sander_Klootwijk seeding_by_Clements_Engelhardt aitzgorri_by_Aitzol_Berasategi"
            " Picture_0B_by_freespace Picture_1A_by_freespace Wine_by_Jakkub_Mede"
            " friends_by_Aitzol_Berasategi greentock_by_Peter_Nerlich free_by_Peter_Nerlich",
        ),
    ),
    Archive(
        "mate-backgrounds",
        "1.26.0-1",
        "mate-backgrounds_1.26.0-1_all.deb",
        "7bf4c2209f34b4f61ba6d24c8b58c28b361e82e4b943aae6d42c030169af9e04",
        46_638_500,
        "GPL-2+",
        under(
            "usr/share/backgrounds/mate/nature/{}.jpg",
            "RainDrops Blinds Dune TwoWings Storm Wood LadyBird YellowFlower Garden Aqua GreenMeadow FreshFlower",
        ),
    ),
    Archive(
        "plasma-workspace-wallpapers",
        "4:5.27.5-2",
        "plasma-workspace-wallpapers_4%3a5.27.5-2_all.deb",
        "32cd18b71c8c938a18b3b351f217c02ac590e323caa3cf322fbb875ce8892f8b",
        94_047_772,
        "GPL-2+",
        # Left out: DarkestHour, too dark and even for a hash to hold on to, and what is drawn.
        under(
            "usr/share/wallpapers/{}/contents/images/2560x1600.jpg",
            "Path OneStandsOut EveningGlow Grey FallenLeaf ColorfulCups BytheWater ColdRipple Kite summer_1am",
        ),
    ),
    Archive(
        "gcompris-qt-data",
        "3.1-2",
        "gcompris-qt-data_3.1-2_all.deb",
        "e9cf06ab2105529068df73085784e835d2ff03f870d2a8091f09125d40abac9f",
        44_196_292,
        "per picture: CC-BY, CC-BY-SA, CC0 or public domain",
        # Only these resource files are opened: others of the package show people and children.
        {
            **under(
                "usr/share/gcompris-qt/rcc/erase.rcc!gcompris/src/activities/erase/resource/{}.webp",
                "alpaca bee butterfly calf camels caterpillar chamaeleon cheetah crab dolphin flying_fox"
                " gibbon giraffe goat gorilla gosling heron horse kingfisher kitten long_nosed_monkey macaque"
                " meerkats northern_harrier nubian_ibex penguin pika red_panda rhinoceros spoonbills squirrel"
                " swans toucan",
            ),
            **{
                "wild_" + name: member
                for name, member in under(
                    "usr/share/gcompris-qt/rcc/explore_world_animals.rcc!"
                    "gcompris/src/activities/explore_world_animals/resource/animals/{}.webp",
                    "bison chameleon crocodile dragon giraffe hedgehog jaguar kangaroo koala lemur moose"
                    " narwhal panda polar_bear scarlet_macaw",
                ).items()
            },
            **{
                "farm_" + name: member
                for name, member in under(
                    "usr/share/gcompris-qt/rcc/explore_farm_animals.rcc!"
                    "gcompris/src/activities/explore_farm_animals/resource/animals/{}.webp",
                    "cat chicken cow dog horse pig sheep",
                ).items()
            },
            **under(
                "usr/share/gcompris-qt/rcc/clickgame.rcc!gcompris/src/activities/clickgame/resource/{}.webp",
                "sea1 sea2 sea3 sea4 sea5 sea6",
            ),
            **under(
                "usr/share/gcompris-qt/rcc/explore_farm_animals.rcc!"
                "gcompris/src/activities/explore_farm_animals/resource/animals/{}.webp",
                "duck owl",
            ),
            # Of the monuments, only those where an enlarged view shows nobody, and no statue either.
            **{
                monument.lower(): "usr/share/gcompris-qt/rcc/explore_monuments.rcc!"
                f"gcompris/src/activities/explore_monuments/resource/{country}/{monument}.webp"
                for country, monument in (
                    ("egypt", "bentPyramid"),
                    ("egypt", "meidumPyramid"),
                    ("france", "chateaudeChenonceau"),
                    ("france", "citedeCarcassonne"),
                    ("france", "montStMichel"),
                    ("france", "pontduGard"),
                    ("france", "reimsCathedral"),
                    ("france", "rocamadour"),
                    ("germany", "aulaPalatina"),
                    ("germany", "neuschwansteinCastle"),
                    ("germany", "trierImperialBaths"),
                    ("india", "greatStupa"),
                    ("india", "rangGhar"),
                    ("usa", "canyondeChelly"),
                    ("usa", "georgeWashingtonBirthplace"),
                    ("usa", "navajo"),
                )
            },
            **under(
                "usr/share/gcompris-qt/rcc/details.rcc!gcompris/src/activities/details/resource/image/{}.webp",
                "Chenonceau_background EgeskovSlotSpejling_background EilanDonanCastle_background"
                " FanoeWindmill_background Neuschwanstein_background Nagoya_background OperaSidney_background"
                " TowerBridgeLondon_background",
            ),
            **under(
                "usr/share/gcompris-qt/rcc/explore_world_music.rcc!"
                "gcompris/src/activities/explore_world_music/resource/music/{}.webp",
                # The instruments alone: the other pictures show musicians.
                "africa america middleeast",
            ),
            **{
                f"{folder}_{name}": member
                for folder, names in (
                    ("alphabets", "alphabets"),
                    ("numbers", "numbers"),
                    (
                        "fishes",
                        "fish1 fish2 fish3 fish4 fish5 fish6 fish7 fish9 fish10 fish11 fish12 fish13 fish14 fish15"
                        " fish16 fish18 fish19 fish20 fish21 fish22 fish23 fish24 fish25 fish26 fish27 fish28",
                    ),
                    # As above: nobody in an enlarged view, and no statue.
                    (
                        "monuments",
                        "bayterek burj empireState greatPyramid jucheTower kutubMinar monument2 operaHouse tajMahal",
                    ),
                    (
                        "others",
                        "baseball bucket buffetset bulb chair cup igloo knife pan pillow plate spoons volleyball"
                        " weighingMachine",
                    ),
                    # Left out: windmill4 (two people), solar3 (a shop window with book covers).
                    (
                        "renewable",
                        "dam1 dam2 dam3 dam4 dam5 geothermal solar1 solar2 solar4 solar5 solar6 solar7 solar8 windmill"
                        " windmill1 windmill2 windmill3 windmill5 windmill6 windmill7 windmill8 windmill9 windmill11"
                        " windmill12 windmill13 windmill14 windmill15",
                    ),
                    (
                        "tools",
                        "cuttingTool hammer1 hammer2 hammer3 hammer4 hammer5 hammer6 hammer7 hammer8 hammer9"
                        " measuringTape1 measuringTape2 measuringTape3 measuringTape4 measuringTape5 measuringTape6"
                        " multimeter1 multimeter2 multimeter3 nailCutter plier2 plier4 scissors1 scissors2 scissors3"
                        " scissors4 screwDriver screwDriver1 screwDriver2 screwDriver3 sickle sideCutter1 spray"
                        " tweezer wrench wrench1",
                    ),
                )
                for name, member in under(
                    "usr/share/gcompris-qt/rcc/categorization.rcc!"
                    f"gcompris/src/activities/categorization/resource/images/{folder}/{{}}.webp",
                    names,
                ).items()
            },
        },
    ),
    Archive(
        "palapeli-data",
        "4:22.12.3-1",
        "palapeli-data_4%3a22.12.3-1_all.deb",
        "69a15dce2ac25ed8708ac518cd0cee5f4eb0c70ed15da2fdb8899a19ac0ee058",
        2_136_268,
        "GPL-2+",
        under(
            "usr/share/palapeli/collection/{}.jpg",
            # Left out: castle-maintenon (somebody in the gateway).
            "cincinnati-bridge citrus-fruits european-honey-bee panther-chameleon-female",
        ),
    ),
    Archive(
        "opencv-doc",
        "4.6.0+dfsg-12",
        "opencv-doc_4.6.0+dfsg-12_all.deb",
        "4b12681df35878207ac7097dc66184b2ae552e4bf4ddd2af04a0f03ed0b8682a",
        95_715_012,
        "Apache-2.0 and BSD-3-Clause",
        # Many others of this package show people; also left out: a dog on somebody's knees, a number plate,
        # book covers, and second views of the same thing.
        {
            **under(
                "usr/share/doc/opencv-doc/examples/data/{}.jpg",
                "aero1 aloeL apple baboon blox board building butterfly ela_original fruits home leuvenA orange"
                " squirrel_cls stuff",
            ),
            "rubberwhale": "usr/share/doc/opencv-doc/examples/data/rubberwhale1.png",
            "plant": "usr/share/doc/opencv-doc/examples/alphamat/input_images/plant.jpg",
            "butterfly_wing": "usr/share/doc/opencv-doc/examples/dnn_superres/butterfly.png",
            "robin": "usr/share/doc/opencv-doc/examples/hfs/data/000.jpg",
            "lake": "usr/share/doc/opencv-doc/examples/hfs/data/001.jpg",
            "tree": "usr/share/doc/opencv-doc/examples/hfs/data/002.jpg",
            "brick_house": "usr/share/doc/opencv-doc/examples/reg/home.png",
        },
    ),
    Archive(
        "stellarium-data",
        "0.22.2-1",
        "stellarium-data_0.22.2-1_all.deb",
        "45aaebf39a814acbd6dcccea058c2f5651bcb5635599da03a215feeb51f4d5a5",
        246_289_432,
        "GPL-2+, per picture: public domain (NASA) or free with credit",
        # Nebulae and galaxies that a hash finds something in; of the star clusters, dots on black, none.
        {
            **under(
                "usr/share/stellarium/nebulae/default/{}.png",
                "GammaCygni-vasey Medusa-vasey abell31 abell33 abell39 barnard72 calabash etaCarinae ic1295 ic1396"
                " ic1805 ic1848 ic2118-1 ic2169 ic2177 ic2220 ic2944 ic342 ic405-vasey ic410 ic434 ic443-vasey"
                " ic4628 ic5146 ic883h lbn438 ldn673 lmc_06 lmc_10 lmc_11 m100 m101-vasey m104 m106-vasey m109"
                " m16 m17 m1dumont m20 m24-vasey m27dumont m31 m33 m51-vasey m57dumont m61 m63-vasey m64 m65 m66"
                " m74 m76-vasey m78",
            ),
            "juniper": "usr/share/stellarium/scenery3d/Sterngarten/Sterngarten_Wien_innerArea/Vegetation_Juniper2.jpg",
            "gravel_red": "usr/share/stellarium/scenery3d/Testscene/TX_Stellarium-Testscene_ground/"
            "Bodenbelag_Schotter_Indisch.jpg",
            "gravel_grey": "usr/share/stellarium/scenery3d/Testscene/TX_Stellarium-Testscene_ground/"
            "Bodenbelag_Stein_Schotter_5cm.jpg",
            # Pieced together from photographs that space probes took.
            **under("usr/share/stellarium/textures/{}.png", "callisto io mars mercury triton"),
            "moon": "usr/share/stellarium/textures/moon_4k.jpg",
        },
    ),
)
"""The packages of Debian 12, about 550 MB to download, and the members that may be taken.

cimg-doc is not among them although it carries many pictures: it also carries some of a child.
tuxpaint-stamps-default is not either: its photographs are cut out of their backgrounds.
"""
