"""Release rules against release calendars that were really published."""

import pandas as pd
import pytest

from tidegate.data.dictionary import dictionary, fallback_chain, spec_of
from tidegate.data.release_rules import earliest_instants, release_instants
from tidegate.errors import DataError


def released(series, *periods):
    instants = release_instants(spec_of(series), pd.DatetimeIndex(periods))
    return [f"{instant:%Y-%m-%d %H:%M}" for instant in instants.tz_convert("America/New_York")]


@pytest.mark.parametrize(
    ("series", "period", "expected"),
    [
        ("WALCL", "2025-06-18", "2025-06-20 16:30"),  # Thursday was Juneteenth
        ("WALCL", "2025-06-25", "2025-06-26 16:30"),
        ("WALCL", "2024-12-25", "2024-12-27 16:30"),  # Wednesday was Christmas
        ("WALCL", "2024-11-27", "2024-11-29 16:30"),  # Thursday was Thanksgiving
        ("DGS10", "2025-07-03", "2025-07-07 16:15"),  # before Independence Day and a weekend
        ("DFF", "2025-06-28", "2025-06-30 09:00"),  # a Saturday
        ("RRPONTSYD", "2025-06-27", "2025-06-27 13:15"),
        ("M2SL", "2025-05-01", "2025-06-24 13:00"),
        ("M2SL", "2024-11-01", "2024-12-24 13:00"),
        ("GDP", "2025-01-01", "2025-04-30 08:30"),
        ("NFCI", "2025-06-20", "2025-06-25 08:30"),
        ("TOTBKCR", "2025-06-18", "2025-06-27 16:15"),
        ("THREEFYTP10", "2025-06-18", "2025-06-24 16:15"),
        ("capex:MSFT", "2025-04-30", "2025-05-01 09:30"),  # a filing counts from the next session's open
        ("capex:AMZN", "2025-05-02", "2025-05-05 09:30"),
        ("BTC-USD", "2025-06-26", "2025-06-26 20:00"),  # 00:00 UTC of the next day
    ],
)
def test_rule(series, period, expected):
    assert released(series, period) == [expected]


def test_every_rule_releases_after_its_period():
    periods = pd.date_range("2003-01-01", "2025-12-31", freq="D", unit="ns")
    for series, spec in dictionary().items():
        lag = release_instants(spec, periods).tz_localize(None) - periods
        assert lag.min() > pd.Timedelta(0), series
        assert lag.max() < pd.Timedelta(days=135), series


def test_summer_and_winter_time():
    assert f"{release_instants(spec_of('VIXCLS'), pd.DatetimeIndex(['2025-01-15']))[0]:%H:%M}" == "21:15"
    assert f"{release_instants(spec_of('VIXCLS'), pd.DatetimeIndex(['2025-07-15']))[0]:%H:%M}" == "20:15"


def test_families_and_fallbacks():
    assert spec_of("capex:MSFT").id == "capex:*"
    assert fallback_chain("SOFR") == ("SOFR", "EFFR", "DFF")
    with pytest.raises(DataError, match="received 'NOPE'"):
        spec_of("NOPE")


def test_units():
    assert spec_of("WALCL").to_usd_bn == 1e-3
    assert spec_of("GDP").to_usd_bn == 1.0
    assert spec_of("capex:MSFT").to_usd_bn == 1e-9
    assert spec_of("DGS10").to_usd_bn == spec_of("BTC-USD").to_usd_bn == 1.0


def earliest(series, *periods):
    instants = earliest_instants(spec_of(series), pd.DatetimeIndex(periods))
    assert str(instants.tz) == "UTC"
    return [f"{instant:%Y-%m-%d %H:%M}" for instant in instants.tz_convert("America/New_York")]


@pytest.mark.parametrize(
    ("series", "period", "expected"),
    [
        ("DGS10", "2025-07-03", "2025-07-04 00:00"),  # the day is over
        ("WALCL", "2025-06-18", "2025-06-19 00:00"),
        ("M2SL", "2025-02-01", "2025-03-02 00:00"),  # no month is shorter than 28 days
        ("GDP", "2025-01-01", "2025-04-01 00:00"),  # 90 days: the shortest quarter
        ("DFEDTARU", "2025-09-18", "2025-09-13 00:00"),  # a policy rate is posted ahead
        ("RRPONTSYD", "2025-06-27", "2025-06-22 00:00"),
        ("capex:MSFT", "2025-04-30", "2025-04-25 00:00"),
        ("BTC-USD", "2025-06-26", "2025-06-26 20:00"),
    ],
)
def test_before_when_nothing_can_be_public(series, period, expected):
    assert earliest(series, period) == [expected]


def test_no_period_ends_after_its_earliest_instant_and_each_keeps_its_place():
    assert earliest("GDP", "2025-04-01", "2025-01-01") == ["2025-06-30 00:00", "2025-04-01 00:00"]
    assert earliest("GDP") == []


def test_no_rule_releases_before_the_earliest_instant():
    daily = pd.date_range("2003-01-01", "2025-12-31", freq="D", unit="ns")
    first = {"monthly": "MS", "quarterly": "QS"}
    for series, spec in dictionary().items():
        frequency = first.get(spec.frequency.split()[0])
        periods = pd.date_range(daily[0], daily[-1], freq=frequency, unit="ns") if frequency else daily
        assert (release_instants(spec, periods) >= earliest_instants(spec, periods)).all(), series


def test_a_value_stamped_by_its_own_period_is_too_early_unless_posted_ahead():
    """At noon of the day that it describes: the mistake of taking the period for the release."""
    periods = pd.date_range("2024-01-01", "2024-12-31", freq="D", unit="ns")
    noon = (periods + pd.Timedelta(hours=12)).tz_localize("America/New_York")
    for series, spec in dictionary().items():
        ahead = spec.release_rule in {"same_day", "filing_then_next_session"}
        assert (noon < earliest_instants(spec, periods)).all() == (not ahead), series
