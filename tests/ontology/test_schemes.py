"""The concept schemes keep the promises that search, forms and matching rest on."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from rdflib import DCTERMS, RDF, SKOS, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

ROOT = Path(__file__).parents[2]
SCHEMES = ROOT / "ontology" / "schemes"
VOC = "https://w3id.org/ecograph/voc/"
ECO = Namespace("https://w3id.org/ecograph/ns#")
LICENCE = URIRef("https://www.etalab.gouv.fr/licence-ouverte-open-licence")
LANGUAGES = ("fr", "en")

POLES = "chimie ecomat agro sante num tertiaire"
AXES = (
    "management-projets innovation-sociale marketing transformation-digitale optimisation-processus metissage"
)

# The identifiers that loaders, shapes, queries and sample data name.
RELIED_ON = {
    "poles": POLES,
    "axes": AXES,
    "actor-types": (
        "entreprise tpe pme eti start-up grande-entreprise agence-developpement cluster "
        "pole-competitivite centre-technique club-reseau chambre cci cma chambre-agriculture "
        "federation-professionnelle laboratoire universite ecole-ingenieurs incubateur financeur "
        "banque investisseur fonds service-etat collectivite region departement epci commune "
        "organisme-europeen association"
    ),
    "resource-types": (
        "dispositif diagnostic action-individuelle action-collaborative formation expertise "
        "financement stagiaire alternant doctorant plateforme evenement information"
    ),
    "funding-types": (
        "subvention pret avance-recuperable credit-impot cee capital garantie prix ingenierie-en-nature"
    ),
    "project-stages": "idee faisabilite prototype industrialisation marche termine abandonne",
    "path-stages": ("prospecte diagnostic besoins-definis presente-task-force accompagne termine abandonne"),
    "eligibility-status": "rempli non-rempli inconnu partiellement ferme",
    "eligibility-dimensions": "territoire naf effectif age forme-juridique stade",
    "match-status": "propose retenu aide realise-sans-aide injoignable non-pertinent",
    "audiences": "professionnels particuliers associations secteur-public",
    "claim-levels": "declare documente verifie",
    "confidence": "certain probable a-verifier",
    "visibility": "public partners private",
    "competences": "",
    "territories": "EU FR REG-76 REG-75 DEP-48 DEP-33 DEP-2A DEP-974",
    "naf": "A C U 01 16 99",
    "legal-forms": ("ei eurl sarl sas sasu sa cooperative association gie etablissement-public sci autre"),
}

NARROWER = {
    "entreprise": "tpe pme eti start-up grande-entreprise",
    "chambre": "cci cma chambre-agriculture",
    "financeur": "banque investisseur fonds",
    "collectivite": "region departement epci commune",
}

# Region code: its départements, as the official geographic code has them.
DEPARTEMENTS = {
    "01": "971",
    "02": "972",
    "03": "973",
    "04": "974",
    "06": "976",
    "11": "75 77 78 91 92 93 94 95",
    "24": "18 28 36 37 41 45",
    "27": "21 25 39 58 70 71 89 90",
    "28": "14 27 50 61 76",
    "32": "02 59 60 62 80",
    "44": "08 10 51 52 54 55 57 67 68 88",
    "52": "44 49 53 72 85",
    "53": "22 29 35 56",
    "75": "16 17 19 23 24 33 40 47 64 79 86 87",
    "76": "09 11 12 30 31 32 34 46 48 65 66 81 82",
    "84": "01 03 07 15 26 38 42 43 63 69 73 74",
    "93": "04 05 06 13 83 84",
    "94": "2A 2B",
    "975": "975",
    "977": "977",
    "978": "978",
    "984": "984",
    "986": "986",
    "987": "987",
    "988": "988",
    "989": "989",
}


def read(name: str) -> Graph:
    return Graph().parse(SCHEMES / f"{name}.ttl", format="turtle")


@pytest.fixture(scope="module")
def graphs() -> dict[str, Graph]:
    return {name: read(name) for name in RELIED_ON}


@pytest.fixture(params=sorted(RELIED_ON))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def graph(graphs: dict[str, Graph], name: str) -> Graph:
    return graphs[name]


def iri(scheme: str, concept: str = "") -> URIRef:
    return URIRef(f"{VOC}{scheme}/{concept}" if concept else f"{VOC}{scheme}")


def concepts(graph: Graph) -> list[Node]:
    return sorted(graph.subjects(RDF.type, SKOS.Concept), key=str)


def texts(graph: Graph, subject: Node, predicate: URIRef, language: str) -> list[str]:
    found = graph.objects(subject, predicate)
    return [str(o) for o in found if isinstance(o, Literal) and o.language == language]


def ancestors(graph: Graph, concept: Node) -> list[Node]:
    """Every concept above, nearest first; fails on a cycle."""
    seen: list[Node] = []
    waiting = list(graph.objects(concept, SKOS.broader))
    while waiting:
        above = waiting.pop(0)
        assert above != concept, f"{concept} is above itself"
        if above not in seen:
            seen.append(above)
            waiting.extend(graph.objects(above, SKOS.broader))
    return seen


def test_every_scheme_file_is_known() -> None:
    assert {path.stem for path in SCHEMES.glob("*.ttl")} == set(RELIED_ON)


def test_scheme_is_described(graph: Graph, name: str) -> None:
    scheme = iri(name)
    assert list(graph.subjects(RDF.type, SKOS.ConceptScheme)) == [scheme]
    assert (scheme, DCTERMS.license, LICENCE) in graph
    for predicate in (DCTERMS.title, DCTERMS.description):
        for language in LANGUAGES:
            assert len(texts(graph, scheme, predicate, language)) == 1


def test_concepts_belong_to_the_scheme(graph: Graph, name: str) -> None:
    for concept in concepts(graph):
        assert str(concept).startswith(f"{iri(name)}/")
        assert list(graph.objects(concept, SKOS.inScheme)) == [iri(name)]


def test_concepts_have_one_label_and_definition_in_each_language(graph: Graph) -> None:
    for concept in concepts(graph):
        for predicate in (SKOS.prefLabel, SKOS.definition):
            for language in LANGUAGES:
                found = texts(graph, concept, predicate, language)
                assert len(found) == 1, (concept, predicate, language)
                assert found[0].strip() == found[0] != ""


def test_every_label_has_a_language(graph: Graph) -> None:
    labels = (SKOS.prefLabel, SKOS.altLabel, SKOS.hiddenLabel, SKOS.definition)
    for predicate in labels:
        for label in graph.objects(None, predicate):
            assert isinstance(label, Literal)
            assert label.language in LANGUAGES, label


def test_notation_is_the_last_segment_and_unique(graph: Graph) -> None:
    notations = []
    for concept in concepts(graph):
        found = [str(n) for n in graph.objects(concept, SKOS.notation)]
        assert found == [str(concept).rsplit("/", 1)[1]]
        notations += found
    assert len(notations) == len(set(notations))


@pytest.mark.parametrize("language", LANGUAGES)
def test_preferred_labels_are_unique(graph: Graph, language: str) -> None:
    found = [texts(graph, c, SKOS.prefLabel, language)[0].casefold() for c in concepts(graph)]
    assert [label for label, times in Counter(found).items() if times > 1] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_kinds_of_label_do_not_overlap(graph: Graph, language: str) -> None:
    kinds = (SKOS.prefLabel, SKOS.altLabel, SKOS.hiddenLabel)
    for concept in concepts(graph):
        preferred, others, hidden = (set(texts(graph, concept, k, language)) for k in kinds)
        assert not preferred & others, concept
        assert not (preferred | others) & hidden, concept


def test_no_orphan(graph: Graph, name: str) -> None:
    scheme = iri(name)
    for concept in concepts(graph):
        is_top = (concept, SKOS.topConceptOf, scheme) in graph
        assert is_top == ((scheme, SKOS.hasTopConcept, concept) in graph), concept
        assert is_top != ((concept, SKOS.broader, None) in graph), concept
    assert set(graph.objects(scheme, SKOS.hasTopConcept)) <= set(concepts(graph))


def test_broader_leads_to_known_concepts_without_cycle(graph: Graph) -> None:
    known = set(concepts(graph))
    assert set(graph.objects(None, SKOS.broader)) <= known
    for concept in known:
        ancestors(graph, concept)


def test_relied_on_concepts_exist(graph: Graph, name: str) -> None:
    missing = {iri(name, c) for c in RELIED_ON[name].split()} - set(concepts(graph))
    assert missing == set()


@pytest.mark.parametrize("kind", sorted(NARROWER))
def test_actor_types_are_nested(graphs: dict[str, Graph], kind: str) -> None:
    found = set(graphs["actor-types"].subjects(SKOS.broader, iri("actor-types", kind)))
    assert found == {iri("actor-types", c) for c in NARROWER[kind].split()}


def test_there_are_exactly_six_poles(graphs: dict[str, Graph]) -> None:
    graph = graphs["poles"]
    assert {str(n) for n in graph.objects(None, SKOS.notation)} == set(POLES.split())
    assert set(graph.subjects(RDF.type, ECO.Pole)) == set(concepts(graph))


def test_poles_carry_the_words_of_their_trades(graphs: dict[str, Graph]) -> None:
    for pole in concepts(graphs["poles"]):
        names = texts(graphs["poles"], pole, SKOS.hiddenLabel, "fr")
        words = texts(graphs["poles"], pole, ECO.topicWord, "fr")
        assert len(names) >= 15
        assert len(words) >= 100
        assert not {*map(str.casefold, names)} & {*map(str.casefold, words)}


def test_there_are_exactly_six_axes(graphs: dict[str, Graph]) -> None:
    found = {str(n) for n in graphs["axes"].objects(None, SKOS.notation)}
    assert found == set(AXES.split())


def test_there_are_enough_competences(graphs: dict[str, Graph]) -> None:
    graph = graphs["competences"]
    assert len(concepts(graph)) >= 150
    assert set(graph.subjects(RDF.type, ECO.Competence)) == set(concepts(graph))


def test_every_competence_reaches_a_pole_or_an_axis(graphs: dict[str, Graph]) -> None:
    graph = graphs["competences"]
    homes = set(concepts(graphs["poles"])) | set(concepts(graphs["axes"]))
    for concept in concepts(graph):
        line = [concept, *ancestors(graph, concept)]
        reached = {o for c in line for p in (ECO.inPole, ECO.onAxis) for o in graph.objects(c, p)}
        assert reached, concept
        assert reached <= homes, concept


@pytest.mark.parametrize("pole", POLES.split())
def test_every_pole_has_competences(graphs: dict[str, Graph], pole: str) -> None:
    assert len(set(graphs["competences"].subjects(ECO.inPole, iri("poles", pole)))) >= 8


@pytest.mark.parametrize("axis", AXES.split())
def test_every_axis_has_competences(graphs: dict[str, Graph], axis: str) -> None:
    assert len(set(graphs["competences"].subjects(ECO.onAxis, iri("axes", axis)))) >= 8


def test_france_and_its_regions_are_nested(graphs: dict[str, Graph]) -> None:
    graph = graphs["territories"]
    assert set(graph.objects(iri("territories", "FR"), SKOS.broader)) == {iri("territories", "EU")}
    found = set(graph.subjects(SKOS.broader, iri("territories", "FR")))
    assert found == {iri("territories", f"REG-{code}") for code in DEPARTEMENTS}


@pytest.mark.parametrize("region", sorted(DEPARTEMENTS))
def test_departements_are_inside_their_region(graphs: dict[str, Graph], region: str) -> None:
    found = set(graphs["territories"].subjects(SKOS.broader, iri("territories", f"REG-{region}")))
    assert found == {iri("territories", f"DEP-{c}") for c in DEPARTEMENTS[region].split()}


def test_naf_has_its_sections_and_divisions(graphs: dict[str, Graph]) -> None:
    graph = graphs["naf"]
    sections = {str(n) for n in graph.objects(None, SKOS.notation) if str(n).isalpha()}
    assert sections == set("ABCDEFGHIJKLMNOPQRSTU")
    divisions = set(concepts(graph)) - {iri("naf", s) for s in sections}
    assert len(divisions) == 88
    assert {b for d in divisions for b in graph.objects(d, SKOS.broader)} == {iri("naf", s) for s in sections}
