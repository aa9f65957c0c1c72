"""Logging in on the page: the code counts in the browser that asked for it, which asks again whatever strangers do."""

from services.conftest import PHONE, clock, living, vault_process  # noqa: F401 - fixtures
from store.conftest import database, migrated, store  # noqa: F401 - fixtures

from fangxian.services import accounts

from .staff_kit import serve


def test_a_code_lets_the_browser_in_that_asked_for_it_and_no_other(living):  # noqa: F811
    with serve(living) as served:
        mine, strangers = served.browser(), served.browser()
        page = mine.post("/me/log-in/code", data={"phone": PHONE}).text
        code = page.split('id="shown-code">')[1][:6]
        assert strangers.post("/me/log-in", data={"phone": PHONE, "code": code}).status_code == 422
        came = mine.post("/me/log-in", data={"phone": PHONE, "code": code})
        assert (came.status_code, came.headers["location"]) == (303, "/me")
        kept = next(each for each in came.headers.get_list("set-cookie") if each.startswith("fangxian_device"))
        assert all(word in kept.lower() for word in ("httponly", "samesite=lax", "path=/me/log-in"))


def test_a_browser_that_came_in_before_asks_again_when_strangers_used_up_the_rest(living):  # noqa: F811
    with serve(living) as served:
        mine, strangers = served.browser(), served.browser()
        code = mine.post("/me/log-in/code", data={"phone": PHONE}).text.split('id="shown-code">')[1][:6]
        mine.post("/me/log-in", data={"phone": PHONE, "code": code})
        for n in range(accounts.MOST_SENT - 1):
            accounts.send_code(living, PHONE, address=f"203.0.113.{n}")
        assert strangers.post("/me/log-in/code", data={"phone": PHONE}).status_code == 429
        assert mine.post("/me/log-in/code", data={"phone": PHONE}).status_code == 200
