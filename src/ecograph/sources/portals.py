"""Open data portals with an API of their own: where their lists are, and what they say of a dataset.

CKAN (action API 3), udata (API 1), Opendatasoft (Explore API 2.1).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ecograph.sources.catalogue import Dataset, Distribution, stated
from ecograph.sources.content import Content, Context, File, Stated
from ecograph.sources.listing import items, not_an_object
from ecograph.sources.markdown import without_marks
from ecograph.sources.paths import compiled, first, texts

_ACTIVE = "active"
# Where a text may stand that is written in several languages, the best first.
_IN_LANGUAGES = ("_translated.fr", ".fr", "", "_translated.en", ".en", "_translated.*", ".*")

Describe = Callable[[Any], Dataset]


def read_catalogue(file: File, context: Context, *, source: str, records: str, describe: Describe) -> Content:
    """Read one page of a portal's list of datasets."""
    return Content("", _stated(file, context, source, records, describe))


def _stated(file: File, context: Context, source: str, records: str, describe: Describe) -> Iterator[Stated]:
    for place, item in items(file, records):
        if isinstance(item, dict) and not _is_published(item):
            continue
        if isinstance(item, dict):
            yield stated(describe(item), place, context, source)
        else:
            yield Stated(place, (), [not_an_object(place, item)])


def _is_published(item: Mapping[str, Any]) -> bool:
    """Tell whether a dataset is for everybody and still there: who has rights on a portal sees others too."""
    is_withdrawn = any(item.get(mark) for mark in ("private", "deleted", "archived"))
    return not is_withdrawn and item.get("state", _ACTIVE) == _ACTIVE


def ckan(item: Any) -> Dataset:
    """Read a package of CKAN."""
    return Dataset(
        identifier=_text(item, "id", "name"),
        title=_translated(item, "title") or _text(item, "name"),
        description=without_marks(_translated(item, "notes")),
        keywords=texts(item, "$.tags[*]['display_name', 'name']"),
        modified=_text(item, "metadata_modified"),
        licence=_text(item, "license_url"),
        publisher=_translated(item, "organization.title") or _text(item, "organization.name", "author"),
        page=_text(item, "url"),
        distributions=_distributions(item, url="url", title="name", form="format"),
    )


def udata(item: Any) -> Dataset:
    """Read a dataset of udata, as data.gouv.fr."""
    return Dataset(
        identifier=_text(item, "id"),
        title=_text(item, "title"),
        description=without_marks(_text(item, "description")),
        keywords=texts(item, "tags"),
        modified=_text(item, "last_update", "last_modified"),
        licence=_LICENCES.get(_text(item, "license"), ""),
        publisher=_text(item, "organization.name"),
        page=_text(item, "page"),
        origin=_text(item, "uri"),
        distributions=_distributions(item, url="latest", title="title", form="format"),
    )


def opendatasoft(item: Any) -> Dataset:
    """Read a dataset of Opendatasoft: what is said of it is nested, in flat names, or not set apart."""

    def about(name: str) -> str:
        return _text(item, f"$.metas.default.{name}", f"$['default.{name}']", f"$.{name}")

    keywords = [
        text
        for path in ("metas.default.keyword", "$['default.keyword']", "keyword")
        for text in texts(item, path)
    ]
    return Dataset(
        identifier=_text(item, "dataset_id", "datasetid"),
        title=about("title"),
        language=about("language") or "fr",
        description=about("description"),
        keywords=[word for text in keywords for word in text.split(";")],
        modified=about("modified"),
        licence=about("license_url"),
        publisher=about("publisher"),
        page=about("references"),
    )


def _distributions(item: Any, *, url: str, title: str, form: str) -> list[Distribution]:
    return [
        Distribution(url=_text(each, url, "url"), title=_text(each, title), form=_text(each, form))
        for each in compiled("$.resources[*]").find(item).values()
        if isinstance(each, dict)
    ]


def _text(item: Any, *paths: str) -> str:
    """Return the first text that stands at one of some paths."""
    return next((text for path in paths if (text := first(item, path))), "")


def _translated(item: Any, path: str) -> str:
    """Return a text that is one, or an object with one for each language; French first."""
    found = (value for name in _IN_LANGUAGES for value in compiled(path + name).find(item).values())
    return next((text for text in found if isinstance(text, str) and text), "")


# The names that udata has for licences: https://www.data.gouv.fr/api/1/datasets/licenses/
_LICENCES: Mapping[str, str] = {
    "fr-lo": "https://www.etalab.gouv.fr/licence-ouverte-open-licence",
    "lov2": "https://www.etalab.gouv.fr/licence-ouverte-open-licence",
    "odc-odbl": "https://opendatacommons.org/licenses/odbl/",
    "odc-by": "https://opendatacommons.org/licenses/by/",
    "odc-pddl": "https://opendatacommons.org/licenses/pddl/",
    "cc-by": "https://creativecommons.org/licenses/by/4.0/",
    "cc-by-sa": "https://creativecommons.org/licenses/by-sa/4.0/",
    "cc-zero": "https://creativecommons.org/publicdomain/zero/1.0/",
}
DATASETS: Mapping[str, Describe] = {"ckan": ckan, "udata": udata, "opendatasoft": opendatasoft}
