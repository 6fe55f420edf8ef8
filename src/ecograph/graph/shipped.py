"""The vocabulary that this version ships: its hierarchy, its shapes, and what tells it from others."""

from __future__ import annotations

import hashlib

from ecograph.assets import ONTOLOGY
from ecograph.graph.entailment import Schema
from ecograph.sources.rdf import parse


def read_schema() -> Schema:
    """Return the hierarchy of classes and properties."""
    content = (ONTOLOGY / "ecograph.ttl").read_bytes()
    return Schema(parse(content, name="ontology/ecograph.ttl", base="https://w3id.org/ecograph/"))


def read_shapes() -> bytes:
    """Return the shapes that records are checked against, in Turtle."""
    return (ONTOLOGY / "shapes.ttl").read_bytes()


def ontology_digest() -> str:
    """Return what tells this version's ontology from others."""
    files = [ONTOLOGY / "ecograph.ttl", ONTOLOGY / "shapes.ttl"]
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
