"""Declared sources: `loaders/<source>.toml` says where records come from and under which terms."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, cast
from typing import Literal as OneOf

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from ecograph.errors import BadDeclaration, MalformedFile, UnknownSource
from ecograph.fetching import RESERVED
from ecograph.model import Level
from ecograph.sources import values
from ecograph.sources.encoding import check_utf_8
from ecograph.sources.faults import faults_of, lines_of
from ecograph.sources.feed import FeedOptions
from ecograph.sources.listing import JsonOptions
from ecograph.sources.mapping import RecordMapping
from ecograph.sources.presets import Preset, preset
from ecograph.sources.sirene import SireneOptions
from ecograph.sources.tables import TableOptions

Kind = OneOf[
    "rdf", "table", "json", "opendatasoft", "ckan", "udata", "dcat", "sirene", "recherche-entreprises",
    "aides", "document", "feed", "template",
]  # fmt: skip
# Kinds whose rows a mapping reads; portals that are not mapped give their datasets.
_MAPPED, _MAPPABLE = frozenset({"table", "json"}), frozenset({"ckan", "opendatasoft"})
_PAGES = re.compile(r"/(records|datasets)/?(\?|$)")
# Kinds whose records are texts, which are read for what they say of the graph.
TEXT_KINDS = frozenset({"document", "feed"})
# A feed names its last items: others are not gone. And one bad item of a stranger is no reason to stop.
_USUAL: Mapping[str, Mapping[str, object]] = {"feed": {"complete": False, "max_error_share": 0.5}}
# How some kinds are read: a table of options, and the kinds that look at it.
_OPTIONS: Mapping[str, frozenset[str]] = {
    "table": frozenset({"table", "template", "aides"}),
    "listing": frozenset({"json", "opendatasoft", "ckan", "udata", "dcat", "aides", "recherche-entreprises"}),
    "sirene": frozenset({"sirene"}),
    "look_up": frozenset({"recherche-entreprises"}),
    "feed": frozenset({"feed"}),
}
# What says how much a complete source may lose, and nothing of how it is read.
LOSSES = frozenset({"max_lost_share", "may_be_empty"})
_HEADER, _HEADER_TEXT = re.compile(r"[\w!#$%&'*+.^`|~-]+", re.ASCII), re.compile(r"[!-~](?:[ -~]*[!-~])?")
SOURCE_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def _siren(text: str) -> str:
    try:
        return values.siren_number(text).value
    except values.BadValue as error:
        raise ValueError(f"{text!r}: {error}") from error


Siren = Annotated[str, AfterValidator(_siren)]


class Publisher(BaseModel):
    """Who answers for a source."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    homepage: values.Address | None = None


class Texts(BaseModel):
    """One text in the two languages of the interface."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fr: str
    en: str


class Declaration(BaseModel):
    """One source: its terms, its place, and how to take its absence of a record."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    id: str
    kind: Kind
    location: tuple[str, ...]
    headers: Mapping[str, str] = Field({})
    """What its hosts are told with each request, by names in lower case."""
    visibility: OneOf["public", "partners", "private"]
    licence: values.Iri
    title: Texts
    description: Texts
    publisher: Publisher
    complete: bool = True
    max_error_share: float = Field(0.0, ge=0, le=1)
    max_lost_share: float = Field(0.5, ge=0, le=1)
    """The share of its records that a complete source may lose at once."""
    may_be_empty: bool = False
    """Whether a complete source may lose all of its records, where its files hold none."""
    requires: tuple[str, ...] = ()
    fictitious: bool = False
    schedule: OneOf["hourly", "daily", "weekly", "monthly"] | None = None
    understand: bool | None = None
    keep_text: bool = False
    trust: float = Field(0.5, ge=0, le=1)
    table: TableOptions = TableOptions()
    listing: JsonOptions | None = Field(None, alias="json")
    sirene: SireneOptions = SireneOptions()
    look_up: tuple[Siren, ...] = ()
    feed: FeedOptions = FeedOptions()
    records: tuple[RecordMapping, ...] = ()
    template: str = ""
    """The class whose form the tables of the kind `template` are, by its local name."""

    @field_validator("id")
    @classmethod
    def _slug(cls, value: str) -> str:
        if not SOURCE_ID.fullmatch(value):
            raise ValueError("an id is made of lower-case letters, digits and single hyphens")
        return value

    @field_validator("location")
    @classmethod
    def _places(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for location in value:
            scheme, is_address, _ = location.partition("://")
            if is_address and scheme.lower() not in {"http", "https"}:
                raise ValueError(f"{location!r}: a path or an http(s) address is expected")
        if not value:
            raise ValueError("a list of at least 1 is expected")
        return value

    @field_validator("headers")
    @classmethod
    def _told(cls, value: Mapping[str, str]) -> Mapping[str, str]:
        for name, text in value.items():
            if not _HEADER.fullmatch(name) or name.lower() in RESERVED:
                raise ValueError(f"{name!r} is no header that a declaration may set")
            if not _HEADER_TEXT.fullmatch(text):
                raise ValueError(f"{name}: a line of printable ASCII is expected")
        return {name.lower(): text for name, text in value.items()}

    @field_validator("requires")
    @classmethod
    def _others(cls, value: tuple[str, ...], facts: ValidationInfo) -> tuple[str, ...]:
        if facts.data.get("id") in value:
            raise ValueError("a source cannot require itself")
        return value

    @model_validator(mode="before")
    @classmethod
    def _usual(cls, said: Any) -> Any:
        """Take for what is not said what is usual for the kind."""
        usual = _USUAL.get(str(said.get("kind")), {}) if isinstance(said, dict) else {}
        return {**usual, **said} if usual else said

    @model_validator(mode="after")
    def _mapped(self) -> Declaration:
        if self.records and self.kind not in _MAPPED | _MAPPABLE:
            raise ValueError(f"no `records`: a source of kind {self.kind!r} maps itself")
        if bool(self.template) != (self.kind == "template"):
            raise ValueError("`template` names the class of a source of kind 'template', and of no other")
        if not self.records and self.kind in _MAPPED:
            raise ValueError(f"`records` say what the rows of kind {self.kind!r} are")
        if self.kind == "opendatasoft" and any(_PAGES.search(location) for location in self.location):
            raise ValueError("name an export (…/exports/json): pages of records stop at the 10,000th")
        if self.keep_text and self.kind != "document":
            raise ValueError("`keep_text` goes with the kind 'document'")
        if self.kind == "feed" and len(self.location) != 1:
            raise ValueError("`location`: a feed has one address")
        return self

    @model_validator(mode="after")
    def _read_so(self) -> Declaration:
        for name, kinds in _OPTIONS.items():
            field = type(self).model_fields[name]
            if getattr(self, name) != field.default and self.kind not in kinds:
                raise ValueError(
                    f"`{field.alias or name}` says nothing: a source of kind {self.kind!r} is not read so"
                )
        return self

    @model_validator(mode="after")
    def _losing(self) -> Declaration:
        said = sorted(LOSSES & self.model_fields_set)
        if said and not self.complete:
            raise ValueError(f"`{said[0]}` says nothing: a source that is not `complete` loses no record")
        return self

    @property
    def paged(self) -> JsonOptions:
        """Where the records of JSON documents are: as declared, or as the kind of API has them."""
        return self.listing or self.preset.options

    @property
    def preset(self) -> Preset:
        """How the kind of API is asked, where the declaration does not say it."""
        return preset(self.kind, rows=bool(self.records))

    @property
    def has_texts(self) -> bool:
        """Whether its texts are read for what they say of the graph, once it is loaded."""
        return self.kind in TEXT_KINDS if self.understand is None else self.understand

    @property
    def level(self) -> Level:
        """Who may see the source's graph."""
        return Level.of(self.visibility)


def read_declaration(path: Path) -> Declaration:
    """Read one declaration; raises `BadDeclaration` with file, line and key."""
    try:
        text = read_text(path)
    except OSError as error:
        raise BadDeclaration(str(path), str(error)) from error
    except MalformedFile as error:
        raise BadDeclaration(str(path), f"line {error.line}: {error.reason}") from error
    try:
        return Declaration.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise BadDeclaration(str(path), str(error)) from error
    except ValidationError as error:
        first = faults_of(error, Declaration, lines_of(text))[0]
        key = f"{first.key}: " if first.key else ""
        raise BadDeclaration(str(path), f"line {first.line}: {key}{first.reason}") from error


def read_text(path: Path) -> str:
    """Return the text of a declaration; raises `OSError`, and `MalformedFile` for what is not UTF-8."""
    content = path.read_bytes()
    check_utf_8(content, str(path))
    return content.decode()


def read_declarations(folder: Path) -> dict[str, Declaration]:
    """Return the declared sources by id."""
    declared = {}
    for path in sorted(folder.glob("*.toml")):
        declaration = read_declaration(path)
        if declaration.id != path.stem:
            raise BadDeclaration(str(path), f"id: {declaration.id!r} is not the file's name")
        declared[declaration.id] = declaration
    return declared


def occasional(source: str, visibility: str, *, kind: str = "rdf") -> Declaration:
    """Return a declaration for files of a kind that someone loads without declaring their source.

    Raises `BadDeclaration` when the id cannot be one.
    """
    try:
        return Declaration(
            id=source,
            kind=cast("OneOf['rdf', 'document']", kind),
            location=("-",),
            visibility=visibility,
            licence="http://purl.org/coar/access_right/c_16ec",
            title=Texts(fr=f"Fichiers « {source} »", en=f"Files “{source}”"),
            description=Texts(
                fr="Chargés à la main ; licence non précisée.", en="Loaded by hand; licence not stated."
            ),
            publisher=Publisher(name="EcoGraph"),
            max_lost_share=1.0,  # whoever gives files in the place of others means it, unless they are empty
        )
    except ValidationError as error:
        raise BadDeclaration(source, error.errors()[0]["msg"]) from error


def accepting_losses(declaration: Declaration) -> Declaration:
    """Return the declaration of a source that may lose any number of records, as a person says."""
    return declaration.model_copy(update={"max_lost_share": 1.0, "may_be_empty": True})


def filled(source: str, visibility: str, cls: str, *, max_error_share: float = 1.0) -> Declaration:
    """Return a declaration for a form that someone filled in; what it leaves out stays as it was.

    Raises as `occasional` does.
    """
    return occasional(source, visibility).model_copy(
        update={
            "title": Texts(fr=f"Fiches « {source} »", en=f"Forms “{source}”"),
            "description": Texts(
                fr="Formulaire rempli ; licence non précisée.", en="A form filled in; licence not stated."
            ),
            "kind": "template",
            "template": cls,
            "complete": False,
            "max_error_share": max_error_share,
        }
    )


def written(source: str, visibility: str) -> Declaration:
    """Return a declaration for a graph that holders of keys write; raises as `occasional` does."""
    return occasional(source, visibility).model_copy(
        update={
            "title": Texts(fr=f"Graphe « {source} »", en=f"Graph “{source}”"),
            "description": Texts(
                fr="Écrit par l'API ; licence non précisée.", en="Written over the API; licence not stated."
            ),
        }
    )


def in_order(wanted: Iterable[str], declared: Mapping[str, Declaration]) -> list[Declaration]:
    """Return sources so that each comes after those it requires; raises `UnknownSource`.

    Those that all may see come first, as far as that allows: a first load writes them only once.
    """
    ordered: dict[str, Declaration] = {}

    def visit(source: str, trail: tuple[str, ...]) -> None:
        if source in trail:
            raise BadDeclaration(source, f"requires: a ring: {' -> '.join([*trail, source])}")
        if source not in declared:
            raise UnknownSource(source, tuple(declared))
        for required in declared[source].requires:
            visit(required, (*trail, source))
        ordered[source] = declared[source]

    levels = {source: declaration.level for source, declaration in declared.items()}
    for source in sorted(wanted, key=lambda source: levels.get(source, Level.PUBLIC)):
        visit(source, ())
    return list(ordered.values())
