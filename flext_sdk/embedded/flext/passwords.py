"""Hashes of passwords: scrypt of the standard library, which costs memory as well as time and needs no package more.

A hash carries its parameters, so that stronger ones can come later: a login with the right password writes the hash
anew where it was made with others.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import threading
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from flext_sdk.embedded.store.clock import Entropy

_SALT: Final = 16
_LENGTH: Final = 32
_AT_ONCE: Final = 2


@dataclass(frozen=True, slots=True)
class Hasher:
    """Makes and checks hashes, a few at once: each takes 128 * r * 2**ln bytes (32 MiB).

    Attributes:
        ln: Logarithm of the cost; 15 with three lanes is what OWASP asks for.
        r: Block size.
        p: Lanes.
        entropy: Gives random bytes.
    """

    ln: int = 15
    r: int = 8
    p: int = 3
    entropy: Entropy = os.urandom
    _gate: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(_AT_ONCE), repr=False)

    def hash(self, password: str) -> str:
        """A new hash."""
        salt = self.entropy(_SALT)
        made = self._derive(password, salt, self.ln, self.r, self.p)
        return f"$scrypt$ln={self.ln},r={self.r},p={self.p}${_text(salt)}${_text(made)}"

    def verify(self, password: str, kept: str | None) -> bool:
        """Whether a password has this hash. Without a hash it takes as long and is wrong.

        Args:
            password: The password.
            kept: The hash; None where there is no such user, which must not show in the time.
        """
        if kept is None:
            self._derive(password, bytes(_SALT), self.ln, self.r, self.p)
            return False
        _, _, parameters, salt, made = kept.split("$")
        numbers = {key: int(value) for key, _, value in (part.partition("=") for part in parameters.split(","))}
        found = self._derive(password, _bytes(salt), numbers["ln"], numbers["r"], numbers["p"])
        return hmac.compare_digest(found, _bytes(made))

    def outdated(self, kept: str) -> bool:
        """Whether a hash was made with other parameters than those of today."""
        return not kept.startswith(f"$scrypt$ln={self.ln},r={self.r},p={self.p}$")

    def _derive(self, password: str, salt: bytes, ln: int, r: int, p: int) -> bytes:
        # The same letters can be typed in several ways; which one depends on the keyboard.
        text = unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
        with self._gate:
            return hashlib.scrypt(
                text, salt=salt, n=1 << ln, r=r, p=p, maxmem=(128 * r << ln) * 2 + (1 << 20), dklen=_LENGTH
            )


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4))
