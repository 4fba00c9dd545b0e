"""The register of strategies: one decorated function each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.metadata import entry_points

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from ..errors import ConfigError, TidegateError
from ..signals.registered import answer_of, first_sentence, information_set, load_package
from .config import StrategyConfig
from .sleeves import SLEEVES
from .view import View

Rule = Callable[[View], pd.DataFrame]
GROUP = "tidegate.strategies"


@dataclass(frozen=True)
class Strategy:
    """One rule that sets the sleeves' exposures.

    Attributes
    ----------
    name : str
        What a study writes into ``strategy.kind``.
    rule : callable
        From a `View` to exposures, shape (decisions, sleeves).
    shorts : bool
        Whether exposures may be negative.
    source : str
        Where the rule is described.
    """

    name: str
    rule: Rule
    shorts: bool
    source: str

    @property
    def what(self) -> str:
        """First sentence of the rule's docstring."""
        return first_sentence(self.rule)

    @property
    def contract(self) -> str:
        """What the rule requires and what it sets: the second paragraph of its docstring."""
        paragraphs = (self.rule.__doc__ or "").split("\n\n")
        return " ".join(paragraphs[1].split()) if len(paragraphs) > 1 else ""

    @property
    def information_set(self) -> str:
        """What row t of the exposures may know, in words."""
        return information_set(self.rule)

    @property
    def origin(self) -> str:
        """File of the rule."""
        return self.rule.__code__.co_filename

    @property
    def shipped(self) -> bool:
        """Whether it comes with tidegate."""
        return self.rule.__module__.startswith(f"{__package__}.")

    def exposures(self, view: View) -> pd.DataFrame:
        """Exposures of the sleeves at each decision.

        Raises
        ------
        ConfigError
            The rule fails, gives something else than finite exposures of the two sleeves, goes short undeclared,
            exceeds ``max_gross``, or sums to more than 1.
        """
        who = f"Strategy {self.name}"
        exposures: pd.DataFrame = answer_of(
            self.rule, view, who=who, shipped=self.shipped, expected="exposures of the sleeves"
        )
        self._refuse_misshapen(exposures, view)
        self._refuse_excess(exposures, view.config)
        return exposures.astype(float)

    def _refuse_misshapen(self, exposures: object, view: View) -> None:
        fits = isinstance(exposures, pd.DataFrame) and list(exposures.columns) == list(SLEEVES)
        fits = fits and all(map(is_numeric_dtype, exposures.dtypes))  # type: ignore[attr-defined]
        if not fits or not exposures.index.equals(view.regime.index):  # type: ignore[attr-defined]
            raise ConfigError(
                f"Strategy {self.name} does not give exposures",
                received=type(exposures).__name__,
                expected=f"a DataFrame of numbers on view.decisions with the columns {', '.join(SLEEVES)}",
                remedy="view.exposures(speculative=..., near_cash_flow=...) makes one.",
            )

    def _refuse_excess(self, exposures: pd.DataFrame, config: StrategyConfig) -> None:
        values = exposures.to_numpy(dtype=float)
        least = -config.max_gross if self.shorts else 0.0
        finite = np.isfinite(values)
        held = np.where(finite, values, 0.0)
        wrong = ~finite.all(axis=1) | (held < least - 1e-12).any(axis=1)
        wrong |= np.abs(held).sum(axis=1) > config.max_gross + 1e-9
        wrong |= held.sum(axis=1) > 1.0 + 1e-9  # nobody lends money here
        if wrong.any():
            row = int(np.argmax(wrong))
            signs = "" if self.shorts else "non-negative, "
            raise ConfigError(
                f"Strategy {self.name} at {exposures.index[row]}",
                received=", ".join(f"{name} {value:g}" for name, value in zip(SLEEVES, values[row], strict=True)),
                expected=f"finite, {signs}values that sum to at most 1, absolute ones to {config.max_gross:g}",
            )


_REGISTER: dict[tuple[str, str], Strategy] = {}  # by file and name


def strategy(*, source: str, name: str = "", shorts: bool = False) -> Callable[[Rule], Rule]:
    """Register the decorated function as a strategy under its own name.

    Parameters
    ----------
    source, name, shorts
        See `Strategy`.

    Raises
    ------
    ConfigError
        The docstring does not state what the rule requires, sets and may know.
    """

    def register(rule: Rule) -> Rule:
        entry = Strategy(name or rule.__name__, rule, shorts, source)
        if not entry.information_set or "Requires" not in entry.contract or "Sets" not in entry.contract:
            raise ConfigError(
                f"Strategy {entry.name} does not say what it requires, sets and may know",
                expected="a docstring whose second paragraph says 'Requires ...' and 'Sets ...', and then a sentence "
                "'Information set: ...'",
            )
        _REGISTER[entry.origin, entry.name] = entry
        return rule

    return register


def forget(origin: str) -> None:
    """Take back what the file `origin` registered: it is about to be run again."""
    for key in [key for key in _REGISTER if key[0] == origin]:
        del _REGISTER[key]


def all_strategies(modules: tuple[str, ...] = ()) -> tuple[Strategy, ...]:
    """Shipped strategies, those of installed packages, and those of the files `modules`; by name within each."""
    load_package(f"{__package__}.kinds")
    _load_installed()
    installed = [each for each in _REGISTER.values() if each.shipped or each.origin in modules or not _by_path(each)]
    return tuple(sorted(installed, key=lambda each: (not each.shipped, each.name)))


@cache
def _load_installed() -> None:
    """Load the strategies of installed packages; looking for them takes longer than asking one."""
    for entry in entry_points(group=GROUP):
        try:
            entry.load()
        except TidegateError:
            raise
        except Exception as error:  # somebody else's code may fail in any way
            raise ConfigError(
                f"The entry point {entry.name} of {GROUP} fails",
                received=f"{entry.value}: {type(error).__name__}: {error}",
                expected="a module that Python can load",
                remedy="Mend or uninstall the package that brings it.",
            ) from error


def _by_path(entry: Strategy) -> bool:
    return entry.rule.__module__.startswith("tidegate_user_")


def chosen_strategy(config: StrategyConfig) -> Strategy:
    """The strategy that the study asks for.

    Raises
    ------
    ConfigError
        There is none of that name, or two.
    """
    found = all_strategies(config.modules)
    named = [entry for entry in found if entry.name == config.kind]
    if len(named) > 1:
        raise ConfigError(f"Two strategies have the name {config.kind}", expected="each name once")
    if named:
        return named[0]
    names = [entry.name for entry in found]
    near = get_close_matches(config.kind, names, 1)
    raise ConfigError(
        "strategy.kind names an unknown strategy",
        received=config.kind,
        expected=f"one of {', '.join(names)}",
        remedy=f"Did you mean {near[0]}?" if near else "Name your own file in strategy.modules.",
    )
