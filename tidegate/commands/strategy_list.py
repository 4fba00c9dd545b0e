"""The strategies that a study can name, for `tidegate run --list`."""

from __future__ import annotations

from rich.console import Console

from ..strategies import Strategy, all_strategies
from ..study import Study
from ..user_modules import load_modules
from .options import print_json


def show(study: Study, console: Console, *, as_json: bool) -> None:
    """Print every registered strategy: name, what it does, what it requires and sets, what it may know."""
    load_modules(study.strategy.modules)
    entries = all_strategies(study.strategy.modules)
    if as_json:
        print_json({entry.name: _plain(entry) for entry in entries})
        return
    for entry in entries:
        console.print(f"{entry.name}  {entry.what}", markup=False)
        for line in (entry.contract, f"Information set: {entry.information_set}", f"Source: {entry.source}"):
            console.print(f"    {line}".replace("``", ""), markup=False)


def _plain(entry: Strategy) -> dict[str, object]:
    return {
        "what": entry.what,
        "contract": entry.contract,
        "information_set": entry.information_set,
        "source": entry.source,
        "shorts": entry.shorts,
        "shipped": entry.shipped,
    }
