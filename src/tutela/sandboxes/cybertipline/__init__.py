"""A strict stand-in of the CyberTipline reporting service, on 127.0.0.1.

It judges a client by a schema and rules of its own and shares no code with it. Nothing that it is sent
leaves the machine.
"""

from tutela.sandboxes.cybertipline.app import create_app
from tutela.sandboxes.cybertipline.faults import Body, Fault, Faults, Kind
from tutela.sandboxes.cybertipline.office import Limits
from tutela.sandboxes.cybertipline.serving import RunningSandbox, running, serve
from tutela.sandboxes.dropping import ConnectionDroppedError, DroppableConnection

__all__ = [
    "Body",
    "ConnectionDroppedError",
    "DroppableConnection",
    "Fault",
    "Faults",
    "Kind",
    "Limits",
    "RunningSandbox",
    "create_app",
    "running",
    "serve",
]
