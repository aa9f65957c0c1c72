"""The handlers of a citizen's pages: each reads a form, asks a service, and answers with a page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from jinja2 import Environment
from starlette.responses import HTMLResponse, RedirectResponse, Response

from fangxian.facts.typed import instant_typed
from fangxian.services import accounts, certificates, declaring, issuing, looking, members, papers
from fangxian.services.documents import document
from fangxian.services.living import Living
from fangxian.services.questionnaire import questionnaire
from fangxian.services.refusals import BadAnswerError, RefusedError, TooManyError
from fangxian.services.screen_number import number_on_screen
from fangxian.services.senders import OnThePage
from fangxian.web.asking import COOKIE, DEVICE, DEVICE_LASTS, TICKET, Asked, keep_for_log_in, keep_session
from fangxian.web.client import client_of, counted_as
from fangxian.web.language import keep_choice
from fangxian.web.templating import render

_SEE_OTHER = 303


@dataclass(frozen=True)
class CitizenPages:
    """What the handlers share: the installation and the templates."""

    living: Living
    templates: Environment

    def home(self, asked: Asked) -> Response:
        """Answer with the log-in, or lead to one's code, or to applying for one."""
        if asked.session is None:
            return keep_choice(asked.request, self._page(asked, "log_in.html", phone="", problem=None, shown=""))
        people = members.members_of(self.living, asked.session.phone_index)
        first = next((person.place for person in people if person.confirmed), None)
        where = "/me/enrol" if first is None else f"/me/{first}"
        return keep_choice(asked.request, RedirectResponse(where, _SEE_OTHER))

    def send_code(self, asked: Asked) -> Response:
        """Send a one-time code, and ask for it."""
        typed = asked.one("phone")
        try:
            phone = accounts.phone_number(typed)
            cookies, address = asked.request.cookies, counted_as(asked.request.scope)
            ticket = accounts.send_code(self.living, phone, address=address, device=cookies.get(DEVICE, ""))
        except RefusedError as refused:
            return self._page(asked, "log_in.html", _status(refused), phone=typed, problem=refused.words, shown="")
        return keep_for_log_in(self._ask_code(asked, phone), TICKET, ticket, secure=_secure(asked), lasts=accounts.CODE_GOOD_FOR)

    def log_in(self, asked: Asked) -> Response:
        """Begin a session for the right code, and lead on."""
        phone = asked.one("phone")
        try:
            number, ticket = accounts.phone_number(phone), asked.request.cookies.get(TICKET, "")
            session = accounts.log_in(self.living, number, asked.one("code"), ticket=ticket)
        except RefusedError as refused:
            return self._ask_code(asked, phone, refused)
        secure, device = _secure(asked), accounts.device_token(self.living, number)
        came = keep_session(RedirectResponse("/me", _SEE_OTHER), session, secure=secure)
        return keep_for_log_in(came, DEVICE, device, secure=secure, lasts=DEVICE_LASTS)

    def log_out(self, asked: Asked) -> Response:
        """End the session."""
        accounts.log_out(self.living, asked.mine.secret)
        response = RedirectResponse("/me", _SEE_OTHER)
        response.delete_cookie(COOKIE, path="/")
        return response

    def enrol(self, asked: Asked) -> Response:
        """Answer with the application for a code, one's own or a child's; or take it."""
        relation = "child" if (asked.one("relation") or asked.request.query_params.get("relation")) == "child" else "self"
        if asked.request.method == "GET":
            return self._enrolment(asked, relation)
        today, mine = self.living.today(self.living.clock()), asked.mine.phone_index
        try:
            identity, answers = self.living.read_all(("identity", "declaration"), asked.form).values()
            shown = document(identity["id_type"], identity["id_number"] or "", on=today)
            if relation == "child":
                place = declaring.enrol_child(self.living, identity, shown, answers, phone_index=mine)
            else:
                phone = accounts.phone_number(asked.one("phone"))
                place = declaring.enrol(self.living, identity, shown, answers, phone_index=mine, phone=phone)
        except RefusedError as refused:
            return self._enrolment(asked, relation, refused)
        if identity["id_type"] == "none" and not identity["id_number"]:
            return self._page(asked, "number_given.html", place=place, number=shown.number)
        counts = any(person.place == place and person.confirmed for person in members.members_of(self.living, mine))
        return RedirectResponse(f"/me/{place}" if counts else "/me/family", _SEE_OTHER)

    def code(self, asked: Asked) -> Response:
        """Answer with a person's code: its colour, why, until when, and what would change it."""
        member = asked.member(self.living)
        seen = looking.own_code(self.living, member.person_id, acting=member.acting)
        with self.living.store.pool.connection() as connection:
            number = number_on_screen(issuing.day_token(self.living, connection, member.person_id, at=self.living.clock()))
        released = certificates.may_have_one(self.living, member)
        return keep_choice(asked.request, self._of(asked, member, "code.html", e=seen, number=number, released=released))

    def declare(self, asked: Asked) -> Response:
        """Answer with a declaration's form, or take it."""
        return self._questions(asked, "declaration", declaring.declare)

    def check_in(self, asked: Asked) -> Response:
        """Answer with the day's check-in, or take it."""
        return self._questions(asked, "check_in", declaring.check_in)

    def looks(self, asked: Asked) -> Response:
        """Answer with what others did with a person's data, or with what was done by phone, newest first and a page at a time."""
        member, given = asked.member(self.living), asked.request.query_params
        own, before = given.get("own") == "yes", instant_asked(given.get("before", ""))
        looks = looking.who_looked(self.living, member.person_id, own=own, before=before, acting=member.acting)
        earlier = looks[-1].at if len(looks) >= looking.PAGE_OF_LOOKS else None
        return self._of(asked, member, "looks.html", looks=looks, own=own, earlier=earlier)

    def data(self, asked: Asked) -> Response:
        """Answer with everything that is kept about a person, as a file."""
        member = asked.member(self.living)
        kept = looking.own_data(self.living, member.person_id, acting=member.acting)
        name = {"Content-Disposition": 'attachment; filename="my-data.json"'}
        return Response(orjson.dumps(kept, option=orjson.OPT_INDENT_2 | orjson.OPT_NAIVE_UTC), media_type="application/json", headers=name)

    def paper(self, asked: Asked) -> Response:
        """Answer with a person's code on paper, to be printed; what was printed before no longer counts."""
        printed = papers.paper_of_member(self.living, asked.member(self.living))
        name = {"Content-Disposition": 'attachment; filename="health-code.pdf"'}
        return Response(printed.pdf, media_type="application/pdf", headers=name)

    def offline(self, asked: Asked) -> Response:
        """Answer with the page that a phone shows without a network: it holds nobody's data, the phone does."""
        return self._page(asked, "offline.html")

    def _questions(self, asked: Asked, name: str, take: Any) -> Response:
        member = asked.member(self.living)
        if asked.request.method == "GET":
            return self._of(asked, member, "questions.html", asked_for=questionnaire(name), given={}, problems={})
        try:
            answers = self.living.read(name, asked.form)
        except BadAnswerError as bad:
            values = {"asked_for": questionnaire(name), "given": asked.form, "problems": bad.problems}
            return self._of(asked, member, "questions.html", 422, **values)
        take(self.living, member.person_id, answers, acting=member.acting)
        return RedirectResponse(f"/me/{member.place}", _SEE_OTHER)

    def _enrolment(self, asked: Asked, relation: str, refused: RefusedError | None = None) -> Response:
        problems = refused.problems if isinstance(refused, BadAnswerError) else {}
        return self._page(
            asked,
            "enrol.html",
            _status(refused) if refused else 200,
            relation=relation,
            parts=[questionnaire("identity"), questionnaire("declaration")],
            given=asked.form,
            problems=problems,
            problem=refused.words if refused and not problems else None,
        )

    def _ask_code(self, asked: Asked, phone: str, refused: RefusedError | None = None) -> Response:
        sender = self.living.sender
        shown = sender.shown(phone, client=client_of(asked.request)) if isinstance(sender, OnThePage) else ""
        status = _status(refused) if refused else 200
        return self._page(asked, "code_sent.html", status, phone=phone, problem=refused.words if refused else None, shown=shown)

    def _of(self, asked: Asked, member: members.Member, template: str, status: int = 200, **values: Any) -> Response:
        people = members.members_of(self.living, asked.mine.phone_index)
        return self._page(asked, template, status, member=member, people=people, **values)

    def _page(self, asked: Asked, template: str, status: int = 200, **values: Any) -> Response:
        where = asked.request.url.path
        html = render(
            self.templates, f"citizen/{template}", asked.words, policy=self.living.policy, here=where, session=asked.session, **values
        )
        return HTMLResponse(html, status)


def instant_asked(text: str) -> datetime | None:
    """Return the instant (UTC) that an address names, None where it names none."""
    try:
        return instant_typed(text).replace(tzinfo=None)
    except ValueError:
        return None


def _secure(asked: Asked) -> bool:
    return asked.request.url.scheme == "https"


def _status(refused: RefusedError) -> int:
    return 429 if isinstance(refused, TooManyError) else 422 if isinstance(refused, BadAnswerError) else 409
