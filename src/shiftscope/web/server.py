"""The local server: a socket, a thread, and the address to open."""

from __future__ import annotations

import errno
import os
import secrets
import socket
import threading
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass

import uvicorn

from shiftscope.errors import BadRequest
from shiftscope.web.application import LOCAL, ShownStudy, application
from shiftscope.web.inline import Inline, notebook_display

FIRST_PORT = 8421
PORTS_TRIED = 100


@dataclass(frozen=True)
class Viewer:
    """A study being shown, from a thread of this process; it ends with the process or on `stop()`."""

    url: str
    _server: uvicorn.Server
    _thread: threading.Thread

    def stop(self) -> None:
        """Close the port; pages that are open stay, but lead nowhere."""
        self._server.should_exit = True
        self._thread.join()

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
    open_browser: bool = True,
    token: str | None = None,
    inline: bool = False,
    base_url: str | None = None,
    height: int = 720,
) -> Viewer:
    """Show a study in the browser and go on; the viewer lives in a thread.

    Parameters
    ----------
    port
        None takes the first free one from 8421 on, 0 any free one.
    host
        A name of this machine for itself; nobody else can reach the viewer.
    open_browser
        False only gives the address, in `Viewer.url`.
    token
        What a visitor must bring once, a fresh one unless given. The address in `Viewer.url` holds it.
    inline
        Show it in a frame under the notebook's cell instead of opening the browser.
    base_url
        Where the browser finds `port` when the notebook runs on another machine, as in "/user/me/proxy/{port}/"
        with jupyter-server-proxy. Taken from JupyterHub where not given; else the browser is on this machine.
    height
        Of the frame, in pixels.

    Raises
    ------
    BadRequest
        `inline` without IPython, `host` can be reached from other machines, or another program listens on `port`.
    """
    framed = Inline.of(base_url, os.environ) if inline else None
    show = notebook_display() if inline else None
    listening = _listen(host, port)
    token = token or secrets.token_urlsafe(16)
    config = uvicorn.Config(
        application(
            study,
            token=token,
            # A proxy passes its own name on; there the token alone keeps others out.
            hosts=["*"] if framed and framed.proxied else LOCAL,
            framed_by=framed.framed_by if framed else (),
        ),
        log_level="warning",
        lifespan="off",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listening],), name="shiftscope viewer", daemon=True)
    thread.start()
    bound = listening.getsockname()[1]
    url = f"http://{host}:{bound}/?token={token}"
    if framed and show:
        show(framed.address(bound, token), height)
    elif open_browser:
        webbrowser.open(url)  # the port is open already, so an early request only waits
    return Viewer(url, server, thread)


def serve(
    study: ShownStudy,
    *,
    port: int | None = None,
    open_browser: bool = True,
    tell: Callable[[str], None] = print,
) -> None:
    """Show a study until Ctrl-C, and tell the address."""
    viewer = view(study, port=port, open_browser=open_browser)
    tell(f"{study.name} is shown at {viewer.url} (Ctrl-C ends it)")
    try:
        viewer.wait()
    except KeyboardInterrupt:
        viewer.stop()


def _listen(host: str, port: int | None) -> socket.socket:
    if host not in LOCAL:
        tunnel = f"{port or FIRST_PORT}:127.0.0.1:{port or FIRST_PORT}"
        raise BadRequest(
            f"the viewer shows a study to this machine only, at {' or '.join(LOCAL)}, not {host!r}. "
            f"From another machine, `ssh -L {tunnel} THIS-MACHINE` brings it there."
        )
    if port is not None and not 0 <= port <= 65535:
        raise BadRequest(f"no port {port}; there are ports from 1 to 65535, and `--port 0` finds a free one.")
    ports = range(FIRST_PORT, FIRST_PORT + PORTS_TRIED) if port is None else [port]
    for candidate in ports:
        # With protocol 0, asyncio does not see TCP and leaves Nagle's algorithm on: 45 ms for each response.
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        if os.name == "posix":  # the port of a viewer that just stopped is free; Windows would share it
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind(("127.0.0.1", candidate))
            listening.listen(128)
        except OSError as error:
            listening.close()
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
        else:
            return listening
    raise BadRequest(
        f"port {port} is taken or not allowed; `--port 0` finds a free one."
        if port is not None
        else f"no free port between {ports[0]} and {ports[-1]}; `--port 0` finds one elsewhere."
    )
