"""The one error that the gathering of photographs ends in."""


class PhotographsUnavailableError(RuntimeError):
    """The photographs cannot be had: the message says which package failed, why, and what to do."""
