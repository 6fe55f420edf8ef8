"""What follows from the hierarchy, and from competence claims."""

from __future__ import annotations

from collections.abc import Callable

from pyoxigraph import RdfFormat, Triple, parse, serialize

from ecograph.graph.derivation import derive
from ecograph.graph.entailment import Schema
from ecograph.graph.shipped import read_schema
from ecograph.vocab import eco

Read = Callable[[str], set[Triple]]


def test_superclasses_and_superproperties_follow(schema: Schema, triples: Read) -> None:
    stated = triples(":a a eco:Company ; :owns :b .")
    assert schema.entail(stated) == triples(
        ":a a eco:Company , eco:Organization , eco:Actor ; :owns :b ; :holds :b ; :touches :b ."
    )


def test_entailment_is_monotone_and_idempotent(schema: Schema, triples: Read) -> None:
    stated = triples(":a a eco:Company ; :owns 'a text' . :b a :unknown .")
    closed = schema.entail(stated)
    assert stated <= closed
    assert schema.entail(closed) == closed
    assert schema.entail([]) == set()


def test_text_entails_what_its_triples_do(schema: Schema, triples: Read) -> None:
    stated = triples(
        """:a a eco:Company ; :owns :b , "deux\\nlignes .", "fin ."@fr , 1 ; :p eco:Company .
           :b a :unknown , :ring1 ; :owns "\\r\u2028 <x> <y> ." ."""
    )
    followed = schema.consequences_of_text(serialize(stated, format=RdfFormat.N_TRIPLES) or b"")
    assert {quad.triple for quad in parse(followed, format=RdfFormat.N_TRIPLES)} == set(
        schema.consequences(stated)
    )
    assert schema.consequences_of_text(b"") == b""


def test_a_ring_of_classes_ends(schema: Schema, triples: Read) -> None:
    assert schema.entail(triples(":a a :ring1 .")) == triples(":a a :ring1 , :ring2 .")
    assert schema.superclasses("https://example.org/ring1") == {"https://example.org/ring2"}


def test_our_ontology_says_that_a_company_is_an_actor(triples: Read) -> None:
    ours = read_schema()
    assert eco("Actor") in ours.superclasses(eco("Company"))
    assert eco("Resource") in ours.superclasses(eco("PublicSupportScheme"))


def test_a_claim_makes_its_claimant_offer_the_competence(triples: Read) -> None:
    claims = triples(
        """:c1 eco:claimant :a ; eco:claimedCompetence :wood , :glass .
           :c2 eco:claimant :b . :c3 eco:claimedCompetence :steel ."""
    )
    assert derive(claims) == triples(":a eco:offersCompetence :wood , :glass .")
    assert derive([]) == set()
