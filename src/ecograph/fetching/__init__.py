"""Everything that goes out to the network goes through here: one client, to public addresses only."""

from ecograph.fetching.address import Guard
from ecograph.fetching.client import Client, Limits
from ecograph.fetching.manners import ROBOT, Clock
from ecograph.fetching.memory import Memory
from ecograph.fetching.response import Response

__all__ = ["ROBOT", "Client", "Clock", "Guard", "Limits", "Memory", "Response"]
