"""The pytest plugin ``flext``: its fixtures.

pytest imports this module in every session, so it imports nothing that a session without these fixtures would pay for.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flext_sdk import AsyncFlext, Flext
    from flext_sdk.testing.clock import FakeClock
    from flext_sdk.testing.fake import FakeFlext
    from flext_sdk.testing.platform import Platform
    from flext_sdk.testing.proxy import FaultyProxy

__all__ = [
    "async_flext_client",
    "fake_flext",
    "faulty_proxy",
    "flext_client",
    "flext_clock",
    "flext_platform",
]


@pytest.fixture(scope="session")
def flext_platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """FlexCore and FLEXT Service as real processes, one pair for the whole session and for each worker of pytest-xdist.

    They have a folder of their own, free ports and a token of their own, and are ended after the last test.
    """
    from flext_sdk.testing.platform import Platform

    platform = Platform(tmp_path_factory.mktemp("flext-platform"))
    platform.start()
    try:
        yield platform
    finally:
        platform.stop()


@pytest.fixture
def flext_client(flext_platform: Platform) -> Iterator[Flext]:
    """A client of `flext_platform`."""
    with flext_platform.client() as client:
        yield client


@pytest.fixture
def async_flext_client(flext_platform: Platform) -> Iterator[AsyncFlext]:
    """A client of `flext_platform` for coroutines; works with any plugin that runs them."""
    client = flext_platform.async_client()
    yield client
    # The loop of the test has ended and its connections went with it; closing makes a later call an error.
    asyncio.run(client.close())


@pytest.fixture
def fake_flext() -> Iterator[FakeFlext]:
    """A `FakeFlext`. A test that ends with a violation of the contract fails, even where the code under test hid it."""
    from flext_sdk.testing.fake import FakeFlext

    fake = FakeFlext()
    try:
        yield fake
    finally:
        fake.close()
    fake.check()


@pytest.fixture
def flext_clock(fake_flext: FakeFlext) -> FakeClock:
    """The clock of `fake_flext`."""
    return fake_flext.clock


@pytest.fixture
def faulty_proxy() -> Iterator[Callable[[str], FaultyProxy]]:
    """Makes a `FaultyProxy` before an address, such as ``flext_platform.urls["flext"]``; closed after the test."""
    from flext_sdk.testing.proxy import FaultyProxy

    made: list[FaultyProxy] = []

    def make(target: str) -> FaultyProxy:
        made.append(FaultyProxy(target))
        return made[-1]

    try:
        yield make
    finally:
        for proxy in made:
            proxy.close()
