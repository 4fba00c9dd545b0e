"""What both registers do: load every module of a package, and read what a registered function says of itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

_INFORMATION = re.compile(r"Information set: (.*?)(?:\n\n\s+Parameters|$)", re.DOTALL)


@cache
def load_package(name: str) -> None:
    """Import every module of the package `name`, so that all it holds is registered."""
    for module in iter_modules(import_module(name).__path__):
        import_module(f"{name}.{module.name}")


def first_sentence(function: Callable[..., Any]) -> str:
    """The summary of the docstring of `function` on one line."""
    return " ".join((function.__doc__ or "").partition("\n\n")[0].split())


def information_set(function: Callable[..., Any]) -> str:
    """What row t of the result of `function` may know, as its docstring states; empty when it does not."""
    found = _INFORMATION.search(function.__doc__ or "")
    return " ".join(found[1].split()) if found else ""
