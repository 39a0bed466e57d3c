"""A platform without a network."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

from flext_sdk._core.messages import Headers
from flext_sdk.testing.answers import Answer, Call, arguments_of, as_json, error_body, shaped, written
from flext_sdk.testing.clock import FakeClock
from flext_sdk.testing.contract import Contracts, ContractViolation
from flext_sdk.testing.faults import Effect, Fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import httpx

    from flext_sdk import AsyncFlext, Flext
    from flext_sdk._core.types import Json, Service
    from flext_sdk.models.runs import LogEntry, Run
    from flext_sdk.testing._rules import Condition
    from flext_sdk.testing._streams import Stream
    from flext_sdk.testing._wire import Sent
    from flext_sdk.testing.answers import Envelope, Reply
    from flext_sdk.testing.contract import KnownOperation

__all__ = ["FakeFlext"]

URLS: dict[Service, str] = {"flexcore": "http://flexcore.test", "flext": "http://flext.test"}


_TELLS_WHAT_IT_IS = frozenset({"services.flext_health", "services.flexcore_health"})


class FakeFlext:
    """FlexCore and FLEXT Service as your test wants them: no process, no network, no waiting.

    Every request is held against the contract, and so is every answer you give. A request for an operation that does
    not exist, with a parameter or body that the service would refuse, or for which there is no answer, fails the test
    with a `ContractViolation` that names the place by a JSON pointer.

    Args:
        strict: Whether fields that the contract does not have are faults of an answer: in a test they are misspelt.
        check_requests: Whether requests are held against the contract. False is for tests of what a service refuses.

    Attributes:
        calls: Every request that fitted the contract, in order.
        violations: Every violation so far. The fixture `fake_flext` fails a test that ends with one, for the code under
            test may have swallowed it.
        clock: The clock of its clients; pauses between attempts pass on it at once.

    Example:
        ```python
        fake = FakeFlext()
        fake.answer("pipelines.show", {"id": "1", "name": "orders"})
        with fake.client() as client:
            assert client.pipelines.show("orders").name == "orders"
        assert fake.calls[0].arguments == {"name": "orders"}
        ```
    """

    def __init__(self, *, strict: bool = True, check_requests: bool = True) -> None:
        from flext_sdk.testing._rules import Rule

        self.calls: list[Call] = []
        self.violations: list[ContractViolation] = []
        self.clock = FakeClock()
        self._contracts = Contracts(strict=strict)
        self._check = check_requests
        self._rule = Rule
        self._rules: dict[str, list[Rule]] = {}
        self._faults: list[Fault] = []
        self._streams: dict[str, Stream] = {}
        self._fill = False
        self._attempts: dict[str, int] = {}
        self._clients: list[Any] = []
        self._lock = threading.RLock()

    def answer(
        self,
        operation: str,
        *replies: Reply,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
        delay: float = 0.0,
        times: int | None = None,
        when: Condition | None = None,
        checked: bool = True,
    ) -> Self:
        """Say what an operation answers.

        Several replies are given one after the other, and the last one again and again. Of what was said several times,
        that with ``times`` or ``when`` comes before that without, and the newer before the older.

        Args:
            operation: Id of the operation, ``"pipelines.show"``.
            replies: JSON data, a model, a list of the items of a page, text, None for no body, an `Answer`, a `Fault`,
                or a function of the `Call`.
            status: HTTP status; the operation's own success when left out.
            headers: More headers.
            delay: Seconds until the answer comes; they pass on `clock`.
            times: After how many requests this does not apply any more.
            when: Only requests with these arguments, ``{"name": "orders"}``, or for which this is true.
            checked: Whether replies are held against the contract.

        Returns:
            This fake, so that answers can be chained.

        Raises:
            ContractViolation: There is no such operation, or a reply does not fit the contract.
        """
        known = self._contracts.operation(operation)
        made = []
        for reply in replies or (None,):
            if isinstance(reply, Fault | Answer) or callable(reply):
                one: Any = reply
            else:
                one = Answer(reply, status, dict(headers or {}), delay, checked)
            if isinstance(one, Answer):
                self._prepared(known, one)  # what does not fit is told where it was given, not where it is met
            made.append(one)
        with self._lock:
            self._rules.setdefault(operation, []).insert(0, self._rule(made, times, when))
        return self

    def error(
        self,
        operation: str,
        status: int,
        message: str = "this failed on purpose",
        *,
        code: str | None = None,
        hint: str | None = None,
        problems: Sequence[Mapping[str, Any]] = (),
        retry_after: float | None = None,
        envelope: Envelope = "flext",
        times: int | None = None,
        when: Condition | None = None,
    ) -> Self:
        """Let an operation fail.

        Args:
            operation: Id of the operation.
            status: HTTP status, 400 or above.
            message: What it says.
            code: Word for the error, such as ``PIPELINE_NOT_FOUND``.
            hint: What to do about it.
            problems: Faults of a document: ``{"path": pointer, "message": text}`` each.
            retry_after: Seconds in the header Retry-After.
            envelope: Form of the body; other generations of the services have other ones.
            times: After how many requests this does not apply any more.
            when: Only requests with these arguments.

        Raises:
            ContractViolation: There is no such operation.
        """
        if status < 400:
            raise ValueError(f"{status} is no status of an error")
        body, kind = error_body(envelope, status, message, code=code, hint=hint, problems=problems)
        headers = {**({"Content-Type": kind} if kind else {})}
        if retry_after is not None:
            headers["Retry-After"] = f"{retry_after:g}"
        reply = Answer(body, status, headers, checked=envelope == "flext")
        return self.answer(operation, reply, times=times, when=when)

    def unsupported(self, operation: str) -> Self:
        """Let a service not have an operation at all, as the public ones lack some: 404, ``404 page not found``."""
        return self.error(operation, 404, "404 page not found", envelope="text")

    def pages(self, operation: str, items: Sequence[object], *, when: Condition | None = None) -> Self:
        """Let a list operation answer from these items, in the pages that are asked for.

        Args:
            operation: Id of an operation that gives pages, ``"pipelines.list"``.
            items: Models or JSON data. The list is read at every request, so it may change between them.
            when: Only requests with these arguments.

        Raises:
            ContractViolation: It is no such operation, or an item does not fit the contract.
        """
        known = self._contracts.operation(operation)
        paging = known.operation.paging
        if paging is None:
            raise ContractViolation(f"{operation} is no list", [("", "its answer is not paged")])

        def page(call: Call) -> Json:
            start = int(call.query.get(paging.offset or "", 0))
            size = int(call.query.get(paging.limit or "", len(items) or 1))
            body = shaped(known, list(items[start : start + size]))
            return body | ({paging.total: len(items)} if paging.total else {})

        self._prepared(known, Answer(shaped(known, list(items))))
        return self.answer(operation, page, when=when)

    def follow(
        self, run: Run | Mapping[str, Any], lines: Sequence[LogEntry | Mapping[str, Any]], *, stored: int = 0,
        cuts: Sequence[int] = (), socket: bool = True,
    ) -> Self:  # fmt: skip
        """Let the log of a run be followed: ``client.pipelines.logs(name, follow=True)``.

        Answers for ``pipelines.status``, ``pipelines.run_info`` and ``pipelines.logs`` of this run come with it.

        Args:
            run: The run as it ends; until all lines were told it is running.
            lines: Its log lines in order; ids from 1 on where they have none.
            stored: How many of them are there from the beginning; the others come while they are followed.
            cuts: After which lines, counted from 1, the connection breaks.
            socket: Whether the service has a WebSocket; else it is asked again and again.

        Raises:
            ContractViolation: The run or a line does not fit the contract.
        """
        from flext_sdk.testing._streams import Stream

        stream = Stream(run, lines, stored=stored, cuts=cuts, socket=socket)
        for operation, reply in stream.replies().items():
            known = self._contracts.operation(operation)
            self._prepared(known, Answer(reply(None)))
            self.answer(operation, reply, when=stream.concerns)
        self._streams[stream.ident] = stream
        return self

    def fault(self, fault: Fault) -> Self:
        """Let requests meet a fault, whatever their answers are; see `flext_sdk.testing.faults`."""
        with self._lock:
            self._faults.append(fault)
        return self

    def fill(self) -> Self:
        """Let every operation without an answer of its own answer with an example of its contract."""
        self._fill = True
        return self

    def replay(self, file: str | Path) -> Self:
        """Answer as a real platform did; see `flext_sdk.testing.Recorder`.

        Args:
            file: What the recorder wrote.

        Raises:
            ContractViolation: The file is no recording, or an answer in it does not fit the contract.
        """
        from flext_sdk.testing.recorder import rules_of

        for operation, replies, condition in rules_of(file):
            self.answer(operation, *replies, when=condition)
        return self

    def calls_of(self, operation: str) -> list[Call]:
        """The requests for one operation, in order."""
        self._contracts.operation(operation)
        return [call for call in self.calls if call.operation == operation]

    def client(self, **options: Any) -> Flext:  # noqa: ANN401 - those of Flext
        """A client of this fake, with its clock.

        Args:
            options: As of `flext_sdk.Flext`.
        """
        from flext_sdk import Flext

        return self._kept(Flext(**self._options(options, is_async=False)))

    def async_client(self, **options: Any) -> AsyncFlext:  # noqa: ANN401 - those of AsyncFlext
        """Like `client`, for coroutines."""
        from flext_sdk import AsyncFlext

        return self._kept(AsyncFlext(**self._options(options, is_async=True)))

    def http_client(self) -> httpx.Client:
        """What to give as ``http_client=`` to a `flext_sdk.Flext` of your own; its address does not matter."""
        from flext_sdk.testing._wire import sync_client

        return self._kept(sync_client(self))

    def async_http_client(self) -> httpx.AsyncClient:
        """Like `http_client`, for `flext_sdk.AsyncFlext`."""
        from flext_sdk.testing._wire import async_client

        return self._kept(async_client(self))

    @contextmanager
    def installed(self) -> Iterator[Self]:
        """Let every client that is made inside, by whatever code, be one of this fake.

        A client that gets an ``http_client`` of its own stays as it is.

        Example:
            ```python
            with fake.installed():
                nightly_report.main()  # makes its own Flext()
            ```
        """
        from flext_sdk.testing._wire import installed

        with installed(self):
            yield self

    def check(self) -> None:
        """Fail when there was a violation.

        Raises:
            ContractViolation: The first one.
        """
        if self.violations:
            raise self.violations[0]

    def _options(self, options: dict[str, Any], *, is_async: bool) -> dict[str, Any]:
        from flext_sdk.testing._streams import connector

        http_client = self.async_http_client() if is_async else self.http_client()
        return {
            "base_url": URLS,
            "token": "a-token-of-a-test",
            "http_client": http_client,
            "_environ": {},
            "_clock": self.clock.monotonic,
            "_wall": self.clock.time,
            "_sleep": self.clock.asleep if is_async else self.clock.sleep,
            "_random": lambda: 0.5,
            "_connect": connector(self._streams, is_async=is_async),
            **options,
        }

    def _kept[T](self, client: T) -> T:
        self._clients.append(client)
        return client

    def close(self) -> None:
        """Close the clients for coroutine-free code that were made; those for coroutines hold nothing open."""
        for client in self._clients:
            close = getattr(client, "close", None)
            if close is not None and type(client).__name__ in {"Client", "Flext"}:
                close()

    # What comes now is called by the transports in `_wire`.

    def _handle(self, sent: Sent) -> tuple[list[Effect], Answer]:
        """What one request meets: effects of faults, and its answer with the body as bytes."""
        with self._lock:
            try:
                return self._meet(sent)
            except ContractViolation as violation:
                self.violations.append(violation)
                raise

    def _meet(self, sent: Sent) -> tuple[list[Effect], Answer]:
        known, call = self._read(sent)
        effects = [fault.effect for fault in self._faults if fault.strikes(call.operation)]
        if any(effect.kind in {"refused", "answer"} for effect in effects):
            self.calls.append(call)
            return effects, Answer()
        self.calls.append(call)
        reply = self._reply(known, call)
        if isinstance(reply, Fault):
            return [*effects, *([reply.effect] if reply.strikes(call.operation) else [])], self._example(known)
        answer = reply if isinstance(reply, Answer) else Answer(reply)
        return effects, self._prepared(known, answer)

    def _read(self, sent: Sent) -> tuple[KnownOperation, Call]:
        known, path = self._contracts.find(sent.service, sent.method, sent.url)
        try:
            body = json.loads(sent.content) if sent.content else None
        except ValueError:
            raise ContractViolation(
                f"the body of a request for {known.id} is no JSON", [("", repr(sent.content))]
            ) from None
        query_text = sent.url.partition("?")[2]
        query: dict[str, Json] = {}
        if self._check:
            known.check_path(path)
            known.check_body(body, given=bool(sent.content))
            query = known.read_query(query_text)
        elif query_text:
            from urllib.parse import parse_qsl

            query = dict(parse_qsl(query_text))
        headers = Headers(sent.headers)
        ident = headers.get("x-request-id", "")
        self._attempts[ident] = attempt = self._attempts.get(ident, 0) + 1 if ident else 1
        arguments = arguments_of(known, path, query, body)
        call = Call(
            known.id, known.service, sent.method, sent.url, path, query, body, headers, attempt, arguments
        )  # fmt: skip
        return known, call

    def _reply(self, known: KnownOperation, call: Call) -> object:
        for rule in sorted(self._rules.get(known.id, ()), key=lambda rule: not rule.is_special):
            if rule.applies(call):
                reply = rule.next()
                return reply(call) if callable(reply) else reply
        # A client asks a server what it is when a route is absent; a fake says that it is one of ours.
        if self._fill or known.id in _TELLS_WHAT_IT_IS:
            return self._example(known)
        raise ContractViolation(
            f"no answer for {known.id}",
            [("", f"{call.method} {call.path}: say what comes with fake.answer({known.id!r}, ...)")],
        )

    def _example(self, known: KnownOperation) -> Answer:
        from flext_sdk.testing.factory import example

        name = known.answer_schema
        if name is None:
            return self._prepared(known, Answer("" if known.spec.media_type else None))
        return self._prepared(known, Answer(example(name)))

    def _prepared(self, known: KnownOperation, answer: Answer) -> Answer:
        status = answer.status or known.success
        body = as_json(shaped(known, answer.body))
        if answer.checked and not isinstance(body, bytes):
            known.check_answer(status, body)
        content, kind = written(body)
        headers = Headers({"Content-Type": kind} if kind else {})
        headers.update(answer.headers)
        return Answer(content, status, dict(headers.pairs()), answer.delay)
