"""What all JSON bodies have in common."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator


class Body(BaseModel):
    """A JSON body: keys that are known, and text that can be written.

    JSON lets half a pair of surrogates in, which is no character: no encoder takes it, and some panic.
    """

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _of_characters(cls, given: Any) -> Any:
        try:
            for text in _texts(given):
                text.encode()
        except UnicodeEncodeError as error:
            raise ValueError("a text holds half a pair of surrogates, which is no character") from error
        return given


def _texts(given: Any) -> Iterator[str]:
    """Yield all texts of a JSON value."""
    if isinstance(given, str):
        yield given
    elif isinstance(given, list):
        for value in given:
            yield from _texts(value)
    elif isinstance(given, dict):
        yield from _texts(list(given.values()))
