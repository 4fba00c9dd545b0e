"""One entry to every source: `load_market`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ConfigError
from .market import Market

if TYPE_CHECKING:
    from .economy import EconomyConfig


def load_market(
    data: str | Path | Sequence[str | Path] = "synthetic", *, economy: EconomyConfig | None = None
) -> Market:
    """Load a market.

    Parameters
    ----------
    data : str, Path or sequence of them
        ``"synthetic"``, or one or more folders in the layout of the `files` source; later folders add to earlier ones.
    economy : EconomyConfig, optional
        Seed, effect and span of the synthetic economy.

    Returns
    -------
    Market

    Raises
    ------
    ConfigError
        An unknown source, a folder that does not exist, or sources that cannot be combined.
    DataError
        Files that cannot be read as what they claim to be.
    """
    sources = [data] if isinstance(data, str | Path) else list(data)
    if sources == ["synthetic"]:
        from .economy import EconomyConfig, make_economy

        return make_economy(economy or EconomyConfig())
    if "live" in sources:
        raise ConfigError("--data live is not in this version", expected="'synthetic', or folders of your files")
    if not sources or "synthetic" in sources:
        raise ConfigError(
            "--data",
            received=" ".join(map(str, sources)),
            expected="'synthetic' alone, or one or more folders",
        )
    from .files import load_files

    return load_files([Path(source) for source in sources])
