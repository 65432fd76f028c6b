"""The documents of the pack: record of processing (GDPR Art. 30), annex to the impact assessment (Art. 35), notice."""

from __future__ import annotations

from collections.abc import Iterable

from tutela.access.approvals import ALLOWS, ASKS
from tutela.access.privacy_pack import Document, Section, Statement
from tutela.access.roles import Role, permissions_of
from tutela.casework.evidence import DetailsRecord, ItemRecord
from tutela.casework.policy import When
from tutela.storage.access.privacy_facts import PrivacyFacts
from tutela.storage.access.privacy_notice import notice

_MISSING = "MISSING"


def pack(facts: PrivacyFacts) -> list[Document]:
    """Return every document of the pack."""
    return [record_of_processing(facts), annex(facts), notice(facts, "en"), notice(facts, "sv")]


def record_of_processing(facts: PrivacyFacts) -> Document:
    """Return the record of processing activities."""
    reporter = facts.settings.reporter
    contact = f"{reporter.first_name} {reporter.last_name}, {reporter.email}" if reporter else None
    officers = ", ".join(p.name for p in facts.people if Role.DATA_PROTECTION_OFFICER in p.roles)
    sections = (
        Section(
            "Controller, Art. 30(1)(a)",
            (
                Statement("Controller", reporter.organisation if reporter else None, "setting [reporter] organisation"),
                Statement("Contact", contact, "setting [reporter]"),
                Statement("Data protection officer", officers or None, "people with that role: tutela person add"),
            ),
        ),
        Section(
            "Purposes and grounds, Art. 30(1)(b)",
            (
                *_services(facts),
                Statement(
                    "Regime that applies today",
                    "; ".join(f"{r.title}, to {r.last}" for r in facts.regimes) or "none covers today",
                    "table of regimes",
                ),
                Statement(
                    "Other ground",
                    f"{facts.settings.other_ground.id}: {facts.settings.other_ground.text}"
                    if facts.settings.other_ground
                    else "none is set",
                    "setting [other_ground]",
                ),
                _answer(facts, "Ground under the GDPR", "2.gdpr_ground"),
            ),
        ),
        Section(
            "People and data, Art. 30(1)(c)",
            (
                Statement(
                    "Of an item that is not flagged", "nothing but counts by day", "the design of the record of events"
                ),
                Statement(
                    "Of a flagged item, encrypted",
                    ", ".join(name.replace("_", " ") for name in ItemRecord.model_fields) + ", and its bytes",
                    "the form of the encrypted record, this version",
                ),
                Statement(
                    "People concerned",
                    "senders and recipients of flagged items, as the platform names them, with what it tells of them: "
                    + ", ".join(name.replace("_", " ") for name in DetailsRecord.model_fields)
                    if facts.services
                    else None,
                    "the form of the encrypted record; tutela service register",
                ),
            ),
        ),
        Section("Recipients, Art. 30(1)(d)", _recipients(facts)),
        Section(
            "Transfers outside the Union, Art. 30(1)(e)", (_answer(facts, "Ground of transfers", "3.transfer_ground"),)
        ),
        Section(
            "Erasure, Art. 30(1)(f)",
            (
                _answer(facts, "Content", "8.retention_content"),
                _answer(facts, "Other data of reports", "8.retention_non_content"),
                _answer(facts, "Complaints", "8.retention_complaints"),
                *_clocks(facts),
            ),
        ),
        Section("Security, Art. 30(1)(g)", _safeguards(facts)),
    )
    return _document(facts, "record-of-processing", "Record of processing activities (GDPR Art. 30)", sections)


def annex(facts: PrivacyFacts) -> Document:
    """Return the annex to the impact assessment, as the installation is configured now."""
    policy = facts.settings.policy
    sections = (
        Section("Reviews", tuple(_reviews(facts))),
        Section(
            "Technologies",
            tuple(
                Statement(
                    f"{t.name}, version {t.version}",
                    "compared within " + f"{t.threshold:,} {t.unit}".strip()
                    if t.threshold is not None
                    else "no threshold is set, so it is not compared",
                    "setting [thresholds]" if t.configured else "this version's threshold; [thresholds] changes it",
                )
                for t in facts.technologies
            ),
        ),
        Section(
            "Lists",
            tuple(
                Statement(
                    f"{s.hashlist.id} ({s.hashlist.role.value})",
                    f"{s.hashlist.owner}; {s.hashlist.source}; {s.hashlist.jurisdiction}; "
                    f"{sum(s.entries.values()):,} entries, {s.enabled_entries:,} of them compared"
                    + ("" if s.hashlist.enabled else "; disabled"),
                    "list",
                )
                for s in facts.lists
            )
            or (Statement("Lists", None, "tutela hashlist create"),),
        ),
        Section("Services", tuple(_services(facts))),
        Section(
            "What follows a decision",
            (
                Statement("Removal of content is ordered", _when(policy.remove_content), "setting [policy]"),
                Statement("Suspension of the account is ordered", _when(policy.suspend_account), "setting [policy]"),
                Statement("Warning of the account is ordered", _when(policy.warn_account), "setting [policy]"),
                *_recipients(facts),
            ),
        ),
        Section("Who has access", tuple(_access(facts))),
        Section(
            "What two must want",
            tuple(
                Statement(
                    kind.replace("_", " "),
                    f"asked by who may {ASKS[kind].value.replace('_', ' ')}, allowed by another: "
                    + ", ".join(sorted(role.value.replace("_", " ") for role in ALLOWS[kind])),
                    "rules of this version",
                )
                for kind in ASKS
            ),
        ),
        Section("Retention", _clocks(facts)),
        Section("Safeguards", _safeguards(facts)),
        Section(
            "Limits",
            (
                Statement("Largest item", f"{facts.settings.limits.max_bytes:,} bytes", "setting [limits]"),
                Statement("Largest picture", f"{facts.settings.limits.max_pixels:,} pixels", "setting [limits]"),
                Statement(
                    "Containers in one another", f"{facts.settings.limits.max_depth:,} at most", "setting [limits]"
                ),
                Statement("Parts of an item", f"{facts.settings.limits.max_parts:,} at most", "setting [limits]"),
            ),
        ),
    )
    title = "Annex to the impact assessment (GDPR Art. 35): the installation as it is configured"
    return _document(facts, "impact-assessment-annex", title, sections)


def _document(facts: PrivacyFacts, name: str, title: str, sections: tuple[Section, ...]) -> Document:
    made = f"Made of installation {facts.installation} at {facts.now:%Y-%m-%d %H:%M} UTC."
    return Document(name, "en", title, made, _MISSING, sections)


def _answer(facts: PrivacyFacts, label: str, row: str) -> Statement:
    found = facts.answer(row)
    if found is None:
        return Statement(label, None, f"no record answers {row}: tutela governance write --answers {row}")
    return Statement(label, found.text, f"{found.title}, version {found.version}, from {found.effective_from}")


def _services(facts: PrivacyFacts) -> Iterable[Statement]:
    if not facts.services:
        yield Statement("Services", None, "tutela service register")
    for s in facts.services:
        scope = "in scope of the return" if s.in_scope_of_return else "not in scope of the return"
        yield Statement(
            f"Service {s.name}",
            f"{s.type.value.replace('_', ' ')}; encryption {s.encryption.value.replace('_', ' ')}; "
            f"{s.region.value.replace('_', ' ')}; {scope}",
            "registered service",
        )


def _recipients(facts: PrivacyFacts) -> tuple[Statement, ...]:
    found = []
    for name in facts.settings.policy.recipients:
        target = getattr(getattr(facts.settings, name, None), "target", None)
        found.append(
            Statement(name, f"target {target}" if target else "configured", f"settings [policy] recipients, [{name}]")
        )
    return tuple(found) or (Statement("Recipients", "none: nothing is reported", "setting [policy] recipients"),)


def _reviews(facts: PrivacyFacts) -> Iterable[Statement]:
    today = facts.now.date()
    kinds = (
        ("impact_assessment", "Impact assessment, GDPR Art. 35"),
        ("prior_consultation", "Prior consultation, GDPR Art. 36"),
        ("authority_advice", "Advice of the supervisory authority, Regulation 2021/1232 Art. 3(1)(d)"),
    )
    for kind, label in kinds:
        records = facts.of_kind(kind)
        if not records:
            yield Statement(label, None, f"tutela governance write --kind {kind}")
        for r in records:
            due = "; ITS REVIEW IS DUE" if r.is_overdue(today) else ""
            yield Statement(
                label, f"{r.title}; review by {r.review_by or 'no date'}{due}", f"version {r.version}, {r.written_by}"
            )
    open_ = [r for r in facts.of_kind("incident") if r.incident and r.incident.contained_at is None]
    yield Statement("Security incidents that are not contained", str(len(open_)), "records of the kind incident")


def _access(facts: PrivacyFacts) -> Iterable[Statement]:
    for role in Role:
        people = [p for p in facts.people if role in p.roles]
        if people and role is not Role.SUPERVISOR:
            may = ", ".join(sorted(p.value.replace("_", " ") for p in permissions_of([role])))
            names = ", ".join(p.name for p in people)
            yield Statement(role.value.replace("_", " "), f"{names}\nmay: {may}", "people and roles")
    for i in facts.inspections:
        yield Statement(
            "Supervisory authority",
            f"{i.plan.authority}, {i.plan.reference}, until {i.plan.until:%Y-%m-%d %H:%M} UTC, without content: "
            + ", ".join(i.plan.scope),
            "inspection",
        )
    for name, scopes in sorted(facts.keys.items()):
        yield Statement(f"Key of a platform: {name}", f"scopes: {', '.join(scopes)}", "API keys")


def _clocks(facts: PrivacyFacts) -> tuple[Statement, ...]:
    policy, table = facts.settings.retention, facts.settings.retention_table
    clocks = tuple(
        Statement(f"Retention: {name.replace('_', ' ')}", str(value), "setting [retention]")
        for name, value in policy.model_dump().items()
    )
    named = str(table) if table else "the one that this version ships"
    return (*clocks, Statement("Table of clocks", named, "setting [retention] table"))


def _safeguards(facts: PrivacyFacts) -> tuple[Statement, ...]:
    chain = facts.chain
    checked = f"{chain.verified_at:%Y-%m-%d %H:%M} UTC, {chain.findings} findings" if chain.verified_at else None
    if checked and (lacking := chain.copies_unusable + chain.copies_missing):
        checked += f"; not proved whole: {lacking} copies of checkpoints are damaged or missing"
    signed = (
        f"{chain.checkpoint_at:%Y-%m-%d %H:%M} UTC, block {chain.checkpoint_block:,}" if chain.checkpoint_at else None
    )
    return (
        Statement("Evidence", "encrypted with AES-256-GCM, a key for each case", "the vault of this version"),
        Statement("Keys", "in a folder of their own, outside the database", "data folder, keys/"),
        Statement("Database", facts.database, "setting database_url"),
        Statement("Chain of the audit, last checked", checked, "tutela audit verify"),
        Statement("Chain of the audit, last checkpoint", signed, "tutela audit checkpoint"),
        _answer(facts, "Pseudonymisation", "8.pseudonymisation"),
        _answer(facts, "Encryption in transit", "8.encryption_in_transit"),
        _answer(facts, "Data governance", "8.governance"),
        _answer(facts, "Incident response", "8.incident_response"),
        _answer(facts, "Other measures", "8.security_other"),
    )


def _when(value: When) -> str:
    return _yes(value) if isinstance(value, bool) else f"for {', '.join(value)}"


def _yes(value: bool) -> str:
    return "yes" if value else "no"
