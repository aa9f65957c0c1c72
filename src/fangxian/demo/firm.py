"""The demonstration's invented firm: people who work there and let it see their colour, and who came to its entrance today.

All is said and done as people and the firm's contact would do it on their pages; the same day it is done once.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from fangxian.facts import Workplace
from fangxian.services import consenting, declaring, entrance, own_people, registering_visitors, visitors
from fangxian.services.documents import Document
from fangxian.services.living import Living
from fangxian.services.sign_in import EMPLOYER
from fangxian.store.new_facts import new_fact
from fangxian.store.recording import record
from fangxian.store.store import Event
from fangxian.work.permissions import Principal
from fangxian.work.roles import Role

COUNTY: Final = "330106"
_CONTACT: Final = Principal(
    subject="demonstration",
    roles=frozenset({Role.EMPLOYER_CONTACT}),
    region_codes=frozenset(),
    organisation_ids=frozenset({EMPLOYER}),
    second_factor=True,
)
_WELL: Final = {"temperature_c": 36.4, "symptoms": "", "contacted_case": "no", "stayed_in_key_area": False, "stay": None, "left_on": None}
_FEVERISH: Final = _WELL | {"temperature_c": 38.2, "symptoms": "fever"}
_PEOPLE: Final = {"赵一": _WELL, "钱二": _WELL, "孙三": _WELL, "李四": _FEVERISH, "周五": _WELL}
_VISITORS: Final = {"吴六": ("设备科", "repair"), "郑七": ("赵一", "meeting")}
_CHECKED: Final = (36.5, 36.8)
"""The temperatures that were taken today; the others of the people have not come yet."""

_COUNTRY_CODE_OF_NO_PHONE: Final = "+8612"
"""Numbers after it are given to nobody."""


def open_firm(living: Living) -> None:
    """Let the invented firm have its people, and the day its checks and visitors, where they are not there yet."""
    if not own_people.own_people(living, _CONTACT):
        for number, (name, answers) in enumerate(_PEOPLE.items()):
            _begins_work(living, _enrolled(living, number, name, answers))
        for number, name in enumerate(_VISITORS, start=len(_PEOPLE)):
            _enrolled(living, number, name, _WELL)
    if not visitors.visitors_today(living, _CONTACT):
        _day(living)


def _enrolled(living: Living, number: int, name: str, answers: dict[str, object]) -> str:
    phone, shown = f"{_COUNTRY_CODE_OF_NO_PHONE}{number:09}", _document(number)
    identity = {"full_name": name, "home": COUNTY}
    declaring.enrol(living, identity, shown, answers, phone_index=living.vault.phone_index(phone), phone=phone)
    return living.vault.person_id(shown.id_type, shown.number)


def _begins_work(living: Living, person_id: str) -> None:
    event = Event(actor="organisation", role="system", purpose="demonstration", action="feed", person_id=person_id)
    at = living.clock()
    since = at - timedelta(days=1)
    works = new_fact(Workplace, event, source="organisation", known_at=at, from_at=since, organisation_id=EMPLOYER, region_code=COUNTY)
    record(living.store, {Workplace: [works]}, event, policies=[living.policy], at=at)
    consenting.give_consent(living, person_id, EMPLOYER)


def _day(living: Living) -> None:
    for person, temperature_c in zip(entrance.entrance_today(living, _CONTACT), _CHECKED, strict=False):
        entrance.check_by_hand(living, _CONTACT, person.reference, temperature_c)
    for number, (name, (host, purpose)) in enumerate(_VISITORS.items(), start=len(_PEOPLE)):
        shown = _document(number)
        said = {"full_name": name, "id_type": shown.id_type, "id_number": shown.number, "host": host, "purpose": purpose}
        registering_visitors.register_at_desk(living, _CONTACT, {key: [value] for key, value in said.items()})
    visitors.let_out(living, _CONTACT, visitors.visitors_today(living, _CONTACT)[-1].reference)


def _document(number: int) -> Document:
    return Document("passport", f"DEMO{number:05}")
