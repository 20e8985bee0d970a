"""What can go wrong with a worker, apart from what it computes."""


class WorkerLostError(Exception):
    """A worker does not answer, or does not have any more what it had. Another try, or another worker, may help.

    Attributes:
        reason: Why, as the end of a sentence.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class WorkerError(RuntimeError):
    """A worker cannot do what it is asked; asking again would not help."""


class NoWorkerError(ConnectionError):
    """None of the workers can be used."""
