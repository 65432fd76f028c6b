"""A strict stand-in of an authority's register that takes packages in, on 127.0.0.1.

It judges packages by the published form and its JSON Schema, and shares no code with those that make them. It keeps the
list of what came, never the files, and forgets everything when it ends.
"""

from tutela.sandboxes.faults import Fault, Kind
from tutela.sandboxes.register.app import TOKEN, create_app
from tutela.sandboxes.register.serving import RunningRegister, running, serve

__all__ = ["TOKEN", "Fault", "Kind", "RunningRegister", "create_app", "running", "serve"]
