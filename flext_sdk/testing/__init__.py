"""What you need to test code that uses this SDK.

Installed with ``pip install "flext-sdk[testing]"``, it is a pytest plugin: its fixtures (`flext_platform`,
`flext_client`, `async_flext_client`, `fake_flext`, `flext_clock`, `faulty_proxy`) are there without an import, and cost
nothing until a test asks for one. The same things can be used without pytest:

- `FakeFlext`: clients without a network, whose questions and answers are held against the contract.
- `factory`: a valid example of every model, with what you want changed.
- `strategies`: the same for hypothesis.
- `faults`: latency, lost connections, error statuses and broken answers, for the fake and for real clients.
- `FaultyProxy`: a proxy on loopback that cuts, slows and refuses real connections.
- `Recorder`: writes down what a real platform answered, without its secrets, for `FakeFlext.replay`.
- `Platform`: FlexCore and FLEXT Service as real processes in a folder of their own.

Example:
    ```python
    from flext_sdk.testing import factory

    def test_late_orders(fake_flext):
        fake_flext.answer("pipelines.status", factory.PipelineStatus(name="orders", status="failed"))
        with fake_flext.client() as client:
            assert needs_attention(client, "orders")
    ```
"""

TYPE_CHECKING = False  # importing typing costs more than all of this module
if TYPE_CHECKING:
    from flext_sdk.testing import factory as factory
    from flext_sdk.testing import faults as faults
    from flext_sdk.testing import strategies as strategies
    from flext_sdk.testing.answers import Answer as Answer
    from flext_sdk.testing.answers import Call as Call
    from flext_sdk.testing.clock import FakeClock as FakeClock
    from flext_sdk.testing.contract import ContractViolation as ContractViolation
    from flext_sdk.testing.fake import FakeFlext as FakeFlext
    from flext_sdk.testing.faults import Fault as Fault
    from flext_sdk.testing.platform import Platform as Platform
    from flext_sdk.testing.proxy import FaultyProxy as FaultyProxy
    from flext_sdk.testing.recorder import Recorder as Recorder

_MODULES = {"factory", "faults", "strategies"}
_NAMES = {
    "Answer": "answers",
    "Call": "answers",
    "ContractViolation": "contract",
    "FakeClock": "clock",
    "FakeFlext": "fake",
    "Fault": "faults",
    "FaultyProxy": "proxy",
    "Platform": "platform",
    "Recorder": "recorder",
}
__all__ = [
    "Answer",
    "Call",
    "ContractViolation",
    "FakeClock",
    "FakeFlext",
    "Fault",
    "FaultyProxy",
    "Platform",
    "Recorder",
    "factory",
    "faults",
    "strategies",
]


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name in _MODULES:
        return import_module(f"{__name__}.{name}")
    if name not in _NAMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message, name=name, obj=__import__(__name__))
    value: object = getattr(import_module(f"{__name__}.{_NAMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
