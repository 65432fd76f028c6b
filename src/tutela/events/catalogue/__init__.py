"""Every event that Tutela records, with what it means.

Events are de-identified: no content, no fingerprint, no account identifier, no free text. Accounts appear as
pseudonyms under the key of one reporting year. What identifies a person stands in the encrypted record of the
case and goes with it; these events stay, so that a figure still opens to them.

A fact that changes its form gets a new `VERSION` and an upcaster; a recorded event is never rewritten. A new event is a
class in the module of its area; importing this package registers them all, in the order of the way of an item.
"""

# ruff: noqa: I001 - the order in which areas register is the order of the reference
from tutela.events.catalogue import access as access
from tutela.events.catalogue import approvals as approvals
from tutela.events.catalogue import governance as governance
from tutela.events.catalogue import hashlists as hashlists
from tutela.events.catalogue import entries as entries
from tutela.events.catalogue import intake as intake
from tutela.events.catalogue import casework as casework
from tutela.events.catalogue import review as review
from tutela.events.catalogue import quality as quality
from tutela.events.catalogue import redress as redress
from tutela.events.catalogue import notices as notices
from tutela.events.catalogue import platform as platform
from tutela.events.catalogue import referral as referral
from tutela.events.catalogue import transparency as transparency
from tutela.events.catalogue import retention as retention
from tutela.events.catalogue import legal as legal
from tutela.events.catalogue import returns as returns
from tutela.events.catalogue import authority as authority
