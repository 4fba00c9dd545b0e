"""Parameters of the signal. The defaults are pre-registered: what the thesis says, not what backtests best."""

from __future__ import annotations

from datetime import date
from typing import Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

Block = Literal["water", "plumbing", "drain", "price", "credit", "tells"]
BLOCKS: tuple[Block, ...] = get_args(Block)


class RegimeConfig(BaseModel):
    """Schmitt trigger with three states; levels are in units of the waterline."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    scarce_enter: float = Field(-0.5, description="below this the regime becomes SCARCE")
    scarce_leave: float = Field(-0.2, description="above this SCARCE ends")
    abundant_enter: float = Field(0.5, description="above this the regime becomes ABUNDANT")
    abundant_leave: float = Field(0.2, description="below this ABUNDANT ends")
    min_dwell: int = Field(4, ge=1, description="decisions a regime lasts at least")
    override: float = Field(-1.5, description="below this the regime is SCARCE at once, dwell or not")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        levels = [
            self.override,
            self.scarce_enter,
            self.scarce_leave,
            self.abundant_leave,
            self.abundant_enter,
        ]
        if levels != sorted(levels):
            raise ValueError(
                "thresholds must rise: override <= scarce_enter <= scarce_leave <= abundant_leave <= abundant_enter"
            )
        return self


ClassifierName = Literal["schmitt", "jump", "markov", "moving_average"]


class JumpConfig(BaseModel):
    """Statistical jump model with three states."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    min_weeks: int = Field(156, ge=26, description="known levels before the first fit")
    refit_weeks: int = Field(26, ge=1, description="known levels between fits, each on all of the past")
    penalties: tuple[float, ...] = Field(
        (1.0, 2.0, 4.0, 8.0, 16.0),
        min_length=1,
        description="costs of a jump to choose from, in half squared units of the waterline",
    )
    horizon_weeks: int = Field(4, ge=1, description="how far ahead a state must describe the level to win the choice")

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if not all(0 < penalty < float("inf") for penalty in self.penalties):
            raise ValueError("penalties must be positive and finite")
        if list(self.penalties) != sorted(set(self.penalties)):
            raise ValueError("penalties must rise")
        return self


class MarkovConfig(BaseModel):
    """Markov switching mean with three states and one variance."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    min_weeks: int = Field(156, ge=26, description="known levels before the first fit")
    refit_weeks: int = Field(26, ge=1, description="known levels between fits, each on all of the past")


class MovingAverageConfig(BaseModel):
    """The speculative sleeve's index against its own average."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    weeks: int = Field(40, ge=2, description="span of the average")
    band: float = Field(0.02, ge=0, lt=1, description="within this share of the average the regime is NEUTRAL")


CapexForm = Literal["A", "B", "C"]


class CapexConfig(BaseModel):
    """How capex acts on liquidity (see `signals.indicators.capex`)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    form: CapexForm = Field("A", description="A: by slack; B: by the reserve threshold; C: by the funding gap")
    gamma: float = Field(2.0, gt=0, description="form B: steepness at the threshold, per percentage point")
    multiplier: float = Field(1.0, ge=0, description="form B: effect of capex while idle money exists")
    displacement: float = Field(1.0, ge=0, description="form B: effect of capex once it is gone")
    phi: float = Field(1.0, ge=0, description="form C: share of the idle stock that absorbs a year's demand")
    without: tuple[str, ...] = Field((), description="companies to leave out, for example ['ORCL']")


class SignalConfig(BaseModel):
    """How the waterline is measured."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    history_start: date = Field(date(1990, 1, 1), description="first decision that standardisation may count")
    change_weeks: int = Field(13, ge=1, description="span of changes")
    min_history_weeks: int = Field(156, ge=2, description="history an indicator needs before it counts")
    rolling_weeks: int = Field(260, ge=2, description="window for drifting levels")
    winsor: float = Field(3.0, gt=0, description="standardised values are cut at plus and minus this")
    composite_min_weeks: int = Field(52, ge=2, description="history the composite needs before it is scaled")
    min_blocks: int = Field(3, ge=1, description="fewer measured blocks hold the previous regime")
    min_coverage: float = Field(0.6, ge=0, le=1, description="less measured weight holds the previous regime")
    block_weights: dict[Block, float] = Field(
        default_factory=lambda: dict.fromkeys(BLOCKS, 1.0), description="relative weights of the blocks"
    )
    add: tuple[str, ...] = Field((), description="indicators to count beside the preset ones, as block.name")
    drop: tuple[str, ...] = Field((), description="indicators not to count, as block.name")
    modules: tuple[str, ...] = Field((), description="your own files of indicators; all of them count")
    capex: CapexConfig = CapexConfig()
    classifier: ClassifierName = Field("schmitt", description="what turns the waterline into a regime")
    regime: RegimeConfig = RegimeConfig()
    jump: JumpConfig = JumpConfig()
    markov: MarkovConfig = MarkovConfig()
    moving_average: MovingAverageConfig = MovingAverageConfig()

    @model_validator(mode="after")
    def _weighted(self) -> Self:
        if min(self.block_weights.values(), default=0.0) < 0 or sum(self.block_weights.values()) <= 0:
            raise ValueError("block_weights must be non-negative and not all zero")
        if self.rolling_weeks < self.min_history_weeks:
            raise ValueError("rolling_weeks must not be shorter than min_history_weeks")
        return self
