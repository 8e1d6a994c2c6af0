"""From an address inside the study to its page, as the server finds it, without one."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import unquote

from starlette.datastructures import QueryParams
from starlette.routing import compile_path

from shiftscope.errors import NotInStudy
from shiftscope.store.stored_study import StoredStudy
from shiftscope.views.page.panels import Page
from shiftscope.views.page.view import View, views
from shiftscope.web.server.arguments import chosen, options, pattern


def most_particular_first(views: Iterable[View]) -> list[View]:
    """Addresses with more fixed parts first: a layer's name may hold slashes, and would swallow them."""

    def particularity(view: View) -> tuple[int, int]:
        parts = view.address.strip("/").split("/")
        return sum("{" not in part for part in parts), len(parts)

    return sorted(views, key=particularity, reverse=True)


def page_at(study: StoredStudy, address: str) -> Page:
    """The page under `address`, written as panels write it: "layers/fc/units/3?images=5".

    Raises
    ------
    NotInStudy
        No view has this address, or it asks for something the study does not hold.
    BadRequest
        An option that cannot be read.
    """
    path, _, query = address.partition("?")
    for view in most_particular_first(views.values()):
        route, _, converters = compile_path(pattern(view.address, view.draw))
        if match := route.match(f"/{unquote(path)}"):
            given = {name: converters[name].convert(text) for name, text in match.groupdict().items()}
            return view.draw(study, **given, **chosen(QueryParams(query), options(view.draw)))
    raise NotInStudy(f"no page has the address {address!r}.")
