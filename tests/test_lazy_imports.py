"""Heavy imports wait: neither importing the façade nor asking a question loads what only teaching needs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ["torch", "spacy", "sentence_transformers", "sklearn", "transformers", "thinc"]
IMPORT = "import ecograph.app"
UPDATE = "import ecograph.graph.journal"
SEARCH = """
from pathlib import Path
from ecograph.app import EcoGraph
from ecograph.model import Level
from ecograph.questions.filtering import Asked
from ecograph.settings import Settings
graph = EcoGraph(Settings(home=Path(sys.argv[1]), _env_file=None))
assert graph.search(Level.PUBLIC, "huiles essentielles", Asked(), limit=3).total
assert graph.match_text(Level.PUBLIC, "sécher des plantes", Asked(), limit=3).results
assert graph.describe(Level.PUBLIC, graph.base + "/project/demo--p01")
"""


@pytest.mark.parametrize(
    ("work", "kept_out"),
    [
        (IMPORT, [*HEAVY, "rdflib", "pyshacl"]),
        (SEARCH, [*HEAVY, "rdflib", "pyshacl"]),
        # Every update waits for a process that imports this.
        (UPDATE, [*HEAVY, "rdflib", "pyshacl", "sqlite3", "ecograph.graph.store", "ecograph.sources"]),
    ],
    ids=["import", "question", "update"],
)
def test_nothing_heavy_is_loaded(work: str, kept_out: list[str], sample_home: Path, tmp_path: Path) -> None:
    code = f"import sys\n{work}\nprint([name for name in {kept_out} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code, str(sample_home)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout == "[]\n"
