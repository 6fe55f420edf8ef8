"""How what takes a while tells how far it is."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much is done, and of how much (0: unknown)."""


def quiet(_step: str, _done: int, _total: int) -> None:
    """Show no progress."""


def step(progress: Progress, name: str) -> None:
    """Report a step that is not counted."""
    progress(name, 0, 0)
