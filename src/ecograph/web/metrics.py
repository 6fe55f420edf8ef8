"""Figures for Prometheus, in a registry of their own; a reader sees those of its level and below."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache

from fastapi import Request, Response
from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from ecograph.app import EcoGraph
from ecograph.errors import EcographError
from ecograph.graph.home import sequence_of
from ecograph.model import Level
from ecograph.web.access import LevelOf

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_RUNNING = frozenset({"running", "waiting"})
_LEVELS = {level.slug: level for level in Level}


class Metrics:
    """What one service counts."""

    def __init__(self, graph: EcoGraph) -> None:
        self._registry = registry = CollectorRegistry(auto_describe=False)
        requests = Counter(
            "ecograph_http_requests",
            "Requests by route, method and status.",
            ["route", "method", "status", "level"],
            registry=registry,
        )
        durations = Histogram(
            "ecograph_http_request_seconds",
            "Time from a request to the end of its answer.",
            ["route", "level"],
            buckets=_BUCKETS,
            registry=registry,
        )
        queries = Counter(
            "ecograph_sparql_queries",
            "SPARQL queries from outside by what became of them.",
            ["outcome", "level"],
            registry=registry,
        )
        # To look labels up costs more than to count.
        self._request_count = cache(requests.labels)
        self._request_seconds = cache(durations.labels)
        self._query_count = cache(queries.labels)
        ProcessCollector(registry=registry)
        registry.register(_GraphFigures(graph))

    def count_request(self, route: str, method: str, status: int, level: Level, seconds: float) -> None:
        """Count a request that was answered."""
        self._request_count(route, method, str(status), level.slug).inc()
        self._request_seconds(route, level.slug).observe(seconds)

    def count_query(self, outcome: str, level: Level) -> None:
        """Count a SPARQL query by its outcome: one of a few words."""
        self._query_count(outcome, level.slug).inc()

    def text(self, level: Level) -> bytes:
        """Return the figures that a level may see, in the text format of Prometheus."""
        return generate_latest(_Seen(self._registry, level))


def read_metrics(request: Request, level: LevelOf) -> Response:
    """Return figures about the service in the text format of Prometheus."""
    metrics: Metrics = request.app.state.metrics
    headers = {"Content-Type": CONTENT_TYPE_PLAIN_0_0_4, "Cache-Control": "no-store", "Vary": "Authorization"}
    return Response(metrics.text(level), headers=headers)


class _Seen(CollectorRegistry):
    """A registry without what is told of higher levels."""

    def __init__(self, registry: CollectorRegistry, level: Level) -> None:
        super().__init__()
        self._whole, self._level = registry, level

    def collect(self) -> Iterator[Metric]:
        for family in self._whole.collect():
            family.samples = [
                sample
                for sample in family.samples
                if _LEVELS.get(sample.labels.get("level", ""), Level.PUBLIC) <= self._level
            ]
            yield family


class _GraphFigures(Collector):
    """What is asked of the graph whenever the figures are read."""

    def __init__(self, graph: EcoGraph) -> None:
        self._graph = graph
        self._counted: tuple[str, Mapping[str, int]] = ("", {})

    def collect(self) -> Iterator[Metric]:
        yield from self._workers()
        yield from self._cache()
        try:
            yield from self._published()
        except EcographError:
            yield _gauge("ecograph_ready", "Whether something is published and indexed.", 0)

    def _workers(self) -> Iterator[Metric]:
        figures = self._graph.endpoint.worker_figures
        for name in sorted(_RUNNING):
            about = f"Queries {name} in the worker pool."
            yield _gauge(f"ecograph_worker_queries_{name}", about, figures.get(name, 0))
        events = {name: count for name, count in figures.items() if name not in _RUNNING}
        yield _by_label(
            CounterMetricFamily, "ecograph_worker_events", "What the worker pool did.", "event", events
        )

    def _cache(self) -> Iterator[Metric]:
        figures = {level.slug: self._graph.endpoint.cache_figures(level) for level in Level}
        for name in ("hits", "misses", "evictions"):
            yield _by_label(
                CounterMetricFamily,
                f"ecograph_result_cache_{name}",
                f"SPARQL answers: {name} of the cache.",
                "level",
                {level: counts[name] for level, counts in figures.items()},
            )
        yield _by_label(
            GaugeMetricFamily,
            "ecograph_result_cache_bytes",
            "Memory that kept answers take.",
            "level",
            {level: counts["bytes"] for level, counts in figures.items()},
        )

    def _published(self) -> Iterator[Metric]:
        snapshot, current = self._graph.snapshot(), self._graph.home.current()
        view = self._graph.view(Level.PUBLIC)
        followed = current is not None and current.index == current.snapshot
        made = snapshot.folder.stat().st_mtime
        yield _gauge("ecograph_ready", "Whether something is published and indexed.", 1)
        yield _gauge(
            "ecograph_index_lexical_only", "Whether search goes by words alone.", view.index.lexical_only
        )
        # They move with changes that only some may know of.
        writing: Sequence[tuple[str, str, float]] = (
            ("snapshot_sequence", "Number of the last change that is published.", sequence_of(snapshot.id)),
            ("snapshot_age_seconds", "Time since the snapshot was published.", max(0.0, time.time() - made)),
            ("index_followed", "Whether the index is as new as the snapshot.", followed),
        )
        for name, about, value in writing:
            yield _by_label(
                GaugeMetricFamily, f"ecograph_{name}", about, "level", {Level.PRIVATE.slug: float(value)}
            )
        yield _by_label(
            GaugeMetricFamily,
            "ecograph_resources",
            "Resources of the public level by class.",
            "class",
            self._resources(f"{current}", lambda: view.index.search("", limit=0).facets["type"]),
        )

    def _resources(self, state: str, count: Callable[[], Mapping[str, int]]) -> Mapping[str, int]:
        if self._counted[0] != state:
            self._counted = (state, count())
        return self._counted[1]


def _gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(name, about, value=float(value))


def _by_label(
    kind: type[CounterMetricFamily | GaugeMetricFamily],
    name: str,
    about: str,
    label: str,
    values: Mapping[str, float],
) -> Metric:
    family = kind(name, about, labels=[label])
    for value, count in sorted(values.items()):
        family.add_metric([value], count)
    return family
