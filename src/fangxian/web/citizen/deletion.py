"""The page by which somebody deletes their data: what goes, what stays until when and why, and one confirmation."""

from __future__ import annotations

from dataclasses import dataclass

from jinja2 import Environment
from starlette.responses import HTMLResponse, Response

from fangxian.services import deleting, members
from fangxian.services.living import Living
from fangxian.web.asking import COOKIE, Asked
from fangxian.web.templating import render


@dataclass(frozen=True)
class DeletionPages:
    """What the handler needs: the installation and the templates."""

    living: Living
    templates: Environment

    def delete(self, asked: Asked) -> Response:
        """Answer with what would go and what would stay; or delete, once it is confirmed."""
        member = asked.member(self.living)
        if asked.request.method == "GET" or asked.one("confirm") != "yes":
            status = 200 if asked.request.method == "GET" else 422
            stays = deleting.what_stays(self.living, member.person_id, acting=member.acting)
            others = [each for each in self._people(asked) if each.place != members.OWN] if member.place == members.OWN else []
            return self._page(asked, "delete.html", status, member=member, stays=stays, others=others, unconfirmed=status != 200)
        deleting.delete(self.living, member)
        response = self._page(asked, "deleted.html", 200, member=member, people=self._people(asked))
        if member.place == members.OWN:
            response.delete_cookie(COOKIE, path="/")
        return response

    def _people(self, asked: Asked) -> tuple[members.Member, ...]:
        """Return who is on the phone's list now."""
        return members.members_of(self.living, asked.mine.phone_index)

    def _page(self, asked: Asked, template: str, status: int, **values: object) -> Response:
        here = asked.request.url.path
        said = render(self.templates, f"citizen/{template}", asked.words, policy=self.living.policy, here=here, session=None, **values)
        return HTMLResponse(said, status)
