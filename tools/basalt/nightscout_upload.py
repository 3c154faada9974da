"""Sends documents to a Nightscout server over its API v3, and notes in the store what is there.

A server that is busy or failing (429, 5xx, no answer) is asked again, later each time. Every
document that it took is noted at once: whatever happens, the next call goes on behind it, and the
identifiers make sure that one sent twice is there once.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import urllib3
from urllib3 import exceptions
from urllib3.util import Retry

from basalt import __version__
from basalt.errors import ServerProblem, WrongInput
from basalt.nightscout import Document
from basalt.progress import Progress
from basalt.store import Store

# Waits of 0, 2, 4, 8 and 16 s, or as long as the server says.
PATIENCE = Retry(
    total=5,
    read=1,  # one that says nothing for half a minute is asked once more
    backoff_factor=1,
    status_forcelist=(429, 500, 502, 503, 504),
    allowed_methods=None,
    raise_on_status=False,
)
_TIMEOUT = urllib3.Timeout(connect=10, read=30)
_NOTE_EVERY = 20
_IMMUTABLE = "cannot be modified"
# The first that fits: a connection that cannot be made is a timeout too.
_REASONS: tuple[tuple[type[exceptions.HTTPError], str], ...] = (
    (exceptions.NameResolutionError, "its name is not known"),
    (exceptions.NewConnectionError, "it takes no connection"),
    (exceptions.SSLError, "no secure connection can be made with it"),
    (exceptions.TimeoutError, "it is silent"),
    (exceptions.ProtocolError, "it went away in the middle"),
)


@dataclass
class Sent:
    """What came of it."""

    new: int = 0  # the server did not have them
    known: int = 0  # it had them; what they say was renewed
    kept: int = 0  # it has them with another date, and does not let that change
    unchanged: int = 0  # it has them from an earlier call, and nothing was sent


class Nightscout:
    """One server."""

    def __init__(self, url: str, token: str, patience: Retry | None = None) -> None:
        self.url = url.rstrip("/")
        if not self.url.startswith(("http://", "https://")):
            raise WrongInput(f"--url {url!r} is no address; write it like https://my.site.")
        self._token = token
        self._pool = urllib3.PoolManager(
            retries=patience or PATIENCE,
            timeout=_TIMEOUT,
            headers={"User-Agent": f"basalt/{__version__}", "Accept": "application/json"},
        )
        self._bearer = ""

    def upload(
        self, store: Store, pump: str, documents: Iterable[Document], progress: Progress
    ) -> Sent:
        """Send what the store does not know to be there, in the order given."""
        there = store.sent(self.url)
        result = Sent()
        waiting: list[tuple[Document, str]] = []
        for document in documents:
            digest = hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
            if there.get(document["identifier"], (0, ""))[1] == digest:
                result.unchanged += 1
            else:
                waiting.append((document, digest))
        done: list[tuple[str, int, str]] = []
        try:
            for count, (document, digest) in enumerate(waiting, 1):
                self._send(document, result)
                done.append((document["identifier"], document["date"], digest))
                if len(done) == _NOTE_EVERY:
                    store.note_sent(pump, self.url, done)
                    done = []
                progress(count, len(waiting))
        finally:
            store.note_sent(pump, self.url, done)
        return result

    def _send(self, document: Document, result: Sent) -> None:
        status, answer = self._post(document)
        if status == 401:  # the key that the token gave is used up
            self._bearer = ""
            status, answer = self._post(document)
        if status == 201:
            result.new += 1
        elif status == 200:
            result.known += 1
        elif status == 400 and _IMMUTABLE in str(answer.get("message", "")):
            result.kept += 1
        else:
            raise self._problem(status, answer)

    def _post(self, document: Document) -> tuple[int, dict[str, Any]]:
        if not self._bearer:
            self._bearer = self._authorize()
        return self._ask(
            "POST",
            "/api/v3/treatments",
            {"Authorization": f"Bearer {self._bearer}", "Content-Type": "application/json"},
            json.dumps(document).encode(),
        )

    def _authorize(self) -> str:
        status, answer = self._ask("GET", f"/api/v2/authorization/request/{self._token}", {})
        if status != 200 or not answer.get("token"):
            raise self._problem(status, answer)
        return str(answer["token"])

    def _ask(
        self, method: str, path: str, headers: dict[str, str], body: bytes | None = None
    ) -> tuple[int, dict[str, Any]]:
        headers = {**self._pool.headers, **headers}
        try:
            found = self._pool.request(method, self.url + path, body=body, headers=headers)
        except exceptions.HTTPError as error:
            raise ServerProblem(
                f"{self.url} does not answer ({_reason(error)}); what it took so far is noted, so"
                " run the same command again when it can be reached."
            ) from error
        try:
            answer: Any = json.loads(found.data or b"{}")
        except ValueError:  # a page of something else
            answer = {}
        return found.status, answer if "message" in answer or "token" in answer else {}

    def _problem(self, status: int, answer: dict[str, Any]) -> ServerProblem:
        said = answer.get("message")
        told = f"{status}, {said!r}" if said else str(status)
        if status in (401, 403):
            return ServerProblem(
                f"{self.url} refuses the token ({told}); make one with a role that may create"
                " and update treatments, in its Admin Tools."
            )
        if status == 429 or status >= 500:
            return ServerProblem(
                f"{self.url} is busy or failing ({told}) and was asked several times; what it took"
                " so far is noted, so run the same command again later."
            )
        return ServerProblem(
            f"{self.url} does not take this ({told}): is it a Nightscout of version 14 or newer?"
        )


def _reason(error: exceptions.HTTPError) -> str:
    reason = getattr(error, "reason", None) or error
    for kind, words in _REASONS:
        if isinstance(reason, kind):
            return words
    return type(reason).__name__
