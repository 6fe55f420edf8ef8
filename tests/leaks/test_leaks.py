"""Whoever asks at a level reads nothing of the levels above, by whatever road; and all of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import httpx
import pytest

from ecograph.app import EcoGraph
from ecograph.graph.keys import Key
from ecograph.model import Level
from ecograph.questions.filtering import Asked
from ecograph.sources.content import File
from ecograph.sources.declaration import occasional

WORDS = {Level.PUBLIC: "zibeline", Level.PARTNERS: "quetzal", Level.PRIVATE: "okapi"}
# As long, as strange, and never said.
UNKNOWN = {Level.PARTNERS: "quetzut", Level.PRIVATE: "okapo"}
BASE = "http://127.0.0.1:8000"
PREFIXES = "".join(
    f"@prefix {name}: <{iri}> .\n"
    for name, iri in {
        "eco": "https://w3id.org/ecograph/ns#",
        "pole": "https://w3id.org/ecograph/voc/poles/",
        "rtype": "https://w3id.org/ecograph/voc/resource-types/",
        "ftype": "https://w3id.org/ecograph/voc/funding-types/",
        "atype": "https://w3id.org/ecograph/voc/actor-types/",
        "stage": "https://w3id.org/ecograph/voc/project-stages/",
        "terr": "https://w3id.org/ecograph/voc/territories/",
        "comp": "https://w3id.org/ecograph/voc/competences/",
        "skos": "http://www.w3.org/2004/02/skos/core#",
        "dct": "http://purl.org/dc/terms/",
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    }.items()
)
RECORDS = """
<actor/WORD--labo> a eco:Organization ;
  rdfs:label "Laboratoire WORD"@fr , "WORD laboratory"@en ;
  dct:description "Sèche des plantes WORD"@fr ;
  eco:actorType atype:laboratoire ; eco:inPole pole:agro ; dct:spatial terr:DEP-48 ;
  eco:offersCompetence comp:huiles-essentielles , <competence/WORD--art> .
<competence/WORD--art> a eco:Competence ; skos:inScheme <https://w3id.org/ecograph/voc/competences> ;
  skos:prefLabel "Art du WORD"@fr , "Art of WORD"@en ; skos:definition "Savoir WORD."@fr ;
  eco:inPole pole:agro .
<offer/WORD--bourse> a eco:FundingOffer ;
  dct:title "Bourse WORD"@fr , "WORD grant"@en ; dct:description "Finance le séchage des plantes WORD."@fr ;
  eco:resourceType rtype:financement ; eco:fundingType ftype:subvention ; eco:offeredBy <actor/WORD--labo> ;
  eco:inPole pole:agro ; eco:availableIn terr:DEP-48 .
<project/WORD--p> a eco:Project ;
  dct:title "Sécher le WORD"@fr , "Drying the WORD"@en ; dct:description "Sécher des plantes WORD."@fr ;
  eco:carriedBy <actor/WORD--labo> ; eco:inPole pole:agro ; eco:stage stage:idee ;
  dct:spatial terr:DEP-48 ; eco:hasNeed <need/WORD--n> .
<need/WORD--n> a eco:Need ; dct:title "Besoin de WORD"@fr ; eco:needKind rtype:expertise ;
  eco:requiresCompetence comp:huiles-essentielles .
<actor/zibeline--labo> skos:altLabel "alias WORD"@fr ; dct:relation <actor/WORD--labo> .
"""

Clients = Mapping[Level, httpx.Client]


def records(word: str) -> bytes:
    return (PREFIXES + RECORDS.replace("WORD", word)).encode()


def load(graph: EcoGraph, source: str, level: Level, content: bytes) -> None:
    outcome = graph.writing.load_files(occasional(source, level.slug), [File(f"{source}.ttl", content)])
    assert not outcome.rejections, outcome.rejections


@pytest.fixture(scope="session")
def layered(tmp_path_factory: pytest.TempPathFactory, opened: Callable[..., EcoGraph]) -> Iterator[EcoGraph]:
    graph = opened(tmp_path_factory.mktemp("leaks") / "home")
    for level, word in WORDS.items():
        load(graph, word, level, records(word))
    yield graph
    graph.close()


@pytest.fixture(scope="session")
def keys(layered: EcoGraph) -> Mapping[Level, tuple[Key, str]]:
    return {level: layered.keys.create(level=level, may_write=False) for level in Level}


@pytest.fixture(scope="session")
def address(layered: EcoGraph, served: Callable[..., object]) -> Iterator[str]:
    with served(layered) as address:
        yield address


@pytest.fixture(scope="session")
def clients(address: str, keys: Mapping[Level, tuple[Key, str]]) -> Iterator[Clients]:
    """A client for each level; the public comes without a key."""
    with ExitStack() as stack:
        yield {
            level: stack.enter_context(
                httpx.Client(
                    base_url=address,
                    timeout=30,
                    headers={} if level is Level.PUBLIC else {"Authorization": f"Bearer {keys[level][1]}"},
                )
            )
            for level in Level
        }


@pytest.fixture(scope="session")
def lone(
    tmp_path_factory: pytest.TempPathFactory,
    opened: Callable[..., EcoGraph],
    served: Callable[..., AbstractContextManager[str]],
) -> Iterator[Clients]:
    """For each level, a deployment that was never given more than that level sees, all of it public."""
    with ExitStack() as stack:
        found = {}
        for level in (Level.PUBLIC, Level.PARTNERS):
            graph = opened(tmp_path_factory.mktemp("lone") / "home")
            for below, word in WORDS.items():
                if below <= level:
                    load(graph, word, Level.PUBLIC, records(word))
            address = stack.enter_context(served(graph))
            found[level] = stack.enter_context(httpx.Client(base_url=address, timeout=30))
        yield found


PAIRS = [(asking, above) for asking in Level for above in Level if above > asking]
SOURCE = f"{BASE}/source/"
PUBLIC_ACTOR = f"{BASE}/actor/zibeline--labo"
PREFIX = "PREFIX eco: <https://w3id.org/ecograph/ns#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#> "

# Queries that name nothing hidden, and see everything that there is to see.
SWEEPS = {
    "graph": "SELECT * { GRAPH ?g { ?s ?p ?o } }",
    "graph names": "SELECT DISTINCT ?g { GRAPH ?g { } }",
    "default": "SELECT * { ?s ?p ?o FILTER(isLITERAL(?o)) }",
    "both": "SELECT * { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }",
    "sub-select": "SELECT * { { SELECT ?s ?l { GRAPH ?g { ?s skos:altLabel ?l } } } }",
    "path": f"SELECT * {{ <{PUBLIC_ACTOR}> (!eco:nothing|^(!eco:nothing))+ ?o }}",
    "path in graphs": f"SELECT * {{ GRAPH ?g {{ <{PUBLIC_ACTOR}> (!eco:nothing)* ?o }} }}",
    "describe": f"DESCRIBE <{PUBLIC_ACTOR}>",
    "describe all": "DESCRIBE ?s { ?s a eco:Organization }",
    "construct": "CONSTRUCT { ?s ?p ?o } { GRAPH ?g { ?s ?p ?o } }",
    "concat": 'SELECT (GROUP_CONCAT(STR(?o); separator=" ") AS ?all) { ?s ?p ?o }',
    "optional": "SELECT * { ?s a eco:Organization OPTIONAL { GRAPH ?g { ?s skos:altLabel ?o } } }",
    "minus": "SELECT * { GRAPH ?g { ?s skos:altLabel ?o } MINUS { ?s skos:altLabel ?o } }",
    "exists": "SELECT ?s ?g { GRAPH ?g { ?s a eco:Project } FILTER EXISTS { GRAPH ?h { ?s ?p ?o } } }",
}
# Queries about something hidden, whose answer must be that of something that does not exist.
ABOUT = {
    "ask graph": "ASK {{ GRAPH <{source}> {{ ?s ?p ?o }} }}",
    "from": "SELECT * FROM <{source}> {{ ?s ?p ?o }}",
    "from named": "SELECT * FROM NAMED <{source}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
    "from and default": "SELECT (COUNT(*) AS ?n) FROM <{source}> FROM <"
    + SOURCE
    + "zibeline> {{ ?s ?p ?o }}",
    "ask word": 'ASK {{ ?s ?p ?o FILTER(CONTAINS(STR(?o), "{word}")) }}',
    "count": "SELECT (COUNT(*) AS ?n) {{ <{actor}> ?p ?o }}",
    "count into": "SELECT (COUNT(*) AS ?n) {{ ?s ?p <{actor}> }}",
    "describe": "DESCRIBE <{actor}>",
    "describe graph": "DESCRIBE <{source}>",
    "exists": "ASK {{ FILTER EXISTS {{ GRAPH ?g {{ <{actor}> ?p ?o }} }} }}",
    "not exists": "ASK {{ FILTER NOT EXISTS {{ <{actor}> ?p ?o }} }}",
    "path": "ASK {{ <" + PUBLIC_ACTOR + "> (!eco:nothing)+ <{actor}> }}",
    "construct": "CONSTRUCT WHERE {{ <{actor}> ?p ?o }}",
    "values": "SELECT * {{ VALUES ?g {{ <{source}> }} GRAPH ?g {{ ?s ?p ?o }} }}",
    "bind": 'SELECT * {{ BIND(IRI("{source}") AS ?g) GRAPH ?g {{ ?s ?p ?o }} }}',
    "order": 'SELECT ?s {{ ?s ?p ?o FILTER(STRSTARTS(STR(?s), "{actor}")) }} ORDER BY ?s',
}
# Places about something hidden: method, address, body.
Place = tuple[str, str, dict[str, object] | None]
PLACES: dict[str, Place] = {
    "search": ("GET", "/api/search?q={word}", None),
    "search title": ("GET", "/api/search?q=Bourse+{word}+plantes", None),
    "search english": ("GET", "/api/search?q={word}+laboratory&lang=en", None),
    "search competence": ("GET", "/api/search?q=art+du+{word}", None),
    "search alias": ("GET", "/api/search?q=alias+{word}", None),
    "search page": ("GET", "/search?q={word}", None),
    "match text": ("POST", "/api/match", {"text": "sécher des plantes {word}"}),
    "match project": ("POST", "/api/match", {"project": BASE + "/project/{word}--p"}),
    "match page": ("GET", "/match?project=" + BASE + "/project/{word}--p", None),
    "match words page": ("GET", "/match?text=plantes+{word}", None),
    "related": ("GET", "/api/related?iri={actor}", None),
    "resource": ("GET", "/api/resources?iri={actor}", None),
    "resource of source": ("GET", "/api/resources?iri={source}", None),
    "page": ("GET", "/actor/{word}--labo", None),
    "page in english": ("GET", "/actor/{word}--labo?lang=en", None),
    "source page": ("GET", "/source/{word}", None),
    "competence page": ("GET", "/competence/{word}--art", None),
    **{
        f"data {suffix}": ("GET", f"/actor/{{word}}--labo.{suffix}", None)
        for suffix in ("ttl", "jsonld", "nt", "rdf")
    },
    "head": ("HEAD", "/actor/{word}--labo.ttl", None),
    "graph": ("GET", "/graphs?graph={source}", None),
    "graph head": ("HEAD", "/graphs?graph={source}", None),
    "graph write": ("DELETE", "/graphs?graph={source}", None),
    "default-graph-uri": ("GET", "/sparql?query=SELECT*{{?s+?p+?o}}&default-graph-uri={source}", None),
    "named-graph-uri": (
        "GET",
        "/sparql?query=SELECT*{{GRAPH+?g{{?s+?p+?o}}}}&named-graph-uri={source}",
        None,
    ),
    "error": ("GET", "/sparql?query=SELECT*{{+<{source}>", None),
    "facet": ("GET", "/api/search?q=plantes&pole={word}", None),
    "saved iri": ("GET", "/queries/facts-and-sources?resource={actor}", None),
    "saved csv": ("GET", "/queries/facts-and-sources.csv?resource={actor}", None),
}
# Search goes by spelling too: two unknown words find different things.
SPELLED = {name for name in PLACES if name.startswith(("search", "match text", "match words"))}
ACCEPTS = ("text/html", "text/turtle", "application/ld+json", "application/n-triples", "application/rdf+xml")
# Pages that name nothing hidden and show a choice of everything.
OPEN_PAGES = (
    "/",
    "/about",
    "/search",
    "/search?q=plantes",
    "/search?lang=en&q=drying",
    "/queries",
    "/actor/zibeline--labo",
    "/actor/zibeline--labo?lang=en",
    *(f"/actor/zibeline--labo.{suffix}" for suffix in ("ttl", "jsonld", "nt", "rdf")),
    "/project/zibeline--p",
    "/source/zibeline",
    f"/api/related?iri={PUBLIC_ACTOR}&limit=100",
    f"/api/resources?iri={PUBLIC_ACTOR}",
    "/api/search?limit=100",
    "/api/search?q=plantes&limit=100",
    "/api/search?q=laboratoire&limit=100&lang=en",
    "/sparql",
    "/graphs?default",
    "/health/ready",
    "/openapi.json",
    "/metrics",
)


def fill(text: str, word: str) -> str:
    return text.format(word=word, source=SOURCE + word, actor=f"{BASE}/actor/{word}--labo")


def visit(client: httpx.Client, place: Place, word: str) -> httpx.Response:
    method, address, body = place
    sent = {name: fill(str(value), word) for name, value in body.items()} if body else None
    return client.request(method, fill(address, word), json=sent)


def sparql(client: httpx.Client, query: str, **headers: str) -> httpx.Response:
    return client.post(
        "/sparql", content=PREFIX + query, headers={"Content-Type": "application/sparql-query", **headers}
    )


def essence(answer: httpx.Response) -> tuple[object, ...]:
    """What two answers may not differ in: all but the number of the request and the time."""
    body = re.sub(r'"(request_id|instance)": ?"[^"]*"', "", answer.text)
    skipped = {"x-request-id", "date", "content-length", "etag", "server-timing"}
    headers = sorted((n, v) for n, v in answer.headers.items() if n not in skipped)
    return answer.status_code, headers, body


def said(answer: httpx.Response) -> str:
    return (answer.text + str(answer.headers.raw)).casefold()


@pytest.mark.parametrize("road", SWEEPS)
@pytest.mark.parametrize("asking", Level)
def test_sweeps_show_own_words_and_no_others(clients: Clients, asking: Level, road: str) -> None:
    answer = sparql(clients[asking], SWEEPS[road])
    assert answer.status_code == 200, answer.text
    for level, word in WORDS.items():
        if level > asking:
            assert word not in said(answer)
        elif road != "minus" and not (road == "path in graphs" and level is not Level.PUBLIC):
            assert word in said(answer) or (level is Level.PUBLIC and "altLabel" in SWEEPS[road])


@pytest.mark.parametrize("road", ABOUT)
@pytest.mark.parametrize(("asking", "above"), PAIRS)
def test_queries_about_the_hidden_are_about_nothing(
    clients: Clients, asking: Level, above: Level, road: str
) -> None:
    hidden = essence(sparql(clients[asking], fill(ABOUT[road], WORDS[above])))
    unknown = essence(sparql(clients[asking], fill(ABOUT[road], UNKNOWN[above])))
    assert hidden[0] == 200
    assert str(hidden).replace(WORDS[above], "·") == str(unknown).replace(UNKNOWN[above], "·")


@pytest.mark.parametrize("road", ABOUT)
def test_queries_about_the_seen_differ_from_nothing(clients: Clients, road: str) -> None:
    """The control: each of these roads does lead somewhere for those who may take it."""
    private = clients[Level.PRIVATE]
    seen = sparql(private, fill(ABOUT[road], WORDS[Level.PRIVATE]))
    unknown = sparql(private, fill(ABOUT[road], UNKNOWN[Level.PRIVATE]))
    assert seen.text.replace(WORDS[Level.PRIVATE], "·") != unknown.text.replace(UNKNOWN[Level.PRIVATE], "·")


@pytest.mark.parametrize("road", sorted(PLACES.keys() - SPELLED))
@pytest.mark.parametrize(("asking", "above"), PAIRS)
def test_places_of_the_hidden_are_nowhere(clients: Clients, asking: Level, above: Level, road: str) -> None:
    hidden = essence(visit(clients[asking], PLACES[road], WORDS[above]))
    unknown = essence(visit(clients[asking], PLACES[road], UNKNOWN[above]))
    assert str(hidden).replace(WORDS[above], "·") == str(unknown).replace(UNKNOWN[above], "·")


@pytest.mark.parametrize("road", sorted(PLACES.keys() - {"graph write"}))
@pytest.mark.parametrize(("asking", "above"), PAIRS)
def test_places_are_as_if_the_hidden_were_not_loaded(
    clients: Clients, lone: Clients, asking: Level, above: Level, road: str
) -> None:
    with_hidden = essence(visit(clients[asking], PLACES[road], WORDS[above]))
    without = essence(visit(lone[asking], PLACES[road], WORDS[above]))
    if asking is not Level.PUBLIC:  # asked there without a key, as the public
        with_hidden, without = with_hidden[::2], without[::2]
    assert with_hidden == without


@pytest.mark.parametrize(
    "road", sorted(PLACES.keys() - {"graph write", "error", "facet", "competence page", "search alias"})
)
def test_places_of_the_seen_are_somewhere(clients: Clients, road: str) -> None:
    """The control: each of these places is one for those who may go there."""
    private = clients[Level.PRIVATE]
    seen = visit(private, PLACES[road], WORDS[Level.PRIVATE])
    unknown = visit(private, PLACES[road], UNKNOWN[Level.PRIVATE])
    assert str(essence(seen)).replace(WORDS[Level.PRIVATE], "·") != str(essence(unknown)).replace(
        UNKNOWN[Level.PRIVATE], "·"
    )


@pytest.mark.parametrize("accept", ACCEPTS)
@pytest.mark.parametrize("path", OPEN_PAGES)
def test_open_pages_name_nothing_hidden(clients: Clients, path: str, accept: str) -> None:
    for asking in (Level.PUBLIC, Level.PARTNERS):
        answer = clients[asking].get(path, headers={"Accept": accept})
        assert answer.status_code in {200, 406}
        for level, word in WORDS.items():
            assert level <= asking or word not in said(answer)


@pytest.mark.parametrize("asking", Level)
def test_saved_queries_tell_each_level_its_own(clients: Clients, asking: Level) -> None:
    for query in clients[asking].get("/queries").json()["queries"]:
        given = {p["name"]: PUBLIC_ACTOR for p in query["parameters"] if p["required"] and p["type"] == "iri"}
        for suffix in ("", ".csv"):
            answer = clients[asking].get(f"/queries/{query['name']}{suffix}", params=given)
            for level, word in WORDS.items():
                assert level <= asking or word not in said(answer), query["name"]


@pytest.mark.parametrize("asking", Level)
def test_search_counts_what_the_level_sees(clients: Clients, asking: Level) -> None:
    everything = clients[asking].get("/api/search", params={"q": "plantes", "limit": 100}).json()
    found = {result["iri"] for result in everything["results"]}
    for level, word in WORDS.items():
        assert (f"{BASE}/actor/{word}--labo" in found) is (level <= asking)
    assert everything["total"] == len(found)
    projects = {value["value"]: value["count"] for value in everything["facets"]["type"]}
    assert projects["Project"] == asking + 1


@pytest.mark.parametrize("asking", Level)
def test_match_offers_what_the_level_sees(clients: Clients, asking: Level) -> None:
    answer = clients[asking].post("/api/match", json={"project": f"{BASE}/project/zibeline--p", "limit": 50})
    text = answer.text
    assert "offer/zibeline--bourse" in text
    for level in (Level.PARTNERS, Level.PRIVATE):
        word = WORDS[level]
        assert (word in text) is (f"actor/{word}--labo" in text) is (level <= asking)
        told = clients[asking].post("/api/match", json={"text": f"une bourse de {word}"}).text
        assert (f"offer/{word}--bourse" in told) is (level <= asking)


def test_scores_do_not_tell_of_what_is_above(
    layered: EcoGraph, clients: Clients, opened: Callable[..., EcoGraph], tmp_path: Path
) -> None:
    """What the public is answered is what a deployment without the hidden sources would answer."""

    alone = opened(tmp_path / "home")
    load(alone, "zibeline", Level.PUBLIC, records("zibeline"))
    for words in ("plantes", "laboratoire", "séchage", "zibeline"):
        there = clients[Level.PUBLIC].get("/api/search", params={"q": words, "limit": 100}).json()
        here = alone.search(Level.PUBLIC, words, Asked(), limit=100)
        assert [(r["iri"], r["score"]) for r in there["results"]] == [(r.iri, r.score) for r in here.results]
        assert there["total"] == here.total
    alone.close()


def test_levels_share_no_etag(clients: Clients) -> None:
    query = "SELECT * { ?s ?p ?o }"
    tags = {}
    for level, client in clients.items():
        tags[level] = client.get("/sparql", params={"query": query}).headers["etag"]
    assert len(set(tags.values())) == 3
    for level, client in clients.items():
        for other, tag in tags.items():
            status = client.get(
                "/sparql", params={"query": query}, headers={"If-None-Match": tag}
            ).status_code
            assert status == (304 if other is level else 200)


def test_result_cache_is_of_a_level(clients: Clients) -> None:
    query = "SELECT * { GRAPH ?g { ?s skos:altLabel ?o } }"
    for _ in range(2):
        for level in reversed(Level):
            text = sparql(clients[level], query).text
            for above, word in WORDS.items():
                if above is not Level.PUBLIC:
                    assert (word in text) is (above <= level)


@pytest.mark.parametrize("path", [*OPEN_PAGES, "/nowhere/at--all", "/graphs?graph=urn:x"])
def test_every_answer_says_that_it_depends_on_the_key(clients: Clients, path: str) -> None:
    for level, client in clients.items():
        answer = client.get(path)
        assert "authorization" in answer.headers["vary"].lower()
        held = answer.headers.get("cache-control", "")
        if level is not Level.PUBLIC:
            assert "private" in held or "no-store" in held


def test_wrong_keys_are_refused(address: str, keys: Mapping[Level, tuple[Key, str]]) -> None:
    good = keys[Level.PRIVATE][1]
    wrong = (
        good[:-1] + ("A" if good[-1] != "A" else "B"),
        "eco_000000000000_" + "a" * 43,
        "nonsense",
        "é",
    )
    for text in wrong:
        for scheme in ("Bearer", "Basic"):
            for path in ("/api/search", "/sparql", "/queries", "/actor/zibeline--labo", "/"):
                answer = httpx.get(address + path, headers={b"Authorization": f"{scheme} {text}".encode()})
                assert answer.status_code == 401
                assert answer.headers["www-authenticate"].startswith("Bearer")
                assert not any(WORDS[level] in answer.text for level in (Level.PARTNERS, Level.PRIVATE))


def test_writers_learn_nothing_of_what_is_above(layered: EcoGraph, clients: Clients, address: str) -> None:
    """Shapes look at what a record refers to: at the writer's level only."""
    _, text = layered.keys.create(level=Level.PUBLIC, may_write=True, name="curious")
    key = {"Authorization": f"Bearer {text}", "Content-Type": "application/sparql-update"}

    def add(word: str) -> httpx.Response:
        update = (
            "INSERT DATA { GRAPH <" + SOURCE + "curious> { <" + BASE + "/project/curious--p> "
            'a <https://w3id.org/ecograph/ns#Project> ; <http://purl.org/dc/terms/title> "x"@fr ; '
            f"<https://w3id.org/ecograph/ns#carriedBy> <{BASE}/actor/{word}--labo> ; "
            f"<https://w3id.org/ecograph/ns#requiresCompetence> <{BASE}/competence/{word}--art> }} }}"
        )
        return httpx.post(f"{address}/sparql/update", content=update, headers=key, timeout=30)

    for level in (Level.PARTNERS, Level.PRIVATE):
        hidden, unknown = add(WORDS[level]), add(UNKNOWN[level])
        assert str(essence(hidden)).replace(WORDS[level], "·") == str(essence(unknown)).replace(
            UNKNOWN[level], "·"
        )
        for operation in ("DROP GRAPH <{}>", "CLEAR GRAPH <{}>", "COPY <{}> TO <" + SOURCE + "mine>"):
            answers = [
                essence(
                    httpx.post(
                        f"{address}/sparql/update",
                        content=operation.format(SOURCE + word),
                        headers=key,
                        timeout=30,
                    )
                )
                for word in (WORDS[level], UNKNOWN[level])
            ]
            assert str(answers[0]).replace(WORDS[level], "·") == str(answers[1]).replace(UNKNOWN[level], "·")
        copied = (
            "INSERT { GRAPH <"
            + SOURCE
            + 'mine> { ?s ?p ?o } } WHERE { GRAPH ?g { ?s ?p ?o } FILTER(CONTAINS(STR(?o), "'
            + WORDS[level]
            + '")) }'
        )
        assert (
            httpx.post(f"{address}/sparql/update", content=copied, headers=key, timeout=30).status_code == 204
        )
        assert httpx.get(f"{address}/graphs", params={"graph": SOURCE + "mine"}).status_code == 404


def test_nobody_without_the_right_writes(clients: Clients, address: str) -> None:
    update = {"Content-Type": "application/sparql-update"}
    turtle = {"Content-Type": "text/turtle"}
    where = {"graph": SOURCE + "zibeline"}
    for level, client in clients.items():
        expected = 401 if level is Level.PUBLIC else 403
        assert client.post("/sparql/update", content="CLEAR ALL", headers=update).status_code == expected
        assert client.put("/graphs", params=where, content="", headers=turtle).status_code == expected
        assert client.post("/graphs", params=where, content="", headers=turtle).status_code == expected
        assert client.delete("/graphs", params=where).status_code == expected
    assert clients[Level.PUBLIC].get("/graphs", params=where).status_code == 200


def test_what_is_hidden_afterwards_is_hidden_at_once(tmp_path: Path, opened: Callable[..., EcoGraph]) -> None:
    """A source that was loaded for all by mistake is in no index once it is for some."""
    graph = opened(tmp_path / "home")
    load(graph, "okapi", Level.PUBLIC, records("okapi"))
    assert graph.search(Level.PUBLIC, "okapi", Asked(), limit=10).total > 0
    seen: list[int] = []
    follow = graph.writing._follow

    def before_following(progress: object) -> None:
        seen.append(graph.search(Level.PUBLIC, "okapi", Asked(), limit=10).total)
        follow(progress)

    graph.writing._follow = before_following
    load(graph, "okapi", Level.PRIVATE, records("okapi"))
    assert seen[-1] == 0
    assert graph.search(Level.PRIVATE, "okapi", Asked(), limit=10).total > 0
    graph.close()
