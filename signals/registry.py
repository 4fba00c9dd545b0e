"""The register of indicators: one decorated function each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

import numpy as np
import pandas as pd

from ..data.dictionary import dictionary, fallback_chain
from ..errors import ConfigError
from .config import BLOCKS, Block, SignalConfig
from .history import History, Measure, history_of, unrevised
from .known import Known
from .registered import answer_of, first_sentence, information_set, load_package
from .standardise import Standardisation, standardise


@dataclass(frozen=True)
class Indicator:
    """One measured mechanism.

    Attributes
    ----------
    name, block : str
        Its place in the waterline.
    measure : callable
        From `Known` to a Series indexed by decision, in natural units; each row by itself, unless `standardisation` is
        ``none``.
    orientation : {1, -1}
        1 where more of it means more liquidity, -1 where it means less.
    standardisation : {"expanding", "anchored", "rolling", "none"}
        How it is made comparable (see `signals.standardise`).
    series : tuple of str
        Series of the dictionary it reads; empty for indicators made of prices only.
    source : str
        Where the mechanism is described.
    preset : bool
        Whether the waterline counts it unless a study says otherwise.
    true_vintages : bool
        Whether a series known from a single late vintage counts as missing.
    unit : str
        Natural unit of the measure, for readers; one that begins with % is for the measure times 100.
    """

    name: str
    block: Block
    measure: Measure
    orientation: Literal[1, -1]
    standardisation: Standardisation
    series: tuple[str, ...]
    source: str
    preset: bool = True
    true_vintages: bool = False
    unit: str = ""

    @property
    def id(self) -> str:
        """``block.name``."""
        return f"{self.block}.{self.name}"

    @property
    def origin(self) -> str:
        """File of the measure."""
        return self.measure.__code__.co_filename

    @property
    def shipped(self) -> bool:
        """Whether it comes with tidegate."""
        return self.measure.__module__.startswith(f"{__package__}.")

    @property
    def what(self) -> str:
        """First sentence of the measure's docstring."""
        return first_sentence(self.measure)

    @property
    def information_set(self) -> str:
        """What row t of the measure is allowed to know, in words."""
        return information_set(self.measure)

    def first_usable(self, config: SignalConfig) -> pd.Timestamp | None:
        """When the real series begin, stand-ins included, plus the history needed; None for prices alone."""
        starts = [min(_start(name) for name in _feeding(series)) for series in self.series]
        return max(starts) + pd.Timedelta(weeks=config.min_history_weeks) if starts else None

    def measured(self, known: Known) -> History:
        """The measure in natural units, with its revisions; all NaN where true vintages are needed and missing.

        Raises
        ------
        ConfigError
            The measure fails, or gives something else than one number per decision.
        """
        if self.true_vintages and known.market.releases.pseudo_pit.intersection(self.series):
            return unrevised(pd.Series(np.nan, index=known.index))
        if self.standardisation == "none":
            return unrevised(self._one_each(known))
        return history_of(self._one_each, known, name=self.id)

    def _one_each(self, known: Known) -> pd.Series[float]:
        who = f"Indicator {self.id}"
        values = answer_of(self.measure, known, who=who, shipped=self.shipped, expected="one number per decision")
        if not (isinstance(values, pd.Series) and values.index.equals(known.index)):
            raise ConfigError(
                f"{who} does not give one number per decision",
                received=type(values).__name__,
                expected="a Series on known.index",
                remedy="known.row(values) makes one of an array.",
            )
        return values

    def standardised(self, history: History, known: Known) -> pd.Series[float]:
        """`history` made comparable and oriented: higher means more liquidity."""
        return self.orientation * standardise(history, self.standardisation, known)


def _feeding(series: str) -> tuple[str, ...]:
    return (series,) if series.endswith(":*") else fallback_chain(series)


def _start(series: str) -> pd.Timestamp:
    spec = dictionary()[series]
    return spec.usable_from or spec.first


_REGISTER: dict[tuple[str, str], Indicator] = {}  # by file and id


def indicator(
    block: Block,
    *,
    orientation: Literal[1, -1] = 1,
    standardisation: Standardisation = "expanding",
    series: tuple[str, ...] = (),
    source: str,
    preset: bool = True,
    true_vintages: bool = False,
    unit: str = "",
) -> Callable[[Measure], Measure]:
    """Register the decorated function as an indicator of `block` under its own name.

    Parameters
    ----------
    block, orientation, standardisation, series, source, preset, true_vintages, unit
        See `Indicator`.

    Raises
    ------
    ConfigError
        The block is unknown, or the docstring does not state the information set.
    """

    def register(measure: Measure) -> Measure:
        entry = Indicator(
            measure.__name__, block, measure, orientation, standardisation, series, source, preset, true_vintages, unit
        )
        _refuse_unfit(entry)
        _REGISTER[entry.origin, entry.id] = entry
        return measure

    return register


def _refuse_unfit(entry: Indicator) -> None:
    if entry.block not in BLOCKS:
        raise ConfigError(
            f"Indicator {entry.name}: block", received=entry.block, expected=f"one of {', '.join(BLOCKS)}"
        )
    if not entry.information_set:
        raise ConfigError(
            f"Indicator {entry.id} does not say what it may know",
            expected="a docstring with a sentence 'Information set: ...'",
        )


def all_indicators() -> tuple[Indicator, ...]:
    """Every indicator that comes with tidegate, in the order of the blocks, those of the preset first."""
    load_package(f"{__package__}.indicators")
    return _in_order(entry for entry in _REGISTER.values() if entry.shipped)


def registered(measure: object) -> Indicator | None:
    """The indicator that the function `measure` was registered as, or None."""
    return next((entry for entry in _REGISTER.values() if entry.measure is measure), None)


def _in_order(entries: Iterable[Indicator]) -> tuple[Indicator, ...]:
    return tuple(sorted(entries, key=lambda entry: (BLOCKS.index(entry.block), not entry.preset)))


def forget(origin: str) -> None:
    """Take back what the file `origin` registered: it is about to be run again."""
    for key in [key for key in _REGISTER if key[0] == origin]:
        del _REGISTER[key]


def chosen_indicators(config: SignalConfig) -> tuple[Indicator, ...]:
    """What the waterline of a study counts: the preset, what it adds less what it drops, and its own files'.

    Raises
    ------
    ConfigError
        A name to add or to drop is unknown, or two indicators have the same.
    """
    own = [entry for entry in _REGISTER.values() if entry.origin in config.modules]
    shipped = all_indicators()
    _refuse_unknown((*config.add, *config.drop), [entry.id for entry in (*shipped, *own)])
    counted = [*(entry for entry in shipped if entry.preset or entry.id in config.add), *own]
    chosen = _in_order(entry for entry in counted if entry.id not in config.drop)
    twice = [name for name, count in Counter(entry.id for entry in chosen).items() if count > 1]
    if twice:
        raise ConfigError(f"Two indicators have the name {twice[0]}", expected="each name once in its block")
    return chosen


def _refuse_unknown(wanted: Iterable[str], names: list[str]) -> None:
    for name in wanted:
        if name not in names:
            near = get_close_matches(name, names, 1)
            raise ConfigError(
                "signal.add or signal.drop names an unknown indicator",
                received=name,
                expected=f"one of {', '.join(names)}",
                remedy=f"Did you mean {near[0]}?" if near else "",
            )
