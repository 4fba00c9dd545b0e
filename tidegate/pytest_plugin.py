"""A pytest plugin: the fixture `assert_causal`, for indicators, strategies and functions of your own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .causality import Audit
    from .data.market import Market


@pytest.fixture(scope="session")
def tidegate_market() -> Market:
    """The embedded economy: twenty years, made up, the same on every machine."""
    from .data.load import load_market

    return load_market("synthetic")


@pytest.fixture
def assert_causal(request: pytest.FixtureRequest) -> Callable[..., Audit]:
    """Audit a subject and fail the test, naming node, date and series, when it looks ahead.

    ``assert_causal(subject, data=None, **options)`` takes what `tidegate.audit` takes; without `data` it uses
    `tidegate_market`. A function registered with ``@indicator`` is audited as that indicator. A smell does not fail.
    """

    def check(subject: Any, data: Any = None, **options: Any) -> Audit:
        from .causality import audit

        found = audit(subject, request.getfixturevalue("tidegate_market") if data is None else data, **options)
        if not found.passed:
            pytest.fail(found.summary(), pytrace=False)
        return found

    return check
