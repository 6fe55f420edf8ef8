"""DCAT catalogues, in any RDF syntax, in one document or in Hydra pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from ecograph.sources.catalogue import Dataset, Distribution, stated
from ecograph.sources.content import Content, Context, File
from ecograph.sources.markdown import without_marks
from ecograph.sources.paging import Totals, check_count
from ecograph.sources.rdf import read_rdf
from ecograph.vocab import DCAT, DCT, FOAF, RDF, RDFS, SKOS

HYDRA = "http://www.w3.org/ns/hydra/core#"
_TYPE = RDF + "type"
_VIEWS = ("PartialCollectionView", "PagedCollection", "Collection")
_LISTED = (DCAT + "Dataset", DCAT + "DataService", DCAT + "DatasetSeries")

Node = NamedNode | BlankNode | Literal | Triple


class Graph:
    """The triples of a document, by subject and property."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        said: dict[tuple[str, str], list[Node]] = defaultdict(list)
        self._of_class: dict[str, list[NamedNode | BlankNode]] = defaultdict(list)
        for triple in triples:
            subject = triple.subject
            if isinstance(subject, Triple):
                continue
            said[str(subject), triple.predicate.value].append(triple.object)
            if triple.predicate.value == _TYPE and isinstance(triple.object, NamedNode):
                self._of_class[triple.object.value].append(subject)
        self._said: Mapping[tuple[str, str], list[Node]] = said

    def of_class(self, cls: str) -> list[NamedNode | BlankNode]:
        """Return what is of a class, in a steady order."""
        return sorted(self._of_class.get(cls, ()), key=str)

    def values(self, subject: Node, *properties: str) -> list[Node]:
        return [
            node for name in properties for node in sorted(self._said.get((str(subject), name), ()), key=str)
        ]

    def text(self, subject: Node, *properties: str) -> tuple[str, str]:
        """Return the text of the first property that has one, in French before others, and its language."""
        for name in properties:
            literals = [node for node in self.values(subject, name) if isinstance(node, Literal)]
            if literals:
                best = min(literals, key=lambda literal: _preference(literal.language))
                return best.value, (best.language or "fr").lower()
        return "", "fr"

    def name(self, node: Node) -> str:
        """Return what a node is called: itself, its label, or else the end of its IRI."""
        if isinstance(node, Literal):
            return node.value
        label, _ = self.text(node, FOAF + "name", SKOS + "prefLabel", RDFS + "label", DCT + "title")
        return label or (_last(node.value) if isinstance(node, NamedNode) else "")


def read_dcat(file: File, context: Context, *, source: str) -> Content:
    """Read the datasets of a catalogue, or of one of its pages; raises `MalformedFile`."""
    graph = read_graph(file, context.base)
    datasets = graph.of_class(DCAT + "Dataset")
    return Content(
        "", (stated(_dataset(graph, node), f"{file.name}, {node}", context, source) for node in datasets)
    )


def read_graph(file: File, base: str) -> Graph:
    """Read an RDF document; raises `MalformedFile`."""
    return Graph(read_rdf(file, f"{base}/"))


class HydraRoute:
    """From one page of a catalogue to the next; counts what came, where it says how much there is."""

    def __init__(self, start: str, base: str) -> None:
        self._start, self._base = start, base
        self._found: set[str] = set()
        self._totals = Totals(start)

    def after(self, page: File) -> str | None:
        """Return the next address; raises `BadListing` when less came than was announced."""
        graph = read_graph(page, self._base)
        self._found.update(str(node) for cls in _LISTED for node in graph.of_class(cls))
        views = [view for cls in _VIEWS for view in graph.of_class(HYDRA + cls)]
        links = (link for view in views for link in graph.values(view, HYDRA + "next", HYDRA + "nextPage"))
        link = next((link.value for link in links if isinstance(link, NamedNode | Literal)), None)
        said = (number for view in views for number in graph.values(view, HYDRA + "totalItems"))
        total = next((int(n.value) for n in said if isinstance(n, Literal) and n.value.isdecimal()), None)
        if total is not None:
            self._totals.check(total)
            if link is None:
                check_count(self._start, total, len(self._found))
        return link


def _dataset(graph: Graph, node: NamedNode | BlankNode) -> Dataset:
    title, language = graph.text(node, DCT + "title")
    identifier, _ = graph.text(node, DCT + "identifier")
    return Dataset(
        identifier=identifier or (node.value if isinstance(node, NamedNode) else ""),
        title=title,
        language=language,
        # CKAN and udata publish what is written in their forms.
        description=without_marks(graph.text(node, DCT + "description")[0]),
        keywords=[
            word.value
            for word in graph.values(node, DCAT + "keyword")
            if isinstance(word, Literal) and (word.language or language).lower() == language
        ],
        modified=graph.text(node, DCT + "modified", DCT + "issued")[0],
        licence=_licence(graph, node),
        publisher=next(
            (graph.name(agent) for agent in graph.values(node, DCT + "publisher", DCT + "creator")), ""
        ),
        page=next(_iris(graph.values(node, DCAT + "landingPage", FOAF + "page")), ""),
        origin=node.value if isinstance(node, NamedNode) else "",
        distributions=[_distribution(graph, each) for each in graph.values(node, DCAT + "distribution")],
    )


def _distribution(graph: Graph, node: Node) -> Distribution:
    addresses = [*_iris(graph.values(node, DCAT + "downloadURL", DCAT + "accessURL")), ""]
    forms = graph.values(node, DCT + "format", DCAT + "mediaType")
    return Distribution(
        url=addresses[0],
        title=graph.text(node, DCT + "title")[0],
        form=next((graph.name(form) for form in forms), ""),
    )


def _licence(graph: Graph, node: Node) -> str:
    """The licence of a dataset, or the one that all of its distributions have."""
    own = next(_iris(graph.values(node, DCT + "license")), "")
    each = graph.values(node, DCAT + "distribution")
    theirs = {next(_iris(graph.values(one, DCT + "license")), "") for one in each}
    return own or (theirs.pop() if len(theirs) == 1 else "")


def _iris(nodes: Iterable[Node]) -> Iterator[str]:
    """Addresses, whether they are written as resources or as texts."""
    return (node.value for node in nodes if isinstance(node, NamedNode | Literal))


def _preference(language: str | None) -> tuple[int, str]:
    tag = (language or "").lower()
    return (0 if tag.startswith("fr") else 1 if not tag else 2 if tag.startswith("en") else 3), tag


def _last(iri: str) -> str:
    return iri.rstrip("/#").replace("#", "/").rsplit("/", 1)[-1]
