"""What both registers do: load every module of a package, and read what a registered function says of itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from ..errors import ConfigError, TidegateError

_INFORMATION = re.compile(r"Information set: (.*?)(?:\n\n\s+Parameters|$)", re.DOTALL)


@cache
def load_package(name: str) -> None:
    """Import every module of the package `name`, so that all it holds is registered."""
    for module in iter_modules(import_module(name).__path__):
        import_module(f"{name}.{module.name}")


def answer_of(function: Callable[[Any], Any], argument: Any, *, who: str, shipped: bool, expected: str) -> Any:
    """What a registered `function` makes of `argument`.

    Raises
    ------
    ConfigError
        A function of the user's own fails; `who` it is and what was `expected` of it stand in the message.
    """
    try:
        return function(argument)
    except TidegateError:
        raise
    except Exception as error:
        if shipped:
            raise
        failure = f"{type(error).__name__}: {error}"
        raise ConfigError(f"{who} fails", received=failure, expected=expected) from error


def first_sentence(function: Callable[..., Any]) -> str:
    """The summary of the docstring of `function` on one line."""
    return " ".join((function.__doc__ or "").partition("\n\n")[0].split())


def information_set(function: Callable[..., Any]) -> str:
    """What row t of the result of `function` may know, as its docstring states; empty when it does not."""
    found = _INFORMATION.search(function.__doc__ or "")
    return " ".join(found[1].split()) if found else ""
