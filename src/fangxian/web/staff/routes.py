"""The addresses of the staff's pages, each with the actions of the permission matrix under which it is asked for."""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import Environment
from starlette.routing import BaseRoute

from fangxian.services.living import Living
from fangxian.services.sign_in import SignIn
from fangxian.web.permitted import Permitted
from fangxian.web.staff.alerts import AlertDesk
from fangxian.web.staff.appeals import AppealDesk
from fangxian.web.staff.asking import StaffDesk, StaffHandler
from fangxian.web.staff.cases import CaseDesk
from fangxian.web.staff.clues import ClueDesk
from fangxian.web.staff.coming_in import ComingIn
from fangxian.web.staff.consultations import ConsultationDesk
from fangxian.web.staff.entrance import EntranceDesk
from fangxian.web.staff.hotline import HotlineDesk
from fangxian.web.staff.links import LinkDesk
from fangxian.web.staff.looking import LookingDesk
from fangxian.web.staff.places import ANSWER, CONSULT, RENEW
from fangxian.web.staff.renewing import RenewalDesk
from fangxian.web.staff.searching import SearchDesk
from fangxian.web.staff.service_point import ServicePointDesk
from fangxian.web.staff.supervision import SupervisionDesk
from fangxian.work.roles import Action


def staff_routes(living: Living, templates: Environment, sign_in: SignIn) -> Iterator[BaseRoute]:
    """Yield the routes; those without an action ask who somebody is, or are for everybody of the staff."""
    desk = StaffDesk(living, templates)
    searches = SearchDesk(desk)
    coming, appeals, looking = ComingIn(desk, sign_in), AppealDesk(desk), LookingDesk(desk)
    links = LinkDesk(desk)
    clues, consultations = ClueDesk(desk), ConsultationDesk(desk)
    hotline = HotlineDesk(desk)
    supervision = SupervisionDesk(desk)
    service_point, entrance, renewal = ServicePointDesk(desk), EntranceDesk(desk), RenewalDesk(desk)
    alerts, cases = AlertDesk(desk), CaseDesk(desk)
    open_to_all: tuple[tuple[str, StaffHandler, str], ...] = (
        ("/staff/log-in", coming.log_in, "GET"),
        ("/staff/log-in/begin", coming.begin, "GET"),
        ("/staff/log-in/back", coming.back, "GET"),
        ("/staff/log-in/choose", coming.choose, "POST"),
    )
    of_all_staff: tuple[tuple[str, StaffHandler, str], ...] = (
        ("/staff", coming.home, "GET"),
        ("/staff/log-out", coming.log_out, "POST"),
        ("/staff/factor", coming.factor, "GET POST"),
        ("/staff/factor/enrol", coming.enrol, "POST"),
    )
    permitted: tuple[tuple[str, StaffHandler, str, tuple[Action, ...]], ...] = (
        ("/staff/alerts", alerts.alerts, "GET", (Action.HEAR_ALERT,)),
        ("/staff/alerts/heard", alerts.heard, "POST", (Action.HEAR_ALERT,)),
        ("/staff/alerts/{reference}", cases.alert, "GET", (Action.TRACE_CASE,)),
        ("/staff/alerts/{reference}/confirm", cases.confirm_alert, "POST", (Action.CONFIRM_CONTACTS,)),
        ("/staff/cases", cases.cases, "GET", (Action.TRACE_CASE,)),
        ("/staff/cases/{reference}", cases.case, "GET", (Action.TRACE_CASE,)),
        ("/staff/cases/{reference}/confirm", cases.confirm, "POST", (Action.CONFIRM_CONTACTS,)),
        ("/staff/appeals", appeals.appeals, "GET", ANSWER),
        ("/staff/appeals/{reference}", appeals.appeal, "GET", ANSWER),
        ("/staff/appeals/{reference}/answer", appeals.answer, "POST", ANSWER),
        ("/staff/decisions", appeals.decisions, "GET", (Action.SIGN_DECISION,)),
        ("/staff/decisions/propose", appeals.propose, "POST", (Action.PROPOSE_DECISION,)),
        ("/staff/decisions/{reference}", appeals.decision, "GET", (Action.SIGN_DECISION,)),
        ("/staff/decisions/{reference}/sign", appeals.sign, "POST", (Action.SIGN_DECISION,)),
        ("/staff/decisions/{reference}/reject", appeals.reject, "POST", (Action.REJECT_DECISION,)),
        ("/staff/renewal", renewal.standing, "GET", RENEW),
        ("/staff/renewal/first", renewal.first, "POST", (Action.PROPOSE_RENEWAL,)),
        ("/staff/renewal/{reference}/second", renewal.second, "POST", (Action.RENEW_POLICY,)),
        ("/staff/searches", searches.searches, "GET", (Action.SEE_SEARCHES,)),
        ("/staff/searches/{reference}", searches.search, "GET", (Action.SEE_SEARCHES,)),
        ("/staff/confirm", looking.confirm, "GET", (Action.CONFIRM_DECLARATION,)),
        ("/staff/confirm/look-up", looking.look_up, "POST", (Action.CONFIRM_DECLARATION,)),
        ("/staff/confirm/sign", looking.sign, "POST", (Action.CONFIRM_DECLARATION,)),
        ("/staff/paper", service_point.form, "GET", (Action.ENROL_AT_SERVICE_POINT,)),
        ("/staff/paper/print", service_point.enrol, "POST", (Action.ENROL_AT_SERVICE_POINT,)),
        ("/staff/release", service_point.release_form, "GET", (Action.RELEASE_DOCUMENT,)),
        ("/staff/release/end", service_point.release, "POST", (Action.RELEASE_DOCUMENT,)),
        ("/staff/people", looking.people, "GET", (Action.SEE_COLOUR_OF_OWN_PEOPLE,)),
        ("/staff/entrance", entrance.entrance, "GET", (Action.DAILY_CHECK_AT_ENTRANCE,)),
        ("/staff/entrance/check", entrance.check, "POST", (Action.DAILY_CHECK_AT_ENTRANCE,)),
        ("/staff/visitors", entrance.visitors, "GET", (Action.REGISTER_VISITOR,)),
        ("/staff/visitors/register", entrance.register, "POST", (Action.REGISTER_VISITOR,)),
        ("/staff/visitors/left", entrance.left, "POST", (Action.REGISTER_VISITOR,)),
        ("/staff/links", links.links, "GET", (Action.JUDGE_PAIR,)),
        ("/staff/links/{reference}", links.link, "GET", (Action.JUDGE_PAIR,)),
        ("/staff/links/{reference}/judge", links.judge, "POST", (Action.JUDGE_PAIR,)),
        ("/staff/links/{reference}/confirm", links.confirm, "POST", (Action.CONFIRM_PAIR,)),
        ("/staff/links/{reference}/reopen", links.reopen, "POST", (Action.REOPEN_PAIR,)),
        ("/staff/hotline", hotline.hotline, "GET", (Action.REPORT_FOR_CALLER,)),
        ("/staff/hotline/assessment", hotline.assess, "GET POST", (Action.REPORT_FOR_CALLER,)),
        ("/staff/hotline/clue", hotline.clue, "GET POST", (Action.REPORT_FOR_CALLER,)),
        ("/staff/hotline/consultation", hotline.consult, "GET POST", (Action.REPORT_FOR_CALLER,)),
        ("/staff/hotline/receipt", hotline.receipt, "POST", (Action.REPORT_FOR_CALLER,)),
        ("/staff/consultations", consultations.desk_page, "GET", (Action.TAKE_CONSULTATION,)),
        ("/staff/consultations/next", consultations.take, "POST", (Action.TAKE_CONSULTATION,)),
        ("/staff/consultations/{reference}", consultations.one, "GET", (Action.ANSWER_CONSULTATION,)),
        ("/staff/consultations/{reference}/answer", consultations.answer, "POST", CONSULT),
        ("/staff/consultations/{reference}/return", consultations.hand_back, "POST", (Action.RETURN_CONSULTATION,)),
        ("/staff/clues", clues.clues, "GET", (Action.ANSWER_CLUE,)),
        ("/staff/clues/{reference}", clues.clue, "GET", (Action.ANSWER_CLUE,)),
        ("/staff/clues/{reference}/answer", clues.answer, "POST", (Action.ANSWER_CLUE,)),
        ("/staff/clues/{reference}/pass-on", clues.pass_on, "POST", (Action.ROUTE_CLUE,)),
        ("/staff/clues/{reference}/split", clues.split, "POST", (Action.SPLIT_CLUE,)),
        ("/staff/clues/{reference}/reporter", clues.reporter, "POST", (Action.OPEN_CLUE_REPORTER,)),
        ("/staff/tasks", supervision.tasks, "GET", (Action.SUPERVISE_TASKS,)),
        ("/staff/tasks/assign", supervision.assign, "POST", (Action.ASSIGN_TASK,)),
        ("/staff/tasks/move", supervision.move, "POST", (Action.SUPERVISE_TASKS,)),
        ("/staff/tasks/brought", supervision.brought, "POST", (Action.SUPERVISE_TASKS,)),
        ("/staff/tasks/settle", supervision.settle, "POST", (Action.SETTLE_KNOCK,)),
        ("/staff/tasks/workers/{reference}", supervision.in_hand, "GET", (Action.SUPERVISE_TASKS,)),
        ("/staff/tasks/workers/{reference}/hand-over", supervision.hand_over, "POST", (Action.SUPERVISE_TASKS,)),
        ("/staff/tasks/photographs/{reference}", supervision.photograph, "GET", (Action.SUPERVISE_TASKS,)),
        ("/staff/tasks/{reference}", supervision.task, "GET", (Action.SUPERVISE_TASKS,)),
        ("/staff/tasks/shut-out", supervision.shut_out, "POST", (Action.SUPERVISE_TASKS,)),
        ("/staff/audit", looking.audit, "GET", (Action.SEE_AUDIT,)),
    )
    for path, handler, methods in open_to_all:
        yield Permitted(path, desk.endpoint(handler, (), public=True), action=None, methods=methods.split())
    for path, handler, methods in of_all_staff:
        yield Permitted(path, desk.endpoint(handler, ()), action=None, methods=methods.split())
    for path, handler, methods, actions in permitted:
        yield Permitted(path, desk.endpoint(handler, actions), action=actions[0], others=actions[1:], methods=methods.split())
