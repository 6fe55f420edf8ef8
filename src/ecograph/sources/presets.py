"""Where the lists of known APIs are, and how to come from page to page: what a declaration need not say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from ecograph.sources.listing import JsonOptions
from ecograph.sources.paging import Paging, with_parameter


@dataclass(frozen=True, slots=True)
class Preset:
    """How one kind of API is asked: its list, its pages, and parameters for large pages in a steady order."""

    options: JsonOptions = field(default_factory=JsonOptions)
    parameters: Mapping[str, str] = field(default_factory=dict)

    def asked(self, location: str) -> str:
        """Return an address with the parameters that it does not have."""
        said = parse_qs(urlsplit(location).query, keep_blank_values=True)
        for name, value in self.parameters.items():
            location = location if name in said else with_parameter(location, name, value)
        return location


def preset(kind: str, *, rows: bool) -> Preset:
    """Return how a kind of API is asked for its datasets, or for the rows of one."""
    return (_ROWS if rows else _DATASETS).get(kind, _PLAIN)


_PLAIN = Preset()
_ROWS: Mapping[str, Preset] = {
    "ckan": Preset(
        JsonOptions(records="$.result.records", paging=Paging(by="offset", total="$.result.total")),
        {"limit": "1000", "sort": "_id"},
    ),
}
# The exports of Opendatasoft come whole: its pages stop at the 10,000th record.
_DATASETS: Mapping[str, Preset] = {
    "ckan": Preset(
        JsonOptions(
            records="$.result.results",
            paging=Paging(by="offset", parameter="start", total="$.result.count"),
        ),
        {"rows": "500", "sort": "id asc"},
    ),
    "udata": Preset(
        JsonOptions(records="$.data", paging=Paging(by="next", next="$.next_page", total="$.total")),
        {"page_size": "100"},
    ),
}
