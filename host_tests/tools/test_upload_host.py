"""A server gets every document once, whatever it answers, and nothing that is sent is lost."""

import json
from functools import cache

import pytest
from urllib3.util import Retry

from basalt import nightscout, nightscout_upload
from basalt.store import Store
from host_tests.fakes.nightscout import Nightscout
from host_tests.tools.exported import PUMP, five_days, keep, log_of
from host_tests.tools.running import basalt, failed

raw = cache(five_days)


@pytest.fixture
def store(tmp_path):
    return keep(tmp_path / "a.db", raw())


@pytest.fixture
def server(monkeypatch):
    quick = Retry(
        total=3,
        backoff_factor=0,
        status_forcelist=nightscout_upload.PATIENCE.status_forcelist,
        allowed_methods=None,
        raise_on_status=False,
    )
    monkeypatch.setattr(nightscout_upload, "PATIENCE", quick)
    with Nightscout() as found:
        yield found


def upload(store, server, *options):
    url = ["--url", server.url, "--token", server.token]
    return basalt("upload", "nightscout", "--store", store, *url, *options)


def rows(ran):
    assert ran.code == 0, ran.err
    return json.loads(ran.out)[0]


def documents(store):
    return nightscout.documents(log_of(store))


def test_every_document_is_what_the_server_takes_under_its_official_identifier(store, server):
    found = rows(upload(store, server, "--json"))
    expected = documents(store)
    assert found["new"] == len(expected) == len(server.documents) > 40
    assert server.mismatched == []
    assert list(server.documents.values()) == expected


def test_a_bolus_is_its_insulin_and_a_refused_one_is_a_note(store, server):
    upload(store, server)
    by_type = {}
    for one in server.documents.values():
        by_type.setdefault(one["eventType"], []).append(one)
    boluses = [b for b in log_of(store).history.boluses if not b.is_refused]
    assert [d["insulin"] for d in by_type["Correction Bolus"]] == [
        b.given_mu / 1000 for b in boluses
    ]
    assert any("over the largest bolus" in d["notes"] for d in by_type["Note"])
    assert any("may have been given besides" in d["notes"] for d in by_type["Note"])
    assert {d["absolute"] for d in by_type["Temp Basal"]} == {0}
    assert by_type["Site Change"] and by_type["Insulin Change"] and by_type["Announcement"]
    (profile,) = by_type["Profile Switch"]
    assert json.loads(profile["profileJson"])["basal"][1] == {
        "time": "03:00",
        "timeAsSeconds": 10_800,
        "value": 0.85,
    }


def test_sending_twice_sends_nothing(store, server):
    upload(store, server)
    posts, before = server.posts, dict(server.documents)
    found = rows(upload(store, server, "--json"))
    assert (found["new"], found["unchanged"]) == (0, len(before))
    assert server.posts == posts and server.documents == before


def test_sending_from_another_computer_adds_nothing(store, server, tmp_path):
    upload(store, server)
    before = dict(server.documents)
    found = rows(upload(keep(tmp_path / "b.db", raw()), server, "--json"))
    assert (found["new"], found["known"]) == (0, len(before))
    assert server.documents == before


def test_more_of_a_log_brings_only_what_is_new(server, tmp_path):
    part = keep(tmp_path / "a.db", raw()[: len(raw()) // 64 * 32])
    first = rows(upload(part, server, "--json"))["new"]
    keep(part, raw())
    second = rows(upload(part, server, "--json"))
    assert second["new"] == len(documents(part)) - first > 0
    assert second["known"] == 0


@pytest.mark.parametrize(
    "failures",
    [
        [(429, [("Retry-After", "0")])],
        [(500, [])],
        [(503, []), (429, [])],
        [(0, [])],
    ],
    ids=["429", "500", "503 and 429", "nothing"],
)
def test_a_server_that_fails_for_a_while_is_asked_again(store, server, failures):
    server.failures = list(failures)
    assert rows(upload(store, server, "--json"))["new"] == len(server.documents)
    assert server.posts == len(server.documents) + len(failures)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (429, "busy or failing (429"),
        (500, "busy or failing (500"),
        (0, "does not answer (it went away in the middle)"),
        (403, "refuses the token (403"),
        (422, "does not take this (422"),
    ],
)
def test_a_server_that_goes_on_failing_is_one_sentence_and_the_next_call_goes_on(
    store, server, status, words
):
    server.first = 10
    server.failures = [(status, [])] * 4
    failed(upload(store, server), 7, words)
    assert len(server.documents) == 10
    server.failures = []
    found = rows(upload(store, server, "--json"))
    assert (found["unchanged"], found["new"]) == (10, len(documents(store)) - 10)


def test_a_token_that_the_server_does_not_know_is_one_sentence_and_nothing_is_sent(store, server):
    url = ["--url", server.url, "--token", "wrong"]
    ran = basalt("upload", "nightscout", "--store", store, *url)
    failed(ran, 7, "refuses the token (401", "role")
    assert server.posts == 0


def test_a_key_that_runs_out_on_the_way_is_renewed(store, server):
    upload(store, server)
    server.documents.clear()
    client = nightscout_upload.Nightscout(server.url, server.token)
    client._bearer = "an old key"
    with Store.open(keep(store.with_name("b.db"), raw())) as kept:
        sent = client.upload(kept, PUMP, documents(store), lambda _done, _of: None)
    assert sent.new == len(server.documents)


def test_no_server_at_all_is_one_sentence(store, server):
    server.__exit__()
    try:
        failed(upload(store, server), 7, "takes no connection", "run the same command again")
    finally:
        server.__enter__()


def test_a_document_that_the_server_has_with_another_date_stays_as_it_is(store, server):
    (one, *_) = documents(store)
    server.documents[one["identifier"]] = {**one, "date": one["date"] + 5}
    found = rows(upload(store, server, "--json"))
    assert found["kept"] == 1
    assert server.documents[one["identifier"]]["date"] == one["date"] + 5


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--url", "my.site", "--token", "x"], "no address"),
        (["--url", "http://localhost:1", "--token", "x", "--pump", "zz"], "no pump zz"),
    ],
)
def test_wrong_input_is_one_sentence(store, options, words):
    failed(basalt("upload", "nightscout", "--store", store, *options), 2, words)


def test_waiting_grows_with_each_attempt():
    waits = []
    patience = nightscout_upload.PATIENCE
    for _ in range(5):
        patience = patience.increment("POST", "/", response=None, error=None, _pool=None)
        waits.append(patience.get_backoff_time())
    assert waits == [0, 2, 4, 8, 16]
