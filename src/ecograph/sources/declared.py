"""Where declarations lie: those that are shipped, those ready to be named, those of a deployment."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from ecograph.assets import LOADERS
from ecograph.errors import BadDeclaration
from ecograph.sources.declaration import Declaration, read_declaration, read_declarations

READY = LOADERS / "ready"


@dataclass(frozen=True, slots=True)
class Declared:
    """The sources that a deployment may name, by id; and its own declarations that cannot be read."""

    shipped: dict[str, Declaration]
    ready: dict[str, Declaration]
    own: dict[str, Declaration]
    broken: dict[str, BadDeclaration] = field(default_factory=dict)

    @property
    def by_id(self) -> dict[str, Declaration]:
        """All of them; a deployment's own one stands before one that is only ready."""
        return {**self.ready, **self.own, **self.shipped}


def read_declared(home: Path) -> Declared:
    """Return what a deployment may name; a broken declaration of its own does not hide the others."""
    declared = Declared(read_declarations(LOADERS), read_declarations(READY), {})
    for path in sorted((home / "loaders").glob("*.toml")):
        try:
            declared.own[path.stem] = _own(path, declared.shipped)
        except BadDeclaration as error:
            declared.broken[path.stem] = error
    return declared


def _own(path: Path, shipped: dict[str, Declaration]) -> Declaration:
    declaration = read_declaration(path)
    if declaration.id != path.stem:
        raise BadDeclaration(str(path), f"id: {declaration.id!r} is not the file's name")
    if declaration.id in shipped:
        raise BadDeclaration(str(path), f"id: {declaration.id!r} is that of a source of EcoGraph's own")
    return below(declaration, path.parent.parent)


def read_given(path: Path, home: Path) -> Declaration:
    """Return a declaration that lies anywhere; one of a deployment's own starts at its home."""
    declaration = read_declaration(path)
    return below(declaration, home) if is_own(path, home) else declaration


def is_own(path: Path, home: Path) -> bool:
    """Tell whether a declaration is one of a deployment's own, by the folder it lies in."""
    return path.resolve().parent == (home / "loaders").resolve()


def below(declaration: Declaration, folder: Path) -> Declaration:
    """Return a declaration whose relative paths lie below a folder."""
    places = tuple(
        location if urlsplit(location).scheme in {"http", "https"} else str(folder.resolve() / location)
        for location in declaration.location
    )
    return declaration.model_copy(update={"location": places})
