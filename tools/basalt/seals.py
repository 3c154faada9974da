"""Seals commands for a paired pump; the other end is firmware/pump/link/sealed.py.

    code      16 letters that the pump's screen shows
    key       HMAC(code, "basalt key 1", unique id, 16 random bytes), 32 bytes
    command   HMAC(key, "basalt command 1", unique id, boot, count, kind, arguments)
    answer    HMAC(key, "basalt answer 1", unique id, boot, count, kind, the answer)

HMAC is that of RFC 2104 with SHA-256; seals are its first 16 bytes.
"""

import hashlib
import hmac
import os
import struct
from dataclasses import dataclass

from basalt.errors import WrongInput

SEAL_SIZE = 16
_NONCE_SIZE = 16
_HEAD = struct.Struct("<HIB")
_ANSWER = struct.Struct("<BHI")
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_LENGTH = 16
# Letters that the pump never shows, as who reads them from the screen may type them.
_MISREAD = str.maketrans("OIL", "011")


@dataclass(frozen=True, order=True)
class CommandId:
    """Names a command for ever: the start of the pump it was given in, and its count in that."""

    boot: int
    count: int

    def __str__(self) -> str:
        return f"{self.boot}-{self.count}"

    @classmethod
    def parse(cls, text: str) -> "CommandId":
        """'12-3' as printed; WrongInput for anything else."""
        boot, _, count = text.partition("-")
        if not (boot.isdecimal() and count.isdecimal()):
            raise WrongInput(f"{text!r} names no command; it is two numbers, like 12-3.")
        return cls(int(boot), int(count))


@dataclass(frozen=True)
class SealedAnswer:
    """What the pump said to a command, under its seal."""

    code: int
    bolus_id: int  # the newest of all: of a combined bolus that of what is given at once
    seq: int  # of the command's record in the log


class Pairing:
    """One try to pair with the pump `unique_id` by the code on its screen."""

    def __init__(self, unique_id: bytes, code: str) -> None:
        """WrongInput when `code` cannot be one. Spaces and dashes do not matter, nor does case."""
        letters = clean_code(code)
        nonce = os.urandom(_NONCE_SIZE)
        self.key = _hmac(letters, b"basalt key 1", unique_id, nonce)
        self.request = nonce + _hmac(letters, b"basalt pair 1", unique_id, nonce)[:SEAL_SIZE]
        self._proof = _hmac(self.key, b"basalt paired 1", unique_id, nonce)[:SEAL_SIZE]

    def proven(self, answer: bytes) -> bool:
        """Whether the pump has shown that it has the same key."""
        return hmac.compare_digest(self._proof, answer[:SEAL_SIZE])


class Sealer:
    """Seals what goes to one pump, and opens what comes from it."""

    def __init__(self, unique_id: bytes, key: bytes) -> None:
        self._unique_id = unique_id
        self._key = key

    def command(self, command_id: CommandId, kind: int, arguments: bytes) -> bytes:
        """The body of a sealed request."""
        told = _HEAD.pack(command_id.boot, command_id.count, kind) + arguments
        return told + _hmac(self._key, b"basalt command 1", self._unique_id, told)[:SEAL_SIZE]

    def opened(self, command_id: CommandId, kind: int, body: bytes) -> SealedAnswer | None:
        """What an answer says; None when its seal is not this pump's for this command."""
        told = _HEAD.pack(command_id.boot, command_id.count, kind)
        answer, seal = body[: _ANSWER.size], body[_ANSWER.size : _ANSWER.size + SEAL_SIZE]
        right = _hmac(self._key, b"basalt answer 1", self._unique_id, told, answer)[:SEAL_SIZE]
        if len(answer) != _ANSWER.size or not hmac.compare_digest(right, seal):
            return None
        return SealedAnswer(*_ANSWER.unpack(answer))


def clean_code(text: str) -> bytes:
    """The 16 letters of a code as a person typed it; WrongInput when they cannot be one."""
    letters = "".join(text.split()).replace("-", "").upper().translate(_MISREAD)
    if len(letters) != _CODE_LENGTH or not set(letters) <= set(_LETTERS):
        raise WrongInput(
            f"{text!r} is no code: it has {_CODE_LENGTH} letters and digits, in four groups, as"
            " the pump shows them under Menu, Remote."
        )
    return letters.encode()


def _hmac(key: bytes, *parts: bytes) -> bytes:
    return hmac.new(key, b"".join(parts), hashlib.sha256).digest()
