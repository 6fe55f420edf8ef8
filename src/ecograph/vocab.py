"""The vocabulary as the code speaks it; a test holds it against `ontology/`, both ways."""

from __future__ import annotations

NS = "https://w3id.org/ecograph/ns#"
VOC = "https://w3id.org/ecograph/voc/"

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
XSD = "http://www.w3.org/2001/XMLSchema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
DCT = "http://purl.org/dc/terms/"
FOAF = "http://xmlns.com/foaf/0.1/"
DCAT = "http://www.w3.org/ns/dcat#"
ORG = "http://www.w3.org/ns/org#"
PROV = "http://www.w3.org/ns/prov#"
SCHEMA = "http://schema.org/"
SH = "http://www.w3.org/ns/shacl#"

PREFIXES = {
    "eco": NS,
    "rdf": RDF,
    "rdfs": RDFS,
    "xsd": XSD,
    "skos": SKOS,
    "dct": DCT,
    "foaf": FOAF,
    "dcat": DCAT,
    "org": ORG,
    "prov": PROV,
    "schema": SCHEMA,
}

# The most telling class of a resource comes first: it is its `type` in every answer.
TYPES = (
    "Project",
    "Need",
    "FundingOffer",
    "TrainingOffer",
    "ExpertiseOffer",
    "TalentOffer",
    "Facility",
    "SupportOffer",
    "Actor",
    "Person",
    "Competence",
    "Pole",
    "WatchDomain",
    "WatchSource",
    "WatchItem",
    "Source",
)


def eco(name: str) -> str:
    """Return the IRI of a term of the ontology."""
    return NS + name


def concept(scheme: str, notation: str) -> str:
    """Return the IRI of a concept."""
    return f"{VOC}{scheme}/{notation}"


def shortened(iri: str) -> str:
    """Return an IRI as `prefix:name` where a prefix is known, else as it is."""
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace):
            return f"{prefix}:{iri.removeprefix(namespace)}"
    return iri
