"""What goes out for a deployment: one client, made when something is first fetched."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cached_property

from ecograph import __version__
from ecograph.fetching import ROBOT, Client, Clock, Guard, Keys, Limits, Memory
from ecograph.graph.home import Home
from ecograph.settings import DEFAULT_BASE_IRI, Settings


class Outgoing:
    """The client of one deployment; it says whose it is."""

    def __init__(self, settings: Settings, home: Home, *, now: Callable[[], datetime]) -> None:
        self._settings, self._home, self._now = settings, home, now

    @property
    def base(self) -> str:
        """The base of the resources' IRIs."""
        current = self._home.current()
        return current.base if current else self._settings.base_iri or DEFAULT_BASE_IRI

    @cached_property
    def client(self) -> Client:
        """What asks; kept for all that is fetched."""
        settings = self._settings
        return Client(
            Guard(settings.fetch_local),
            agent=f"{ROBOT}/{__version__} (+{self.base})",
            limits=Limits(content_bytes=settings.fetch_bytes, seconds=settings.fetch_seconds),
            memory=Memory(self._home.fetching),
            clock=Clock(now=self._now),
            keys=Keys({name: key.get_secret_value() for name, key in settings.fetch_keys.items()}),
        )

    def close(self) -> None:
        """Close the file in which what is known of hosts is kept, where it was opened."""
        if "client" in self.__dict__:
            self.client.close()
