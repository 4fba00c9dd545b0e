"""The plan of a sweep: its members by number, each a study made from one base."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ValidationError

from ..errors import ConfigError
from ..strategies.sleeves import SLEEVES
from ..study import Study, as_mapping
from ..study_errors import explain, nearest
from .grid import Grid, Range
from .memo import Recent

MOST = 1_000_000  # members without being asked for more
_STAGES = (
    ("clock", "sleeves.speculative.assets", "sleeves.near_cash_flow.assets"),
    ("signal",),
    ("signal.rolling_weeks",),
    ("signal.block_weights", "signal.min_blocks", "signal.min_coverage", "signal.composite_min_weeks"),
    ("signal.classifier", "signal.regime", "signal.jump", "signal.markov", "signal.moving_average"),
    tuple(f"sleeves.{sleeve}.{each}" for sleeve in SLEEVES for each in ("weighting", "weights", "lookback", "cap")),
    ("strategy",),
    ("execution", "costs"),
)
_TABLES = ("signal.block_weights", "sleeves.speculative.weights", "sleeves.near_cash_flow.weights")  # of free keys
_NOT_SWEPT = {
    "name": "words change no result",
    "title": "words change no result",
    "description": "words change no result",
    "hindsight": "words change no result",
    "economy": "the economy is data; make another with `tidegate data synthesize` and sweep on it",
    "evidence": "nothing that a sweep measures depends on it",
    "modules": "your own files belong to the study, and to every member; vary strategy.kind, signal.add or signal.drop",
}


class Axis(NamedTuple):
    """Parameters that vary together, and what over."""

    keys: tuple[str, ...]
    values: Sequence[tuple[Any, ...]]
    range: Range | None = None

    def drawn(self, share: float) -> tuple[Any, ...]:
        """The values that lie `share` of the way, in [0, 1)."""
        return self.values[int(share * len(self.values))] if self.range is None else (self.range.at(share),)


@dataclass(frozen=True)
class Plan:
    """Members of a sweep.

    Parameters
    ----------
    study : Study
        What every member has in common.
    grid : Grid
        What varies.
    """

    study: Study
    grid: Grid

    def __getstate__(self) -> dict[str, Any]:
        return {"study": self.study, "grid": self.grid}  # the rest is made of these

    @property
    def size(self) -> int:
        """How many members there are."""
        if self.grid.sample == "grid":
            return math.prod(len(axis.values) for axis in self.axes)
        return int(self.grid.count or 0)

    @property
    def keys(self) -> tuple[str, ...]:
        """Parameters that vary, in the order of the grid file."""
        return (*self.grid.parameters, *(key for group in self.grid.linked.values() for key in group))

    @cached_property
    def axes(self) -> tuple[Axis, ...]:
        """What varies, those that change the most work first: in a grid they vary slowest."""
        whole = self.grid.sample == "grid"
        single = [
            Axis((key,), [(each,) for each in values], None)
            if isinstance(values, list)
            else Axis((key,), [(each,) for each in values.values()] if whole else (), values)
            for key, values in self.grid.parameters.items()
        ]
        groups = [
            Axis(tuple(group), list(zip(*group.values(), strict=True)), None) for group in self.grid.linked.values()
        ]
        return tuple(sorted([*single, *groups], key=lambda axis: min(map(_stage, axis.keys))))

    def overrides(self, member: int) -> dict[str, Any]:
        """Values by dotted key of one member, counted from 0."""
        chosen: dict[str, Any] = {}
        if self.grid.sample == "grid":
            for axis in reversed(self.axes):
                member, place = divmod(member, len(axis.values))
                chosen |= zip(axis.keys, axis.values[place], strict=True)
        else:
            for axis, share in zip(self.axes, self._shares[member], strict=True):
                chosen |= zip(axis.keys, axis.drawn(float(share)), strict=True)
        return {key: chosen[key] for key in self.keys}

    def member(self, member: int) -> Study:
        """One member; ConfigError where its values do not go together."""
        values = self.overrides(member)
        parts: dict[str, dict[str, Any]] = {}
        for key, value in values.items():
            parts.setdefault(key.partition(".")[0], {})[key] = value
        try:
            varied = {part: self._part(part, changes) for part, changes in parts.items()}
        except ValidationError:
            return with_values(self._raw, values)  # which says what is wrong
        return self.study.model_copy(update=varied)

    def _part(self, part: str, changes: Mapping[str, Any]) -> BaseModel:
        """One part of a member's study. Members that agree in it share the object, so that it is validated once."""
        known = self._parts.find(repr((part, changes)))
        if known is None:
            made = type(getattr(self.study, part)).model_validate(_changed(self._raw, changes)[part])
            known = self._parts.keep(repr((part, changes)), made)
        return known

    @cached_property
    def _parts(self) -> Recent[str, BaseModel]:
        return Recent(4096)

    @cached_property
    def base(self) -> dict[str, Any]:
        """The study as plain data, the same object at every call."""
        return dict(as_mapping(self.study))

    @cached_property
    def kinds(self) -> dict[str, type]:
        """What a column of each parameter holds: int, float, bool or str; everything else is written as JSON."""
        return {key: _kind(values) for axis in self.axes for key, values in _by_key(axis).items()}

    @cached_property
    def _raw(self) -> dict[str, Any]:
        return self.study.model_dump()

    @cached_property
    def _shares(self) -> npt.NDArray[np.float64]:
        """A point of the unit cube for each member, shape (members, axes)."""
        from scipy.stats import qmc

        count, width, seed = self.size, len(self.axes), self.grid.seed
        if self.grid.sample == "random":
            return np.random.default_rng(seed).random((count, width))
        if self.grid.sample == "latin_hypercube":
            return np.asarray(qmc.LatinHypercube(width, rng=seed).random(count))
        power = max(0, math.ceil(math.log2(count)))  # a Sobol sequence is balanced in powers of two
        return np.asarray(qmc.Sobol(width, rng=seed).random_base2(power))[:count]


def plan_sweep(study: Study, grid: Grid, *, most: int = MOST) -> Plan:
    """A plan that can be carried out.

    Raises
    ------
    ConfigError
        A parameter is unknown, is not for sweeping or is given twice, a value is impossible by itself, or there are
        more than `most` members.
    """
    plan = Plan(study, grid)
    if len(set(plan.keys)) < len(plan.keys):
        twice = next(key for key in plan.keys if plan.keys.count(key) > 1)
        raise ConfigError("The grid names a parameter twice", received=twice, expected="each parameter once")
    for key in plan.keys:
        _refuse_unknown(key, study)
        inside = next((each for each in plan.keys if each.startswith(f"{key}.")), None)
        if inside:
            raise ConfigError("The grid names a parameter and a part of it", received=f"{key}, {inside}")
    if plan.size > most:
        raise ConfigError(
            "The grid is too large",
            received=f"{plan.size:,} members",
            expected=f"at most {most:,}",
            remedy=f'Draw some of them with sample = "sobol" and count = N, or allow them with --max {plan.size}.',
        )
    raw = study.model_dump()
    for axis in plan.axes:
        for values in axis.values or [axis.drawn(0.0), axis.drawn(1.0 - 1e-12)]:
            _refuse_impossible(dict(zip(axis.keys, values, strict=True)), raw)
    return plan


def with_values(base: Mapping[str, Any], values: Mapping[str, Any]) -> Study:
    """The study `base`, as plain data, with other values by dotted key; ConfigError where they do not go together."""
    try:
        return Study.model_validate(_changed(base, values))
    except ValidationError as error:
        raise explain(error, Study, "The member") from None


def _changed(base: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    raw = dict(base)
    for key, value in values.items():
        *path, leaf = key.split(".")
        table = raw
        for step in path:
            table[step] = table = dict(table[step])
        table[leaf] = value
    return raw


def _refuse_unknown(key: str, study: Study) -> None:
    part, _, leaf = key.rpartition(".")
    why = _NOT_SWEPT.get(key.partition(".")[0]) or (leaf == "modules" and _NOT_SWEPT["modules"])
    if why:
        raise ConfigError(f"The grid varies {key}, which is not for sweeping: {why}")
    known = sorted(_leaves(study))
    if key in known or part in _TABLES:
        return
    near = nearest(key, known)
    raise ConfigError(
        "The grid names an unknown parameter",
        received=key,
        expected="a dotted key of the study, as `tidegate study show` prints them",
        remedy=f"Did you mean {near}?" if near else "",
    )


def _refuse_impossible(values: Mapping[str, Any], raw: Mapping[str, Any]) -> None:
    """What its own parameter does not take is a mistake; what does not go with others is a member refused later."""
    try:
        with_values(raw, values)
    except ConfigError as error:
        cause = error.__context__
        if isinstance(cause, ValidationError) and all(each["type"] == "value_error" for each in cause.errors()):
            return
        raise ConfigError(
            f"The grid, {', '.join(values)}", received=error.received, expected=error.expected, remedy=error.remedy
        ) from None


def _by_key(axis: Axis) -> dict[str, list[Any]]:
    """Values of each key; of a range that is drawn from, its ends."""
    values = axis.values or [(axis.drawn(0.0)), axis.drawn(1.0 - 1e-12)]
    return {key: [each[place] for each in values] for place, key in enumerate(axis.keys)}


def _kind(values: Sequence[Any]) -> type:
    found = {type(value) for value in values}
    if found == {int, float}:
        return float
    return found.pop() if len(found) == 1 and found <= {int, float, bool, str} else str


def _leaves(config: BaseModel, path: str = "") -> list[str]:
    """Dotted keys of every parameter."""
    found = []
    for name in type(config).model_fields:
        value = getattr(config, name)
        found += _leaves(value, f"{path}{name}.") if isinstance(value, BaseModel) else [f"{path}{name}"]
    return found


def _stage(key: str) -> int:
    """How late in the flow a parameter is read: the later, the less must be computed anew for it."""
    return max((place for place, parts in enumerate(_STAGES) if key.startswith(parts)), default=0)
