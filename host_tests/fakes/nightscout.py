"""A Nightscout server that applies the rules of API v3 to documents of `treatments`.

It keeps what it is sent, answers with the statuses of the real one, and can be told to fail.
"""

import json
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NAMESPACE = uuid.UUID(bytes=b"NightscoutRocks!")
IMMUTABLE = ("date", "utcOffset", "eventType", "device", "app", "srvCreated", "isValid")
MIN_TIMESTAMP = 946_684_800_000


class Nightscout:
    """Use it in a `with`; `url` is where it answers."""

    def __init__(self, token="pump-0123"):
        self.token = token
        self.documents = {}
        self.mismatched = []  # identifiers that are not the official ones
        self.posts = 0
        self.failures = []  # (status, headers) of the next answers to documents; 0: hangs up
        self.first = 0  # so many documents are taken before it fails
        self.jwt = "key-1"

    def __enter__(self):
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def post(self, path, authorization, document):
        """(status, answer, headers) to a document; None: hang up."""
        self.posts += 1
        if self.failures and len(self.documents) >= self.first:
            status, headers = self.failures.pop(0)
            return (status, {"message": "as it was told"}, headers) if status else None
        if authorization != f"Bearer {self.jwt}":
            return 401, {"message": "Missing or bad access token or JWT"}, ()
        if path != "/api/v3/treatments":
            return 404, {"message": "Not found"}, ()
        return *self.create(document), ()

    def create(self, document):
        """(status, answer): as `create` of the real one decides."""
        wrong = self._wrong(document)
        if wrong:
            return 400, {"message": wrong}
        official = str(
            uuid.uuid5(
                NAMESPACE,
                f"{document.get('device')}_{document['date']}_{document['eventType']}",
            )
        )
        identifier = document.setdefault("identifier", official)
        if identifier != official:
            self.mismatched.append(identifier)
        there = self.documents.get(identifier)
        for field in IMMUTABLE if there else ():
            if field in document and document[field] != there.get(field):
                return 400, {"message": f"Field {field} cannot be modified by the client"}
        self.documents[identifier] = dict(document)
        if there:
            return 200, {"identifier": identifier, "isDeduplication": True}
        return 201, {"identifier": identifier}

    @staticmethod
    def _wrong(document):
        if not isinstance(document, dict) or not document:
            return "Bad or missing request body"
        if type(document.get("date")) not in (int, float) or document["date"] <= MIN_TIMESTAMP:
            return "Bad or missing date field"
        offset = document.get("utcOffset", 0)
        if type(offset) not in (int, float) or not -1440 <= offset <= 1440:
            return "Bad or missing utcOffset field"
        if not isinstance(document.get("app"), str) or not document["app"].strip():
            return "Bad or missing app field"
        return None


def _handler(server):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def do_GET(self):
            if self.path == f"/api/v2/authorization/request/{server.token}":
                self._answer(200, {"token": server.jwt})
            else:
                self._answer(401, {"message": "Missing or bad access token or JWT"})

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found = server.post(self.path, self.headers["Authorization"], json.loads(body))
            if found is None:
                self.close_connection = True
            else:
                self._answer(*found)

        def _answer(self, status, answer, headers=()):
            body = json.dumps({"status": status, **answer}).encode()
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Handler
