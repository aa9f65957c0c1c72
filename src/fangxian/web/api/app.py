"""The application under /api/v1: its routes by audience, and what it takes at most."""

from __future__ import annotations

from typing import Final

from fastapi import Depends, FastAPI

from fangxian.services.living import Living
from fangxian.services.sign_in import SignIn
from fangxian.web.api.citizen import citizen_api
from fangxian.web.api.clues import clue_api
from fangxian.web.api.consultations import consultation_api
from fangxian.web.api.refusing import LONGEST_CALL, REFUSALS, only_short_json, refuse_in_one_form
from fangxian.web.api.reporting import reporting_api
from fangxian.web.api.staff import staff_api
from fangxian.web.exchange.api import recognition_api
from fangxian.web.exchange.gbt38963 import gbt38963_api

PREFIX: Final = "/api/v1"


def api(living: Living, sign_in: SignIn | None = None) -> FastAPI:
    """Return the application; mount it under PREFIX. Without a way for staff to sign in it has no routes of theirs."""
    app = FastAPI(
        title="Fangxian 防线",
        version="1",
        description="事实进，颜色与理由出。 Facts in; colours and reasons out. Times are UTC.",
        docs_url=None,
        redoc_url=None,
        responses=REFUSALS,
        max_body_size=LONGEST_CALL,
        dependencies=[Depends(only_short_json)],
    )
    for router in (citizen_api, recognition_api, gbt38963_api, reporting_api, clue_api, consultation_api):
        app.include_router(router(living))
    if sign_in:
        app.include_router(staff_api(living, sign_in))
    refuse_in_one_form(app)
    return app
