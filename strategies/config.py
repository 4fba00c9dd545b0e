"""Parameters of sleeves and strategies."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class SleeveConfig(BaseModel):
    """One basket of assets."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    assets: tuple[str, ...] = Field(min_length=1, description="tickers")
    weighting: Literal["equal", "fixed"] = Field("equal", description="how the sleeve is shared among eligible assets")
    weights: dict[str, float] = Field(default_factory=dict, description="for fixed weighting: one number per ticker")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if len(set(self.assets)) < len(self.assets):
            raise ValueError("a ticker stands twice in the sleeve")
        if self.weighting == "fixed" and (set(self.weights) != set(self.assets) or min(self.weights.values()) <= 0):
            raise ValueError("fixed weighting needs one positive weight for every ticker of the sleeve")
        if self.weighting != "fixed" and self.weights:
            raise ValueError("weights are given, but the weighting is not fixed")
        return self


class StrategyConfig(BaseModel):
    """How regimes become weights."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["toggle"] = Field("toggle", description="rule that turns the regime into sleeve exposures")
    neutral_share: float = Field(0.5, ge=0, le=1, description="speculative share while NEUTRAL")
    min_sessions: int = Field(63, ge=1, description="sessions an asset must have traded before it is eligible")
    rebalance_every: int = Field(4, ge=1, description="decisions between rebalances while nothing changes")
