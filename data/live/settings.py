"""What the live sources need to know about this machine: read from the environment once, then passed down."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Self

from platformdirs import user_data_path
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from ...errors import ConfigError


class LiveSettings(BaseModel):
    """Places, identities and patience of the live sources.

    Attributes
    ----------
    home : Path
        Folder of the store and of the ledger.
    fred_api_key : SecretStr, optional
        Without it FRED's public CSV download serves, and every series is pseudo-PIT.
    contact : str, optional
        An e-mail address that the SEC asks of every client; without it EDGAR is not asked.
    mirror : str, optional
        Address of a mirror: ``https://HOST/path`` is asked as ``MIRROR/HOST/path``.
    connect_timeout, read_timeout : float
        Seconds without an answer after which a request counts as lost.
    attempts : int
        How often a request is made before it counts as failed.
    first_wait, longest_wait : float
        Seconds of back-off: the mean of the first, the bound of the longest.
    parallel : int
        How many requests may be under way at once.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Annotated[Path, AfterValidator(Path.expanduser)] = Field(
        default_factory=lambda: user_data_path("tidegate", appauthor=False)
    )
    fred_api_key: SecretStr | None = None
    contact: str | None = None
    mirror: str | None = Field(None, pattern="^https?://")
    connect_timeout: float = Field(10.0, gt=0)
    read_timeout: float = Field(30.0, gt=0)
    attempts: int = Field(4, ge=1)
    first_wait: float = Field(1.0, ge=0)
    longest_wait: float = Field(60.0, ge=0)
    parallel: int = Field(4, ge=1, le=16)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read the variables ``TIDEGATE_*`` and the FRED key.

        ``TIDEGATE_HOME``, ``TIDEGATE_CONTACT``, ``TIDEGATE_MIRROR``; ``FRED_API_KEY`` or ``FRED_API_KEY_FILE``;
        ``TIDEGATE_TIMEOUT`` (seconds to read), ``TIDEGATE_ATTEMPTS`` and ``TIDEGATE_WAIT`` (first wait) for patience.

        Raises
        ------
        ConfigError
            A variable does not hold what it should.
        """
        chosen: dict[str, object] = {
            field: environment[name] for name, field in _VARIABLES.items() if environment.get(name)
        }
        if key := _fred_key(environment):
            chosen["fred_api_key"] = key
        try:
            return cls.model_validate(chosen)
        except ValueError as error:
            first = error.errors()[0]  # type: ignore[attr-defined]  # pydantic's ValidationError
            name = next(name for name, field in _VARIABLES.items() if field == first["loc"][0])
            raise ConfigError(
                f"The environment variable {name}", received=environment[name], expected=first["msg"]
            ) from None


_VARIABLES = {
    "TIDEGATE_HOME": "home",
    "TIDEGATE_CONTACT": "contact",
    "TIDEGATE_MIRROR": "mirror",
    "TIDEGATE_TIMEOUT": "read_timeout",
    "TIDEGATE_ATTEMPTS": "attempts",
    "TIDEGATE_WAIT": "first_wait",
}


def home(environment: Mapping[str, str] = os.environ) -> Path:
    """The folder of what tidegate keeps on this machine; the other variables may hold what they like."""
    return LiveSettings.from_environment({"TIDEGATE_HOME": environment.get("TIDEGATE_HOME", "")}).home


def _fred_key(environment: Mapping[str, str]) -> str | None:
    """The key itself, or the first line of the file that ``FRED_API_KEY_FILE`` names."""
    if key := environment.get("FRED_API_KEY"):
        return key.strip()
    if not (name := environment.get("FRED_API_KEY_FILE")):
        return None
    try:
        lines = Path(name).expanduser().read_text(encoding="utf-8").split()
    except (OSError, UnicodeDecodeError):
        lines = []
    if not lines:
        raise ConfigError("FRED_API_KEY_FILE cannot be read", received=name, expected="a text file with the key in it")
    return lines[0]
