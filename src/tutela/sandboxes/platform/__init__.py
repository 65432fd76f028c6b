"""A strict stand-in of a platform that is called by signed webhooks, on 127.0.0.1.

It judges the caller by the specification (Standard Webhooks 1.0) and shares no code with it. Nothing that it is sent
leaves the machine, and it forgets everything when it ends.
"""

from tutela.sandboxes.faults import Fault, Kind
from tutela.sandboxes.platform.app import SECRET, create_app
from tutela.sandboxes.platform.serving import RunningPlatform, running, serve

__all__ = ["SECRET", "Fault", "Kind", "RunningPlatform", "create_app", "running", "serve"]
