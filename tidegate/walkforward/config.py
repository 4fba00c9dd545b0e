"""Parameters of a walk-forward."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ..errors import ConfigError
from ..study import Study
from ..study_errors import explain

Criterion = Literal["sharpe", "sortino", "growth"]
_MOST_SPLITS = 1000


class WalkConfig(BaseModel):
    """How a walk-forward trains, tests and chooses."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    train: float = Field(5.0, ge=0.25, le=50, description="years that a choice looks back on, in whole months")
    test: float = Field(1.0, ge=0.08, le=50, description="years that a choice is kept for, in whole months")
    anchored: bool = Field(False, description="whether every training begins with the first session")
    purge: int = Field(5, ge=0, le=252, description="sessions left out of a training next to a test")
    embargo: int = Field(
        21, ge=0, le=252, description="further sessions left out of a training after a test; only the paths train so"
    )
    criterion: Criterion = Field("sharpe", description="what the best member has most of")
    held: float = Field(1.0, gt=0, le=1, description="least share of a training that a member must have been held")
    paths: bool = Field(False, description="whether to make the paths of combinatorial purged cross-validation")
    groups: int = Field(8, ge=3, le=30, description="groups of sessions that the paths are made from")
    test_groups: int = Field(2, ge=2, description="groups that are tested at once")

    @model_validator(mode="after")
    def _combinable(self) -> Self:
        if self.test_groups >= self.groups:
            raise ValueError("test_groups must be smaller than groups: something must be left to train on")
        if math.comb(self.groups, self.test_groups) > _MOST_SPLITS:
            raise ValueError(f"groups and test_groups make more than {_MOST_SPLITS:,} trainings")
        return self

    @property
    def train_months(self) -> int:
        """Length of a training."""
        return round(12 * self.train)

    @property
    def test_months(self) -> int:
        """Length of a test."""
        return round(12 * self.test)

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> Self:
        """A configuration from plain data; ConfigError where it is none."""
        try:
            return cls.model_validate(dict(raw))
        except ValidationError as error:
            raise explain(error, cls, "The walk-forward") from None


def spelled(months: int) -> str:
    """A length in words: whole years where it is that, else months."""
    count, unit = (months, "month") if months % 12 else (months // 12, "year")
    return f"{count} {unit}{'' if count == 1 else 's'}"


def refuse_misfits(config: WalkConfig, study: Study) -> None:
    """Raise ConfigError where a training could see what its test trades on."""
    least = study.execution.lag + 1
    if config.purge < least:
        raise ConfigError(
            "The purge of the walk-forward",
            received=config.purge,
            expected=f"at least {least} sessions, the execution lag and one",
            remedy="A choice must be known before the first decision that trades on it.",
        )
