"""The breaker: open after two requests in a row without an answer, for that source only."""

import pytest

from tidegate.data.live.breaker import Breaker
from tidegate.data.live.web import UnansweredError
from tidegate.errors import SourceError


def silent():
    raise UnansweredError("no answer")


def refusing():
    raise SourceError("no such series")


@pytest.fixture
def breaker():
    return Breaker()


def fail(breaker, action, source="FRED"):
    with pytest.raises(SourceError) as caught:
        breaker.call(source, action)
    return str(caught.value)


def test_two_requests_in_a_row_open_it(breaker):
    assert [fail(breaker, silent) for _ in range(2)] == ["no answer."] * 2
    asked = []
    assert (
        fail(breaker, lambda: asked.append(1)) == "FRED does not answer, so it was not asked for this. Try again later."
    )
    assert asked == []


def test_one_source_does_not_shut_off_another(breaker):
    for _ in range(3):
        fail(breaker, silent)
    assert breaker.call("Yahoo", lambda: 5) == 5


def test_an_answer_in_between_keeps_it_shut(breaker):
    for _ in range(5):
        assert fail(breaker, silent) == "no answer."
        assert breaker.call("FRED", lambda: 5) == 5


def test_a_refusal_is_an_answer(breaker):
    for _ in range(5):
        assert fail(breaker, silent) == "no answer."
        assert fail(breaker, refusing) == "no such series."
