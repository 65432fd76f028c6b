"""The closed lists of values that the service fixes."""

INCIDENT_TYPES = (
    "Child Pornography (possession, manufacture, and distribution)",
    "Child Sex Trafficking",
    "Child Sex Tourism",
    "Child Sexual Molestation",
    "Misleading Domain Name",
    "Misleading Words or Digital Images on the Internet",
    "Online Enticement of Children for Sexual Acts",
    "Unsolicited Obscene Material Sent to a Child",
)
REPORT_ANNOTATIONS = (
    "sextortion",
    "csamSolicitation",
    "minorToMinorInteraction",
    "spam",
    "sadisticOnlineExploitation",
)
FILE_ANNOTATIONS = (
    "animeDrawingVirtualHentai",
    "potentialMeme",
    "viral",
    "possibleSelfProduction",
    "physicalHarm",
    "violenceGore",
    "bestiality",
    "liveStreaming",
    "infant",
    "generativeAi",
)
CLASSIFICATIONS = ("A1", "A2", "B1", "B2")
REPORTED = "Reported"
SUPPLEMENTAL = "Supplemental Reported"
BATCH_REASONS = ("VIRAL_POTENTIAL_MEME",)
CAPTURE_EVENTS = ("Login", "Registration", "Purchase", "Upload", "Other", "Unknown")
ADDRESS_KINDS = ("Home", "Business", "Billing", "Shipping", "Technical")
EMAIL_KINDS = ("Home", "Work", "Business", "Recovery")
PHONE_KINDS = ("Mobile", "Home", "Business", "Work", "Fax", "Internet", "Recovery")
ACCOUNT_KINDS = ("Billing", "Linked", "Business", "Creator", "Parent/Guardian", "Other")
METADATA_KINDS = ("EXIF", "HASH")

# ISO 3166-1 letters, plus a few that geolocation databases use (A1, A2, O1, AP, EU).
_COUNTRY_CODES = """
A1 A2 AD AE AF AG AI AL AM AN AO AP AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN
BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM
DO DZ EC EE EG EH ER ES ET EU FI FJ FK FM FO FR FX GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS
GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR
KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU
MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ O1 OM PA PE PF PG PH PK PL PM PN PR PS PT PW
PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG
TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM
ZW
"""
_STATE_CODES = """
AK AL AR AZ CA CO CT DC DE FL GA GU HI IA ID IL IN KS KY LA MA MD ME MI MN MO MS MT NC ND NE NH
NJ NM NV NY OH OK OR PA PR RI SC SD TN TX UT VA VI VT WA WI WV WY
"""
# An empty value is allowed too.
COUNTRIES = ("", *_COUNTRY_CODES.split())
STATES = ("", *_STATE_CODES.split())
