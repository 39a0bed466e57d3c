"""What a person is told to do about a service that does not answer, or does not accept the token."""

import pytest

from flext_sdk._core.failures import no_answer_hint, token_hint

LOCAL, REMOTE = "http://127.0.0.1:8081", "https://flext.example"


@pytest.mark.parametrize(
    ("kind", "url", "origin", "told"),
    [
        ("connect", LOCAL, None, "Start it: flext service start"),
        ("broken", None, None, "See its log: flext service logs flext"),
        ("broken", LOCAL, None, "See its log: flext service logs flext"),
        ("connect", REMOTE, None, "Check the address and the network."),
        ("connect", LOCAL, "FLEXT_URL", "The address comes from FLEXT_URL: "),
        ("connect", REMOTE, "--url", "The address comes from --url: "),
        ("broken", REMOTE, "base_url", "Try again in a moment; the address comes from base_url."),
        ("pool", REMOTE, "base_url", "Close answers"),
    ],
)
def test_a_service_that_cannot_be_reached(kind, url, origin, told):
    hint = no_answer_hint(kind, "flext", url, origin)
    assert hint.startswith(told)
    # A platform of this machine is not what somebody wants to start who named another address.
    assert origin is None or "service start" not in hint


@pytest.mark.parametrize(
    ("url", "origin", "token", "told", "file"),
    [
        (LOCAL, None, None, "flext service restart", True),
        (LOCAL, "FLEXT_URL", None, "set FLEXT_TOKEN, or --token-file FILE", True),
        (REMOTE, "--url", None, "set FLEXT_TOKEN, or --token-file FILE", False),
        (REMOTE, "--url", "FLEXT_TOKEN", "The token comes from FLEXT_TOKEN", False),
        (None, None, "token=...", "The token comes from token=...", False),
    ],
)
def test_a_token_that_is_not_accepted(url, origin, token, told, file):
    hint = token_hint(url, origin, token)
    assert told in hint
    assert ("state/token" in hint) is file
