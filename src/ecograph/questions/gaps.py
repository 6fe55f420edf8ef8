"""Gaps: the needs that nothing within reach answers, and where they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice

from ecograph.index import Document, Filters
from ecograph.model import FacetValue, Gap, GapAnswer, Result
from ecograph.questions.brief import brief_of
from ecograph.questions.candidates import Candidate, candidates, told
from ecograph.questions.signs import Sought, substance
from ecograph.questions.view import NO_FILTERS, View

# A need is covered from here on by what a resource does: the kind of help and some of the words, or a
# competence near the one wanted and some of them. The kind alone, or a distant competence, is no answer.
COVERED = 0.2
# Of more projects, those with the lower IRIs are looked at: filters choose others.
MOST_PROJECTS = 2_000
_ANSWERS_KEPT = 16
# Whether a need is covered does not depend on the day: no criterion has a part in it.
_ANY_DAY = date.min


@dataclass(frozen=True, slots=True)
class _Uncovered:
    """A need that nothing covers, its project, and the best of what there is: here, and elsewhere."""

    sought: Sought
    project: Document
    nearest: Candidate | None
    elsewhere: Candidate | None


def gaps(view: View, filters: Filters, *, limit: int, language: str = "fr") -> GapAnswer:
    """Return the needs of projects that nothing covers, the least covered first, ties to the lower IRI.

    Filters are on the projects. The counts are of all gaps, whatever the limit.
    """
    answers = view.gap_answers
    if (whole := answers.get((filters, language))) is None:
        if len(answers) >= _ANSWERS_KEPT:
            answers.clear()
        whole = answers[filters, language] = _answer(view, filters, language)
    return replace(whole, gaps=whole.gaps[:limit])


def _answer(view: View, filters: Filters, language: str) -> GapAnswer:
    needs = [
        (sought, project)
        for project in _projects(view, filters)
        for sought in _needs_of(view, project, language)
    ]
    found = sorted(filter(None, (_examined(*need) for need in needs)), key=_order)
    return GapAnswer(
        total=len(found),
        needs=len(needs),
        gaps=tuple(_gap(uncovered) for uncovered in found),
        facets=_facets(view, found, language),
    )


def _projects(view: View, filters: Filters) -> list[Document]:
    passing = view.index.passing(filters if filters.types else replace(filters, types=("Project",)))
    return list(islice((document for document in passing if "Project" in document.types), MOST_PROJECTS))


def _needs_of(view: View, project: Document, language: str) -> Iterator[Sought]:
    """Yield the needs of a project."""
    brief = brief_of(view, project.iri, today=_ANY_DAY, language=language)
    for need in brief.needs:
        yield Sought(view, brief, need, language)


def _examined(sought: Sought, project: Document) -> _Uncovered | None:
    found = candidates(sought, NO_FILTERS)
    nearest = _best(candidate for candidate in found if candidate.within_reach)
    if nearest is not None and substance(nearest.signs) >= COVERED:
        return None
    outside = (c for c in found if not c.within_reach and substance(c.signs) >= COVERED)
    return _Uncovered(sought, project, nearest, _best(outside))


def _best(found: Iterable[Candidate]) -> Candidate | None:
    return min(found, key=lambda c: (-substance(c.signs), c.iri), default=None)


def _order(found: _Uncovered) -> tuple[float, str, str]:
    worth = substance(found.nearest.signs) if found.nearest else 0.0
    return (worth, found.project.iri, found.sought.need.iri or "")


def _gap(found: _Uncovered) -> Gap:
    sought, brief = found.sought, found.sought.brief
    return Gap(
        need=sought.need.iri,
        label=sought.need.label,
        project=found.project.iri,
        project_label=found.project.label(sought.language),
        poles=_labels(sought, brief.poles),
        axes=_labels(sought, brief.axes),
        places=_labels(sought, brief.territories),
        competences=_labels(sought, sought.need.competences),
        kinds=_labels(sought, sought.need.kinds),
        nearest=_told(sought, found.nearest),
        elsewhere=_told(sought, found.elsewhere),
        fictitious=found.project.fictitious,
    )


def _labels(sought: Sought, iris: Iterable[str]) -> tuple[str, ...]:
    return tuple(sought.view.label(iri, sought.language) for iri in iris)


def _told(sought: Sought, candidate: Candidate | None) -> Result | None:
    return told(sought, candidate) if candidate else None


def _facets(view: View, found: Iterable[_Uncovered], language: str) -> dict[str, tuple[FacetValue, ...]]:
    counted: dict[str, Counter[str]] = {"pole": Counter(), "axis": Counter(), "territory": Counter()}
    for uncovered in found:
        brief = uncovered.sought.brief
        counted["pole"].update(brief.poles)
        counted["axis"].update(brief.axes)
        counted["territory"].update(brief.territories)
    return {name: tuple(_values(view, counts, language)) for name, counts in counted.items()}


def _values(view: View, counts: Counter[str], language: str) -> Iterator[FacetValue]:
    for value, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        yield FacetValue(value=value, label=view.label(value, language), count=count)
