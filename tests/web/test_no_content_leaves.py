"""A case is worked through on a real server that logs all it can: nothing of the case stands in a log or an URL."""

from __future__ import annotations

import json
import logging
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import numpy as np
import pytest
import uvicorn
from fastapi import FastAPI

from tests.web.scene import PASSWORD, SERVICE, Scene, encoded, texture
from tutela.casework.stream import Arrived
from tutela.content.item import Provenance
from tutela.detection.fingerprints.pdq import Pdq
from tutela.regimes.eu_users import EuBasis, Party
from tutela.storage.casework.case_reader import CaseReader
from tutela.web.app import create_app

ACCOUNT, RECIPIENT = "account-7c41-of-somebody", "recipient-99-of-somebody"
FILE, REMARK = "holiday-by-the-lake.png", "the remark that a reviewer typed"


class Everything(logging.Handler):
    """Keeps each record as it would be written, with its arguments and its traceback."""

    def __init__(self) -> None:
        super().__init__(logging.NOTSET)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(f"{record.name}: {self.format(record)} {record.args!r} {record.exc_text or ''}")


@pytest.fixture
def heard() -> Iterator[Everything]:
    handler = Everything()
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    names = ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi")
    for name in names:
        logging.getLogger(name).addHandler(handler)
    yield handler
    root.removeHandler(handler)
    root.setLevel(before)
    for name in names:
        logging.getLogger(name).removeHandler(handler)


@contextmanager
def serving_loudly(app: FastAPI) -> Iterator[str]:
    config = uvicorn.Config(
        app, host="127.0.0.1", port=0, log_config=None, log_level="trace", access_log=True, ws="none"
    )
    server = uvicorn.Server(config)
    listening = config.bind_socket()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


def test_nothing_of_a_case_stands_in_a_log_or_an_url(scene: Scene, heard: Everything) -> None:
    picture = encoded(texture(5))
    scene.list_picture(picture)
    key = {"Authorization": f"Bearer {scene.place.people.create_key('platform', ['items', 'actions', 'lookups'])}"}
    urls: list[str] = []
    app = create_app(scene.place, dispatch=True)
    with (
        serving_loudly(app) as address,
        httpx.Client(
            base_url=address,
            trust_env=False,
            timeout=60,
            event_hooks={"request": [lambda request: urls.append(str(request.url))]},
        ) as client,
    ):
        item = {
            "service": SERVICE.id,
            "item_id": "m-1",
            "name": FILE,
            "sender": {"account": ACCOUNT, "country": "SE", "basis": "declared"},
            "recipients": [{"account": RECIPIENT}],
        }
        sent = client.post(
            "/v1/items", headers=key, files={"file": (FILE, picture)}, data={"item": json.dumps(item)}
        ).json()
        case, one = sent["case"], sent["item"]
        print_ = Pdq().of_pixels(np.asarray(texture(5)))[0].value.hex()
        lookup = {"fingerprints": [{"kind": "pdq", "value": print_}]}
        assert client.post("/v1/lookups", headers=key, json=lookup).status_code == 200
        broken = {"fingerprints": [{"kind": "pdq", "value": print_ + "zz"}]}
        assert client.post("/v1/lookups", headers=key, json=broken).status_code == 422

        assert client.post("/sign-in", data={"name": "sven", "password": PASSWORD}).status_code == 303
        page = client.get(f"/cases/{case}").text
        token = re.findall(r'name="csrf" value="([^"]+)"', page)[0]
        fields = {"csrf": token}
        view = client.post(f"/cases/{case}/items/{one}/view", data=fields).text
        (shown,) = re.findall(r'"(/views/[^"]+)"', view)
        assert client.get(shown).headers["content-type"] == "image/jpeg"
        decided = client.post(
            f"/cases/{case}/items/{one}/decide", data={**fields, "decision": "known", "remarks": REMARK}
        )
        assert decided.status_code == 303, decided.text
        client.get(decided.headers["location"])
        for action in client.get("/v1/actions", headers=key).json():
            client.post(f"/v1/actions/{action['id']}/confirm", headers=key, json={"done": "carried_out"})
            client.post("/v1/complaints", headers=key, json={"action": action["id"], "channel": "internal"})
        for path in ("/queue", "/complaints", "/referrals", f"/cases/{case}", "/overview", "/account"):
            assert client.get(path).status_code == 200, path
    detail = CaseReader(scene.place.database).one(case)
    assert detail.items
    said = "\n".join(heard.said)
    assert "uvicorn.access" in said  # it was heard
    assert f"/cases/{case}" in said
    secrets = (ACCOUNT, RECIPIENT, FILE, REMARK, print_, print_[:24], PASSWORD, token)
    for where, text in (("a log", said), ("an URL", "\n".join(urls))):
        found = [secret for secret in secrets if secret in text]
        assert found == [], where


def test_an_unused_party_is_not_in_it_either(scene: Scene, heard: Everything) -> None:
    """The same by the stream of items, without a server."""
    picture = encoded(texture(6))
    scene.list_picture(picture)
    party = Party(ACCOUNT, "SE", EuBasis.DECLARED)
    scene.place.stream().take(SERVICE, [Arrived("m-2", picture, Provenance(sender=party, name=FILE))], "platform")
    assert ACCOUNT not in "\n".join(heard.said)
    assert FILE not in "\n".join(heard.said)
