"""docs/ledger.md quotes what its script prints."""

from .test_docs import DOCS, script


def test_the_page_on_the_ledger_quotes_its_script(capsys):
    script("ledger").main()
    printed = capsys.readouterr().out.strip().split("\n\n")
    page = (DOCS / "ledger.md").read_text(encoding="utf-8")
    assert len(printed) == 3
    for part in printed:
        assert part.strip() in page
