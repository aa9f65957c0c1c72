"""The handlers of consultations: asking a doctor, one's place in the queue, what was said, saying more, taking it back."""

from __future__ import annotations

from dataclasses import dataclass

from jinja2 import Environment
from starlette.responses import HTMLResponse, RedirectResponse, Response

from fangxian.services import consulting
from fangxian.services.acting import Acting
from fangxian.services.living import Living
from fangxian.services.refusals import RefusedError
from fangxian.web.asking import Asked
from fangxian.web.templating import render
from fangxian.work.reporting_numbers import number


def lead_to_own(asked: Asked) -> Response:
    """Lead to the consultations of the phone's own person."""
    return RedirectResponse("/me/0/consultations", 303)


@dataclass(frozen=True)
class ConsultationPages:
    """What the handlers share."""

    living: Living
    templates: Environment

    def consultations(self, asked: Asked) -> Response:
        """Answer with a person's consultations; or put a question, say more, take one back."""
        member, problem = asked.member(self.living), ""
        if asked.request.method == "POST":
            try:
                self._do(asked, member.person_id, acting=member.acting)
                return RedirectResponse(asked.request.url.path, 303)
            except RefusedError as refused:
                problem = asked.words.of(refused.words)
        found = consulting.own_consultations(self.living, member.person_id, acting=member.acting)
        html = render(
            self.templates,
            "citizen/consultations.html",
            asked.words,
            policy=self.living.policy,
            here=asked.request.url.path,
            session=asked.session,
            member=member,
            current=next((each for each in found if each.consultation.closed_at is None), None),
            earlier=[each for each in found if each.consultation.closed_at],
            longest=number("longest_report", self.living.today(self.living.clock())),
            typed=asked.one("words"),
            problem=problem,
        )
        return HTMLResponse(html, 409 if problem else 200)

    def _do(self, asked: Asked, person_id: str, *, acting: Acting) -> None:
        match asked.one("do"):
            case "withdraw":
                consulting.withdraw(self.living, person_id, acting=acting)
            case "more":
                consulting.reply(self.living, person_id, asked.one("words"), acting=acting)
            case _:
                consulting.ask(self.living, person_id, asked.one("words"), acting=acting)
