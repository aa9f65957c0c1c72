"""The handlers of appeals: disputing one of the facts behind one's code, and following what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from jinja2 import Environment
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response

from fangxian.code.explanation import FactSeen
from fangxian.services import appeal_words, looking
from fangxian.services.living import Living
from fangxian.services.members import Member
from fangxian.services.refusals import RefusedError
from fangxian.web.asking import Asked
from fangxian.web.templating import render
from fangxian.work.appeal import Appeal, Ground
from fangxian.work.appeal_rows import appeals_of, words_of
from fangxian.work.appealing import open_appeal, withdraw_appeal
from fangxian.work.parameters import longest_words
from fangxian.work.permissions import Principal
from fangxian.work.roles import Role


@dataclass(frozen=True)
class AppealPages:
    """What the handlers share: the installation and the templates."""

    living: Living
    templates: Environment

    def appeal(self, asked: Asked) -> Response:
        """Answer with the form about one fact, which the address names by its reason's and its own number; or take it."""
        member = asked.member(self.living)
        seen = self._fact(asked, member)
        if asked.request.method == "GET":
            return self._form(asked, member, seen)
        if asked.one("fact") != seen.mark:
            # Something came meanwhile and is told first: the words were about another fact than this.
            return self._form(asked, member, seen, problem=asked.words("appeal.moved"))
        at, ground = self.living.clock(), asked.one("ground")
        if ground not in list(Ground):
            return self._form(asked, member, seen, problem=asked.words("appeal.choose"))
        try:
            open_appeal(
                self.living.store,
                citizen(member),
                person_id=member.person_id,
                fact_type=seen.fact_type.name,
                fact_id=seen.values["fact_id"],
                ground=Ground(ground),
                words=asked.one("words"),
                seal=appeal_words.sealing(self.living, member.person_id, appeal_words.SAID, at=at),
                policy=self.living.policy,
                at=at,
            )
        except RefusedError as refused:
            return self._form(asked, member, seen, problem=asked.words.of(refused.words))
        return RedirectResponse(f"/me/{member.place}/appeals", 303)

    def appeals(self, asked: Asked) -> Response:
        """Answer with a person's appeals: where each is, by when it is answered, and the answer; or take one back."""
        member = asked.member(self.living)
        by = citizen(member)
        if asked.request.method == "POST":
            try:
                appeal_id = UUID(asked.one("appeal"))
            except ValueError:
                raise HTTPException(404) from None
            withdraw_appeal(self.living.store, by, person_id=member.person_id, appeal_id=appeal_id, at=self.living.clock())
            return RedirectResponse(asked.request.url.path, 303)
        found = appeals_of(self.living.store, by, person_id=member.person_id)
        rows = [(appeal, self._answer(by, appeal)) for appeal in reversed(found)]
        return self._page(asked, "appeals.html", member=member, rows=rows)

    def _answer(self, by: Principal, appeal: Appeal) -> str:
        if appeal.closed_at is None:
            return ""
        now = self.living.clock()
        _, answer = words_of(self.living.store, by, person_id=appeal.person_id, appeal_id=appeal.appeal_id, at=now)
        if answer is None:
            return ""
        return appeal_words.opened(self.living, answer, appeal.person_id, appeal_words.ANSWERED, at=appeal.closed_at)

    def _fact(self, asked: Asked, member: Member) -> FactSeen:
        """Return the fact that the address names; not found where the code has changed meanwhile."""
        reasons = looking.own_code(self.living, member.person_id, acting=member.acting).reasons
        reason, fact = (int(asked.request.path_params[name]) for name in ("reason", "fact"))
        try:
            return reasons[reason].because[fact]
        except IndexError:
            raise HTTPException(404) from None

    def _form(self, asked: Asked, member: Member, seen: FactSeen, *, problem: str = "") -> Response:
        longest = longest_words(self.living.today(self.living.clock()))
        values: dict[str, Any] = {"seen": seen, "grounds": list(Ground), "longest": longest, "given": asked.form, "problem": problem}
        return self._page(asked, "appeal.html", 422 if problem else 200, member=member, **values)

    def _page(self, asked: Asked, template: str, status: int = 200, **values: Any) -> Response:
        here = asked.request.url.path
        html = render(
            self.templates, f"citizen/{template}", asked.words, policy=self.living.policy, here=here, session=asked.session, **values
        )
        return HTMLResponse(html, status)


def citizen(member: Member) -> Principal:
    """Return who acts for a member of the phone's list, as the permission matrix knows it."""
    return Principal(subject=member.acting, roles=frozenset({Role.CITIZEN}), person_ids=frozenset({member.person_id}))
