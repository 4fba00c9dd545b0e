"""The grid: which parameters of a study vary, over what, and how the members are drawn."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, ValidationError, model_validator

from ..errors import ConfigError
from ..study_errors import explain

_DIGITS = 14  # of a number that was computed; the last two of a double's sixteen are rounding
Sample = Literal["grid", "random", "latin_hypercube", "sobol"]


class Range(BaseModel):
    """Numbers between two ends, both included."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    first: float | int = Field(alias="from", description="smallest number")
    last: float | int = Field(alias="to", description="largest number")
    steps: int | None = Field(None, ge=2, le=100_000, description="how many numbers a grid takes, ends included")
    log: bool = Field(False, description="whether equal ratios, not equal differences, are equally far apart")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.last <= self.first:
            raise ValueError("'to' must be larger than 'from'")
        if self.log and self.first <= 0:
            raise ValueError("'log' needs a 'from' above zero")
        return self

    @property
    def whole(self) -> bool:
        """Whether only whole numbers are meant: both ends are."""
        return isinstance(self.first, int) and isinstance(self.last, int)

    def at(self, share: float) -> float | int:
        """The number that lies `share` of the way, in [0, 1], from the first to the last."""
        if self.whole and not self.log:
            return min(int(self.first + share * (self.last - self.first + 1)), int(self.last))
        value = self.first * (self.last / self.first) ** share if self.log else self._between(share)
        return round(value) if self.whole else self._clean(value)

    def values(self) -> list[float | int]:
        """Every number of a grid."""
        if self.steps is None and self.whole:
            return list(range(int(self.first), int(self.last) + 1))
        if self.steps is None:
            raise ValueError("a grid needs 'steps' for a range of fractions")
        even = [share / (self.steps - 1) for share in range(self.steps)]
        if self.whole and not self.log:
            return list(dict.fromkeys(round(self._between(share)) for share in even))
        return list(dict.fromkeys(self.at(share) for share in even))

    def _between(self, share: float) -> float:
        return self.first * (1.0 - share) + self.last * share

    def _clean(self, value: float) -> float:
        """0.6 where arithmetic says 0.6000000000000001, which would be another study than the one that says 0.6."""
        if value in (self.first, self.last):
            return float(value)
        least = _DIGITS - math.ceil(math.log10(max(abs(self.first), abs(self.last))))
        near = float(f"{value:.{_DIGITS}g}") if self.log else round(value, least) + 0.0  # and no -0.0
        return float(min(max(near, self.first), self.last))


def _shape(value: object) -> str:
    return "list" if isinstance(value, list) else "range"


Values = Annotated[Annotated[list[Any], Tag("list")] | Annotated[Range, Tag("range")], Discriminator(_shape)]


class Grid(BaseModel):
    """What a sweep varies.

    Attributes
    ----------
    sample : {"grid", "random", "latin_hypercube", "sobol"}
        ``grid`` takes every combination; the others draw `count` members from the whole space.
    count, seed : int
        How many members to draw, and the seed of the drawing.
    parameters : Mapping of str to list or Range
        Values by dotted key of the study.
    linked : Mapping of str to mapping of str to list
        Parameters that vary together, k-th value with k-th value.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sample: Sample = "grid"
    count: int | None = Field(None, ge=1)
    seed: int = Field(0, ge=0)
    parameters: dict[str, Values] = Field(default_factory=dict)
    linked: dict[str, dict[str, list[Any]]] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _flat(cls, raw: Any) -> Any:
        """TOML reads a dotted key as nested tables."""
        if not isinstance(raw, dict):
            return raw
        linked = raw.get("linked", {})
        flat = {"parameters": _flattened(_plain(raw.get("parameters", {})))}
        if isinstance(linked, dict):
            flat["linked"] = {name: _flattened(_plain(group)) for name, group in linked.items()}
        for key, value in flat["parameters"].items() if isinstance(flat["parameters"], dict) else ():
            if not isinstance(value, list | dict | Range):
                raise ValueError(f"{key} = {value!r} is no list: write [{value!r}], or {{from = A, to = B, steps = N}}")
        return {**raw, **flat}

    @model_validator(mode="after")
    def _counted(self) -> Self:
        if not self.parameters and not self.linked:
            raise ValueError(
                "the grid names no parameter: write [parameters] and below it a line such as "
                '"signal.regime.scarce_enter" = [-0.8, -0.5, -0.3]'
            )
        if self.sample == "grid" and self.count is not None:
            raise ValueError("'count' is for the samples random, latin_hypercube and sobol; a grid takes everything")
        if self.sample != "grid" and self.count is None:
            raise ValueError(f"'count' is missing: how many members shall {self.sample} draw?")
        return self

    @model_validator(mode="after")
    def _filled(self) -> Self:
        for key, values in self.parameters.items():
            if isinstance(values, list) and not values:
                raise ValueError(f"{key} has no values")
            if isinstance(values, list) and len(set(map(repr, values))) < len(values):
                raise ValueError(f"{key} has a value twice")
            if isinstance(values, Range) and self.sample == "grid":
                values.values()
        for name, group in self.linked.items():
            if not group or len({len(values) for values in group.values()}) != 1 or not next(iter(group.values())):
                raise ValueError(f"linked.{name} needs lists of the same length, at least one value long")
        return self

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a grid from a TOML file.

        Raises
        ------
        ConfigError
            The file cannot be read, or is not a grid; the message names the key.
        """
        place = f"Grid file {path}"
        try:
            raw = tomllib.loads(Path(path).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(place, received=str(error), expected="a TOML file in UTF-8") from None
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"{place} is not valid TOML", received=str(error), expected="see docs/sweep.md") from None
        return cls.of(raw, place=place)

    @classmethod
    def of(cls, raw: Mapping[str, Any], *, place: str = "The grid") -> Self:
        """A grid from plain data, as a TOML file would hold it; ConfigError where it is none."""
        try:
            return cls.model_validate(dict(raw))
        except ValidationError as error:
            raise explain(error, cls, place) from None


def _flattened(table: Any, path: str = "") -> Any:
    """Nested tables as dotted keys; a table with 'from' is a range."""
    if not isinstance(table, dict):
        return table
    flat: dict[str, Any] = {}
    for name, value in table.items():
        nested = isinstance(value, dict) and "from" not in value and "to" not in value
        for key, each in (_flattened(value, f"{path}{name}.") if nested else {f"{path}{name}": value}).items():
            if key in flat:
                raise ValueError(f"{key} stands twice: once with quotes and once without")
            flat[key] = each
    return flat


def _plain(value: Any) -> Any:
    """TOML's dates as text: what a member differs in must go into JSON as it is."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value
