"""Turning pydantic's findings about a study into one readable paragraph."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ValidationError

from .errors import ConfigError


def nearest(word: str, choices: Iterable[str]) -> str | None:
    """The choice that looks most like `word`, or None when nothing does."""
    close = difflib.get_close_matches(word, list(choices), n=1, cutoff=0.5)
    return close[0] if close else None


def explain(error: ValidationError, model: type[BaseModel], place: str) -> ConfigError:
    """The first finding of `error` as a ConfigError that names the key, the value and what is near."""
    finding = error.errors()[0]
    path = [str(step) for step in finding["loc"]]
    key = ".".join(path) or "study"
    if finding["type"] == "extra_forbidden":
        siblings = _fields_at(model, path[:-1])
        near = nearest(path[-1], siblings)
        return ConfigError(
            f"{place} has an unknown key {key}",
            received=f"{key} = {finding['input']!r}",
            expected=f"one of {', '.join(siblings)}" if siblings else "no further keys here",
            remedy=f"Did you mean {'.'.join([*path[:-1], near])}?" if near else "",
        )
    if finding["type"] == "missing":
        return ConfigError(f"{place} lacks the key {key}", expected=f"a value for {key}")
    if finding["type"] == "value_error":
        where = f"{place}, key {key}" if path else place
        return ConfigError(f"{where}: {finding['msg'].removeprefix('Value error, ')}")
    expected = finding["msg"].replace("a valid tuple", "a list").replace("Input should be", "a value that is")
    return ConfigError(f"{place}, key {key}", received=_short(finding["input"]), expected=expected)


def _fields_at(model: type[BaseModel], path: list[str]) -> list[str]:
    """Names of the keys that `model` knows at `path`."""
    current: Any = model
    for step in path:
        field = current.model_fields.get(step)
        current = field.annotation if field else None
        if not (isinstance(current, type) and issubclass(current, BaseModel)):
            return []
    return list(current.model_fields)


def _short(value: Any) -> Any:
    """`value`, or the beginning of it where it would fill the screen."""
    return value if len(str(value)) <= 120 else str(value)[:117] + "..."
