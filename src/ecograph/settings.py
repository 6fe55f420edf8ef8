"""Settings: one frozen value, read once from `ECOGRAPH_*` variables or a `.env` file."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, HttpUrl, PositiveFloat, PositiveInt, TypeAdapter, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DEFAULT_BASE_IRI = "http://127.0.0.1:8000"


class Settings(BaseSettings):
    """Every knob of a deployment, with its default."""

    model_config = SettingsConfigDict(env_prefix="ECOGRAPH_", env_file=".env", extra="ignore", frozen=True)

    home: Path = Field(Path("var"), description="Folder that holds the graph, the index and the ledger.")
    base_iri: str | None = Field(
        None,
        description="Base of the resources' IRIs, without a final slash. Unset: the one the home was made "
        f"with; a new home takes {DEFAULT_BASE_IRI}.",
    )
    host: str = Field("127.0.0.1", description="Address that the service listens on.")
    port: PositiveInt = Field(8000, description="Port that the service listens on.")
    embedding: Literal["graph", "none"] = Field(
        "graph",
        description="`graph`: an embedding taught by the graph when the index is built (needs the "
        "`embedding` extra); `none`: search by words alone.",
    )
    query_bytes: PositiveInt = Field(100_000, description="Longest SPARQL query accepted, in bytes.")
    query_seconds: PositiveFloat = Field(
        10.0, description="Processor time that one SPARQL query may use, in seconds."
    )
    query_result_bytes: PositiveInt = Field(
        50_000_000, description="Largest answer of one SPARQL query, in bytes."
    )
    query_memory_bytes: PositiveInt = Field(
        1_500_000_000, description="Memory that the process of one SPARQL query may use, in bytes."
    )
    query_workers: PositiveInt = Field(2, description="SPARQL queries that run at the same time.")
    load_bytes: PositiveInt = Field(500_000_000, description="Largest file that a load accepts, in bytes.")
    kept_snapshots: PositiveInt = Field(
        3, description="Published snapshots kept for readers that still use them."
    )

    @field_validator("base_iri")
    @classmethod
    def _absolute(cls, value: str | None) -> str | None:
        if value is None:
            return None
        TypeAdapter(HttpUrl).validate_python(value)
        return value.rstrip("/")
