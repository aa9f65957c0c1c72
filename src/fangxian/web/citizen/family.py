"""The handlers of the family's page: who is on the phone, who asks, adding an adult, taking somebody off."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from jinja2 import Environment
from starlette.responses import HTMLResponse, RedirectResponse, Response

from fangxian.facts import Text
from fangxian.services import family, members
from fangxian.services.documents import document
from fangxian.services.living import Living
from fangxian.services.questionnaire import questionnaire
from fangxian.services.refusals import BadAnswerError, RefusedError
from fangxian.web.asking import Asked
from fangxian.web.templating import render

_HERE = "/me/family"
_RELATIONS = ("parent", "spouse", "child", "other")
_IDENTITY = {question.key: question for question in questionnaire("identity").questions}


@dataclass(frozen=True)
class FamilyPages:
    """What the handlers share: the installation and the templates."""

    living: Living
    templates: Environment

    def family(self, asked: Asked) -> Response:
        """Answer with the list of the phone, and with who asks to show one's own code."""
        return self._page(asked)

    def ask(self, asked: Asked) -> Response:
        """Ask an adult, by their document, to let this phone show their code."""
        today = self.living.today(self.living.clock())
        try:
            shown = document(asked.one("id_type"), asked.one("id_number"), on=today)
            if shown.is_of_a_child(today):
                raise BadAnswerError({"id_number": _A_CHILD})
            if asked.one("relation") not in _RELATIONS:
                raise BadAnswerError({"relation": Text("请选择关系。", "Choose the relation.")})
            person_id = self.living.vault.person_id(shown.id_type, shown.number)
            family.ask(self.living, asked.mine.phone_index, person_id, asked.one("relation"))
        except RefusedError as refused:
            return self._page(asked, refused)
        return RedirectResponse(_HERE, 303)

    def answer(self, asked: Asked) -> Response:
        """Agree to a request, or refuse it."""
        member = asked.member(self.living, _number(asked.one("place")))
        try:
            request = UUID(asked.one("request"))
        except ValueError:
            return self._page(asked, RefusedError(Text("没有这条请求。", "There is no such request.")))
        family.answer_request(self.living, member, request, agreed=asked.one("answer") == "agree")
        return RedirectResponse(_HERE, 303)

    def end(self, asked: Asked) -> Response:
        """Take somebody off the list."""
        people = members.members_of(self.living, asked.mine.phone_index)
        found = next((each for each in people if str(each.place) == asked.one("place")), None)
        if found is None:
            return self._page(asked, RefusedError(Text("您的手机上没有这个人。", "There is nobody at this place of your phone.")))
        members.end_membership(self.living, found, asked.mine.phone_index)
        return RedirectResponse("/me", 303)

    def _page(self, asked: Asked, refused: RefusedError | None = None) -> Response:
        people = members.members_of(self.living, asked.mine.phone_index)
        html = render(
            self.templates,
            "citizen/family.html",
            asked.words,
            policy=self.living.policy,
            here=_HERE,
            session=asked.session,
            people=people,
            requests=family.requests_to(self.living, asked.mine.phone_index),
            names={each.place: each.masked_name for each in people},
            relations=_RELATIONS,
            document_question=_IDENTITY["id_type"],
            number_question=_IDENTITY["id_number"],
            problem=refused.words if refused else None,
        )
        return HTMLResponse(html, 422 if refused else 200)


def _number(place: str) -> int:
    return int(place) if len(place) == 1 and place in "012345" else -1


_A_CHILD = Text("未满 18 岁的家人请用“添加孩子”。", "For somebody under 18 use “add a child”.")
