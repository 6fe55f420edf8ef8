"""Upkeep of a home: backup, restore, verification. Each reads a published state, never a store in use."""

from ecograph.graph.upkeep.archive import Backup, BackupUnusable, open_backup
from ecograph.graph.upkeep.backup import back_up
from ecograph.graph.upkeep.history import History, read_history
from ecograph.graph.upkeep.manifest import Manifest
from ecograph.graph.upkeep.restore import Restoration
from ecograph.graph.upkeep.verify import GraphState, Verification, verify

__all__ = [
    "Backup",
    "BackupUnusable",
    "GraphState",
    "History",
    "Manifest",
    "Restoration",
    "Verification",
    "back_up",
    "open_backup",
    "read_history",
    "verify",
]
