import numpy as np
import pytest

from ecograph.index.documents import Document
from ecograph.index.links import link_rows


def test_what_shares_a_rare_concept_is_nearest() -> None:
    documents = [
        Document(iri="a", title="A", links=("rare", "common")),
        Document(iri="b", title="B", links=("rare",)),
        Document(iri="c", title="C", links=("common",)),
        Document(iri="d", title="D", links=("common",)),
        Document(iri="e", title="E"),
        Document(iri="rare", title="R"),
        *(Document(iri=f"z{n}", title="Z", links=("common",)) for n in range(5)),
    ]
    rows = link_rows(documents)
    near = (rows @ rows.T).toarray()
    assert near[0, 1] > near[0, 2] == near[0, 3] > 0
    assert near[1, 2] == 0
    assert near[1, 5] == pytest.approx(1)
    assert not near[4].any()
    assert np.allclose(np.diag(near), [1, 1, 1, 1, 0, *[1] * 6])


def test_nothing_linked() -> None:
    assert link_rows([Document(iri="a", title="A")]).shape == (1, 0)
    assert link_rows([]).shape == (0, 0)
