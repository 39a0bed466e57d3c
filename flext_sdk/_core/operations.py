"""Operations as data: everything the transport must know about one call of the contract."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from flext_sdk._core.types import Service

__all__ = ["Operation", "Paging", "Param", "Service"]


# What nobody compares or prints: each method that a dataclass is given is compiled at every start.
@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Param:
    """One path or query parameter.

    Attributes:
        name: Name in Python.
        wire: Name on the wire.
        style: How a list is written: ``csv`` joins with commas, ``repeat`` repeats the key, ``simple`` is for
            single values.
    """

    name: str
    wire: str
    style: Literal["simple", "csv", "repeat"] = "simple"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Paging:
    """How a list operation is paged.

    Attributes:
        items: Key of the list in the body, such as ``"pipelines"``.
        total: Key of the number of items over all pages; None when the server does not tell.
        limit: Wire name of the page size; None when the list comes whole.
        offset: Wire name of the index of the first item; None likewise.
        max_limit: Largest page size the server accepts.
    """

    items: str
    total: str | None
    limit: str | None = "limit"
    offset: str | None = "offset"
    max_limit: int = 100


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Operation[T]:
    """One operation of a contract; ``T`` is what a call returns.

    Attributes:
        id: Stable name, ``"pipelines.start"``.
        service: The service that answers.
        group: Group of operations; the circuit breaker's key is (service, group).
        method: HTTP method.
        path: Path with ``{name}`` places.
        path_params: Parameters of the path.
        query: Parameters of the query.
        body: ``"module:Class"`` in ``flext_sdk.models``; None when there is no body.
        response: ``"module:Class"``, ``"text"``, ``"json"`` for any JSON, None for no content.
        unwrap: Key of the body that holds the value.
        paging: Set for lists; ``response`` then names the model of an item.
        idempotent: May be repeated after a read timeout even without a key.
        mutating: An ``Idempotency-Key`` is sent.
        cache: The service marks its answer with an ETag and says whether it still holds.
        fields: (name, where it stands in the answer), for names that differ.
        constants: (name, value), for what the answer does not tell.
        wire: (path, form) of values whose form on the wire differs from that in Python, see `flext_sdk._core.wire`.
        prometheus: Name of the mapping where the answer may be in Prometheus' text format.
        send: (key, source) of the body that a variant takes; ``$name`` is a parameter of the path.
        generations: Public generations of the service that have this route.
        variants: Other routes for the same operation.
        instead: (generation, text): what to use where the operation is lacking; ``""`` is any generation.
    """

    id: str
    service: Service
    group: str
    method: str
    path: str
    path_params: tuple[Param, ...] = ()
    query: tuple[Param, ...] = ()
    body: str | None = None
    response: str | None = None
    unwrap: str | None = None
    paging: Paging | None = None
    idempotent: bool = False
    mutating: bool = False
    cache: bool = False
    fields: tuple[tuple[str, str], ...] = ()
    constants: tuple[tuple[str, object], ...] = ()
    wire: tuple[tuple[str, str], ...] = ()
    prometheus: str | None = None
    send: tuple[tuple[str, str], ...] | None = None
    generations: tuple[str, ...] = ()
    variants: tuple[Operation[T], ...] = ()
    instead: tuple[tuple[str, str], ...] = ()

    @property
    def reshaped(self) -> bool:
        """Whether an answer must be put into shape before it becomes a value."""
        return bool(self.wire or self.fields or self.constants)
