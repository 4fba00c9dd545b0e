"""One entry to every source: `load_market`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ConfigError
from .market import Market

if TYPE_CHECKING:
    from .dating import Report
    from .economy import EconomyConfig
    from .layers import Layer


def load_market(
    data: str | Path | Sequence[str | Path] = "synthetic",
    *,
    economy: EconomyConfig | None = None,
    assets: Collection[str] | None = None,
    report: Report | None = None,
) -> Market:
    """Load a market.

    Parameters
    ----------
    data : str, Path or sequence of them
        ``"synthetic"``; or any of ``"live"``, snapshots of a store and folders in the layout of the `files` source,
        later ones adding to earlier ones.
    economy : EconomyConfig, optional
        Seed, effect and span of the synthetic economy.
    assets : collection of str, optional
        Tickers that ``"live"`` shall have; every ticker of ``assets.csv`` when not given.
    report : callable, optional
        Called with each problem of a file instead of raising it; the file is then left out.

    Returns
    -------
    Market

    Raises
    ------
    ConfigError
        An unknown source, a folder that does not exist, or sources that cannot be combined.
    DataError
        Files that cannot be read as what they claim to be.
    SourceError
        ``"live"`` reached nothing and the store holds nothing usable.
    """
    sources = [data] if isinstance(data, str | Path) else list(data)
    if sources == ["synthetic"]:
        from .economy import EconomyConfig, make_economy

        return make_economy(economy or EconomyConfig())
    if not sources or "synthetic" in sources:
        raise ConfigError(
            "--data",
            received=" ".join(map(str, sources)),
            expected="'synthetic' alone, or any of 'live' and folders",
        )
    return _from_layers([_layer(source, assets, report) for source in sources], sources)


def _layer(source: str | Path, assets: Collection[str] | None, report: Report | None) -> Layer:
    if source == "live":
        return _live(assets)
    from .dating import raise_problem
    from .files import read_folder
    from .store import is_snapshot, read_snapshot

    folder = Path(source)
    return read_snapshot(folder) if is_snapshot(folder) else read_folder(folder, report=report or raise_problem)


def _live(assets: Collection[str] | None) -> Layer:
    from .assets import known_assets
    from .live.settings import LiveSettings
    from .live.source import bring_up_to_date, read_live

    settings = LiveSettings.from_environment()
    return read_live(settings, bring_up_to_date(assets or known_assets(), settings))


def _from_layers(layers: Sequence[Layer], sources: Sequence[str | Path]) -> Market:
    from .assemble import assemble
    from .capex import capex_facts
    from .layers import merge_layers
    from .quality import check_layer

    whole = merge_layers(layers)
    if not any(name.startswith("capex:") for name in whole.series):
        whole = replace(merge_layers([capex_facts(), whole]), place=whole.place)
    checked = replace(whole, findings=(*whole.findings, *check_layer(whole)))
    return assemble(checked, source="live" if "live" in sources else "files")
