"""The notice to users, in English and Swedish: that items are compared, under which rule, and what users can do.

Source: Regulation (EU) 2021/1232 Art. 3(1)(g)(iv) to (vi); GDPR Art. 13.
"""

from __future__ import annotations

from typing import Literal

from tutela.access.privacy_pack import Document, Section, Statement
from tutela.casework.redress_policy import RedressPolicy
from tutela.storage.access.privacy_facts import PrivacyFacts

Language = Literal["en", "sv"]
_WORDS: dict[str, tuple[str, str]] = {
    "title": ("Notice to users", "Information till användare"),
    "made": ("Draft of {date}, from the configuration.", "Utkast från {date}, ur konfigurationen."),
    "missing": ("MISSING", "SAKNAS"),
    "who": ("Who we are", "Vilka vi är"),
    "provider": ("Provider", "Leverantör"),
    "contact": ("Contact", "Kontakt"),
    "what": ("What we do", "Vad vi gör"),
    "services": ("Services concerned", "Tjänster som berörs"),
    "rule": ("Rule that we use", "Regel som vi använder"),
    "derogation": (
        "To find and report child sexual abuse online we use the derogation of {rule}.",
        "För att upptäcka och anmäla sexuella övergrepp mot barn på nätet använder vi undantaget i {rule}.",
    ),
    "compare": ("How items are compared", "Hur innehåll jämförs"),
    "by": (
        "Files are compared with lists of known material by: {names}. Of what does not match, only counts are kept.",
        "Filer jämförs med listor över känt material med: {names}. Av det som inte matchar sparas bara antal.",
    ),
    "reports": ("Where reports go", "Vart anmälningar går"),
    "kept": ("How long data is kept", "Hur länge uppgifter sparas"),
    "rights": ("What you can do", "Vad du kan göra"),
    "complain": ("Complain to us", "Klaga hos oss"),
    "complain_text": (
        "If we removed an item or suspended your account, you can complain by the link in our notice to you, or to "
        "{contact}.",
        "Om vi har tagit bort innehåll eller stängt av ditt konto kan du klaga med länken i vårt meddelande till dig, "
        "eller hos {contact}.",
    ),
    "authority": ("Complain to the supervisory authority", "Klaga hos tillsynsmyndigheten"),
    "court": ("Go to court", "Gå till domstol"),
    "court_text": ("You have the right to a judicial remedy.", "Du har rätt till ett rättsmedel inför domstol."),
    "which_court": ("Which court", "Vilken domstol"),
    "access": ("See your data", "Se dina uppgifter"),
    "access_text": (
        "If we suspended your account, you can ask for its data by the link in our notice. We answer within {days} "
        "days. Unlawful material is not handed out.",
        "Om vi har stängt av ditt konto kan du begära ut dess uppgifter med länken i vårt meddelande. Vi svarar inom "
        "{days} dagar. Olagligt material lämnas inte ut.",
    ),
    "redress": ("How a complaint is handled", "Hur ett klagomål hanteras"),
    "redress_text": (
        "The link in our notice works for {link_days} days, without an account. Somebody who had no part in the "
        "decision decides about your complaint within {days} days.",
        "Länken i vårt meddelande fungerar i {link_days} dagar, utan något konto. Någon som inte har varit med om "
        "beslutet avgör ditt klagomål inom {days} dagar.",
    ),
}


def turn_to(policy: RedressPolicy, name: Literal["contact", "authority", "court"], language: Language) -> str | None:
    """Return where users can turn to, as it is set for a language; None where it is not set."""
    return policy.said(name, language).strip() or None


def notice(facts: PrivacyFacts, language: Language) -> Document:
    """Return the notice in a language. The texts of records stand as the operator wrote them."""

    def word(key: str, **values: str) -> str:
        return _WORDS[key][0 if language == "en" else 1].format(**values)

    def answer(key: str, row: str) -> Statement:
        found = facts.answer(row)
        if found is None:
            return Statement(word(key), None, f"tutela governance write --answers {row}")
        return Statement(word(key), found.text, f"{found.title}, version {found.version}")

    reporter, redress = facts.settings.reporter, facts.settings.redress
    contact = turn_to(redress, "contact", language)
    in_scope = ", ".join(s.name for s in facts.services if s.in_scope_of_return)
    rule = "; ".join(r.title for r in facts.regimes)
    used = ", ".join(t.name for t in facts.technologies if t.threshold is not None)
    recipients = ", ".join(facts.settings.policy.recipients)
    law = "Regulation (EU) 2021/1232, Art. 3(1)(g)(vi)"
    sections = (
        Section(
            word("who"),
            (
                Statement(word("provider"), reporter.organisation if reporter else None, "setting [reporter]"),
                Statement(word("contact"), contact, "setting [redress] contact"),
            ),
        ),
        Section(
            word("what"),
            (
                Statement(word("services"), in_scope or None, "tutela service register"),
                Statement(
                    word("rule"), word("derogation", rule=rule) if rule else None, "table of regimes: what covers today"
                ),
                Statement(word("compare"), word("by", names=used) if used else None, "technologies and thresholds"),
                Statement(word("reports"), recipients or None, "setting [policy] recipients"),
                answer("kept", "8.retention_content"),
            ),
        ),
        Section(
            word("rights"),
            (
                Statement(
                    word("complain"),
                    word("complain_text", contact=contact) if contact else None,
                    "setting [redress] contact",
                ),
                Statement(
                    word("redress"),
                    word("redress_text", days=f"{redress.decide_days}", link_days=f"{redress.link_days}"),
                    "settings [redress] decide_days, link_days",
                ),
                Statement(word("authority"), turn_to(redress, "authority", language), "setting [redress] authority"),
                Statement(word("court"), word("court_text"), law),
                Statement(word("which_court"), turn_to(redress, "court", language), "setting [redress] court"),
                Statement(
                    word("access"),
                    word("access_text", days=f"{redress.access_days}"),
                    "setting [redress] access_days",
                ),
            ),
        ),
    )
    return Document(
        f"user-notice-{language}",
        language,
        word("title"),
        word("made", date=f"{facts.now:%Y-%m-%d}"),
        word("missing"),
        sections,
    )
