"""The addresses of a citizen's pages. People are named by their place on the phone's list, never by a number of theirs."""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import Environment
from starlette.routing import BaseRoute

from fangxian.services.living import Living
from fangxian.web.asking import Handler, page
from fangxian.web.citizen.appeals import AppealPages
from fangxian.web.citizen.assessing import AssessmentPages
from fangxian.web.citizen.certificates import CertificatePages
from fangxian.web.citizen.consents import ConsentPages
from fangxian.web.citizen.consultations import ConsultationPages, lead_to_own
from fangxian.web.citizen.deletion import DeletionPages
from fangxian.web.citizen.family import FamilyPages
from fangxian.web.citizen.pages import CitizenPages
from fangxian.web.citizen.visits import VisitPages
from fangxian.web.permitted import Permitted
from fangxian.work.roles import Action


def citizen_routes(living: Living, templates: Environment) -> Iterator[BaseRoute]:
    """Yield the routes, each with its action of the permission matrix; those without are for whoever has not logged in."""
    pages, family, appeals = CitizenPages(living, templates), FamilyPages(living, templates), AppealPages(living, templates)
    rows: tuple[tuple[str, Handler, str, Action | None], ...] = (
        ("/me", pages.home, "GET", None),
        ("/me/log-in/code", pages.send_code, "POST", None),
        ("/me/log-in", pages.log_in, "POST", None),
        ("/me/log-out", pages.log_out, "POST", Action.SEE_OWN_CODE),
        ("/me/offline", pages.offline, "GET", None),
        ("/me/enrol", pages.enrol, "GET POST", Action.DECLARE),
        ("/me/family", family.family, "GET", Action.ADD_FAMILY_MEMBER),
        ("/me/family/ask", family.ask, "POST", Action.ADD_FAMILY_MEMBER),
        ("/me/family/answer", family.answer, "POST", Action.ADD_FAMILY_MEMBER),
        ("/me/family/end", family.end, "POST", Action.ADD_FAMILY_MEMBER),
        ("/me/{place:int}", pages.code, "GET", Action.SEE_OWN_CODE),
        ("/me/{place:int}/declare", pages.declare, "GET POST", Action.DECLARE),
        ("/me/{place:int}/check-in", pages.check_in, "GET POST", Action.CHECK_IN),
        ("/me/{place:int}/visit", VisitPages(living, templates).visit, "GET POST", Action.CHECK_IN_AT_PLACE),
        ("/me/{place:int}/self-assessment", AssessmentPages(living, templates).assess, "GET POST", Action.SELF_ASSESS),
        ("/consultations", lead_to_own, "GET", Action.ASK_DOCTOR),
        ("/me/{place:int}/consultations", ConsultationPages(living, templates).consultations, "GET POST", Action.ASK_DOCTOR),
        ("/me/{place:int}/looks", pages.looks, "GET", Action.SEE_OWN_LOG),
        ("/me/{place:int}/paper", pages.paper, "POST", Action.PRINT_OWN_CODE),
        ("/me/{place:int}/certificate", CertificatePages(living, templates).certificate, "GET POST", Action.CERTIFY_OWN_RELEASE),
        ("/me/{place:int}/data", pages.data, "GET", Action.DOWNLOAD_OWN_DATA),
        ("/me/{place:int}/consents", ConsentPages(living, templates).consents, "GET POST", Action.CONSENT),
        ("/me/{place:int}/appeals", appeals.appeals, "GET POST", Action.APPEAL),
        ("/me/{place:int}/appeal/{reason:int}/{fact:int}", appeals.appeal, "GET POST", Action.APPEAL),
        ("/me/{place:int}/delete", DeletionPages(living, templates).delete, "GET POST", Action.DELETE_OWN_DATA),
    )
    for path, handler, methods, action in rows:
        yield Permitted(path, page(living, handler, action=action), action=action, methods=methods.split())
