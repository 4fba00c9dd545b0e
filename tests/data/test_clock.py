import pandas as pd

from tidegate.data.clock import bars_known, decision_instants, session_closes, session_opens_after, sessions


def days(*dates):
    return pd.DatetimeIndex(dates)


def new_york(instants):
    return [f"{instant:%a %Y-%m-%d %H:%M}" for instant in instants.tz_convert("America/New_York")]


def test_sessions_leave_out_holidays():
    assert [f"{day:%m-%d}" for day in sessions(pd.Timestamp("2025-07-02"), pd.Timestamp("2025-07-07"))] == [
        "07-02",
        "07-03",
        "07-07",
    ]


def test_early_close():
    assert new_york(session_closes(days("2025-07-02", "2025-07-03"))) == [
        "Wed 2025-07-02 16:00",
        "Thu 2025-07-03 13:00",
    ]


def test_weekly_decisions_fall_on_thursdays_at_five_in_summer_and_winter():
    instants = decision_instants(pd.Timestamp("2025-03-03"), pd.Timestamp("2025-03-14"))
    assert new_york(instants) == ["Thu 2025-03-06 17:00", "Thu 2025-03-13 17:00"]
    assert [instant.hour for instant in instants] == [22, 21]


def test_a_thursday_holiday_still_has_a_decision():
    assert new_york(decision_instants(pd.Timestamp("2025-11-24"), pd.Timestamp("2025-11-28"))) == [
        "Thu 2025-11-27 17:00"
    ]


def test_daily_decisions_fall_on_sessions():
    assert len(decision_instants(pd.Timestamp("2025-11-24"), pd.Timestamp("2025-11-28"), every="daily")) == 4


def test_crypto_bars_are_known_after_new_york_closes():
    stock, crypto = (bars_known(days("2025-06-26"), crypto=crypto)[0] for crypto in (False, True))
    decision = decision_instants(pd.Timestamp("2025-06-26"), pd.Timestamp("2025-06-26"))[0]
    assert stock < decision < crypto


def test_a_filing_counts_from_the_open_of_the_next_session():
    assert new_york(session_opens_after(days("2025-07-03", "2025-07-05"))) == ["Mon 2025-07-07 09:30"] * 2
