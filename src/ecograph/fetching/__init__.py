"""Everything that goes out to the network goes through here: one client, to public addresses only."""

from ecograph.fetching.address import Guard
from ecograph.fetching.client import RESERVED, Client, Limits
from ecograph.fetching.keys import Keys
from ecograph.fetching.manners import ROBOT, Clock
from ecograph.fetching.memory import Memory
from ecograph.fetching.response import Response
from ecograph.fetching.telling import named, published, shown

__all__ = [
    "RESERVED",
    "ROBOT",
    "Client",
    "Clock",
    "Guard",
    "Keys",
    "Limits",
    "Memory",
    "Response",
    "named",
    "published",
    "shown",
]
