"""Which tags of the SEC's taxonomy make which line. One line holds one basis; other bases are lines of their own.

- ``capex:T``: PaymentsToAcquirePropertyPlantAndEquipment, purchases of property and equipment.
- ``capex:T@productive``: PaymentsToAcquireProductiveAssets, the same with software and other intangibles.
- ``capex:T@net``: PaymentsForProceedsFromProductiveAssets, purchases less proceeds.
- ``ocf:T``: NetCashProvidedByUsedInOperatingActivities, all operations.
- ``ocf:T@continuing``: the same, ContinuingOperations, without discontinued ones.
- ``leases:T``: RightOfUseAssetObtainedInExchangeForFinanceLeaseLiability, no cash and so apart from capex.

Amazon reported capex less incentives and proceeds until 2017 (``capex:AMZN@net``) and gross from 2018 (``capex:AMZN``),
under three tags, and used the third for both: there the filing date decides. Sources disagree on the basis of the
annual report of February 2018 under that tag, so it is left out; its year came again a year later.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

COMPANIES: Mapping[str, int] = MappingProxyType(
    {"MSFT": 789019, "GOOGL": 1652044, "AMZN": 1018724, "META": 1326801, "ORCL": 1341439}
)


class Tag(NamedTuple):
    """A tag, and the filing dates between which it has the line's basis (the last not included)."""

    name: str
    filed_from: str = "1990-01-01"
    filed_before: str = "2200-01-01"


_PURCHASES = Tag("PaymentsToAcquirePropertyPlantAndEquipment")
_PRODUCTIVE = Tag("PaymentsToAcquireProductiveAssets")
_PROCEEDS = Tag("PaymentsForProceedsFromProductiveAssets")

_LINES: Mapping[str, tuple[Tag, ...]] = {
    "capex:{}": (_PURCHASES,),
    "capex:{}@productive": (_PRODUCTIVE,),
    "capex:{}@net": (_PROCEEDS,),
    "ocf:{}": (Tag("NetCashProvidedByUsedInOperatingActivities"),),
    "ocf:{}@continuing": (Tag("NetCashProvidedByUsedInOperatingActivitiesContinuingOperations"),),
    "leases:{}": (Tag("RightOfUseAssetObtainedInExchangeForFinanceLeaseLiability"),),
}
_AMAZON: Mapping[str, tuple[Tag, ...]] = {
    "capex:{}": (_PRODUCTIVE, _PROCEEDS._replace(filed_from="2018-04-01")),
    "capex:{}@productive": (),
    "capex:{}@net": (_PURCHASES, _PROCEEDS._replace(filed_before="2018-02-01")),
}


def lines_of(ticker: str, cik: int) -> dict[str, tuple[Tag, ...]]:
    """Series id -> tags of its basis, for one company."""
    lines = {**_LINES, **(_AMAZON if cik == COMPANIES["AMZN"] else {})}
    return {line.format(ticker): tags for line, tags in lines.items() if tags}
