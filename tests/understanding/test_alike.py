"""Names of organisations that may be of one, however they are written, and those that are not."""

from __future__ import annotations

import pytest

from ecograph.understanding.resolution import Entry, alike


def score(one: str, other: str) -> float:
    """How alike two records are that have nothing but names; 0 where they are not proposed."""
    others = (
        "Banque des Territoires",
        "Lycée agricole de Rodez",
        "Mission locale de Mende",
        "Scierie Delmas",
    )
    entries = [Entry(iri=str(n), names=(name,)) for n, name in enumerate((one, other, *others))]
    found = {pair.score for pair in alike(entries) if (pair.one, pair.other) == ("0", "1")}
    return max(found, default=0.0)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Scierie Bonnefoy SAS", "SCIERIE BONNEFOY"),
        ("Mécatronix", "Mecatronix SARL"),
        ("Menuiserie Cauvel", "Menuiserie Cauvell"),
        ("Cauvel Menuiserie", "Menuiserie Cauvel"),
        ("Chambre de commerce et d'industrie de Mende", "CCI Mende"),
        ("Communauté de communes de Florac", "CC Florac"),
        ("Union des industries et métiers de la métallurgie", "UIMM"),
        ("Pôle d'excellence bois (PEB)", "PEB"),
    ],
)
def test_one_organisation_is_proposed_as_one(one: str, other: str) -> None:
    assert score(one, other) >= 0.82
    assert score(other, one) == score(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Chambre de commerce et d'industrie de Mende", "CCI Rodez"),
        ("Chambre de commerce et d'industrie de Mende", "CMA Mende"),
        ("CCI Lot", "CCI Lozère"),
        ("Lycée 48", "Lycée 12"),
        ("Scierie Bonnefoy", "Fromagerie Bonnefoy"),
    ],
)
def test_others_are_not(one: str, other: str) -> None:
    assert score(one, other) == 0.0
