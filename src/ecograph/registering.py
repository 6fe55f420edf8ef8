"""Companies asked for one at a time: looked up in the French register, and added as it has them."""

from __future__ import annotations

from ecograph.errors import UnknownCompany
from ecograph.model import Outcome
from ecograph.outgoing import Outgoing
from ecograph.progress import Progress, quiet
from ecograph.settings import Settings
from ecograph.sources.content import File
from ecograph.sources.gather import Gathering
from ecograph.sources.register import REQUESTS_PER_SECOND, SOURCE, found, look_up
from ecograph.writing import Writing


class Register:
    """The register of companies, as the declared source of single look-ups reaches it."""

    def __init__(self, settings: Settings, writing: Writing, outgoing: Outgoing) -> None:
        self._settings, self._writing, self._outgoing = settings, writing, outgoing

    def look_up(self, query: str) -> File:
        """Ask for a SIREN or a name, and return the answer.

        Raises `BadParameter` for a number that is no SIREN, `FetchFailed` and its kin.
        """
        declaration = self._writing.declared().by_id[SOURCE]
        gathering = Gathering(self._outgoing.client, limit=self._settings.load_bytes)
        gathering.speak_for(declaration)
        return gathering.ask(look_up(declaration.location[0], query), pause=1 / REQUESTS_PER_SECOND)

    def add(self, siren: str, progress: Progress = quiet) -> Outcome:
        """Add a company in business to the graph.

        Raises as `look_up`, `UnknownCompany`, `TooManyRejected`.
        """
        answer = self.look_up(siren)
        if [one.company.siren for one in found(answer) if one.taken] != ["".join(siren.split())]:
            raise UnknownCompany(siren)
        return self._writing.load_files(self._writing.declared().by_id[SOURCE], [answer], progress)
