"""Functions with one planted leak each, and honest ones that a naive comparison would take for leaky.

Everything stands at module level, so that fresh interpreters can import it.
"""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy.signal import butter, fftconvolve, lfilter

import tidegate as tg
from tests.worlds import days, market_of, random_prices, release_rows
from tidegate.causality.locate import END
from tidegate.data.clock import bars_known, decision_instants, session_closes
from tidegate.data.releases import Releases

FIRST, LAST = "2010-01-04", "2012-12-31"
STOCKS = ("SPY", "QQQ", "MU", "CRM", "IGV")
ASSETS = (*STOCKS, "BTC-USD")
PRICES = tuple(f"price:{asset}" for asset in ASSETS)
STOCK_PRICES = PRICES[:-1]
WINNERS = ("price:QQQ", "price:MU")  # of the stocks, those that change the three best at the first cut
SHORT = ("signal.history_start=2008-01-01", "signal.jump.min_weeks=60")  # a study of a few years
CUT, SCRAMBLE, APPEND, MEMORY = "prefix invariance", "future scramble", "append invariance", "memory"


@dataclass(frozen=True)
class Plant:
    """One function, and where its leak is.

    `series` are those that the audit should name, all of them and no others; `checks` those that must see the leak.
    """

    name: str
    subject: Any
    data: Callable[[], Any]
    node: str = "output"
    series: tuple[str, ...] = ()
    checks: frozenset[str] = frozenset({CUT})
    options: Mapping[str, Any] = field(default_factory=lambda: {"jobs": 1})


# The data


@functools.cache
def market():
    """Three years, six assets, a daily, a weekly and a twice revised quarterly series."""
    sessions, rng = days(FIRST, LAST), np.random.default_rng(3)
    vix = release_rows(
        "VIXCLS", sessions, session_closes(sessions).tz_localize(None), rng.lognormal(3.0, 0.3, len(sessions))
    )
    wednesdays = pd.date_range(FIRST, "2012-12-26", freq="W-WED")
    assets = rng.normal(0.0, 9.0, len(wednesdays)).cumsum() + 2500.0
    walcl = release_rows("WALCL", wednesdays, wednesdays + pd.Timedelta("1D 21:30:00"), assets)
    quarters = pd.date_range("2009-01-01", "2012-07-01", freq="QS")
    output = 15000.0 + 100.0 * np.arange(len(quarters))
    gdp = [
        release_rows("GDP", quarters, quarters + pd.Timedelta(days=115 + 30 * vintage), output + rng.normal(0, 60, 15))
        for vintage in range(3)
    ]
    prices = random_prices(FIRST, LAST, ASSETS, seed=7, listed={"CRM": 60})
    return market_of(prices, pd.concat([vix, walcl, *gdp]))


@functools.cache
def frame(first=FIRST, last=LAST):
    """Daily rows of a price, of a slow signal, and of a monthly number that is missing in between."""
    index, rng = pd.bdate_range(first, last), np.random.default_rng(5)
    signal = lfilter([1.0], [1.0, -0.8], rng.normal(size=len(index)))
    monthly = np.diff(index.month, prepend=0) != 0
    macro = np.where(monthly, rng.normal(100.0, 5.0, len(index)), np.nan)
    price = 80.0 * np.exp(rng.normal(0.0003, 0.01, len(index)).cumsum())
    return pd.DataFrame({"price": price, "signal": signal, "macro": macro}, index=index)


def twenty_years():
    return frame("2001-01-02", "2020-12-31")


@functools.cache
def economy():
    from tidegate.data.economy import EconomyConfig, make_economy

    return make_economy(EconomyConfig(first_session="2013-01-02", last_session="2014-12-31"))


@functools.cache
def stamped_by_period():
    """An economy in which the balance sheet of a Wednesday is public at the midnight with which it begins."""
    table = economy().releases.table.copy()
    weekly = table["series"] == "WALCL"
    table.loc[weekly, "released"] = table.loc[weekly, "period"].dt.tz_localize("UTC")
    return replace(economy(), releases=Releases(table, economy().releases.pseudo_pit))


def study():
    return tg.Study.load("proxies", SHORT)


def returns(data, assets=STOCKS):
    return data.prices[list(assets)].pct_change(fill_method=None)


# Leaks


def tomorrow(data):
    return data["price"].pct_change(fill_method=None).shift(-1)


def filled_backwards(data):
    return data["macro"].bfill()


def centred(data):
    return data["signal"].rolling(5, center=True).mean()


def whole_mean(data):
    return data["signal"] - data["signal"].mean()


def whole_std(data):
    return data["signal"] / data["signal"].std()


def whole_rank(data):
    return data["signal"].rank(pct=True)


def whole_pca(data):
    table = returns(data).fillna(0.0)
    return table @ first_axis(table)


def whole_beta(data):
    table = returns(data, ("MU", "SPY")).fillna(0.0)
    return table["MU"] - table.cov().loc["MU", "SPY"] / table["SPY"].var() * table["SPY"]


def smoothed_states(data):
    return states(data, "smoothed_marginal_probabilities")


def viterbi_path(data):
    """The likeliest path of two states, traced back from its end."""
    values = data["signal"].dropna()
    scores, came_from = viterbi_scores(values.to_numpy())
    path = np.empty(len(values), dtype=int)
    path[-1] = scores[-1].argmax()
    for row in range(len(path) - 1, 0, -1):
        path[row - 1] = came_from[row, path[row]]
    return pd.Series(path, index=values.index)


def interpolated(data):
    return data["macro"].interpolate()


def resampled_left(data):
    return data["signal"].resample("W-MON", label="left", closed="left").mean()


def latest_vintage(data):
    """Growth of each quarter as it looks at the end of the data, on the days on which it was first known."""
    table = data.releases.table
    gdp = table[table["series"] == "GDP"].groupby("period")
    return gdp["value"].last().set_axis(pd.DatetimeIndex(gdp["released"].first()))


def adjusted_level(data):
    """Whether an adjusted close is high: a later split moves all of them."""
    return (data.prices["MU"] > 60.0).astype(float)


def winners(data):
    """The mean return of the three assets that gained most in the end."""
    table = data.prices[list(STOCKS)].ffill()
    gains = table.iloc[-1] / table.bfill().iloc[0]
    return returns(data, gains.nlargest(3).index).mean(axis="columns")


class FittedWhenBuilt:
    """A study whose scaler is fitted in its constructor."""

    def __init__(self, data):
        from sklearn.preprocessing import StandardScaler

        self.scaler = StandardScaler().fit(data[["signal"]].to_numpy())

    def __call__(self, data):
        return pd.Series(self.scaler.transform(data[["signal"]].to_numpy())[:, 0], index=data.index)


_SEEN: dict[str, float] = {}


def remembers_first_mean(data):
    """The mean of the data of the first call stays for all later ones."""
    mean = _SEEN.setdefault("mean", float(data["signal"].mean()))
    return data["signal"] - mean


class Unequalled:
    """A frame that hides its content from a cache."""

    def __init__(self, data):
        self.data = data

    def __hash__(self):
        return hash(tuple(self.data.columns))

    def __eq__(self, other):
        return tuple(self.data.columns) == tuple(other.data.columns)


@functools.lru_cache
def _largest(wrapped):
    return float(wrapped.data["price"].max())


def cached_by_columns(data):
    """A cache whose key is the names of the columns, not what stands in them."""
    return data["price"] / _largest(Unequalled(data))


def one_month(data):
    """Honest but for June 2013, when it knows the next day."""
    position = data["price"].pct_change(fill_method=None)
    leaky = (data.index.year == 2013) & (data.index.month == 6)
    return position.mask(leaky, position.shift(-1))


def volatility_target(data):
    """Honest exposures, scaled to the volatility of the whole sample."""
    gained = returns(data)
    exposures = gained.rolling(20).mean().clip(lower=0.0)
    made = (exposures.shift() * gained).mean(axis="columns")
    return {"exposures": exposures, "weights": exposures.mul(0.01).div(made.std())}


def early_crypto(data):
    """The bar of a day, before the day is over in UTC."""
    return data.prices["BTC-USD"].pct_change(fill_method=None)


def length_seeded(data):
    """Noise from a generator seeded with the number of rows."""
    return pd.Series(np.random.default_rng(len(data)).normal(size=len(data)), index=data.index)


def same_bar(decisions, sessions, *, lag):
    """A lag that fills at the last close before the decision."""
    closes = session_closes(sessions)
    return sessions[np.maximum(closes.searchsorted(decisions, side="left") - 1, 0)]


# Honest


def fft_mean(data):
    """A mean of 20 rows as a convolution: its rounding depends on the length and on every value."""
    values = data["signal"].fillna(0.0).to_numpy()
    return pd.Series(fftconvolve(values, np.full(20, 0.05))[: len(values)], index=data.index)


def backward_sums(data):
    """A mean of 20 rows out of sums that run from the end."""
    values = data["signal"].fillna(0.0).to_numpy()
    from_here = np.append(values[::-1].cumsum()[::-1], 0.0)
    first = np.maximum(np.arange(len(values)) - 19, 0)
    return pd.Series((from_here[first] - from_here[1:]) / 20.0, index=data.index)


def pairwise_sums(data):
    """Sums over blocks that are laid out from the end of the data."""
    values = data["signal"].fillna(0.0).to_numpy()
    padded = np.append(np.zeros(-len(values) % 64), values).reshape(-1, 64)
    inside = padded.cumsum(axis=1)
    before = np.append(0.0, inside[:-1, -1]).cumsum()[:, None]
    return pd.Series((inside + before).ravel()[-len(values) :], index=data.index)


def expanding_score(data):
    past = data["signal"].expanding(30)
    return (data["signal"] - past.mean()) / past.std()


def expanding_rank(data):
    return data["signal"].expanding(30).rank(pct=True)


def exponential(data):
    return data.ewm(halflife=10).mean()


def butterworth(data):
    return pd.Series(lfilter(*butter(3, 0.1), data["signal"].fillna(0.0)), index=data.index)


def kalman(data):
    """A local level; missing values only widen its variance."""
    level, variance, out = 0.0, 10.0, []
    for value in data["signal"].to_numpy():
        variance += 0.1
        if np.isfinite(value):
            gain = variance / (variance + 1.0)
            level, variance = level + gain * (value - level), variance * (1.0 - gain)
        out.append((level, variance))
    return pd.DataFrame(out, index=data.index, columns=["level", "variance"])


def filtered_states(data):
    return states(data, "filtered_marginal_probabilities")


def online_viterbi(data):
    """Where the likeliest path up to each row ends."""
    values = data["signal"].dropna()
    return pd.Series(viterbi_scores(values.to_numpy())[0].argmax(axis=1), index=values.index)


@functools.lru_cache(maxsize=8)
def _means(content):
    return np.frombuffer(content).cumsum()


def cached_by_content(data):
    """A cache whose key is all that it depends on."""
    return pd.Series(_means(data["signal"].fillna(0.0).to_numpy().tobytes()), index=data.index)


class Lazy:
    """Makes its table when it is first asked, and keeps it."""

    def __init__(self, data):
        self.data = data

    @functools.cached_property
    def trend(self):
        return self.data["price"].rolling(20).mean()

    def __call__(self, data):
        return self.data["price"] / self.trend


def seeded_noise(data):
    return data["signal"] + np.random.default_rng(1).normal(size=len(data))


def bootstrap(data):
    """The 90 % quantile of a bootstrapped trailing mean, each row seeded by its own day."""
    values = data["signal"].fillna(0.0)
    answers = pd.Series(np.nan, index=data.index)
    for row in range(60, len(data), 5):
        drawn = np.random.default_rng([1, data.index[row].toordinal()]).choice(values.iloc[row - 60 : row], (50, 60))
        answers.iloc[row] = np.quantile(drawn.mean(axis=1), 0.9)
    return answers


def ragged(data):
    """Assets that list at different times, with a warm-up each, and only rows on which something is known."""
    return returns(data, ASSETS[:-1]).rolling(60).std().dropna(how="all")


def resampled_right(data):
    return data["signal"].resample("W-FRI", label="right", closed="right").last()


def refitted(data):
    """A beta fitted on all that came before each quarter, and the residuals within it."""
    table = returns(data, ("MU", "SPY")).fillna(0.0)
    quarter = table.index.to_period("Q")
    betas = {each: beta(table[quarter < each]) for each in quarter.unique()[1:]}
    return table["MU"] - quarter.map(betas).to_numpy(dtype=float) * table["SPY"]


def refitted_axes(data):
    """A first principal component refitted at the beginning of each quarter, its sign fixed."""
    table = returns(data).fillna(0.0)
    quarter = table.index.to_period("Q")
    parts = [table[quarter == each] @ first_axis(table[quarter < each]) for each in quarter.unique()[1:]]
    return pd.concat(parts)


def trailing_volatility_target(data):
    gained = returns(data)
    exposures = gained.rolling(20).mean().clip(lower=0.0)
    risk = (exposures.shift() * gained).mean(axis="columns").rolling(60).std()
    return {"exposures": exposures, "weights": exposures.mul(0.01 / risk, axis="index")}


def late_crypto(data):
    """The bar of a day from the instant at which it is over."""
    bars = data.prices["BTC-USD"]
    return bars.pct_change(fill_method=None).set_axis(bars_known(data.sessions, crypto=True)).dropna()


def above_its_mean(data):
    """A ratio of adjusted closes: what a later split or dividend does to all of them cancels."""
    prices = data.prices[list(STOCKS)]
    return prices > prices.rolling(50).mean()


def as_it_was_known(data):
    """Growth as it was known at each decision."""
    decisions = decision_instants(data.sessions[0], data.sessions[-1])
    answers = {name: data.releases.as_of(name, decisions).value for name in ("GDP", "WALCL", "VIXCLS")}
    return pd.DataFrame(answers, index=decisions)


# What several of them need


def first_axis(table):
    """The first principal axis, by convention with a positive sum."""
    axis = np.linalg.eigh(table.cov().to_numpy())[1][:, -1]
    return axis * np.sign(axis.sum())


def beta(table):
    return table.cov().loc["MU", "SPY"] / table["SPY"].var()


def states(data, which):
    """A column of probabilities of a model of two states with given parameters."""
    from statsmodels.tsa.regime_switching.markov_regression import MarkovRegression

    values = data["signal"].dropna()
    model = MarkovRegression(values.to_numpy(), k_regimes=2, switching_variance=True)
    smoothed = model.smooth([0.95, 0.05, -1.0, 1.0, 1.5, 1.5], return_raw=True)
    return pd.Series(getattr(smoothed, which)[1], index=values.index)


def viterbi_scores(values):
    """For two states at -1 and 1: log-likelihood of the best path to each, and the state it came from."""
    moves = np.log([[0.9, 0.1], [0.1, 0.9]])
    likelihood = -0.5 * (values[:, None] - np.array([-1.0, 1.0])) ** 2 / 1.5
    scores, came_from = likelihood.copy(), np.zeros(likelihood.shape, dtype=int)
    for row in range(1, len(values)):
        paths = scores[row - 1][:, None] + moves
        came_from[row] = paths.argmax(axis=0)
        scores[row] += paths.max(axis=0)
    return scores, came_from


BOTH = frozenset({CUT, SCRAMBLE})
LEAKS = (
    Plant("shift(-1)", tomorrow, frame, series=("price",), checks=BOTH | {APPEND}),
    Plant("bfill", filled_backwards, frame, series=("macro",), checks=BOTH),
    Plant("centred rolling window", centred, frame, series=("signal",), checks=BOTH | {APPEND}),
    Plant("full-sample mean", whole_mean, frame, series=("signal",), checks=BOTH | {APPEND}),
    Plant("full-sample standard deviation", whole_std, frame, series=("signal",), checks=BOTH | {APPEND}),
    Plant("full-sample rank", whole_rank, frame, series=("signal",), checks=BOTH | {APPEND}),
    Plant("full-sample PCA", whole_pca, market, series=STOCK_PRICES, checks=BOTH | {APPEND}),
    Plant("full-sample regression", whole_beta, market, series=("price:SPY", "price:MU"), checks=BOTH | {APPEND}),
    Plant("smoothed HMM probabilities", smoothed_states, frame, series=("signal",), checks=BOTH | {APPEND}),
    Plant("Viterbi path", viterbi_path, frame, series=("signal",)),
    Plant("interpolation", interpolated, frame, series=("macro",), checks=BOTH),
    Plant("resampling labelled at the left edge", resampled_left, frame, series=("signal",), checks=BOTH | {APPEND}),
    Plant(
        "a weekly series stamped with its period",
        study(),
        stamped_by_period,
        node="source:WALCL",
        series=("WALCL",),
        checks=frozenset({"knowledge time"}),
        options={"jobs": 1, "depth": "quick"},
    ),
    Plant("today's vintage used for yesterday", latest_vintage, market, series=("GDP",)),
    Plant(
        "adjusted close used as a level",
        adjusted_level,
        market,
        series=("price:MU",),
        checks=frozenset({SCRAMBLE}),
    ),
    Plant("a universe chosen by its future return", winners, market, series=WINNERS, checks=BOTH),
    Plant("a scaler fitted in the constructor", FittedWhenBuilt, frame, series=("signal",), checks=BOTH | {APPEND}),
    Plant("what the first call saw", remembers_first_mean, frame, checks=frozenset({MEMORY})),
    Plant("a cache by the wrong key", cached_by_columns, frame, checks=frozenset({MEMORY})),
    Plant("one month of twenty years", one_month, twenty_years, series=("price",)),
    Plant("only through the volatility target", volatility_target, market, "weights", STOCK_PRICES, BOTH | {APPEND}),
    Plant("crypto's close before it exists", early_crypto, market, series=("price:BTC-USD",), checks=BOTH | {APPEND}),
    Plant("a generator seeded from the length", length_seeded, frame, series=(END,), checks=frozenset({CUT, APPEND})),
)

HONEST = (
    Plant("convolution by FFT", fft_mean, frame),
    Plant("sums from the end", backward_sums, frame),
    Plant("sums in blocks from the end", pairwise_sums, frame),
    Plant("expanding score", expanding_score, frame),
    Plant("expanding rank", expanding_rank, frame),
    Plant("exponential mean", exponential, frame),
    Plant("Butterworth filter", butterworth, frame),
    Plant("Kalman filter", kalman, frame),
    Plant("filtered HMM probabilities", filtered_states, frame),
    Plant("online Viterbi", online_viterbi, frame),
    Plant("a cache by content", cached_by_content, frame),
    Plant("a lazy object", Lazy, frame),
    Plant("seeded noise", seeded_noise, frame),
    Plant("a seeded bootstrap", bootstrap, frame),
    Plant("ragged starts", ragged, market),
    Plant("resampling labelled at the right edge", resampled_right, frame),
    Plant("expanding refits of a regression", refitted, market),
    Plant("expanding refits of a PCA", refitted_axes, market),
    Plant("trailing volatility target", trailing_volatility_target, market),
    Plant("crypto's close once it exists", late_crypto, market),
    Plant("ratios of adjusted closes", above_its_mean, market),
    Plant("releases as they were known", as_it_was_known, market),
)
SUMMATION = ("convolution by FFT", "sums from the end", "sums in blocks from the end")
