"""Two pasts compared: what counts as the same, and which difference is the first."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.causality.nodes import Difference, Node, differences, origins

TIMES = pd.date_range("2020-01-01", periods=6, freq="D", tz="UTC")
END = TIMES[-1]


def node(index=TIMES, *, parents=(), sparse=False, **columns):
    return Node(pd.DataFrame(columns, index=index), parents, sparse)


def compared(before, after, until=END):
    return differences({"x": before}, {"x": after}, until)


def difference(before, after, until=END):
    found, rounded = compared(before, after, until)
    assert len(found) == 1
    assert not rounded
    return found[0]


def column(values, **more):
    return node(TIMES[: len(values)], a=values, **more)


def test_equal_tables_have_no_difference():
    assert compared(column([1.0, np.nan, np.inf]), column([1.0, np.nan, np.inf])) == ([], False)


def test_another_order_of_summation_is_rounding():
    ten = [0.1] * 10
    assert sum(ten) != 1.0
    assert compared(column([sum(ten), 2.0]), column([1.0, 2.0])) == ([], True)


def test_what_is_left_of_a_difference_of_large_numbers_is_rounding_of_these():
    """1e6 - 1e6 + dust: next to zero in one order of summation, zero in the other."""
    assert compared(column([1e6, 1e-10]), column([1e6, 0.0])) == ([], True)
    assert difference(column([1.0, 1e-10]), column([1.0, 0.0])).first == TIMES[1]


@pytest.mark.parametrize("share", [2e-9, 1e-6, 0.5])
def test_more_than_rounding_is_a_difference(share):
    assert difference(column([1.0, 3.0]), column([1.0, 3.0 * (1 + share)])).expected == 3.0


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (1.0, np.nan),
        (np.nan, 1.0),
        (1.0, np.inf),
        (np.inf, 1.0),
        (np.inf, -np.inf),
        (np.inf, np.nan),
        (0.0, 1e-3),
        (1, 2),
        (1_600_000_000_000_000_000, 1_600_000_000_000_000_001),  # instants in nanoseconds are never rounded
        (True, False),
        ("boom", "bust"),
        ("boom", None),
        ("1", 1.0),
        (pd.Timestamp("2020-01-01"), pd.Timestamp("2020-01-01 00:00:00.000000001")),
        (pd.Timestamp("2020-01-01"), 1.0),
    ],
)
def test_values_that_differ(before, after):
    found = difference(node(TIMES[:2], a=[before, before]), node(TIMES[:2], a=[before, after]))
    assert found.first == TIMES[1]
    assert (found.column, found.node) == ("a", "x")
    for told, value in ((found.expected, before), (found.found, after)):
        assert told == value or (pd.isna(told) and pd.isna(value))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (pd.array([1, None, 3], dtype="Int64"), pd.array([1, None, 4], dtype="Int64")),
        (pd.array([1.0, None, 3.0], dtype="Float64"), pd.array([1.0, None, 4.0], dtype="Float64")),
        (pd.array([True, None, True], dtype="boolean"), pd.array([True, None, False], dtype="boolean")),
        (pd.array(["a", None, "b"], dtype="string"), pd.array(["a", None, "c"], dtype="string")),
        (pd.Categorical(["a", None, "b"]), pd.Categorical(["a", None, "c"])),
    ],
    ids=["Int64", "Float64", "boolean", "string", "category"],
)
def test_columns_that_know_missing_values(before, after):
    assert compared(column(before), column(before)) == ([], False)
    assert difference(column(before), column(after)).first == TIMES[2]


def test_whole_numbers_that_became_floats_are_the_same_numbers():
    assert compared(column([1, 2, 3]), column([1.0, 2.0, 3.0])) == ([], False)
    assert compared(column([1, 2, 3]), column([1.0, 2.0, 3.0 + 1e-12])) == ([], True)


def test_the_first_difference_is_the_earliest_row_and_there_the_first_column():
    before = node(a=[1.0] * 6, b=[1.0] * 6, c=[1.0] * 6)
    after = node(a=[1.0, 1, 1, 1, 5, 1], b=[1.0, 1, 7, 1, 1, 1], c=[1.0, 1, 8, 1, 1, 1])
    assert difference(before, after) == Difference("x", TIMES[2], "b", 1.0, 7.0)


def test_dust_before_a_difference_is_not_the_difference():
    found = difference(column([1.0, 1.0, 1.0]), column([1.0 + 1e-12, 1.0, 2.0]))
    assert found.first == TIMES[2]


def test_rows_after_the_end_do_not_count_and_the_row_at_the_end_does():
    before, after = column([1.0, 2.0, 3.0]), column([1.0, 9.0, 9.0])
    assert compared(before, after, TIMES[0]) == ([], False)
    assert compared(before, after, TIMES[1] - pd.Timedelta(1, "ns")) == ([], False)
    assert difference(before, after, TIMES[1]).first == TIMES[1]


def test_a_row_that_is_missing_and_one_too_many():
    whole = column([1.0, 2.0, 3.0])
    holed = Node(whole.table.drop(TIMES[1]))
    assert difference(whole, holed) == Difference("x", TIMES[1], "", "a row", None)
    assert difference(holed, whole) == Difference("x", TIMES[1], "", None, "a row")
    assert compared(whole, holed, TIMES[0]) == ([], False)


def test_a_label_that_stands_twice_in_one_of_them():
    once, twice = node(TIMES[:2], a=[1.0, 2.0]), node(TIMES[[0, 0, 1]], a=[1.0, 1.0, 2.0])
    assert compared(twice, twice) == ([], False)
    assert difference(twice, once) == Difference("x", TIMES[0], "", "a row", None)
    assert difference(once, twice) == Difference("x", TIMES[0], "", None, "a row")


def test_a_column_that_is_missing_one_too_many_and_two_that_changed_places():
    both, one = node(a=[1.0] * 6, b=[2.0] * 6), node(a=[1.0] * 6)
    assert difference(both, one) == Difference("x", TIMES[0], "b", True, False)
    assert difference(one, both) == Difference("x", TIMES[0], "b", False, True)
    assert difference(both, node(b=[2.0] * 6, a=[1.0] * 6)).first == TIMES[0]


def test_tables_that_have_no_row_yet_are_equal_whatever_their_columns():
    assert compared(node(TIMES[:0], a=[]), node(TIMES[:0], b=[])) == ([], False)
    before, after = column([1.0, 2.0]), node(TIMES[:2], b=[1.0, 2.0])
    assert compared(before, after, TIMES[0] - pd.Timedelta(days=1)) == ([], False)


def test_a_sparse_node_is_compared_where_it_has_rows():
    whole = column([1.0, 2.0, 3.0, 4.0])
    some = node(TIMES[[1, 3]], a=[2.0, 4.0], sparse=True)
    assert compared(whole, some) == ([], False)
    assert difference(whole, node(TIMES[[1, 3]], a=[2.0, 5.0], sparse=True)) == Difference("x", TIMES[3], "a", 4.0, 5.0)
    assert difference(whole, node(TIMES[[1, 3]], a=[2.0, 4.0])).first == TIMES[0]


def test_a_node_that_is_new_had_no_row():
    one, other = column([1.0]), column([2.0])
    found, _ = differences({"x": one}, {"x": one, "y": other}, END)
    assert found == [Difference("y", TIMES[0], "", None, "a row")]


def test_a_node_that_is_gone_is_missed_where_it_had_a_value():
    one, late = column([1.0]), node(a=[np.nan, np.nan, 3.0, 4.0, 5.0, 6.0])
    assert differences({"x": one, "y": late}, {"x": one}, TIMES[1]) == ([], False)
    found, rounded = differences({"x": one, "y": late}, {"x": one}, TIMES[2])
    assert found == [Difference("y", TIMES[2], "", "a row", None)]
    assert not rounded


def test_a_sparse_node_that_is_gone_is_not_missed():
    one = column([1.0])
    assert differences({"x": one, "y": column([1.0], sparse=True)}, {"x": one}, END) == ([], False)


def test_each_node_has_its_own_difference():
    before = {name: column([1.0, 1.0, 1.0]) for name in "xyz"}
    after = {"x": column([1.0, 2.0, 1.0]), "y": column([1.0, 1.0 + 1e-13, 1.0]), "z": column([1.0, 1.0, 3.0])}
    found, rounded = differences(before, after, END)
    assert [(each.node, each.first) for each in found] == [("x", TIMES[1]), ("z", TIMES[2])]
    assert rounded


NUMBERS = st.lists(st.floats(-1e6, 1e6) | st.just(np.nan), min_size=6, max_size=6)


@given(values=NUMBERS, row=st.integers(0, 5), until=st.integers(0, 5), step=st.floats(1.0, 1e6))
def test_one_changed_cell_is_found_exactly_when_it_is_in_the_past(values, row, until, step):
    other = list(values)
    other[row] = step if np.isnan(values[row]) else values[row] + step
    found, rounded = compared(column(values), column(other), TIMES[until])
    assert [each.first for each in found] == ([TIMES[row]] if row <= until else [])
    assert not rounded


@given(values=NUMBERS, seed=st.integers(0, 99))
def test_dust_is_never_a_difference(values, seed):
    dust = 1 + 1e-12 * np.random.default_rng(seed).uniform(-1, 1, 6)
    assert compared(column(values), column(np.array(values) * dust))[0] == []


def flow(**parents):
    return {name: column([1.0], parents=tuple(above)) for name, above in parents.items()}


def moved(*names):
    return [Difference(name, TIMES[0], "a", 1.0, 2.0) for name in names]


def test_a_leak_begins_where_nothing_above_moved():
    nodes = flow(source="", raw=["source"], score=["raw"], line=["score", "other"], other="", fill=["line"])
    assert origins(moved("raw", "score", "line", "fill"), nodes) == {"raw"}
    assert origins(moved("source", "fill"), nodes) == {"source"}  # through nodes that hid it
    assert origins(moved("raw", "other", "line"), nodes) == {"raw", "other"}
    assert origins(moved("fill"), nodes) == {"fill"}
    assert origins([], nodes) == set()
    assert origins(moved("new"), nodes) == {"new"}


def test_many_tables_each_computed_from_all_before_it():
    names = [f"step{number}" for number in range(60)]
    nodes = flow(**{name: names[:number] for number, name in enumerate(names)})
    assert origins(moved(*names[7:]), nodes) == {"step7"}
