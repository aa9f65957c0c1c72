"""The addresses of a citizen's pages. People are named by their place on the phone's list, never by a number of theirs."""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import Environment
from starlette.routing import BaseRoute

from fangxian.services.living import Living
from fangxian.web.asking import Handler, page
from fangxian.web.citizen.family import FamilyPages
from fangxian.web.citizen.pages import CitizenPages
from fangxian.web.permitted import Permitted

_OPEN = ("/me", "/me/log-in/code", "/me/log-in", "/me/offline")


def citizen_routes(living: Living, templates: Environment) -> Iterator[BaseRoute]:
    """Yield the routes, each with the action of the permission matrix that it stands under."""
    pages, family = CitizenPages(living, templates), FamilyPages(living, templates)
    rows: tuple[tuple[str, Handler, str, str], ...] = (
        ("/me", pages.home, "GET", "log_in"),
        ("/me/log-in/code", pages.send_code, "POST", "log_in"),
        ("/me/log-in", pages.log_in, "POST", "log_in"),
        ("/me/log-out", pages.log_out, "POST", "see_own_code"),
        ("/me/offline", pages.offline, "GET", "log_in"),
        ("/me/enrol", pages.enrol, "GET POST", "declare"),
        ("/me/family", family.family, "GET", "add_family_member"),
        ("/me/family/ask", family.ask, "POST", "add_family_member"),
        ("/me/family/answer", family.answer, "POST", "add_family_member"),
        ("/me/family/end", family.end, "POST", "add_family_member"),
        ("/me/{place:int}", pages.code, "GET", "see_own_code"),
        ("/me/{place:int}/declare", pages.declare, "GET POST", "declare"),
        ("/me/{place:int}/check-in", pages.check_in, "GET POST", "check_in"),
        ("/me/{place:int}/looks", pages.looks, "GET", "see_own_log"),
        ("/me/{place:int}/data", pages.data, "GET", "download_own_data"),
    )
    for path, handler, methods, action in rows:
        yield Permitted(path, page(living, handler, needs_session=path not in _OPEN), action=action, methods=methods.split())
