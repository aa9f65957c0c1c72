"""The handlers by which staff come in and go: a provider's log-in, the demonstration's choice of a role, the second factor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import segno
from starlette.responses import RedirectResponse, Response

from fangxian.services.consulting import doctor_goes
from fangxian.services.factor import enrol_factor, has_factor, show_factor
from fangxian.services.oidc import Oidc
from fangxian.services.refusals import RefusedError
from fangxian.services.sign_in import DemoSignIn, SignIn
from fangxian.services.staff import STAFF, begin_session, end_session, wants_second_factor
from fangxian.web.client import client_of
from fangxian.web.staff.asking import COOKIE, FACTOR, LOG_IN, StaffAsked, StaffDesk, keep_staff_session, status_of
from fangxian.web.staff.places import places_of
from fangxian.work.permissions import Principal
from fangxian.work.roles import Role

COMING: Final = "fangxian_coming"
_BACK: Final = "/staff/log-in/back"
_COMES_WITHIN: Final = 600


@dataclass(frozen=True)
class ComingIn:
    """What the handlers share: the desk, and the way in."""

    desk: StaffDesk
    sign_in: SignIn

    def home(self, asked: StaffAsked) -> Response:
        """Answer with what one's roles are for, or lead to showing a second factor first."""
        if wants_second_factor(asked.by):
            return RedirectResponse(FACTOR, 303)
        roles = [role.words for role in sorted(asked.by.roles)]
        return self.desk.page(asked, "home.html", places=places_of(asked.by), roles=roles)

    def log_in(self, asked: StaffAsked) -> Response:
        """Answer with the way in."""
        roles = [role for role in Role if role in STAFF] if isinstance(self.sign_in, DemoSignIn) else []
        return self.desk.page(asked, "log_in.html", roles=roles)

    def begin(self, asked: StaffAsked) -> Response:
        """Send the browser to the provider, with a secret to come back with."""
        if not isinstance(self.sign_in, Oidc):
            return RedirectResponse(LOG_IN, 303)
        coming = self.sign_in.begin(_address(asked))
        response = RedirectResponse(coming.address, 303)
        response.set_cookie(
            COMING, coming.secret, max_age=_COMES_WITHIN, httponly=True, secure=_secure(asked), samesite="lax", path="/staff/log-in"
        )
        return response

    def back(self, asked: StaffAsked) -> Response:
        """Begin a session for whom the provider sent back."""
        if not isinstance(self.sign_in, Oidc):
            return RedirectResponse(LOG_IN, 303)
        given = asked.request.query_params
        by = self.sign_in.finish(
            asked.request.cookies.get(COMING, ""),
            state=given.get("state", ""),
            code=given.get("code", ""),
            redirect_uri=_address(asked),
        )
        response = self._begun(asked, by)
        response.delete_cookie(COMING, path="/staff/log-in")
        return response

    def choose(self, asked: StaffAsked) -> Response:
        """Begin a session for the role that was chosen: on this machine, where the demonstration runs, and nowhere else."""
        if not isinstance(self.sign_in, DemoSignIn):
            return RedirectResponse(LOG_IN, 303)
        number = 2 if asked.one("number") == "2" else 1
        return self._begun(asked, self.sign_in.principal(asked.one("role"), number=number, client=client_of(asked.request)))

    def log_out(self, asked: StaffAsked) -> Response:
        """End the session; what a doctor has in hand goes back to the queue."""
        if Role.DOCTOR in asked.by.roles:
            doctor_goes(self.desk.living, asked.by)
        end_session(self.desk.living, asked.mine)
        response = RedirectResponse(LOG_IN, 303)
        response.delete_cookie(COOKIE, path="/")
        return response

    def factor(self, asked: StaffAsked) -> Response:
        """Answer with the form for a code, or take one."""
        if asked.request.method == "GET":
            return self._factor(asked)
        try:
            show_factor(self.desk.living, asked.mine, asked.one("code"))
        except RefusedError as refused:
            return self._factor(asked, refused)
        return RedirectResponse("/staff", 303)

    def enrol(self, asked: StaffAsked) -> Response:
        """Answer with a new secret for an app, as text and as a picture to read."""
        made = enrol_factor(self.desk.living, asked.mine)
        picture = segno.make(made.address, error="m").svg_data_uri(scale=4, border=2)
        return self.desk.page(asked, "factor_made.html", secret=made.secret, picture=picture)

    def _factor(self, asked: StaffAsked, refused: RefusedError | None = None) -> Response:
        problem = refused.words if refused else None
        status = status_of(refused) if refused else 200
        return self.desk.page(asked, "factor.html", status, problem=problem, has=has_factor(self.desk.living, asked.by.subject))

    def _begun(self, asked: StaffAsked, by: Principal) -> Response:
        session = begin_session(self.desk.living, by)
        return keep_staff_session(RedirectResponse("/staff", 303), session, secure=_secure(asked))


def _secure(asked: StaffAsked) -> bool:
    return asked.request.url.scheme == "https"


def _address(asked: StaffAsked) -> str:
    return str(asked.request.url.replace(path=_BACK, query="", fragment=""))
