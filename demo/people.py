"""Who works at the made-up provider. One person has one role, so that each can be tried by itself."""

from __future__ import annotations

from tutela.access.roles import Person, Role

PASSWORD = "lantern-demo-2025"  # noqa: S105 - printed for whoever tries the demo, on this machine alone

ANNA = Person("anna", "Anna (reviewer)", frozenset({Role.REVIEWER}))
BO = Person("bo", "Bo (reviewer)", frozenset({Role.REVIEWER}))
CLARA = Person("clara", "Clara (senior)", frozenset({Role.SENIOR}))
EMIL = Person("emil", "Emil (senior)", frozenset({Role.SENIOR}))
DAN = Person("dan", "Dan (complaints officer)", frozenset({Role.COMPLAINTS_OFFICER}))
FRIDA = Person("frida", "Frida (referral officer)", frozenset({Role.REFERRAL_OFFICER}))
GRETA = Person("greta", "Greta (data protection officer)", frozenset({Role.DATA_PROTECTION_OFFICER}))
HUGO = Person("hugo", "Hugo (auditor)", frozenset({Role.AUDITOR}))
INES = Person("ines", "Ines (administrator)", frozenset({Role.ADMINISTRATOR}))
EVERYBODY = (ANNA, BO, CLARA, EMIL, DAN, FRIDA, GRETA, HUGO, INES)
REVIEWERS, SENIORS = (ANNA, BO), (CLARA, EMIL)
PLATFORM = "key:platform"
