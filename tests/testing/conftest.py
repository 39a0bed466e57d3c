"""Both colours of client on one fake."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from flext_sdk.testing import FakeFlext


class Colour:
    """Calls a client of one colour the same way as one of the other."""

    def __init__(self, fake: FakeFlext, *, is_async: bool) -> None:
        self.fake, self.is_async = fake, is_async

    def call(self, ask: Callable[[Any], Any], **options: Any) -> Any:
        if not self.is_async:
            with self.fake.client(**options) as client:
                found = ask(client)
                return list(found) if hasattr(found, "__next__") else found
        return asyncio.run(self._acall(ask, options))

    async def _acall(self, ask: Callable[[Any], Any], options: dict[str, Any]) -> Any:
        async with self.fake.async_client(**options) as client:
            found = ask(client)
            if hasattr(found, "__anext__"):
                return [item async for item in found]
            return await found


@pytest.fixture(params=["sync", "async"])
def colour(request: pytest.FixtureRequest, fake_flext: FakeFlext) -> Colour:
    return Colour(fake_flext, is_async=request.param == "async")
