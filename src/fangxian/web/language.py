"""Which language a reader gets: the one in the link, else the one chosen before, else Chinese."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from fangxian.web.words import LANGUAGES, Words

_COOKIE = "lang"
_A_YEAR = 365 * 24 * 3600


def words_for(request: Request) -> Words:
    """Return the page's words in the reader's language."""
    wanted = (request.query_params.get(_COOKIE), request.cookies.get(_COOKIE))
    return Words(next((language for language in wanted if language in LANGUAGES), LANGUAGES[0]))


def keep_choice(request: Request, response: Response) -> Response:
    """Remember a language that the link asked for; the cookie says nothing else."""
    chosen = request.query_params.get(_COOKIE)
    if chosen in LANGUAGES:
        response.set_cookie(_COOKIE, chosen, max_age=_A_YEAR, samesite="strict", httponly=True)
    return response
