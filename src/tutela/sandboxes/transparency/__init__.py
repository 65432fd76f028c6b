"""A strict stand-in of the DSA Transparency Database, on 127.0.0.1.

It judges statements by our own writing of its schema and shares no code with the client. It forgets everything when it
ends.
"""

from tutela.sandboxes.faults import Fault, Kind
from tutela.sandboxes.transparency.app import TOKEN, create_app
from tutela.sandboxes.transparency.serving import RunningDatabase, running, serve

__all__ = ["TOKEN", "Fault", "Kind", "RunningDatabase", "create_app", "running", "serve"]
