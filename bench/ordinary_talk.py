"""Ordinary talk from the package chitchat-dataset, screened: what holds a word that is not ordinary is dropped whole.

A word is ordinary if it, or what is left without its ending, is on the Dale-Chall list of easy words that the package
textstat ships (about 3,000), or in a few words of chats below. Nothing of either package stands in this repository.
"""

from __future__ import annotations

import random
import re
from datetime import datetime, timedelta
from importlib.resources import files
from importlib.util import find_spec
from typing import Any

from bench.engine import MissingPeerError
from tutela.detection.conversations.stand_in.generator import BEGIN, DAYS, drawn_factors

_CHAT = """
haha hahaha hahahaha hahah yeah ya yep yup nope nah hi hey ok okay lol wow ooh oh ah um hmm hm huh super
awesome cool weird amazing totally definitely probably actually basically usually especially kinda gonna gotta
wanna gotcha dang gosh computer computers chat chats chatting conversation conversations semester science
program experience problem problems travel homework recently seriously although whatever random future alright
plus similar difficult technology video completely math absolutely perfect challenge online earlier boring
project weekend favorite study class classes college university student students graduate research internet
movie movies music band guitar piano soccer tv email app couple type currently information anymore worries
easier human humans sister brother t m s d ll ve re im ive id dont doesnt didnt isnt wasnt arent cant couldnt
wouldnt shouldnt youre youve theyre thats whats hes shes its itll theres
"""
_ENDINGS = ("s", "es", "d", "ed", "ing", "er", "est", "ly", "y", "n")
_CHATTING = frozenset(_CHAT.split())
_WORD = re.compile(r"[^\W\d_]+")
_LEAST_WORDS = 10


def ordinary_talk(seed: int) -> list[dict[str, Any]]:
    """Return labelled conversations, all false. Raises MissingPeerError without the two packages.

    Each is moved into the half year of the stand-in and has factors drawn as there: a year of its own, or factors that
    are never known, would tell a model the label.
    """
    chance = random.Random(seed)
    for package, name in (("chitchat_dataset", "chitchat-dataset"), ("textstat", "textstat")):
        if find_spec(package) is None:
            raise MissingPeerError(f"{name} is not installed: pip install {name}")
    import chitchat_dataset

    easy = frozenset(
        word.strip().lower().replace("'", "")
        for word in (files("textstat") / "resources/en/easy_words.txt").read_text("utf-8").split()
    )
    made = []
    for name, one in sorted(chitchat_dataset.Dataset().items()):
        messages = [message for turn in one["messages"] for message in turn]
        words = [word for message in messages for word in _WORD.findall(_plain(message["text"]))]
        if len(words) < _LEAST_WORDS or not all(_ordinary(word, easy) for word in set(words)):
            continue
        messages.sort(key=lambda message: str(message["timestamp"]))
        moved = BEGIN + timedelta(days=chance.uniform(0, DAYS)) - datetime.fromisoformat(messages[0]["timestamp"])
        made.append(
            {
                "id": f"chitchat-{name}",
                "label": False,
                "account": messages[0]["sender"],
                "language": "en",
                "factors": drawn_factors(scam=False, chance=chance),
                "messages": [
                    {
                        "sender": message["sender"],
                        "at": (datetime.fromisoformat(message["timestamp"]) + moved).isoformat(),
                        "text": message["text"],
                        "indicators": None,
                    }
                    for message in messages
                ],
            }
        )
    return made


def _plain(text: str) -> str:
    return text.lower().replace("'", "").replace("\u2019", "")


def _ordinary(word: str, easy: frozenset[str]) -> bool:
    if word in easy or word in _CHATTING:
        return True
    for ending in _ENDINGS:
        left = word.removesuffix(ending)
        if left != word and (left in easy or f"{left}e" in easy or (len(left) > 2 and left[:-1] in easy)):
            return True
    return False
