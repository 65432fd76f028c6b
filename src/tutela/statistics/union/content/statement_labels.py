"""What providers say of the conditions of processing, in our own words, by head and code."""

from __future__ import annotations

from tutela.statistics.union.words import Words


def head(code: str, told: Words) -> str:
    """Return the name of a head; the code for one that is not known."""
    _ = told.gettext
    return {
        "traffic_data": _("Traffic data in reports"),
        "material": _("Material looked for"),
        "ground": _("Ground under the GDPR"),
        "transfer": _("Ground for transfers outside the Union"),
        "measure": _("Measures against errors"),
        "retention": _("Retention"),
        "safeguard": _("Safeguards"),
        "recipient": _("Recipients"),
        "assessment": _("Told by nobody"),
    }.get(code, code.replace("_", " "))


def label(code: str, told: Words) -> str:
    """Return what a statement says; its code for one that is not known."""
    _ = told.gettext
    return {
        "traffic_data.account": _("data of users and accounts"),
        "traffic_data.transaction": _("metadata of content and transactions"),
        "traffic_data.victim": _("data of a possible victim"),
        "traffic_data.operations": _("data of operations against abuse"),
        "material.new": _("material that was not known before"),
        "material.solicitation": _("solicitation, found in text"),
        "ground.vital": _("Article 6(1)(d): vital interests"),
        "ground.public_task": _("Article 6(1)(e): a task in the public interest"),
        "ground.legitimate_own": _("Article 6(1)(f): legitimate interests of the provider"),
        "ground.legitimate_others": _("Article 6(1)(f): legitimate interests of victims and of who is reported to"),
        "transfer.clauses": _("Article 46(2)(c): standard contractual clauses"),
        "transfer.derogation": _("Article 49(1): derogation, for NCMEC"),
        "measure.quality": _("precision and recall are watched"),
        "measure.samples": _("people audit samples of matches"),
        "measure.clusters": _("clusters of high volume are flagged and reviewed"),
        "measure.hash_quality": _("hashes are checked by hand, again and again"),
        "measure.training": _("reviewers are trained"),
        "measure.reviewers": _("reviewers and their verdicts are checked"),
        "measure.hash_verification": _("hashes are verified independently"),
        "measure.new_reviewed": _("material not seen before is reviewed before a report"),
        "measure.policies": _("experts review policies and enforcement"),
        "measure.feedback": _("NCMEC says what it thinks of reports"),
        "retention.days_90": _("confirmed media: 90 days"),
        "retention.months_12": _("confirmed media: 12 months at most"),
        "retention.months_18": _("personal data of use: 18 months at most"),
        "retention.indefinite": _("data of complaints and violations: without an end"),
        "safeguard.deidentified": _("pseudonyms and anonymous data"),
        "safeguard.hashes_only": _("third parties get hashes alone"),
        "safeguard.encryption": _("encryption in transit"),
        "safeguard.programme": _("rules for data, a privacy programme"),
        "safeguard.access": _("access within the firm is restricted"),
        "safeguard.access_lists": _("access lists in review tools"),
        "safeguard.privacy_reviews": _("privacy reviews"),
        "safeguard.incident_plans": _("plans for incidents"),
        "recipient.ncmec": _("NCMEC"),
        "assessment.impact_and_consultation": _(
            "state of the art, least intrusion, impact assessment and prior consultation (GDPR Articles 35 and 36)"
        ),
        "assessment.by_technology": _("numbers and ratios of errors for each technology"),
    }.get(code, code)
