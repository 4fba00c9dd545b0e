"""Parameters of execution, costs and evidence."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ..data.assets import AssetClass


class ClassCost(BaseModel):
    """What trading an asset class costs, in basis points of the notional."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fee_bps: float = Field(ge=0, le=1000, description="commission")
    spread_bps: float = Field(ge=0, le=1000, description="half the bid-ask spread and slippage")
    borrow_bps: float = Field(50, ge=0, le=10_000, description="what a short position costs in a year")

    @property
    def rate(self) -> float:
        """Cost per unit of notional, decimal."""
        return (self.fee_bps + self.spread_bps) * 1e-4


class CostConfig(BaseModel):
    """Costs per asset class."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    crypto: ClassCost = ClassCost(fee_bps=20, spread_bps=5, borrow_bps=1000)
    equity: ClassCost = ClassCost(fee_bps=1, spread_bps=4)
    etf: ClassCost = ClassCost(fee_bps=1, spread_bps=2)
    bills: ClassCost = ClassCost(fee_bps=1, spread_bps=1)

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, given: Any) -> Any:
        """A class that is given in part keeps its other defaults."""
        if not isinstance(given, dict):
            return given
        defaults = {name: field.default.model_dump() for name, field in cls.model_fields.items()}
        return {
            name: {**defaults[name], **value} if name in defaults and isinstance(value, dict) else value
            for name, value in given.items()
        }

    def of(self, asset_class: AssetClass) -> ClassCost:
        """What trading `asset_class` costs."""
        cost: ClassCost = getattr(self, asset_class)
        return cost


class Limits(BaseModel):
    """What target weights may be."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    gross: float = Field(1.0, gt=0, description="largest sum of absolute weights")
    shorts: bool = Field(False, description="whether weights may be negative")


class ExecutionConfig(BaseModel):
    """How targets become fills."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lag: int = Field(1, ge=1, le=20, description="sessions from the decision to the close that fills it")
    delisting_return: float = Field(0.0, gt=-1, le=0, description="last return of an asset whose prices end for good")
    missing_fill: Literal["error", "defer"] = Field("error", description="what a missing price on a fill session does")
    capital_usd: float = Field(1_000_000.0, gt=0, description="money before the first fill")


class EvidenceConfig(BaseModel):
    """How much chance is simulated."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = Field(20260201, ge=0, description="seed of the bootstrap and of the shifts")
    bootstrap: int = Field(1000, ge=100, description="resamples of the Sharpe difference")
    block_sessions: int = Field(63, ge=1, description="mean length of a bootstrap block")
    shifts: int = Field(99, ge=19, description="circular shifts of the regime path")
    baskets: int = Field(99, ge=19, description="random baskets in place of names chosen with hindsight")
