"""The handlers of a service point: whoever comes without a phone, with any document or none, leaves with a code on paper."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from starlette.responses import Response

from fangxian.services import papers
from fangxian.services.documents import document
from fangxian.services.questionnaire import questionnaire
from fangxian.services.refusals import BadAnswerError, RefusedError
from fangxian.web.staff.asking import StaffAsked, StaffDesk, status_of

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
            answers = living.read_all(("identity", "declaration"), asked.form)
            shown = document(answers["identity"]["id_type"], answers["identity"]["id_number"] or "", on=living.today(living.clock()))
            days = int(asked.one("days")) if _DAYS.fullmatch(asked.one("days")) else 0
            printed = papers.enrol_without_phone(living, asked.by, answers["identity"], shown, answers["declaration"], days=days)
        except RefusedError as refused:
            return self._form(asked, refused)
        name = {"Content-Disposition": 'attachment; filename="health-code.pdf"'}
        return Response(printed.pdf, media_type="application/pdf", headers=name)

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
