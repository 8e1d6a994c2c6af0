"""The local server: a socket, a thread, and the address to open."""

from __future__ import annotations

import errno
import ipaddress
import os
import secrets
import socket
import threading
import webbrowser
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn

from shiftscope.errors import BadRequest
from shiftscope.store.stored_study import StoredStudy
from shiftscope.web.jobs.job_queue import JobQueue
from shiftscope.web.jobs.source import Source
from shiftscope.web.notebook.inline import Inline, notebook_display
from shiftscope.web.server.application import LOCAL, ShownStudy, application
from shiftscope.web.server.bounded_connection import BoundedConnection
from shiftscope.web.server.security import Ticket, check_token

FIRST_PORT = 8421
PORTS_TRIED = 100
MOST_CONNECTIONS = 500  # further ones are told to come again; systems allow a process some thousand files


@dataclass(frozen=True)
class Viewer:
    """A study being shown, from a thread of this process; it ends with the process or on `stop()`."""

    url: str
    _server: uvicorn.Server
    _thread: threading.Thread
    _jobs: JobQueue | None = None

    def stop(self) -> None:
        """Close the port; pages that are open stay, but lead nowhere."""
        self._server.should_exit = True
        self._thread.join()
        if self._jobs:
            self._jobs.stop()

    def wait(self) -> None:
        """Return when the viewer has stopped; Ctrl-C gets through."""
        while self._thread.is_alive():
            self._thread.join(timeout=0.5)  # without one, Windows holds Ctrl-C back

    def __repr__(self) -> str:
        return f"Viewer at {self.url}"


def view(
    study: ShownStudy,
    *,
    port: int | None = None,
    host: str = "127.0.0.1",
    allow_hosts: Sequence[str] = (),
    open_browser: bool = True,
    token: str | None = None,
    read_only: bool = False,
    inline: bool = False,
    base_url: str | None = None,
    height: int = 720,
    tell: Callable[[str], None] = print,
    model: Any = None,
    weights: str | os.PathLike[str] | None = None,
    data: Mapping[str, Any] | None = None,
    device: str | None = None,
) -> Viewer:
    """Show a study in the browser and go on; the viewer lives in a thread.

    Parameters
    ----------
    port
        None takes the first free one from 8421 on, 0 any free one.
    host
        Address to listen at. The default is reached from this machine alone, "0.0.0.0" from every machine that
        can reach this one; what that means is told.
    allow_hosts
        Further names under which visitors may ask, such as that of a proxy before the viewer. This machine's
        name and the address that a request came in at are known.
    open_browser
        False only gives the address, in `Viewer.url`.
    token
        What a visitor must bring once, a fresh one unless given. The address in `Viewer.url` holds it.
    read_only
        Save no note and store no score in the study; forms are not drawn. It is so too, and told, where the
        study's folder cannot be written.
    inline
        Show it in a frame under the notebook's cell instead of opening the browser.
    base_url
        Where the browser finds `port` when the notebook runs on another machine, as in "/user/me/proxy/{port}/"
        with jupyter-server-proxy. Taken from JupyterHub where not given; else the browser is on this machine.
    height
        Of the frame, in pixels.
    tell
        Takes the sentences for whoever starts the viewer.
    model
        The study's model, or its text such as "module:callable": pages then offer to compute what is missing, in a
        process of its own. Nothing is computed where nothing is saved.
    weights
        State dict to load, for a model that is given as text.
    data
        Datasets by their names in the study, in any form that `dataset` takes; those that lie where they were recorded
        from may be left out.
    device
        Where that process runs the model.

    Raises
    ------
    BadRequest
        `inline` without IPython, a token that can be guessed, `host` is no address of this machine, or another
        program listens on `port`.
    """
    framed = Inline.of(base_url, os.environ) if inline else None
    show = notebook_display() if inline else None
    token = check_token(token) if token is not None else secrets.token_urlsafe(16)
    if isinstance(study, StoredStudy):
        read_only = read_only or study.read_only
        if not (read_only or study.writable()):
            why = (
                "is on an object store, which holds no notes" if study.place.on_store else "cannot be written"
            )
            tell(f"{study.path} {why}: it is shown read only, without forms for notes.")
            read_only = True
        if read_only:
            study = StoredStudy(study.path, read_only=True)
    if model is None and (data is not None or weights is not None):
        raise BadRequest("data and weights are for a model: give model=... too.")
    if model is not None and (read_only or not isinstance(study, StoredStudy)):
        tell("Nothing is computed by the model, since nothing that it answers can be stored here.")
        model = None
    listening, jobs = _listen(host, port), None
    if model is not None and isinstance(study, StoredStudy):
        try:
            source = Source.of(study.path, model, weights=weights, data=data, device=device or "")
        except BaseException:
            listening.close()
            raise
        jobs = JobQueue(source)
    address, bound = listening.getsockname()[:2]
    exposed = not ipaddress.ip_address(address).is_loopback
    ticket = Ticket()
    framed_at = secrets.token_urlsafe(16) if framed else ""  # a notebook keeps it, and is passed on with it
    config = uvicorn.Config(
        application(
            study,
            token=token,
            # A proxy passes its own name on; there the token alone keeps others out.
            hosts=["*"] if framed and framed.proxied else [*LOCAL, *allow_hosts, *_own_names(exposed)],
            framed_by=framed.framed_by if framed else (),
            framed_at=framed_at,
            read_only=read_only,
            ticket=ticket,
            jobs=jobs,
        ),
        log_level="warning",
        lifespan="off",
        http=BoundedConnection,
        ws="none",
        limit_concurrency=MOST_CONNECTIONS,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listening],), name="shiftscope viewer", daemon=True)
    thread.start()
    site = f"http://{_reached_at(host, address)}:{bound}/"
    if exposed:
        tell(_exposure(address, bound, token, read_only=read_only))
    if framed and show:
        show(framed.address(bound, framed_at), height)
    elif open_browser:
        webbrowser.open(
            f"{site}?token={ticket.text}"
        )  # the port is open already, so an early request only waits
    return Viewer(f"{site}?token={token}", server, thread, jobs)


def serve(
    study: ShownStudy,
    *,
    port: int | None = None,
    host: str = "127.0.0.1",
    allow_hosts: Sequence[str] = (),
    open_browser: bool = True,
    token: str | None = None,
    read_only: bool = False,
    tell: Callable[[str], None] = print,
    model: str | None = None,
    weights: Path | None = None,
    data: Mapping[str, str] | None = None,
    device: str | None = None,
) -> None:
    """Show a study until Ctrl-C, and tell the address."""
    viewer = view(
        study,
        port=port,
        host=host,
        allow_hosts=allow_hosts,
        open_browser=open_browser,
        token=token,
        read_only=read_only,
        tell=tell,
        model=model,
        weights=weights,
        data=data,
        device=device,
    )
    tell(f"{study.name} is shown at {viewer.url} (Ctrl-C ends it)")
    try:
        viewer.wait()
    except KeyboardInterrupt:
        viewer.stop()


def free_port(port: int | None) -> int:
    """The port that a viewer of this machine's own would serve at; free until another program takes it.

    Raises
    ------
    BadRequest
        Another program listens on `port`, or on all that are tried.
    """
    with _listen(LOCAL[0], port) as listening:
        return int(listening.getsockname()[1])


def _exposure(address: str, port: int, token: str, *, read_only: bool) -> str:
    """What listening at an address that others reach means, in plain words."""
    unspecified = ipaddress.ip_address(address).is_unspecified
    name = socket.gethostname() if unspecified else _bracketed(address)
    may = "read the study" if read_only else "read the study and write its notes"
    return (
        f"Other machines can reach this viewer, {'at every address of this one' if unspecified else f'at {address}'}, "
        f"port {port}: http://{name}:{port}/?token={token}\n"
        f"Whoever has that address can {may}. Nothing is encrypted: whoever sees the traffic can read it, and the "
        "token too. Use it in a network you trust, or leave --host out and bring it there with "
        f"`ssh -L {port}:127.0.0.1:{port} THIS-MACHINE` or a proxy that speaks TLS."
    )


def _own_names(exposed: bool) -> list[str]:
    """What other machines may call this one; addresses need no entry."""
    name = socket.gethostname()
    return [name, name.partition(".")[0], f"{name.partition('.')[0]}.local"] if exposed else []


def _reached_at(host: str, address: str) -> str:
    """Where a browser of this machine finds what listens at `address`."""
    if ipaddress.ip_address(address).is_unspecified:
        return "[::1]" if ":" in address else "127.0.0.1"
    return host if host in LOCAL else _bracketed(address)


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def _listen(host: str, port: int | None) -> socket.socket:
    if port is not None and not 0 <= port <= 65535:
        raise BadRequest(f"no port {port}; there are ports from 1 to 65535, and `--port 0` finds a free one.")
    family, address = _address(host)
    ports = range(FIRST_PORT, FIRST_PORT + PORTS_TRIED) if port is None else [port]
    for candidate in ports:
        # With protocol 0, asyncio does not see TCP and leaves Nagle's algorithm on: 45 ms for each response.
        listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        if os.name == "posix":  # the port of a viewer that just stopped is free; Windows would share it
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((address, candidate))
            listening.listen(128)
        except OSError as error:
            listening.close()
            if error.errno == errno.EADDRNOTAVAIL:
                raise _elsewhere(host) from error
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
        else:
            return listening
    raise BadRequest(
        f"port {port} is taken or not allowed; `--port 0` finds a free one."
        if port is not None
        else f"no free port between {ports[0]} and {ports[-1]}; `--port 0` finds one elsewhere."
    )


def _address(host: str) -> tuple[socket.AddressFamily, str]:
    """Family and numeric address of `host`; those of the fourth version first, as names of this machine have both."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise _elsewhere(host) from error
    family, *_, place = min(found, key=lambda entry: entry[0] != socket.AF_INET)
    return family, str(place[0])


def _elsewhere(host: str) -> BadRequest:
    return BadRequest(
        f"{host!r} is no address of this machine to listen at. Leave it out to be reached from this machine alone, or "
        "give 0.0.0.0 for all its addresses."
    )
