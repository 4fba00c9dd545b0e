"""What can be chosen about the synthetic world."""

from __future__ import annotations

from datetime import date
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

# Five years of history come before the first session, and filings up to six weeks after the last one need a
# session to become known: the exchange calendar runs from 1990 to 2035.
EARLIEST, LATEST = date(1995, 1, 1), date(2035, 10, 31)

Episode = Literal["none", "surplus", "taper", "stress", "capex_boom"]


class EconomyConfig(BaseModel):
    """One synthetic world; equal configurations give bit-identical markets."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = Field(7, ge=0, description="Seed of every shock in the world.")
    effect: float = Field(
        1.0,
        ge=0.0,
        le=3.0,
        description=(
            "How strongly expected returns respond to true liquidity: 1 = the thesis holds, 0 = the null "
            "world with the same shocks and the same economic series, in which liquidity moves no price."
        ),
    )
    episode: Episode = Field(
        "none",
        description=(
            "A scripted push on the hidden state in the last four years: surplus (idle money, easing, capex that "
            "stimulates), taper (policy drains the pool), stress (a funding crisis of weeks), capex_boom (capex "
            "surges after the idle money is gone), none."
        ),
    )
    first_session: date = Field(
        date(2005, 1, 3),
        ge=EARLIEST,
        le=LATEST,
        description=(
            "Prices start at the first exchange session on or after this date; economic series start on "
            "1 January five years before."
        ),
    )
    last_session: date = Field(
        date(2024, 12, 31),
        ge=EARLIEST,
        le=LATEST,
        description="Prices and releases end with the last exchange session on or before this date.",
    )

    @model_validator(mode="after")
    def _at_least_a_month(self) -> Self:
        if (self.last_session - self.first_session).days < 31:
            raise ValueError(
                f"last_session {self.last_session} must come at least 31 days after first_session {self.first_session}"
            )
        return self
