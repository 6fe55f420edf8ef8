"""Everything that goes out to the network goes through here: one client, to public addresses only."""

from ecograph.fetching.client import Client, Limits
from ecograph.fetching.response import Response

__all__ = ["Client", "Limits", "Response"]
