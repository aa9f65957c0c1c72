"""The public page: everybody may read it, no small number is on it, and it says what was corrected."""

from datetime import timedelta

from services.conftest import NOON
from spec_symbols import person_id

from fangxian.facts import Exposure
from fangxian.store.recording import record
from fangxian.store.store import Event
from fangxian.work.publishing import correct, publish

DAY, LATER = NOON.date(), NOON + timedelta(days=1)


def expose(living, people):
    for number, name in enumerate(people):
        stored = {
            "person_id": person_id(name),
            "fact_id": number,
            "known_at": NOON,
            "from_at": NOON,
            "source": "tracing",
            "delivery_id": "t",
        }
        fact = dict.fromkeys(Exposure.columns) | stored | {"contact_class": "close", "setting": "venue", "case_fact_id": 1}
        event = Event(actor="test", role="system", purpose="test", action="record", person_id=person_id(name))
        record(living.store, {Exposure: [fact]}, event, policies=[living.policy], at=NOON)


def test_everybody_may_read_a_days_figures_and_what_was_corrected(living, client):
    none = client.get("/public?lang=zh")
    assert (none.status_code, "还没有公布过" in none.text) == (404, True)
    assert 'href="/public"' in client.get("/me").text
    expose(living, [f"p{number}" for number in range(7)])
    publish(living.store, living.policy, DAY, at=LATER)
    assert client.get("/public", follow_redirects=False).headers["location"] == f"/public/{DAY}"
    page = client.get(f"/public/{DAY}?lang=en").text
    assert "<td>7</td>" in page
    assert '<rect class="red" width="400.0"' in page
    expose(living, [f"q{number}" for number in range(6)])
    correct(living.store, living.policy, DAY, because="late report", at=LATER)
    said = client.get(f"/api/v1/public/{DAY}").json()
    assert [(each["version"], each["correction"], each["codes"][0]["people"]) for each in said["versions"]] == [
        (1, None, 7),
        (2, "late report", 13),
    ]
    assert "late report" in client.get(f"/public/{DAY}?lang=en").text


def test_a_small_number_is_on_no_page(living, client):
    expose(living, ["p1", "p2", "p3"])
    publish(living.store, living.policy, DAY, at=LATER)
    page = client.get(f"/public/{DAY}?lang=zh").text
    assert "<td>3</td>" not in page
    assert "不公布" in page
    assert client.get(f"/api/v1/public/{DAY}").json()["versions"][0]["codes"][0]["people"] is None


def test_a_page_says_what_a_deletion_takes_and_leaves(living, client):
    from services.conftest import come_in
    from services.test_declaring import enrolled
    from services.test_deleting import kept

    member = enrolled(living)
    living.clock.forward(minutes=2)
    client.cookies.set("fangxian_session", come_in(living).secret)
    page = client.get("/me/0/delete").text
    assert "删除" in page
    assert "销毁" in page
    assert client.post("/me/0/delete", data={}).status_code == 422
    assert kept(living.store.conninfo, member.person_id)["identity"] == 1
    deleted = client.post("/me/0/delete", data={"confirm": "yes"})
    assert (deleted.status_code, "登录并重新申领" in deleted.text) == (200, True)
    assert kept(living.store.conninfo, member.person_id)["identity"] == 0
