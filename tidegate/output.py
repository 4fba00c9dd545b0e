"""The files of a run, as contracted."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from . import pages
from .output_folder import whole_folder, write_json
from .study import as_mapping

if TYPE_CHECKING:
    from .result import RunResult

_MARK = "manifest.json"
_LIBRARIES = ("tidegate", "vectorbt", "pandas", "numpy", "quantstats")


def write_run(result: RunResult, folder: Path) -> Path:
    """Write the contracted files of a run into `folder`, replacing an earlier run there."""
    with whole_folder(folder, mark=_MARK) as draft:
        (draft / "tearsheet.html").write_text(pages.tearsheet(result), encoding="utf-8")
        (draft / "regime.html").write_text(pages.regime_page(result), encoding="utf-8")
        write_json(draft / "summary.json", result.summary())
        strategy = result.portfolios["strategy"]
        returns = pd.DataFrame({name: portfolio.returns for name, portfolio in result.portfolios.items()})
        returns.to_parquet(draft / "returns.parquet")
        result.target_weights().to_parquet(draft / "weights.parquet")
        strategy.orders.to_parquet(draft / "orders.parquet")
        result.decisions.waterline.frame().to_parquet(draft / "waterline.parquet")
        write_json(draft / _MARK, manifest(result))
    return folder


def manifest(result: RunResult) -> dict[str, Any]:
    """What it takes to make the run again."""
    provenance = result.market.provenance
    return {
        "schema": 1,
        "study": dict(as_mapping(result.study)),
        "config_hash": result.study.config_hash,
        "data": {
            "source": provenance.source,
            "synthetic": provenance.synthetic,
            "hash": result.market.digest,
            "notes": list(provenance.notes),
            "findings": [finding.as_dict() for finding in result.findings],
        },
        "libraries": {name: version(name) for name in _LIBRARIES},
    }
