from ecograph.index.documents import Document, from_lines, to_lines


def test_documents_come_back_as_they_were_written() -> None:
    documents = [
        Document(iri="a", title="Éco-matériaux « bois »\nligne", labels=("bois", "wood")),
        Document(iri="b", title="Étuve", poles=("p",), territories=("FR", "EU"), kind="k"),
    ]
    lines = list(to_lines(documents))
    assert len(lines) == 2
    assert all(line.count("\n") == 1 for line in lines)
    assert list(from_lines(lines)) == documents


def test_the_title_counts_twice_in_the_sense() -> None:
    document = Document(iri="a", title="Étuve", labels=("four",), text="Sécher le bois")
    assert document.sense == "Étuve . Étuve . four . Sécher le bois"
