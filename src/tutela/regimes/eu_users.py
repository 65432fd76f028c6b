"""Who counts as an EU user: the one written rule (docs/explanation/eu-users.md).

1. Each party of an item has at most one country, with the basis on which it is known.
2. A party is an EU user if that country is one of the 27 Member States or a part of one with a code of its own
   (Åland, the French outermost regions), and a non-EU user if it is another. Without a country the party's region
   is unknown; it is never guessed.
3. An item concerns EU users if its sender or at least one recipient is an EU user; it does not if all
   parties are known to be elsewhere; otherwise its region is unknown. A sender who is not named, and recipients
   of whom none is, are of unknown region, or of the one that the platform declares for the item.
4. For the question whether an item may be processed, unknown counts as EU. In a figure it is never added
   to either side: the figure becomes an interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from tutela.events.catalogue.base import Operation, Region
from tutela.regimes.party_details import PartyDetails

EU27_2020 = frozenset(
    """
    AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE
    """.split()  # noqa: SIM905 - as the Union writes the list
)
"""The Member States since 1 February 2020 as ISO 3166-1 alpha-2 (Greece is GR; EU documents write EL)."""

TERRITORIES_IN_THE_UNION = frozenset({"AX", "GF", "GP", "MF", "MQ", "RE", "YT"})
"""Parts of Member States where Union law applies (TFEU Articles 349 and 355) that have ISO codes of their own."""

_CODES = """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
    CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO
    FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE
    JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO
    MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW
    PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM
    TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
    XK
"""
COUNTRIES = frozenset(_CODES.split())
"""ISO 3166-1 alpha-2, and XK for Kosovo. A code outside it (ZZ, XX, EU, T1...) is what locators write for "not known":
to take it for a country would make a non-EU user of somebody whose region nobody knows."""


class EuBasis(StrEnum):
    """On what basis a party's country is known, strongest first."""

    DECLARED = "declared"
    PAYMENT = "payment"
    PHONE_NUMBER = "phone_number"
    IP_ADDRESS = "ip_address"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Party:
    """A sender or recipient as the platform names it. `account` is the platform's identifier, `details` what else
    it tells; they say nothing of the country. `operation` is who acts by the account: a program or a person, if told.

    Raises ValueError if the country is none of ISO 3166-1, or has no basis, or a basis has no country.
    """

    account: str
    country: str | None = None
    basis: EuBasis = EuBasis.UNKNOWN
    details: PartyDetails | None = None
    operation: Operation = "not_stated"

    def __post_init__(self) -> None:
        if not self.account or len(self.account) > 512:
            raise ValueError("a party needs an account of 1 to 512 characters")
        if self.country is not None:
            # Only ASCII letters: upper() makes "FI" of the one letter U+FB01.
            letters = self.country.upper() if self.country.isascii() else ""
            iso = {"EL": "GR", "UK": "GB"}.get(letters, letters)
            if iso not in COUNTRIES:
                raise ValueError(
                    f"country {self.country[:20]!r}: give two letters of ISO 3166-1, such as SE, or none if unknown"
                )
            object.__setattr__(self, "country", iso)
        if (self.country is None) != (self.basis is EuBasis.UNKNOWN):
            raise ValueError("a country needs the basis on which it is known, and a basis needs a country")

    @property
    def region(self) -> Region:
        """Whether this party is an EU user."""
        if self.country is None:
            return "unknown"
        return "eu" if self.country in EU27_2020 | TERRITORIES_IN_THE_UNION else "non_eu"


def region_of(sender: Party | None, recipients: Sequence[Party], declared: Region = "unknown") -> Region:
    """Return the region of an item with these parties; `declared` stands for a sender or recipients not named."""
    regions = {sender.region if sender else declared, *([party.region for party in recipients] or [declared])}
    if "eu" in regions:
        return "eu"
    return "unknown" if "unknown" in regions else "non_eu"
