"""What a server answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """An answer that was read whole; the names of its headers are in lower case."""

    asked: str
    url: str
    """Where the content was found, after redirects."""
    status: int
    headers: Mapping[str, str]
    content: bytes = b""
    not_modified: bool = False
    """Whether the content is what was read before; `content` is then empty."""
    moved: str | None = None
    """The new address of what was asked for, where the server says that it moved for good."""

    @property
    def media_type(self) -> str:
        """The media type without its parameters, in lower case; empty where none is said."""
        return self._type.get_content_type() if "content-type" in self.headers else ""

    @property
    def charset(self) -> str | None:
        """The encoding that the header names, in lower case; the content may say otherwise."""
        return self._type.get_content_charset()

    @property
    def _type(self) -> Message:
        message = Message()
        message["content-type"] = self.headers.get("content-type", "").replace("\n", " ").replace("\r", " ")
        return message
