"""A strict stand-in of a key service: the part of HashiCorp Vault's transit engine that Tutela asks, on 127.0.0.1.

Paths, fields, versions (`vault:v1:...`) and refusals follow the published API of that engine. Its keys live in memory
and are gone when it stops. What it does not know it refuses, where the real one would let it pass.
"""

from tutela.sandboxes.keyservice.app import create_app
from tutela.sandboxes.keyservice.serving import running, serve

__all__ = ["create_app", "running", "serve"]
