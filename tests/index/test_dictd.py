from collections.abc import Callable
from pathlib import Path

import pytest

from ecograph.settings import SYSTEM_DICTIONARIES
from ecograph.understanding.dictd import DictionaryUnusable, translations

Write = Callable[..., None]

ENTRIES = {
    "00databaseinfo": "00databaseinfo\nMade for a test, 2026\n",
    "heat": "heat /hiːt/\n1. chaleur, ardeur\n2. chauffer\n",
    "heat pump": "heat pump <n>\npompe à chaleur\n",
    "grant": "grant\nsubvention (argent); accorder\n",
    "void": "void\n(sans équivalent)\n",
}


@pytest.mark.parametrize("packed", [True, False])
def test_a_dictionary_gives_translations_sense_by_sense(
    tmp_path: Path, write_dictionary: Write, packed: bool
) -> None:
    write_dictionary(tmp_path / "a.index", ENTRIES, packed=packed)
    assert dict(translations(tmp_path / "a.index")) == {
        "heat": (("chaleur", "ardeur"), ("chauffer",)),
        "heat pump": (("pompe à chaleur",),),
        "grant": (("subvention", "accorder"),),
    }


def test_entries_may_lie_far_from_the_start(tmp_path: Path, write_dictionary: Write) -> None:
    many = {f"w{n:04}": f"w{n:04}\nmot{n:04}\n" for n in range(2000)}
    write_dictionary(tmp_path / "a.index", many, packed=True)
    assert dict(translations(tmp_path / "a.index"))["w1999"] == (("mot1999",),)


def test_files_that_are_no_dictionary_say_so(tmp_path: Path, write_dictionary: Write) -> None:
    index = tmp_path / "a.index"
    write_dictionary(index, ENTRIES, packed=False)
    index.write_text("heat\tB\n", encoding="utf-8")
    with pytest.raises(DictionaryUnusable, match="line 1 is not a headword"):
        list(translations(index))
    index.write_text("heat\té\tB\n", encoding="utf-8")
    with pytest.raises(DictionaryUnusable, match="line 1 is not a headword"):
        list(translations(index))
    write_dictionary(index, ENTRIES, packed=True)
    index.with_suffix(".dict.dz").write_bytes(b"no gzip")
    with pytest.raises(DictionaryUnusable, match="cannot be read"):
        list(translations(index))


def test_the_installed_dictionary_is_read() -> None:
    index = SYSTEM_DICTIONARIES / "freedict-eng-fra.index"
    if not index.exists():
        pytest.skip("the package dict-freedict-eng-fra is not installed")
    found = dict(translations(index))
    assert len(found) > 5000
    assert found["abacus"][0][0] == "abaque"
    assert not any("/" in word for senses in found.values() for words in senses for word in words)
