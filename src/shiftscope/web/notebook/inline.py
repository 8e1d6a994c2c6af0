"""The live viewer in a frame of a notebook, beside the server or behind its proxy."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shiftscope.errors import BadRequest

HUB_PREFIX = "JUPYTERHUB_SERVICE_PREFIX"  # set by JupyterHub in the server it starts: "/user/me/"
ON_THIS_MACHINE = tuple(
    f"{scheme}://{host}:*" for scheme in ("http", "https") for host in ("localhost", "127.0.0.1")
)
SAME_ORIGIN = ("'self'",)  # behind a proxy the notebook and the viewer have one address


@dataclass(frozen=True)
class Inline:
    """How a frame in a notebook reaches the viewer.

    Parameters
    ----------
    base
        Address that leads to the viewer's port through a proxy, in which {port} stands for it; empty where the
        browser runs on this machine.
    """

    base: str

    @classmethod
    def of(cls, base_url: str | None, environment: Mapping[str, str]) -> Inline:
        """From what was asked, else from what JupyterHub says of itself, else direct.

        Raises
        ------
        BadRequest
            `base_url` is neither an absolute path nor a web address.
        """
        hub = environment.get(HUB_PREFIX, "")
        base = base_url if base_url is not None else f"{hub.rstrip('/')}/proxy/{{port}}/" if hub else ""
        if base and not base.startswith(("/", "http://", "https://")):
            raise BadRequest(
                f"base_url={base!r} leads nowhere. Behind jupyter-server-proxy it is the notebook's own path and "
                "then proxy/{port}/, as in /user/me/proxy/{port}/."
            )
        return cls(base)

    @property
    def framed_by(self) -> Sequence[str]:
        """Origins that may show the viewer in a frame."""
        return SAME_ORIGIN if self.base else ON_THIS_MACHINE

    @property
    def proxied(self) -> bool:
        return bool(self.base)

    def address(self, port: int, secret: str) -> str:
        """Address of the frame. A secret is a part of its path: browsers keep cookies out of such frames."""
        base = self.base.replace("{port}", str(port)) or f"http://127.0.0.1:{port}/"
        return f"{base.rstrip('/')}/{secret}/"


def notebook_display() -> Callable[[str, int], Any]:
    """What shows an address in a frame of some height, in pixels, under the cell that is running.

    Raises
    ------
    BadRequest
        IPython is not installed, so this is no notebook.
    """
    try:
        ipython = importlib.import_module("IPython.display")
    except ImportError:
        raise BadRequest(
            "view(inline=True) draws under a cell of a notebook, and IPython is not installed here. "
            "Leave inline out to open the browser instead."
        ) from None

    def show(address: str, height: int) -> None:
        ipython.display(ipython.IFrame(address, width="100%", height=height))

    return show
