"""The committed OpenAPI contracts, read once and turned into operations."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import orjson

from flext_sdk.embedded.files import write_atomically
from flext_sdk.embedded.web.access import ROLES, Role
from flext_sdk.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flext_sdk.embedded.settings import Service

METHODS: Final = ("get", "put", "post", "delete", "patch")
_SHARED: Final = "flext.yaml"
_SCHEMAS: Final = "/components/schemas/"


class ContractError(ConfigurationError):
    """The contract cannot be read, or the service does not do what it says."""

    default_code = "CONTRACT"


@dataclass(frozen=True, slots=True)
class OperationSpec:
    """One operation as the contract has it, references resolved one level deep.

    Attributes:
        id: The operationId.
        method: HTTP method in capitals.
        path: Path with ``{name}`` places.
        parameters: Path and query parameters, those of the path item included.
        body: Schema of the JSON body, or None.
        body_required: Whether the body must be there.
        success: The only success status, or None when there are several.
        media_type: Media type of the success answer; None when it has no body.
        responses: Schema of the JSON answer by status; ``"default"`` is that of errors.
        public: Whether it answers without a token.
        websocket: Whether it is a WebSocket.
        idempotent: Whether it may be repeated without a key.
        role: Least role that may do it; of no account where no token is needed.
        secret: Body or answer hold a password or token; nothing of it is kept.
        etag: The answer gets an ETag, and 304 in its place when the caller has it already.
    """

    id: str
    method: str
    path: str
    parameters: tuple[Mapping[str, Any], ...]
    body: Mapping[str, Any] | None
    body_required: bool
    success: int | None
    media_type: str | None
    responses: Mapping[str, Mapping[str, Any]]
    public: bool
    websocket: bool
    idempotent: bool
    role: Role = "admin"
    secret: bool = False
    etag: bool = False


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract with everything it refers to.

    Attributes:
        service: Which service it is about.
        document: The OpenAPI document; all its references are local.
    """

    service: str
    document: Mapping[str, Any]

    def resolve(self, node: Mapping[str, Any]) -> Mapping[str, Any]:
        """The node that a reference leads to, or the node itself."""
        while "$ref" in node:
            found: Any = self.document
            for part in str(node["$ref"]).removeprefix("#/").split("/"):
                found = found[part]
            node = found
        return node

    def schema(self, schema: Mapping[str, Any] | str) -> dict[str, Any]:
        """A schema that stands alone, for `flext_sdk.embedded.web.problems.Checker`.

        Args:
            schema: A schema of the document, or the name of a component.
        """
        root = {"$ref": f"#{_SCHEMAS}{schema}"} if isinstance(schema, str) else dict(schema)
        # Only what it leads to: a validator keeps all that it is given, and a service has one for each parameter.
        needed: dict[str, Any] = {}
        _gather(root, self.document["components"]["schemas"], needed)
        return {**root, "components": {"schemas": needed}} if needed else root

    def operations(self) -> Iterator[OperationSpec]:
        """Every operation, in the order of the document."""
        for path, item in self.document["paths"].items():
            for method in METHODS:
                if method in item:
                    yield self._operation(path, method, item[method], item.get("parameters", ()))

    def _operation(self, path: str, method: str, node: Mapping[str, Any], shared: Any) -> OperationSpec:  # noqa: ANN401 - part of a document
        extension = node.get("x-flext", {})
        body = self.resolve(node["requestBody"]) if "requestBody" in node else None
        responses = {str(status): self.resolve(response) for status, response in node["responses"].items()}
        successes = [status for status in responses if status.startswith("2")]
        success = successes[0] if len(successes) == 1 else None
        content = responses[success].get("content", {}) if success else {}
        security = node.get("security", self.document.get("security", ()))
        return OperationSpec(
            id=node["operationId"],
            method=method.upper(),
            path=path,
            parameters=tuple(self.resolve(parameter) for parameter in (*shared, *node.get("parameters", ()))),
            body=body["content"]["application/json"]["schema"] if body else None,
            body_required=bool(body and body.get("required")),
            success=int(success) if success else None,
            media_type=next(iter(content), None),
            responses={
                status: response["content"]["application/json"]["schema"]
                for status, response in responses.items()
                if "application/json" in response.get("content", {})
            },
            public=not security,
            websocket=bool(extension.get("websocket")),
            idempotent=bool(extension.get("idempotent")) or method in {"get", "put", "delete"},
            role=_role(node["operationId"], extension.get("role"), public=not security),
            secret=bool(extension.get("secret")),
            etag=extension.get("cache") == "etag",
        )


def _role(operation: str, word: str | None, *, public: bool) -> Role:
    """The role that the contract names. There is no default: what nobody thought about must not be open to anybody."""
    if public:
        return ROLES[0]
    for role in ROLES:
        if role == word:
            return role
    raise ContractError(
        f"{operation} does not say who may do it: the role {word!r} is none",
        hint=f"Put one of {', '.join(ROLES)} under x-flext in the contract.",
    )


def contract_folder() -> Path:
    """Where the contracts are: in the package, or in the source tree that it runs from.

    Raises:
        ContractError: They are at neither place.
    """
    here = Path(__file__).resolve()
    for folder in (here.parents[1] / "contracts", here.parents[3] / "openapi"):
        if (folder / _SHARED).is_file():
            return folder
    raise ContractError(
        "the contracts of the services are not installed",
        hint='Install flext-sdk again: pip install --force-reinstall "flext-sdk[embedded]"',
    )


def load_contract(service: Service, *, folder: Path | None = None, cache: Path | None = None) -> Contract:
    """Read the contract of a service.

    Args:
        service: Which service.
        folder: Folder with the YAML files; found when left out.
        cache: Folder for the contract as JSON. Reading that takes a thirtieth of the time, at every start of a service.

    Raises:
        ContractError: It is not there, not YAML, or refers to something that is not there.
    """
    folder = folder or contract_folder()
    names = dict.fromkeys((f"{service}.yaml", _SHARED))
    try:
        texts = {name: (folder / name).read_bytes() for name in names}
    except OSError as error:
        raise ContractError(f"cannot read the contract {error.filename}: {error.strerror}") from error
    digest = hashlib.sha256(b"\0".join(texts.values())).hexdigest()[:16]
    kept = cache / f"contract-{service}-{digest}.json" if cache else None
    if kept is not None:
        try:
            return Contract(service, orjson.loads(kept.read_bytes()))
        except (OSError, ValueError):
            pass  # not written yet, or torn: it is made again
    documents = {name: _parse(name, text) for name, text in texts.items()}
    contract = Contract(service, _bundle(documents[f"{service}.yaml"], documents[_SHARED]))
    if kept is not None:
        _keep(kept, contract)
    return contract


def _keep(kept: Path, contract: Contract) -> None:
    for old in kept.parent.glob(f"contract-{contract.service}-*.json"):
        old.unlink(missing_ok=True)
    write_atomically(kept, orjson.dumps(contract.document))


def _parse(name: str, text: bytes) -> dict[str, Any]:
    import yaml

    try:
        # The C loader takes a tenth of the time; the other is for builds of PyYAML without libyaml.
        document = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - safe both ways
    except yaml.YAMLError as error:
        raise ContractError(f"the contract {name} is not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(document, dict) or "paths" not in document:
        raise ContractError(f"the contract {name} is not an OpenAPI document")
    return document


def _bundle(document: dict[str, Any], shared: dict[str, Any]) -> dict[str, Any]:
    """The document with the schemas of the shared one, so that every reference is local."""
    if document is shared:
        return document
    own: dict[str, Any] = document.setdefault("components", {}).setdefault("schemas", {})
    theirs: dict[str, Any] = shared["components"]["schemas"]
    for name in own.keys() & theirs.keys():
        if own[name] != {"$ref": f"{_SHARED}#{_SCHEMAS}{name}"}:
            raise ContractError(f"two contracts define the schema {name}, each in its own way")
    document["components"]["schemas"] = {**own, **theirs}
    bundled: dict[str, Any] = _localized(document)
    return bundled


def _gather(node: Any, schemas: Mapping[str, Any], found: dict[str, Any]) -> None:  # noqa: ANN401 - any JSON
    """Collect the schemas that a node refers to, directly or through others."""
    if isinstance(node, dict):
        reference = node.get("$ref")
        if isinstance(reference, str) and (name := reference.rpartition("/")[2]) in schemas and name not in found:
            found[name] = schemas[name]
            _gather(schemas[name], schemas, found)
        for value in node.values():
            _gather(value, schemas, found)
    elif isinstance(node, list):
        for value in node:
            _gather(value, schemas, found)


def _localized(node: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(node, dict):
        return {key: _local(value) if key == "$ref" else _localized(value) for key, value in node.items()}
    return [_localized(value) for value in node] if isinstance(node, list) else node


def _local(reference: str) -> str:
    file, _, pointer = reference.partition("#")
    if file not in {"", _SHARED} or (file and not pointer.startswith(_SCHEMAS)):
        raise ContractError(f"a contract refers to {reference}; only schemas of {_SHARED} can be referred to")
    return f"#{pointer}"
