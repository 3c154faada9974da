"""The other end of the seals, for tests: a program that was paired and seals its commands."""

import struct

from pump.core import codes
from pump.link import protocol
from pump.link.sealed import hmac

NONCE = b"sixteen at random"[:16]


class Program:
    """Knows the key of a pump, and counts its commands."""

    def __init__(self, unique_id, boot):
        self.unique_id = unique_id
        self.boot = boot
        self.count = 0
        self.key = b""

    def pairing(self, code, nonce=NONCE):
        """The body of the request that pairs; the key is the one that results."""
        self.key = hmac(code, b"basalt key 1", self.unique_id, nonce)
        return nonce + hmac(code, b"basalt pair 1", self.unique_id, nonce)[:16]

    def command(self, kind, arguments=b"", count=None, boot=None):
        """The body of a sealed request, with the next count unless said otherwise."""
        if count is None:
            self.count += 1
            count = self.count
        told = struct.pack("<HIB", self.boot if boot is None else boot, count, kind) + arguments
        return told + hmac(self.key, b"basalt command 1", self.unique_id, told)[:16]

    def bolus(self, dose_mu, count=None):
        """The body of a request for a bolus."""
        return self.command(protocol.BOLUS, struct.pack("<I", dose_mu), count)

    def opened(self, request, body):
        """(code, bolus id, number of the record) of an answer whose seal is right."""
        seal = hmac(self.key, b"basalt answer 1", self.unique_id, request[:7], body[:7])[:16]
        assert seal == body[7:], "the answer's seal is wrong"
        return struct.unpack("<BHI", body[:7])


def code_of(answer):
    """The code of an answer that was not sealed."""
    assert answer[0] != codes.OK and answer[1] == b""
    return answer[0]
