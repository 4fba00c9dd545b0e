"""The register of classifiers: one decorated function each, all called online."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pydantic import BaseModel

from ..config import ClassifierName, SignalConfig
from ..known import Known
from ..registered import first_sentence, information_set, load_package

Call = Callable[["pd.Series[float]", Known], "pd.Series[str]"]


@dataclass(frozen=True)
class Classifier:
    """One way to call the regime.

    Attributes
    ----------
    name : str
        What a study writes into ``signal.classifier``.
    call : callable
        From the waterline and `Known` to the regime at each decision; reads its parameters in ``known.config``.
    config : type of BaseModel
        Its parameters.
    source : str
        Where the method is described.
    """

    name: ClassifierName
    call: Call
    config: type[BaseModel]
    source: str

    @property
    def what(self) -> str:
        """First sentence of the function's docstring."""
        return first_sentence(self.call)

    @property
    def information_set(self) -> str:
        """What the regime of row t is allowed to know, in words."""
        return information_set(self.call)

    def fit_predict_online(self, level: pd.Series[float], known: Known) -> pd.Series[str]:
        """Regime at each decision, as it could have been called then.

        Parameters
        ----------
        level : Series, shape (decisions,)
            The waterline; NaN holds the previous regime, whatever the classifier looks at.
        known : Known
            What each decision may look at, and the configuration.

        Returns
        -------
        Series of str
            ABUNDANT, NEUTRAL or SCARCE; missing before the first call. Information set of row t: levels up to t and
            what was known by t. Later rows never change earlier ones, and fits see no row after their own.
        """
        called = self.call(level, known)
        counts = level.notna().to_numpy() & called.notna().to_numpy()
        last = np.maximum.accumulate(np.where(counts, np.arange(len(counts)), -1))
        return pd.Series(called.array.take(last, allow_fill=True), index=level.index, name="regime")


_REGISTER: dict[ClassifierName, Classifier] = {}


def classifier(name: ClassifierName, *, config: type[BaseModel], source: str) -> Callable[[Call], Call]:
    """Register the decorated function as a classifier; the parameters are described in `Classifier`."""

    def register(call: Call) -> Call:
        _REGISTER[name] = Classifier(name, call, config, source)
        return call

    return register


def all_classifiers() -> tuple[Classifier, ...]:
    """Every registered classifier, by name."""
    load_package(__package__)
    return tuple(_REGISTER[name] for name in sorted(_REGISTER))


def chosen_classifier(config: SignalConfig) -> Classifier:
    """The classifier that the study asks for."""
    load_package(__package__)
    return _REGISTER[config.classifier]
