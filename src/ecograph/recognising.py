"""Recognising: organisations that were first met in texts become actors of the graph, as people decide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from pyoxigraph import Literal, NamedNode, Triple

from ecograph.editing import Editor
from ecograph.errors import BadParameter
from ecograph.exchange.deciding import Decision, as_turtle, moment_after
from ecograph.graph.facts import facts_of
from ecograph.graph.mentions import Extracted, State, decided_on, named_iri
from ecograph.graph.ports import Reader
from ecograph.graph.terms import resource
from ecograph.model import Iri, Level
from ecograph.settling import Settling
from ecograph.sources.description import decisions_id, named_id, source_iri
from ecograph.understanding.kinds import is_company, kind_of
from ecograph.understanding.unknown import key_of
from ecograph.vocab import DCT, PROV, RDF, RDFS, SKOS, concept, eco


@dataclass(frozen=True)
class Recognising:
    """The right to say whose names are, at the level of an editor's key and above."""

    editor: Editor
    settling: Settling
    snapshot: Reader

    def decide(self, mention: Extracted, decision: Decision, actor: Iri | None) -> str:
        """Keep whose an unknown name is, and return the IRI of the decision.

        Accepted, it is that of an actor, or of a new organisation. Raises `BadParameter`,
        `ResourceNotFound`, `Refused`.
        """
        base, level = self.editor.writer.base, self.editor.key.level
        name = named_iri(base, key_of(mention.quote))
        whose = None
        if decision.kind == State.CONFIRMED.value:
            whose = name if actor is None else self._organisation(actor, level)
        on = moment_after(decision.on, decided_on(self.editor.writer.store, level, name))
        made = replace(decision, about=name, into=whose if actor is not None else None, on=on)
        self.editor.post(source_iri(base, decisions_id(level)), as_turtle(made.triples(base)), ".ttl")
        if whose is not None:
            met = self.settling.same_name(mention, level)
            # Only texts that all who see the decision see.
            texts = sorted({one.text for one, _, seen in met if seen == level})
            quote = mention.quote
            said = _new(whose, quote, made.iri(base), texts) if actor is None else _alias(whose, quote)
            self.editor.post(source_iri(base, named_id(level)), as_turtle(said), ".ttl")
        self.settling.settle(mention, whose, level, self.editor.key.id)
        return made.iri(base)

    def _organisation(self, actor: Iri, level: Level) -> Iri:
        """Return an organisation that all who see the decision see; raises `BadParameter`."""
        kept = self.snapshot.aliases(level).kept(resource(actor)).value
        classes = facts_of(self.snapshot, level, kept).classes
        if "Organization" not in classes or "Person" in classes:
            raise BadParameter("actor", actor, "the IRI of an organisation that all who see the name see")
        return kept


def _new(iri: Iri, name: str, decision: Iri, texts: Iterable[Iri]) -> Iterator[Triple]:
    """Yield what is known of an organisation of which a text tells the name; it is to be checked."""
    node, kind = NamedNode(iri), kind_of(name)
    yield Triple(node, NamedNode(RDF + "type"), NamedNode(eco("Organization")))
    if is_company(name):
        yield Triple(node, NamedNode(RDF + "type"), NamedNode(eco("Company")))
    yield Triple(node, NamedNode(RDFS + "label"), Literal(name, language="fr"))
    yield Triple(node, NamedNode(eco("actorType")), NamedNode(concept("actor-types", kind)))
    yield Triple(node, NamedNode(eco("confidenceLevel")), NamedNode(concept("confidence", "a-verifier")))
    yield Triple(node, NamedNode(PROV + "wasGeneratedBy"), NamedNode(decision))
    for text in texts:
        yield Triple(node, NamedNode(DCT + "source"), NamedNode(text))


def _alias(iri: Iri, name: str) -> Iterator[Triple]:
    yield Triple(NamedNode(iri), NamedNode(SKOS + "altLabel"), Literal(name, language="fr"))
