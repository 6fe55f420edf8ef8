"""How fast a large table loads: `python -m benchmarks.loading --rows N [--json FILE]`.

Makes a table like the SIRENE register's, of which one row in 500 is bad in one of ten ways, and loads it,
each way in a process of its own: up to N-Quads by a declared mapping, by a loop written for this table
alone and by morph-kgc, which is installed for it in an environment of its own; and the whole way, by
`ecograph load`: checked, compared with what was known, written, published and indexed.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Iterable
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.loading_bare import convert
from benchmarks.loading_data import DECLARATION, HEADER, rows, write
from ecograph.graph.labels import shipped_lookup
from ecograph.sources.content import Context, File, Written
from ecograph.sources.declaration import read_declaration
from ecograph.sources.description import source_iri
from ecograph.sources.read import read_file

BASE = "http://127.0.0.1:8000"
_ENV = {"ECOGRAPH_EMBEDDING": "none", "ECOGRAPH_LEXICON": "none"}
_MORPH = "morph-kgc==2.10.0"


def nquads(folder: Path) -> int:
    """Write N-Quads by the declared mapping; return how many rows are left out."""
    declaration = read_declaration(folder / "registre.toml")
    table = folder / "registre.csv"
    end, rejected = f" <{source_iri(BASE, declaration.id)}> .\n".encode(), 0
    content = read_file(declaration, File(table.name, table.read_bytes()), Context(BASE, shipped_lookup()))
    with (folder / "ecograph.nq").open("wb") as out:
        while some := list(islice(content.stated, 200)):
            text = "".join([one.triples.text for one in some if isinstance(one.triples, Written)])
            out.write(text.encode().replace(b" .\n", end))
            rejected += sum(bool(one.rejections) for one in some)
    return rejected


def bare(folder: Path) -> int:
    """Write the same by the loop; return how many rows are left out."""
    with (folder / "bare.nq").open("w", encoding="utf-8") as out:
        return len(
            convert(folder / "registre.csv", out, base=BASE, source="registre", lookup=shipped_lookup())
        )


WAYS = {"ecograph, to N-Quads": nquads, "bare loop, to N-Quads": bare}


# What it runs is its only child, so that the kernel tells what that used.
_PARENT = """
import json, resource, subprocess, sys, time
start = time.perf_counter()
with open("out.txt", "w") as out, open("err.txt", "w") as err:
    code = subprocess.run(sys.argv[1:], stdout=out, stderr=err).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({"code": code, "cpu": used.ru_utime + used.ru_stime, "peak": 1024 * used.ru_maxrss,
                  "wall_s": time.perf_counter() - start}))
"""


def child(command: list[str], folder: Path) -> dict[str, Any]:
    """Run a command in a folder; return the processor time and memory that it took, and what it printed."""
    env = {**os.environ, **_ENV, "PYTHONPATH": os.pathsep.join(sys.path)}  # noqa: TID251
    told = subprocess.run(
        [sys.executable, "-c", _PARENT, *command], cwd=folder, env=env, capture_output=True, check=True
    )
    said = {"out": (folder / "out.txt").read_text("utf-8"), "err": (folder / "err.txt").read_text("utf-8")}
    return {**json.loads(told.stdout), **said}


def by_way(name: str, folder: Path, count: int) -> dict[str, Any]:
    told = child([sys.executable, "-m", "benchmarks.loading", "--way", name, "--folder", str(folder)], folder)
    if told["code"]:
        return {"skipped": told["err"].strip().splitlines()[-1]}
    inner = json.loads(told["out"])
    return figures(count, inner["cpu"], told, rejected=inner["rejected"])


def figures(count: int, cpu: float, told: dict[str, Any], **others: Any) -> dict[str, Any]:
    return {
        "rows_per_s": count / cpu,
        "cpu_s": cpu,
        "process_cpu_s": told["cpu"],
        "wall_s": told["wall_s"],
        "peak_bytes": told["peak"],
        **others,
    }


def whole(folder: Path, count: int) -> dict[str, Any]:
    """Load into a home that holds the vocabulary, index included, as `ecograph load` does."""
    command = [sys.executable, "-m", "ecograph", "--home", str(folder / "home"), "load", "--json"]
    child([*command, "--source", "ontology"], folder)
    told = child([*command, str(folder / "registre.toml")], folder)
    if told["code"]:
        return {"skipped": (told["err"].strip().splitlines() or ["it failed"])[-1]}
    return figures(
        count, told["cpu"], told, rejected=len(json.loads(told["out"])["loaded"][-1]["rejections"])
    )


def morph(folder: Path, count: int) -> dict[str, Any]:
    """Convert with morph-kgc, in an environment of its own."""
    home = folder / "morph"
    venv.create(home, with_pip=True)
    python = str(home / "bin" / "python")
    installed = subprocess.run(
        [python, "-m", "pip", "install", "-q", _MORPH], capture_output=True, text=True, check=False
    )
    if installed.returncode:
        return {"skipped": f"{_MORPH} cannot be installed: {installed.stderr.strip().splitlines()[-1]}"}
    (folder / "morph.ttl").write_text(rml(), "utf-8")
    (folder / "morph.ini").write_text(
        "[CONFIGURATION]\noutput_file = morph.nq\noutput_format = N-QUADS\nnumber_of_processes = 1\n"
        "logging_level = ERROR\n[table]\nmappings = morph.ttl\n",
        "utf-8",
    )
    told = child([python, "-m", "morph_kgc", "morph.ini"], folder)
    if told["code"]:
        return {"skipped": told["err"].strip().splitlines()[-1]}
    # Of our ways, what starts Python and reads libraries does not count either.
    write_for_morph(folder / "comma.csv", 1)
    start = child([python, "-m", "morph_kgc", "morph.ini"], folder)["cpu"]
    return figures(count, told["cpu"] - start, told, rejected=0)


def rml() -> str:
    """The same columns in RML, which looks nothing up and checks nothing."""
    voc = "https://w3id.org/ecograph/voc"
    objects = {
        "rdfs:label": 'rml:reference "denomination" ; rr:language "fr"',
        "dct:identifier": 'rml:reference "siren"',
        "eco:siren": 'rml:reference "siren"',
        "eco:naf": f'rr:template "{voc}/naf/{{activite}}"',
        "eco:headcount": 'rml:reference "effectif" ; rr:datatype xsd:integer',
        "dct:spatial": f'rr:template "{voc}/territories/{{codePostal}}"',
        "eco:foundedOn": 'rml:reference "dateCreation" ; rr:datatype xsd:date',
        "eco:legalForm": f'rr:template "{voc}/legal-forms/{{formeJuridique}}"',
        "dct:description": 'rml:reference "adresse" ; rr:language "fr"',
        "foaf:homepage": 'rml:reference "siteWeb" ; rr:termType rr:IRI',
        "eco:actorType": f'rr:template "{voc}/actor-types/{{categorie}}"',
    }
    maps = "".join(
        f" ;\n  rr:predicateObjectMap [ rr:predicate {p} ; rr:objectMap [ {o} ] ]" for p, o in objects.items()
    )
    return (
        "@prefix rr: <http://www.w3.org/ns/r2rml#> .\n@prefix rml: <http://semweb.mmlab.be/ns/rml#> .\n"
        "@prefix ql: <http://semweb.mmlab.be/ns/ql#> .\n@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        "@prefix dct: <http://purl.org/dc/terms/> .\n"
        "@prefix eco: <https://w3id.org/ecograph/ns#> .\n@prefix foaf: <http://xmlns.com/foaf/0.1/> .\n"
        '<#t> rml:logicalSource [ rml:source "comma.csv" ; rml:referenceFormulation ql:CSV ] ;\n'
        f'  rr:subjectMap [ rr:template "{BASE}/actor/registre--{{siren}}" ; rr:class eco:Company ;'
        f" rr:graph <{BASE}/source/registre> ]{maps} .\n"
    )


def write_for_morph(path: Path, count: int) -> None:
    """Write the table without its bad rows: morph-kgc stops at the first number that is none."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, HEADER)
        writer.writeheader()
        writer.writerows(rows(count, bad=0))


def shown(name: str, told: dict[str, Any]) -> str:
    if "skipped" in told:
        return f"{name:24} skipped: {told['skipped']}"
    return (
        f"{name:24} {told['rows_per_s']:9,.0f} {told['cpu_s']:8.1f} {told['wall_s']:8.1f}"
        f" {told['peak_bytes'] / 2**20:9,.0f} {told['rejected']!s:>9}"
    )


def main(arguments: Iterable[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args(None if arguments is None else list(arguments))
    if asked.way:
        start = time.process_time()
        rejected = WAYS[asked.way](asked.folder)
        print(json.dumps({"cpu": time.process_time() - start, "rejected": rejected}))
        return
    with TemporaryDirectory(prefix="loading-") as name:
        found = compared(Path(name), asked.rows)
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=2), "utf-8")


def compared(folder: Path, count: int) -> dict[str, Any]:
    """Return the figures of every way, printed as they come."""
    bad = max(count // 500, 1)
    table = folder / "registre.csv"
    write(table, count, bad=bad)
    write_for_morph(folder / "comma.csv", count)
    (folder / "registre.toml").write_text(DECLARATION.format(table=table), "utf-8")
    print(
        f"{count:,} rows, {bad} bad  {'rows/s':>9} {'CPU s':>8} {'wall s':>8} {'peak MB':>9} {'rejected':>9}"
    )
    found: dict[str, Any] = {}
    ways: dict[str, Callable[[], dict[str, Any]]] = {
        **{way: partial(by_way, way, folder, count) for way in WAYS},
        "morph-kgc, to N-Quads": lambda: morph(folder, count),
        "ecograph load, whole": lambda: whole(folder, count),
    }
    for way, run in ways.items():
        found[way] = run()
        print(shown(way, found[way]), flush=True)
    return found


if __name__ == "__main__":
    main()
