"""Upkeep of a home: backup, restore, verification. Each reads a published state, never a store in use."""

from ecograph.graph.upkeep.archive import Backup, BackupUnusable, open_backup
from ecograph.graph.upkeep.backup import back_up
from ecograph.graph.upkeep.files import NO_DAMAGE, check_files
from ecograph.graph.upkeep.history import History, fault_of, read_history, read_levels, read_states
from ecograph.graph.upkeep.manifest import Manifest
from ecograph.graph.upkeep.restore import Restoration
from ecograph.graph.upkeep.verify import GraphState, Verification, damaged, verify

__all__ = [
    "NO_DAMAGE",
    "Backup",
    "BackupUnusable",
    "GraphState",
    "History",
    "Manifest",
    "Restoration",
    "Verification",
    "back_up",
    "check_files",
    "damaged",
    "fault_of",
    "open_backup",
    "read_history",
    "read_levels",
    "read_states",
    "verify",
]
