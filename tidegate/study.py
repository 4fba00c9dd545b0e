"""Study: one complete, reproducible configuration."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from .backtests.config import CostConfig, EvidenceConfig, ExecutionConfig
from .data.economy.config import EconomyConfig
from .errors import ConfigError
from .signals.config import SignalConfig
from .strategies.config import SleeveConfig, StrategyConfig
from .study_errors import explain, nearest


class ClockConfig(BaseModel):
    """When decisions are taken, and over which span they are backtested."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    decision: Literal["weekly", "daily"] = Field("weekly", description="Thursdays or every session, 17:00 New York")
    start: date = Field(date(2005, 1, 1), description="first decision of the backtest")
    end: date | None = Field(None, description="last decision of the backtest; none: all the data")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end is not None and self.end <= self.start:
            raise ValueError("clock.end must be later than clock.start")
        return self


class SleevesConfig(BaseModel):
    """The two baskets."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    speculative: SleeveConfig
    near_cash_flow: SleeveConfig

    @model_validator(mode="after")
    def _disjoint(self) -> Self:
        both = set(self.speculative.assets) & set(self.near_cash_flow.assets)
        if both:
            raise ValueError(f"{', '.join(sorted(both))} stands in both sleeves")
        return self

    def assets(self) -> dict[str, tuple[str, ...]]:
        """Tickers by sleeve."""
        return {"speculative": self.speculative.assets, "near_cash_flow": self.near_cash_flow.assets}


class Study(BaseModel):
    """One complete, reproducible configuration: signal, strategy, costs, clock. Data comes in as a `Market`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, pattern=r"^[A-Za-z0-9_.-]+$", description="short name, also of the output folder")
    title: str = Field("", description="heading of the pages")
    description: str = Field("", description="one sentence for the pages")
    hindsight: bool = Field(False, description="the assets were chosen knowing the outcome; every page says so")
    clock: ClockConfig = ClockConfig()
    sleeves: SleevesConfig
    signal: SignalConfig = SignalConfig()
    strategy: StrategyConfig = StrategyConfig()
    costs: CostConfig = CostConfig()
    execution: ExecutionConfig = ExecutionConfig()
    evidence: EvidenceConfig = EvidenceConfig()
    economy: EconomyConfig = EconomyConfig()

    @classmethod
    def load(cls, name_or_path: str | Path = "essay", overrides: Iterable[str] = ()) -> Study:
        """Read a study.

        Parameters
        ----------
        name_or_path : str or Path
            A shipped name (see `shipped_studies`) or the path of a TOML file.
        overrides : iterable of str
            ``key=value`` with dotted keys, values in TOML notation: ``costs.crypto.fee_bps=25``.

        Raises
        ------
        ConfigError
            Unknown study, unreadable TOML, unknown or impossible parameter. The message names the key and what is near.
        """
        place, text = _read(str(name_or_path))
        try:
            raw = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(
                f"{place} is not valid TOML", received=str(error), expected="a study file (see the README)"
            ) from None
        for override in overrides:
            _apply(raw, override)
        try:
            return _with_absolute_modules(cls.model_validate(raw), Path(name_or_path))
        except ValidationError as error:
            raise explain(error, cls, place) from None

    @property
    def tickers(self) -> tuple[str, ...]:
        """Every asset that the study may hold."""
        assets = [asset for assets in self.sleeves.assets().values() for asset in assets]
        return tuple(dict.fromkeys([*assets, *([self.strategy.bills] if self.strategy.bills_stand_in else [])]))

    @property
    def config_hash(self) -> str:
        """SHA-256 of every parameter that can change a result (see `study_hash.config_hash`)."""
        from .study_hash import config_hash

        return config_hash(self)


def _with_absolute_modules(study: Study, place: Path) -> Study:
    """A user's own files are named relative to the study file."""
    parts = {
        part: config.model_copy(
            update={"modules": tuple(str((place.parent / name).resolve()) for name in config.modules)}
        )
        for part, config in (("signal", study.signal), ("strategy", study.strategy))
    }
    return study.model_copy(update=parts)


def shipped_studies() -> tuple[str, ...]:
    """Names of the studies that come with tidegate."""
    files = resources.files("tidegate.studies").iterdir()
    return tuple(sorted(file.name.removesuffix(".toml") for file in files if file.name.endswith(".toml")))


def _read(name: str) -> tuple[str, str]:
    """Where a study stands, in words, and its text."""
    if name in shipped_studies():
        return f"Study {name}", resources.files("tidegate.studies").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    path = Path(name)
    if not path.is_file():
        near = nearest(name, shipped_studies())
        raise ConfigError(
            "Unknown study",
            received=name,
            expected=f"one of {', '.join(shipped_studies())}, or the path of a TOML file",
            remedy=f"Did you mean {near}?" if near else "",
        )
    try:
        return f"Study file {path}", path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"Cannot read the study file {path}", received=str(error), expected="a text file in UTF-8"
        ) from None


def _apply(raw: dict[str, Any], override: str) -> None:
    key, equals, text = override.partition("=")
    if not equals or not key.strip():
        raise ConfigError("--set", received=override, expected="key=value, for example costs.crypto.fee_bps=25")
    *path, leaf = key.strip().split(".")
    table = raw
    for step in path:
        table = table.setdefault(step, {})
        if not isinstance(table, dict):
            raise ConfigError(f"--set {key}", received=override, expected=f"a parameter; {step} is no table")
    table[leaf] = _value(text.strip())


def _value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def as_mapping(study: Study) -> Mapping[str, Any]:
    """Every parameter of the study, defaults included, as plain data."""
    return study.model_dump(mode="json")
