"""One scheme in several territories: told apart from different schemes, and folded for show."""

from __future__ import annotations

from ecograph.model import Result
from ecograph.questions.variants import folded, with_variants
from ecograph.questions.view import View


def result(name: str, label: str, kind: str = "FundingOffer") -> Result:
    return Result(iri=f"https://example.org/offer/{name}", label=label, type=kind, kind="", score=1.0)


def marks(view: View, *results: Result) -> list[str | None]:
    marked = with_variants(view, results)
    assert [r.iri for r in marked] == [r.iri for r in results]
    return [r.variant_of and r.variant_of.rsplit("/", 1)[-1] for r in marked]


def test_titles_that_differ_by_a_territory_are_variants(view: View) -> None:
    assert marks(
        view,
        result("a", "Prêt croissance Occitanie"),
        result("b", "Chèque numérique"),
        result("c", "Prêt croissance Nouvelle-Aquitaine"),
        result("d", "Prêt croissance"),
    ) == [None, None, "a", "a"]


def test_other_schemes_are_none(view: View) -> None:
    assert (
        marks(
            view,
            result("a", "Prêt croissance Occitanie"),
            result("b", "Prêt innovation Occitanie"),  # another title
            result("c", "Prêt croissance Bretagne", "ExpertiseOffer"),  # another kind of thing
            result("d", "Prêt croissance en Occitanie"),  # the same territory: another record
            result("e", "Occitanie"),
            result("f", "Bretagne"),  # nothing left to compare
        )
        == [None] * 6
    )


def test_folding_keeps_order_and_leaves_nothing_out(view: View) -> None:
    results = with_variants(
        view,
        [
            result("a", "Prêt croissance Occitanie"),
            result("b", "Chèque numérique"),
            result("c", "Prêt croissance Bretagne"),
        ],
    )
    shown = folded(results)
    assert [(one.iri[-1], [other.iri[-1] for other in others]) for one, others in shown] == [
        ("a", ["c"]),
        ("b", []),
    ]
    # A page that begins with a variant shows it by itself.
    assert [one.iri[-1] for one, _ in folded(results[1:])] == ["b", "c"]
