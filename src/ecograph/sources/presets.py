"""Where the lists of known APIs are, and how to come from page to page: what a declaration need not say."""

from __future__ import annotations

from collections.abc import Mapping

from ecograph.sources.listing import JsonOptions
from ecograph.sources.paging import Paging

WHOLE = JsonOptions()
_CKAN_ROWS = JsonOptions(records="$.result.records", paging=Paging(by="offset", total="$.result.total"))
_CKAN_DATASETS = JsonOptions(
    records="$.result.results",
    paging=Paging(by="offset", parameter="start", total="$.result.count"),
)
_UDATA = JsonOptions(records="$.data", paging=Paging(by="next", next="$.next_page", total="$.total"))


def preset(kind: str, *, rows: bool) -> JsonOptions:
    """Return where a kind of API has its records: its datasets, or the rows of one."""
    return (_ROWS if rows else _DATASETS).get(kind, WHOLE)


_ROWS: Mapping[str, JsonOptions] = {"ckan": _CKAN_ROWS}
# The exports of Opendatasoft come whole: its pages stop at the 10,000th record.
_DATASETS: Mapping[str, JsonOptions] = {"ckan": _CKAN_DATASETS, "udata": _UDATA}
