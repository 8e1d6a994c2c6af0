"""An object store in the test process, whose answers can fail, wait or be refused."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from shiftscope.store.disk import object_store

PATIENCE = {
    "max_retries": 6,
    "backoff": {
        "init_backoff": timedelta(milliseconds=5),
        "max_backoff": timedelta(milliseconds=20),
        "base": 2,
    },
    "retry_timeout": timedelta(seconds=20),
}


class Store:
    """moto's S3 on 127.0.0.1; every request goes through `__call__`."""

    def __init__(self) -> None:
        from moto.moto_server.werkzeug_app import create_backend_app
        from werkzeug.serving import WSGIRequestHandler, make_server

        class Quiet(WSGIRequestHandler):
            def log(self, type: str, message: str, *arguments: Any) -> None:
                pass

        self.s3 = create_backend_app(
            "s3"
        )  # what finds the service by the host lists a folder at each request
        self.server = make_server("127.0.0.1", 0, self, threaded=True, request_handler=Quiet)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        self.start_anew()

    def start_anew(self) -> None:
        self.requests: list[tuple[str, str]] = []  # method and name of the object, of all that were answered
        self.bytes_sent = 0
        # A status that is answered instead, before or after the request is done; None for the true answer.
        self.before: Callable[[str, str], int | None] = lambda method, key: None
        self.after: Callable[[str, str], int | None] = lambda method, key: None

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        method, key = environ["REQUEST_METHOD"], environ["PATH_INFO"].strip("/").partition("/")[2]

        def failed(status: int | None) -> list[bytes]:
            start_response(f"{status} made to fail", [("Content-Length", "0")])
            return []

        if status := self.before(method, key):
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            return failed(status)
        self.requests.append((method, key))
        told: list[Any] = []
        answer = list(self.s3(environ, lambda *head: told.append(head)))
        if status := self.after(method, key):
            return failed(status)
        start_response(*told[0])
        self.bytes_sent += sum(map(len, answer))
        return answer


class Bucket:
    """A bucket of the store."""

    def __init__(self, store: Store, name: str) -> None:
        from moto.core import DEFAULT_ACCOUNT_ID
        from moto.s3.models import s3_backends

        self.store, self.name, self.address = store, name, f"s3://{name}"
        self._held = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
        self._held.create_bucket(name, "us-east-1")

    def contents(self, folder: str) -> dict[str, bytes]:
        """Every object below `folder` by its name there, as the store holds them."""
        objects = self._held.get_bucket(self.name).keys.items()
        return {
            key.removeprefix(f"{folder}/"): held.value
            for key, held in objects
            if key.startswith(f"{folder}/")
        }

    def put(self, key: str, content: bytes) -> None:
        """Put an object there, without a request."""
        self._held.put_object(self.name, key, content)


@pytest.fixture(scope="session")
def store() -> Iterator[Store]:
    pytest.importorskip("obstore", reason="the package obstore is not installed")
    pytest.importorskip("moto", reason="the package moto is not installed")
    started = Store()
    yield started
    started.server.shutdown()
    started.thread.join()
    started.server.server_close()


@pytest.fixture
def bucket(store: Store, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """An empty bucket that the environment points to."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT", "AWS_CONFIG_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "anybody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "anything")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{store.server.port}")
    monkeypatch.setattr(object_store, "RETRIES", PATIENCE)
    store.start_anew()
    yield Bucket(store, f"bucket-{abs(hash(request.node.nodeid)) % 10**9}")
    store.start_anew()
    object_store.connected.cache_clear()
