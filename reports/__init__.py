"""Reports: the pages that people read. quantstats stands behind `tearsheet` and is imported when a page is rendered."""
