"""Parameters of sleeves and strategies."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Weighting = Literal["equal", "fixed", "inverse_volatility", "momentum"]
Wrapper = Literal["vol_target", "drawdown_brake"]
Occasion = Literal["change", "schedule", "drift"]


class SleeveConfig(BaseModel):
    """One basket of assets."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    assets: tuple[str, ...] = Field(min_length=1, description="tickers")
    weighting: Weighting = Field("equal", description="how the sleeve is shared among eligible assets")
    weights: dict[str, float] = Field(
        default_factory=dict, description="for fixed weighting: one number per ticker, in proportion"
    )
    lookback: int = Field(63, ge=2, le=1260, description="sessions that volatility or momentum look back")
    cap: float = Field(1.0, gt=0, le=1, description="largest share of the sleeve for one asset")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if len(set(self.assets)) < len(self.assets):
            raise ValueError("a ticker stands twice in the sleeve")
        if self.weighting == "fixed" and (set(self.weights) != set(self.assets) or min(self.weights.values()) <= 0):
            raise ValueError("fixed weighting needs one positive weight for every ticker of the sleeve")
        if self.weighting != "fixed" and self.weights:
            raise ValueError("weights are given, but the weighting is not fixed")
        if self.cap < 1 / len(self.assets):
            raise ValueError(
                f"a cap of {self.cap:g} leaves {len(self.assets)} assets unable to fill the sleeve: "
                f"it must be at least 1/{len(self.assets)}"
            )
        return self


class TiltConfig(BaseModel):
    """The smooth toggle."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    slope: float = Field(2.0, gt=0, le=100, description="steepness of the logistic, per unit of the waterline")
    centre: float = Field(0.0, description="waterline at which the speculative share is one half")


class SpreadConfig(BaseModel):
    """Long one sleeve, short the other."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    short_share: float = Field(0.3, gt=0, lt=1, description="share of the gross that is short while SCARCE")


class TrendConfig(BaseModel):
    """The sleeve against its own average."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sessions: int = Field(200, ge=2, le=1260, description="sessions of the average")


class VolTargetConfig(BaseModel):
    """Exposure that keeps the portfolio's volatility at a target."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    volatility: float = Field(0.15, gt=0, le=2, description="annual volatility aimed at, decimal")
    lookback: int = Field(63, ge=10, le=1260, description="sessions over which volatility is measured")


class DrawdownBrakeConfig(BaseModel):
    """Less exposure after losses."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    limit: float = Field(0.2, gt=0, lt=1, description="drawdown at which the brake is put on")
    release: float = Field(0.1, ge=0, lt=1, description="drawdown at which it is let go")
    keep: float = Field(0.5, ge=0, lt=1, description="share of the exposure kept while it is on")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.release >= self.limit:
            raise ValueError("release must be smaller than limit")
        return self


class StrategyConfig(BaseModel):
    """How regimes become weights."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str = Field("toggle", min_length=1, description="rule that sets the sleeves' exposures")
    modules: tuple[str, ...] = Field((), description="your own files of strategies")
    wrap: tuple[Wrapper, ...] = Field((), description="what scales the exposures, in this order")
    neutral_share: float = Field(0.5, ge=0, le=1, description="speculative share while NEUTRAL")
    max_gross: float = Field(1.0, gt=0, le=3, description="largest sum of absolute weights; above 1 only with shorts")
    min_sessions: int = Field(63, ge=1, description="sessions since an asset was listed before it is eligible")
    min_prices: int = Field(63, ge=1, description="prices an asset must have had before it is eligible")
    empty_sleeve: Literal["refuse", "bills", "wait"] = Field(
        "refuse", description="what an empty sleeve does; bills stand in, wait begins when both hold something"
    )
    idle: Literal["cash", "bills"] = Field("cash", description="what holds the weight that no sleeve takes")
    bills: str = Field("BIL", description="ticker that stands for bills where the two keys above say so")
    rebalance_on: tuple[Occasion, ...] = Field(("change", "schedule"), description="what sends orders", min_length=1)
    rebalance_every: int = Field(4, ge=1, description="decisions between rebalances on schedule")
    drift: float = Field(0.05, gt=0, lt=1, description="drift of a weight from its target that is traded back")
    no_trade_band: float = Field(0.0, ge=0, lt=1, description="no orders while every weight is this near its target")
    tilt: TiltConfig = TiltConfig()
    spread: SpreadConfig = SpreadConfig()
    trend: TrendConfig = TrendConfig()
    vol_target: VolTargetConfig = VolTargetConfig()
    drawdown_brake: DrawdownBrakeConfig = DrawdownBrakeConfig()

    @property
    def watches_drift(self) -> bool:
        """Whether what is held between decisions decides about orders."""
        return "drift" in self.rebalance_on or self.no_trade_band > 0

    @property
    def bills_stand_in(self) -> bool:
        """Whether bills may be held beside the sleeves."""
        return "bills" in (self.empty_sleeve, self.idle)

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        if len(set(self.wrap)) < len(self.wrap):
            raise ValueError("a wrapper stands twice in wrap")
        return self
