"""Every error tidegate raises on purpose, with the exit status the command line gives it."""

from __future__ import annotations


class TidegateError(Exception):
    """Base of all errors a user can meet.

    Parameters
    ----------
    what : str
        What went wrong, naming the parameter or the file.
    received : object, optional
        The offending value, shown as it came.
    expected : str, optional
        What would have been right.
    remedy : str, optional
        What the user can do now.
    """

    exit_status = 1

    def __init__(self, what: str, *, received: object = None, expected: str = "", remedy: str = "") -> None:
        self.what, self.received, self.expected, self.remedy = what, received, expected, remedy
        super().__init__(self._paragraph())

    def _paragraph(self) -> str:
        parts = [self.what.rstrip(".")]
        if self.received is not None:
            parts.append(
                f"received {self.received!r}" if not isinstance(self.received, str) else f"received '{self.received}'"
            )
        if self.expected:
            parts.append(f"expected {self.expected}")
        sentence = "; ".join(parts) + "."
        return " ".join(f"{sentence} {self.remedy}".split())  # one paragraph, whatever the value held


class ConfigError(TidegateError):
    """A mistake in the call or in a study file (exit status 2)."""

    exit_status = 2


class DataError(TidegateError):
    """Input data that cannot be read as what it claims to be (exit status 2)."""

    exit_status = 2


class SourceError(DataError):
    """A data source that could not be reached or did not answer as it should (exit status 3)."""

    exit_status = 3


class StaleDataError(TidegateError):
    """The newest data is too old to act on (exit status 1: a refusal)."""


class LookaheadError(TidegateError):
    """A number depends on something that was not yet public (exit status 1: a finding)."""


class BrokerError(TidegateError):
    """The broker refused or could not be reached (exit status 3)."""

    exit_status = 3
