"""A strict stand-in of a provider of OpenID Connect, on 127.0.0.1.

It judges a client by rules of its own and shares no code with it. On order it misbehaves, in the ways in which a client
must not be taken in.
"""

from tutela.sandboxes.openid.app import create_app
from tutela.sandboxes.openid.faults import Fault
from tutela.sandboxes.openid.provider import Provider, User
from tutela.sandboxes.openid.serving import RunningSandbox, running, serve

__all__ = ["Fault", "Provider", "RunningSandbox", "User", "create_app", "running", "serve"]
