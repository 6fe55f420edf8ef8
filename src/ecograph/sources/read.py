"""From the files of a source to triples, by its kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import chain

from ecograph.errors import BadDeclaration, MalformedFile
from ecograph.sources.aides import read_aides
from ecograph.sources.content import Content, Context, File, Stated
from ecograph.sources.dcat import read_dcat
from ecograph.sources.declaration import Declaration
from ecograph.sources.description import place_of
from ecograph.sources.documents import read_document
from ecograph.sources.feed import Watched, stated_items
from ecograph.sources.feed_formats import parse_feed
from ecograph.sources.filled import read_filled
from ecograph.sources.listing import read_listing
from ecograph.sources.mapped import Mapped
from ecograph.sources.mapping import Mapper
from ecograph.sources.portals import DATASETS, read_catalogue
from ecograph.sources.rdf import read_rdf
from ecograph.sources.register import read_register
from ecograph.sources.repeated import LINES
from ecograph.sources.sirene import check_stock, read_sirene
from ecograph.sources.tables import Table, read_table
from ecograph.sources.terms import unknown_terms
from ecograph.sources.values import BadValue


def read_file(declaration: Declaration, file: File, context: Context) -> Content:
    """Read one file of a source; raises `MalformedFile` at once or while it is read."""
    return _READERS[declaration.kind](declaration, file, context)


def _rdf(_declaration: Declaration, file: File, context: Context) -> Content:
    """RDF maps itself; its relative IRIs are resolved against the base."""
    triples = read_rdf(file, f"{context.base}/")
    return Content("", iter([Stated(file.name, triples, warnings=list(unknown_terms(triples, file.name)))]))


def _table(declaration: Declaration, file: File, context: Context) -> Content:
    """The cells of a table go through the declared mapping."""
    table = read_table(file.content, name=file.name, options=declaration.table, suffix=file.suffix)
    _check_columns(declaration, table, file.name)
    return Content(table.written, _stated(table, _mappers(declaration, context), file.name))


def _json(declaration: Declaration, file: File, context: Context) -> Content:
    """What paths find in a JSON document goes through the declared mapping."""
    return read_listing(file, _mappers(declaration, context), declaration.paged.records)


def _portal(declaration: Declaration, file: File, context: Context) -> Content:
    """Rows where a mapping is declared, else the portal's datasets."""
    if declaration.records:
        return _json(declaration, file, context)
    return read_catalogue(
        file,
        context,
        source=declaration.id,
        records=declaration.paged.records,
        describe=DATASETS[declaration.kind],
    )


def _aides(declaration: Declaration, file: File, context: Context) -> Content:
    return read_aides(
        file,
        context,
        source=declaration.id,
        records=declaration.paged.records,
        table=declaration.table,
    )


def _feed(declaration: Declaration, file: File, context: Context) -> Content:
    """The entries of a feed become watch items of one watch source."""
    watched = Watched(
        base=context.base,
        source=declaration.id,
        titles=declaration.title.model_dump(),
        descriptions=declaration.description.model_dump(),
        licence=declaration.licence,
        homepage=declaration.publisher.homepage,
        options=declaration.feed,
    )
    feed = parse_feed(file)
    try:
        about = list(watched.described(declaration.location[0], feed, context.lookup))
    except BadValue as error:
        raise BadDeclaration(declaration.id, f"feed.poles: {error}") from error
    return Content(
        feed.written, chain([Stated(place_of(declaration), about)], stated_items(feed, watched, file.name))
    )


_READERS: Mapping[str, Callable[[Declaration, File, Context], Content]] = {
    "rdf": _rdf,
    "table": _table,
    "json": _json,
    "opendatasoft": _portal,
    "ckan": _portal,
    "udata": _portal,
    "dcat": lambda declaration, file, context: read_dcat(file, context, source=declaration.id),
    "sirene": lambda declaration, file, context: read_sirene(file, context, declaration.sirene),
    "recherche-entreprises": lambda _declaration, file, context: read_register(file, context),
    "aides": _aides,
    "document": read_document,
    "feed": _feed,
    "template": lambda declaration, file, context: read_filled(
        file, context, source=declaration.id, cls=declaration.template, options=declaration.table
    ),
}


def check_whole(declaration: Declaration, files: Sequence[File], context: Context) -> None:
    """Raise `MalformedFile` where files that were read lack one without which they say nothing."""
    if declaration.kind == "sirene" and files:
        check_stock(files[-1].name, context)


def _mappers(declaration: Declaration, context: Context) -> list[Mapper]:
    return [Mapper(mapping, context.base, declaration.id, context.lookup) for mapping in declaration.records]


def _stated(table: Table, mappers: Sequence[Mapper], name: str) -> Iterator[Stated]:
    with closing(Mapped(mappers, LINES)) as mapped:
        for row in table.rows:
            place = f"{name}, line {row.line}"
            if row.is_refused:
                yield Stated(place, (), row.rejections(place))
            else:
                yield mapped.stated(row.cells, place, str(row.line), row.faults)


def _check_columns(declaration: Declaration, table: Table, name: str) -> None:
    wanted = {column for mapping in declaration.records for column in mapping.columns}
    if missing := sorted(wanted - set(table.columns)):
        known = ", ".join(repr(column) for column in table.columns if column)
        raise MalformedFile(name, f"no column {missing[0]!r} ({table.written}); there are {known}")
