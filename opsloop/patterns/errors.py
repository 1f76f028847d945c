"""What may go wrong with a pattern or an event; imports nothing of the project."""


class InvalidPattern(ValueError):
    """EventBridge would refuse this pattern: where in it, and why."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class InvalidEvent(ValueError):
    """What was given is not one JSON object, so EventBridge could not carry it."""
