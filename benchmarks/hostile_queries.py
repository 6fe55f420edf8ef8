"""Queries made to stop a SPARQL service, by what they do to it.

`{port}` stands for a port of this machine that a service should never call.
"""

from __future__ import annotations

from collections.abc import Mapping

_ALL = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i"
_NESTED = 20_000

REFUSED: Mapping[str, str] = {
    "braces": "ASK " + "{" * _NESTED + "}" * _NESTED,
    "parentheses": "ASK { FILTER(" + "(" * _NESTED + "1" + ")" * _NESTED + ") }",
    "bangs": "ASK { FILTER(" + "!" * _NESTED + "true) }",
    "minuses": "ASK { FILTER(" + "- " * _NESTED + "1) }",
    "minuses in brackets": "ASK { FILTER(" + "(-" * _NESTED,
    "lists": "ASK { ?s ?p " + "(" * _NESTED + ")" * _NESTED + " }",
    "blank nodes": "ASK { ?s ?p " + "[ ?q " * _NESTED + "]" * _NESTED + " }",
    "sub-selects": "ASK { " + "{ SELECT * { " * 5_000,
    "huge VALUES": "SELECT * { VALUES ?x {" + " 1" * 45_000 + "} }",
    "load": "LOAD <http://127.0.0.1:{port}/>",
    "service": "SELECT * { SERVICE <http://127.0.0.1:{port}/> { ?s ?p ?o } }",
    "silent service": "SELECT * { SERVICE SILENT <http://127.0.0.1:{port}/> { ?s ?p ?o } }",
    "glued service": "PREFIX ex: <http://127.0.0.1:{port}/> SELECT * { SERVICEex:a { ?s ?p ?o } }",
    "unknown function": "SELECT (<http://127.0.0.1:{port}/f>(1) AS ?x) {}",
}
"""What is refused before it runs."""

STOPPED: Mapping[str, str] = {
    "cartesian count": f"SELECT (COUNT(*) AS ?n) {{ {_ALL} }}",
    "distinct and sorted": f"SELECT DISTINCT * {{ {_ALL} }} ORDER BY ?a ?f ?i",
    "concatenation": f"SELECT (GROUP_CONCAT(CONCAT(STR(?a), STR(?f), STR(?i))) AS ?x) {{ {_ALL} }}",
    "every answer": f"SELECT * {{ {_ALL} }}",
    "every triple": f"CONSTRUCT {{ ?a ?e ?i }} {{ {_ALL} }}",
    "paths": "SELECT (COUNT(*) AS ?n) { ?a (!<x:x>)* ?b . ?b (!<x:x>)* ?c . ?c (!<x:x>)* ?d }",
    "deep path": "SELECT (COUNT(*) AS ?n) { ?a "
    + "(" * 60
    + "!<x:x>"
    + ")*" * 60
    + " ?b . ?b (!<x:x>)+ ?c }",
    "path of many steps": "ASK { ?s " + "/".join(["!<x:x>"] * 900) + " ?o }",
    "joins": "ASK { " + "?a ?b ?c . " * 900 + "}",
    "regular expression": f"SELECT (COUNT(*) AS ?n) {{ {_ALL} "
    "FILTER(REGEX(STR(?c), '(a*)*(a|aa)+(a*)*$')) }",
    "doubled text": "SELECT ?z { BIND('aaaaaaaaaaaaaaaa' AS ?x0) "
    + " ".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(30))
    + " BIND(STRLEN(?x30) AS ?z) }",
}
"""What only a limit of time, memory or size ends."""

HEAVY: Mapping[str, str] = {
    "unions": "SELECT * {" + " UNION ".join(["{}"] * 4_500) + "}",
    "sums": "ASK { FILTER(" + "+".join(["1"] * 9_000) + " > 0) }",
    "alternatives": "ASK { ?s " + "|".join(["<a:a>"] * 9_000) + " ?o }",
    "optionals": "ASK { " + "OPTIONAL{?s?p?o}" * 3_300 + " }",
    "bindings": "ASK { " + "".join(f"BIND(1 AS?x{n})" for n in range(2_800)) + " }",
    "large VALUES": "SELECT * { VALUES ?x {" + " 1" * 9_000 + "} ?s ?p ?o }",
    "repeated regular expression": "SELECT * { ?s ?p ?o "
    "FILTER(REGEX(STR(?o), '(((((a{1,99}){1,99}){1,99}){1,99}){1,99})$')) }",
    "files": "SELECT * FROM <file:///etc/passwd> FROM NAMED <file:///etc/hosts> "
    "{ { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }",
}
"""What the parser or the planner may stand, or not: any whole answer is good."""


def attack(name: str, number: int, port: int) -> str:
    """Return a query of a kind, other than those of other numbers: no cache of answers helps."""
    text = {**REFUSED, **STOPPED, **HEAVY}[name].replace("{port}", str(port))
    return f"{text}\n# {number}"
