"""The handlers of those who look: a doctor at one declaration, a contact at the own people's colours, an auditor at the audit."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from starlette.responses import Response

from fangxian.policy.colour import Colour
from fangxian.services import confirming
from fangxian.services.overseeing import oversee
from fangxian.services.own_people import MOST, own_people
from fangxian.services.questionnaire import questionnaire
from fangxian.services.refusals import RefusedError
from fangxian.web.staff.asking import StaffAsked, StaffDesk, status_of

ID_TYPE, ID_NUMBER = (next(q for q in questionnaire("identity").questions if q.key == key) for key in ("id_type", "id_number"))


@dataclass(frozen=True)
class LookingDesk:
    """What the handlers share."""

    desk: StaffDesk

    def confirm(self, asked: StaffAsked) -> Response:
        """Answer with the search for one person."""
        return self._search(asked)

    def look_up(self, asked: StaffAsked) -> Response:
        """Answer with the declaration of whoever was named."""
        given = {name: asked.one(name) for name in ("number", "id_type", "id_number")}
        try:
            declared = confirming.look_up(self.desk.living, asked.by, **given)
        except RefusedError as refused:
            return self._search(asked, refused)
        return self.desk.page(asked, "declared.html", declared=declared, findings=confirming.FINDINGS)

    def sign(self, asked: StaffAsked) -> Response:
        """Sign what was found."""
        confirming.confirm(self.desk.living, asked.by, asked.one("declaration"), asked.one("finding"))
        return self._search(asked, done=True)

    def people(self, asked: StaffAsked) -> Response:
        """Answer with the colours of the organisation's people who let it see them."""
        found = own_people(self.desk.living, asked.by)
        counts = Counter(person.colour for person in found)
        colours = [(colour, counts[colour]) for colour in reversed(Colour)]
        return self.desk.page(asked, "people.html", found=found, colours=colours, most=MOST)

    def audit(self, asked: StaffAsked) -> Response:
        """Answer with the seals, whether they hold, and the counts."""
        return self.desk.page(asked, "audit.html", seen=oversee(self.desk.living, asked.by))

    def _search(self, asked: StaffAsked, refused: RefusedError | None = None, *, done: bool = False) -> Response:
        problem = refused.words if refused else None
        status = status_of(refused) if refused else 200
        return self.desk.page(asked, "confirm.html", status, problem=problem, done=done, id_type=ID_TYPE, id_number=ID_NUMBER)
