"""Records that people decided to be one, in every store: the merge says it, their sources do not change."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode

from ecograph.graph.transfer import copy
from ecograph.model import Level

KINDS = {"merge": "fusionne", "apart": "rejete", "undo": "retire"}


def decision(name: str, record: str, into: str, kind: str = "merge", day: int = 1) -> str:
    return (
        f":{name} a eco:Decision ; eco:decisionOn :{record} ; eco:mergedInto :{into} ;"
        f" eco:decisionKind <https://w3id.org/ecograph/voc/decision-kinds/{KINDS[kind]}> ;"
        f' eco:decidedOn "2026-01-{day:02}T10:00:00Z"^^xsd:dateTime .'
    )


def said(deployment, level: Level = Level.PUBLIC) -> set[str]:
    """What the merge says, apart from the decisions themselves."""
    return {
        str(triple).replace(deployment.base + "/", "")
        for triple in deployment.merged(level)
        if "decision" not in triple.subject.value and triple.subject.value[-2:-1] != "d"
    }


def test_a_merged_record_is_one_resource_and_its_sources_say_what_they_said(deployment) -> None:
    deployment.load("one", ':a a eco:Company ; :p "1" . :x eco:owns :a .')
    deployment.load("two", ':b a eco:Organization ; :p "2" . :y eco:owns :b . :b :knows :a .')
    before = said(deployment)
    deployment.load("resolution-public", decision("d1", "b", "a"))
    assert deployment.merged(Level.PUBLIC) == deployment.read(
        ':a a eco:Company, eco:Organization, eco:Actor ; :p "1", "2" ; :knows :a .'
        ":x eco:owns :a ; eco:holds :a . :y eco:owns :a ; eco:holds :a . :b eco:mergedInto :a ."
        + decision("d1", "b", "a")
    )
    assert deployment.store.triples(deployment.graph("two")) == deployment.read(
        ':b a eco:Organization ; :p "2" . :y eco:owns :b . :b :knows :a .'
    )
    deployment.load("resolution-public", decision("d2", "b", "a", "undo", 2))
    assert said(deployment) == before


def test_readers_get_what_all_sources_state_of_a_resource(deployment) -> None:
    deployment.load("one", ':a :p "1" . :x :knows :a .')
    deployment.load("two", ':b :p "1", "2" . :y :knows :b .')
    deployment.load("resolution-public", decision("d1", "b", "a"))
    reader = deployment.reader()
    stated = reader.stated(Level.PUBLIC, f"{deployment.base}/a")
    assert {(quad.object.value, quad.graph_name.value[-3:]) for quad in stated} == {
        ("1", "one"),
        ("1", "two"),
        ("2", "two"),
    }
    assert {quad.subject.value for quad in stated} == {f"{deployment.base}/a"}
    referring = reader.referring(Level.PUBLIC, f"{deployment.base}/a")
    known = [q for q in referring if q.predicate.value.endswith("knows")]
    assert {q.subject.value[-1] for q in known} == {"x", "y"}
    assert {q.object.value[-1] for q in known} == {"a"}
    assert reader.stated(Level.PUBLIC, f"{deployment.base}/b") == []


def test_what_comes_after_a_decision_follows_it(deployment) -> None:
    deployment.load("resolution-public", decision("d1", "b", "a"))
    deployment.load("one", ':a :p "1" .')
    deployment.load("two", ':b :p "2", "3" ; a eco:Company . :y :knows :b .')
    deployment.load("two", removed=':b :p "3" .')
    assert said(deployment) >= {'<a> <p> "1"', '<a> <p> "2"', "<y> <knows> <a>"}
    assert not any(line.startswith("<b> <p>") or '"3"' in line for line in said(deployment))
    about = deployment.store.about(NamedNode(f"{deployment.base}/b"))
    assert about == deployment.read(':b :p "1", "2" ; a eco:Company, eco:Organization, eco:Actor .')


def test_what_only_some_know_to_be_one_stays_two_for_the_others(deployment) -> None:
    deployment.load("one", ':a :p "1" .')
    deployment.load("two", ':c :p "3" .')
    deployment.load("hidden", ':b :p "2" .', level=Level.PARTNERS)
    public = deployment.merged(Level.PUBLIC)
    deployment.load("resolution-partners", decision("d1", "b", "a"), level=Level.PARTNERS)
    deployment.load("resolution-private", decision("d2", "b", "c"), level=Level.PRIVATE)
    assert deployment.merged(Level.PUBLIC) == public
    assert not deployment.reader().aliases(Level.PUBLIC)
    assert {line for line in said(deployment, Level.PARTNERS) if "<p>" in line} == {
        '<a> <p> "1"',
        '<a> <p> "2"',
        '<c> <p> "3"',
    }
    # The last decision says which one stands for all.
    assert {line for line in said(deployment, Level.PRIVATE) if "<p>" in line} == {
        '<c> <p> "1"',
        '<c> <p> "2"',
        '<c> <p> "3"',
    }


def test_a_decision_applied_twice_or_merged_again_changes_nothing(deployment) -> None:
    deployment.load("one", ':a :p "1" . :b :p "2" . :x :knows :b .')
    deployment.load("resolution-public", decision("d1", "b", "a"))
    found = deployment.merged(Level.PUBLIC)
    deployment.load("resolution-public", decision("d1", "b", "a"))
    assert deployment.merged(Level.PUBLIC) == found
    deployment.store.merge_all()
    assert deployment.merged(Level.PUBLIC) == found


def test_a_copy_knows_the_same_records_to_be_one(deploy, deployment) -> None:
    deployment.load("one", ':a :p "1" . :b :p "2" . :x :knows :b .')
    deployment.load("resolution-public", decision("d1", "b", "a"))
    other = deploy("embedded", deployment.base)
    copy(deployment.store, other.store)  # compares both


def test_without_its_decisions_a_graph_is_as_before(deployment) -> None:
    deployment.load("one", ':a :p "1" . :b :p "2" . :x :knows :b .')
    before = deployment.merged(Level.PUBLIC)
    deployment.load("resolution-public", decision("d1", "b", "a"))
    deployment.store.drop(deployment.graph("resolution-public"))
    assert deployment.merged(Level.PUBLIC) == before


NAMES = st.sampled_from("abcde")
TRIPLES = st.lists(st.tuples(NAMES, NAMES, st.sampled_from(["one", "two"])), max_size=12)
MERGES = st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=5)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(triples=TRIPLES, merges=MERGES, later=TRIPLES)
def test_merges_undone_leave_the_graph_that_was_there(deploy, triples, merges, later) -> None:
    deployment, plain = deploy("embedded"), deploy("embedded")
    for one in (deployment, plain):
        for subject, value, source in triples:
            one.load(source, f":{subject} :p :{value} .")
    undone = []
    for number, (record, into) in enumerate(merges):
        deployment.load("resolution-public", decision(f"d{number}", record, into, day=1 + number))
        undone.append(decision(f"d{number}-undone", record, into, "undo", day=20))
    for one in (deployment, plain):
        for subject, value, source in later:
            one.load(source, f":{subject} :p :{value} .")
    held = deployment.merged(Level.PUBLIC)
    deployment.store.merge_all()
    assert deployment.merged(Level.PUBLIC) == held
    deployment.load("resolution-public", "".join(undone))
    mine = {str(t).replace(deployment.base, "") for t in deployment.merged(Level.PUBLIC) if "/p>" in str(t)}
    assert mine == {str(t).replace(plain.base, "") for t in plain.merged(Level.PUBLIC) if "/p>" in str(t)}
    for source in ("one", "two"):
        stated = {
            str(t).replace(deployment.base, "") for t in deployment.store.triples(deployment.graph(source))
        }
        assert stated == {str(t).replace(plain.base, "") for t in plain.store.triples(plain.graph(source))}
