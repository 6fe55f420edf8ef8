"""The log: one JSON object a line on standard error, without anything that only a client may know."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TextIO

_log = logging.getLogger(__name__)
_FACTS = "facts"


class JsonLines(logging.Formatter):
    """Writes a record as one line: when, how serious, from where, what, and the facts given with it."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "severity": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, _FACTS, {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def facts(given: Mapping[str, object]) -> dict[str, object]:
    """Return what `extra` takes, so that facts stand beside the message in its line."""
    return {_FACTS: given}


class Steps:
    """Progress, told to the log: one record for each step."""

    def __init__(self) -> None:
        self._last = ""

    def __call__(self, step: str, done: int, total: int) -> None:  # noqa: ARG002 - progress is given them
        if step != self._last:
            self._last = step
            _log.info(step)


def configure(level: str, stream: TextIO | None = None) -> None:
    """Send the records of this process to standard error; other libraries' from `warning` up."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level.upper()]))
    logging.getLogger("ecograph").setLevel(level.upper())
    logging.captureWarnings(capture=True)
