"""The handlers of a service point: a code on paper for whoever has no phone, and a registration put right for whoever shows a document."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from starlette.responses import Response

from fangxian.services import papers, releasing
from fangxian.services.applying import application
from fangxian.services.questionnaire import questionnaire
from fangxian.services.refusals import BadAnswerError, RefusedError
from fangxian.web.staff.asking import StaffAsked, StaffDesk, status_of
from fangxian.web.staff.looking import ID_NUMBER, ID_TYPE

_DAYS: Final = re.compile(r"[0-9]{1,3}")


@dataclass(frozen=True)
class ServicePointDesk:
    """What the handlers share."""

    desk: StaffDesk

    def form(self, asked: StaffAsked) -> Response:
        """Answer with the questions that are asked of whoever stands there."""
        return self._form(asked)

    def enrol(self, asked: StaffAsked) -> Response:
        """Enrol them, and answer with the page to print."""
        living = self.desk.living
        try:
            days = int(asked.one("days")) if _DAYS.fullmatch(asked.one("days")) else 0
            typed = application(living, asked.form, lambda: papers.expect_days(days))
            printed = papers.enrol_without_phone(living, asked.by, typed.identity, typed.document, typed.answers, days=days)
        except RefusedError as refused:
            return self._form(asked, refused)
        name = {"Content-Disposition": 'attachment; filename="health-code.pdf"'}
        return Response(printed.pdf, media_type="application/pdf", headers=name)

    def release_form(self, asked: StaffAsked) -> Response:
        """Answer with the question whose document it is."""
        return self._release(asked)

    def release(self, asked: StaffAsked) -> Response:
        """End every registration of the document that was shown."""
        try:
            releasing.release(self.desk.living, asked.by, id_type=asked.one("id_type"), id_number=asked.one("id_number"))
        except RefusedError as refused:
            return self._release(asked, refused)
        return self._release(asked, done=True)

    def _release(self, asked: StaffAsked, refused: RefusedError | None = None, *, done: bool = False) -> Response:
        problem, status = (refused.words, status_of(refused)) if refused else (None, 200)
        return self.desk.page(asked, "release.html", status, problem=problem, done=done, id_type=ID_TYPE, id_number=ID_NUMBER)

    def _form(self, asked: StaffAsked, refused: RefusedError | None = None) -> Response:
        problems = refused.problems if isinstance(refused, BadAnswerError) else {}
        return self.desk.page(
            asked,
            "paper.html",
            status_of(refused) if refused else 200,
            parts=[questionnaire("identity"), questionnaire("declaration")],
            given=asked.form,
            problems=problems,
            problem=refused.words if refused and not problems else None,
            most_days=papers.MOST_DAYS,
        )
