"""State: what a function brings along from before the audit, which no changed future can reach."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from .result import Check

_FITTED = (np.ndarray, np.generic, pd.Series, pd.DataFrame, pd.Index)
_DEEP = 4  # a pipeline's step's model's coefficients


def state_checks(subject: Any) -> Iterator[Check]:
    """A smell for each array, frame or number of numpy's that a callable holds: it may have been fitted beforehand.

    Parameters
    ----------
    subject : callable
        A function (its closure, its defaults and the globals that it names are looked at), a partial (its arguments) or
        an instance (its attributes, and theirs).
    """
    for name, value in _arrays(_held(subject), _DEEP):
        note = f"Holds {type(value).__name__} '{name}' from before the audit; pass what builds it from the data."
        yield Check("output", "state", "smell", 1, column=name, note=note)


def _held(subject: Any) -> dict[str, Any]:
    """What `subject` brings along, by name."""
    if inspect.isfunction(subject):
        named = inspect.getclosurevars(subject)
        defaults = {name: each.default for name, each in inspect.signature(subject).parameters.items()}
        return {**defaults, **named.globals, **named.nonlocals}
    if isinstance(subject, functools.partial):
        given = dict(zip(map(str, range(len(subject.args))), subject.args, strict=True))
        return {**_held(subject.func), **given, **subject.keywords}  # what is given stands in for a default
    if inspect.ismethod(subject):
        return _held(subject.__self__)
    return _parts(subject)


def _parts(value: Any) -> dict[str, Any]:
    """Members of a container and attributes of an instance; of code and of texts, nothing."""
    if isinstance(value, Mapping):
        return {str(key): member for key, member in value.items()}
    if isinstance(value, list | tuple):
        return {str(number): member for number, member in enumerate(value)}
    if inspect.isclass(value) or inspect.ismodule(value) or inspect.isroutine(value):
        return {}
    return dict(getattr(value, "__dict__", {}))


def _arrays(held: Mapping[str, Any], deep: int) -> Iterator[tuple[str, Any]]:
    for name, value in held.items():
        if isinstance(value, _FITTED):
            yield name, value
        elif deep > 1:
            yield from ((f"{name}.{inner}", array) for inner, array in _arrays(_parts(value), deep - 1))
