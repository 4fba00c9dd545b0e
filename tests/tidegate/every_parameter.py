"""Every parameter of a study, another value for each, and the switch that makes it count."""

from datetime import date
from typing import get_args

from annotated_types import Ge, Gt
from pydantic import BaseModel

from tidegate.strategies.config import Occasion, Wrapper
from tidegate.study import Study

OTHER = {  # where another value cannot be guessed from the type
    "name": "other",
    "clock.end": date(2016, 6, 1),
    "sleeves.speculative.assets": ("BTC-USD",),
    "sleeves.near_cash_flow.assets": ("MU",),
    "sleeves.speculative.weights": {"BTC-USD": 1.0},
    "sleeves.near_cash_flow.weights": {"MU": 1.0},
    "sleeves.speculative.cap": 0.5,
    "sleeves.near_cash_flow.cap": 0.5,
    "signal.block_weights": {"water": 2.0},
    "signal.jump.penalties": (1.0,),
    "signal.add": ("water.policy_shift",),
    "signal.drop": ("credit.nfci",),
    "signal.capex.without": ("ORCL",),
    "strategy.kind": "tilt",
    "strategy.wrap": get_args(Wrapper)[:1],
    "strategy.rebalance_on": get_args(Occasion)[:1],
    "strategy.bills": "SHV",
    "strategy.tilt.centre": 0.1,
    "execution.delisting_return": -0.3,
}
SWITCHED = {  # parameters under the switch that makes them count
    "signal.jump.min_weeks": {"signal.classifier": "jump"},
    "signal.jump.penalties": {"signal.classifier": "jump"},
    "signal.markov.refit_weeks": {"signal.classifier": "markov"},
    "signal.moving_average.band": {"signal.classifier": "moving_average"},
    "signal.capex.gamma": {"signal.capex.form": "B"},
    "signal.capex.multiplier": {"signal.capex.form": "B"},
    "signal.capex.displacement": {"signal.capex.form": "B"},
    "signal.capex.phi": {"signal.capex.form": "C"},
    "sleeves.speculative.lookback": {"sleeves.speculative.weighting": "momentum"},
    "sleeves.near_cash_flow.lookback": {"sleeves.near_cash_flow.weighting": "inverse_volatility"},
    "strategy.tilt.slope": {"strategy.kind": "tilt"},
    "strategy.spread.short_share": {"strategy.kind": "spread"},
    "strategy.drawdown_brake.keep": {"strategy.wrap": ("vol_target", "drawdown_brake")},
    "strategy.drift": {"strategy.rebalance_on": ("change", "drift")},
    "strategy.bills": {"strategy.idle": "bills"},
    "costs.crypto.borrow_bps": {"strategy.kind": "spread"},
    "costs.etf.borrow_bps": {"strategy.kind": "spread"},
}


def leaves(config, path=""):
    for name in type(config).model_fields:
        value, key = getattr(config, name), f"{path}{name}"
        yield from leaves(value, f"{key}.") if isinstance(value, BaseModel) else [(key, value)]


def field_of(config, key):
    *path, leaf = key.split(".")
    for step in path:
        config = getattr(config, step)
    return type(config).model_fields[leaf]


def another(key, value):
    """A value other than `value` that the field takes."""
    if key in OTHER:
        return OTHER[key]
    choices = get_args(field_of(ESSAY, key).annotation)
    if choices and all(isinstance(choice, str) for choice in choices):
        return next(choice for choice in choices if choice != value)
    if isinstance(value, bool):
        return not value
    if isinstance(value, date):
        return value.replace(year=value.year + 1)
    if isinstance(value, int):
        return value + 1
    if isinstance(value, float):
        low = [each for each in field_of(ESSAY, key).metadata if isinstance(each, Ge | Gt)]
        return value * 0.9 if value > 0 or not low else value + 0.1
    return f"{value}x"


def changed(study, changes):
    """`study` with other values by dotted key; the model as a whole is not asked whether they go together."""
    for key, value in changes.items():
        study = _with(study, key.split("."), value)
    return study


def _with(config, path, value):
    if len(path) > 1:
        value = _with(getattr(config, path[0]), path[1:], value)
    return config.model_copy(update={path[0]: value})


ESSAY = Study.load("essay")
EVERY = [(key, value) for key, value in leaves(ESSAY) if not key.endswith(".modules")]
