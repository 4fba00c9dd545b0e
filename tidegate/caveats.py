"""What a reader must know of a study and its data before believing a number."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .data.findings import Finding
    from .data.market import Market
    from .study import Study

_HINDSIGHT = "The assets of this study were chosen knowing who won. Compare the study 'proxies'."


def caveats(study: Study, market: Market) -> tuple[str, ...]:
    """One sentence for each: names chosen with hindsight, late vintages, what the source and the gates say."""
    flagged = sorted(market.releases.pseudo_pit)
    pseudo = f"Pseudo-PIT (one late vintage, release times by rule): {', '.join(flagged)}." if flagged else ""
    warned = (_sentence(each) for each in market.provenance.findings if each.severity != "note")
    own = (_HINDSIGHT if study.hindsight else "", pseudo)
    return tuple(note for note in (*own, *market.provenance.notes, *warned) if note)


def _sentence(finding: Finding) -> str:
    return f"{' '.join(part for part in (finding.subject, finding.dates) if part)}: {finding.message}"
