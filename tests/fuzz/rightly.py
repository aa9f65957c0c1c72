"""Every request that changes something or takes what somebody typed, as it is rightly made; hostile ones are made of it."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus

from services.conftest import HEALTHY, IDENTITY, as_typed

from fangxian.signed.keys import PrivateKey, point

FORM, JSON, COSE = "application/x-www-form-urlencoded", "application/json", "application/cose"
NOBODY, CITIZEN, LEAVER, STAFF_LEAVER, GATE = "nobody", "citizen", "leaver", "staff leaver", "gate"

DECLARED = as_typed(**HEALTHY)
CHECKED_IN = {"temperature_c": "36.5", "symptoms": ""}
CHILD = {**IDENTITY, "id_number": "110105201501010017"}
PAPERS = {"id_type": "resident_id", "id_number": IDENTITY["id_number"]}
PHONE = {"phone": "13800000001"}
SCAN = {"scan_id": "00000000-0000-0000-0000-000000000001", "age_s": 1.5, "text": "HC1:", "temperature_c": 36.5, "did": None}
KEY = base64.urlsafe_b64encode(point(PrivateKey.make().public)).decode()
REPORT = {
    "temperature": "36.5",
    "symptom": "1",
    "isContactPatient": "2",
    "isEpidemicAreaRisk": "1",
    "isGoHubei": "2",
    "isGoHubeiWH": "2",
    "stayRegion": "420100",
    "leftOn": "2020-02-20",
    "consent": "1",
}
TRIP = {"date": "2020-02-23", "mode": "train", "number": "G1", "carriage": "5", "seat": "6A", "fromRegion": "420100", "toRegion": "330100"}
VISIT = {"host": "后勤部", "purpose": "meeting", "organisation_id": "91330106MA00000003"}
ASSESSED = {
    "temperature_c": "38",
    "symptoms": "cough",
    "told": "no",
    "contact": "yes",
    "stayed_listed": "no",
    "stayed_other": "no",
    "contact_from_area": "no",
    "home": "330106",
    "age": "70",
    "conditions": "heart",
    "care_facility": "no",
    "health_worker": "no",
}
CLUE = {
    "kind": "gathering",
    "region": "330106",
    "street": "翠苑街道",
    "place": "翠苑一区3幢",
    "happened_on": "2020-02-23",
    "words": "楼下有人聚集打牌。",
    "reporter_name": "李雷",
    "reporter_phone": "",
}
RECEIPT = {"receipt": "ABCD-EFGH-JKMN-PQRS"}
APPEAL = {"ground": "wrong_fact", "words": "那天我在家，没有出门。"}


@dataclass(frozen=True)
class Rightly:
    """One route, who asks, and what they send; `{place}` and the like stand as the route declares them."""

    path: str
    asker: str
    body: Mapping[str, Any]
    kind: str = FORM
    method: str = "POST"

    def __str__(self) -> str:
        """Return it as a test is named."""
        return f"{self.method} {self.path}"

    def written(self, body: Any) -> bytes:
        """Return a body as it is sent to this route: lone surrogates and all."""
        if isinstance(body, bytes):
            return body
        if self.kind != FORM:
            return json.dumps(body).encode()
        pairs = ((name, one) for name, value in body.items() for one in (value if isinstance(value, list) else [value]))
        return "&".join(
            f"{quote_plus(name, errors='surrogatepass')}={quote_plus(str(one), errors='surrogatepass')}" for name, one in pairs
        ).encode()


def form(path: str, asker: str, **body: Any) -> Rightly:
    """Return a form of a page."""
    return Rightly(path, asker, body)


def call(path: str, asker: str, method: str = "POST", **body: Any) -> Rightly:
    """Return a call of the interface, or of a gate's page."""
    return Rightly(path if path == "/gate/open" else f"/api/v1{path}", asker, body, JSON, method)


REQUESTS = (
    form("/me/log-in/code", NOBODY, **PHONE),
    form("/me/log-in", NOBODY, **PHONE, code="123456"),
    form("/me/log-out", LEAVER),
    form("/me/enrol", CITIZEN, **CHILD, **DECLARED, **PHONE, relation="child"),
    form("/me/family/ask", CITIZEN, **PAPERS, relation="spouse"),
    form("/me/family/answer", CITIZEN, request=SCAN["scan_id"], answer="agree"),
    form("/me/family/end", CITIZEN, place="5"),
    form("/me/{place:int}/declare", CITIZEN, **DECLARED),
    form("/me/{place:int}/check-in", CITIZEN, **CHECKED_IN),
    form("/me/{place:int}/self-assessment", CITIZEN, **ASSESSED),
    form("/public/self-assessment", NOBODY, **ASSESSED),
    form("/me/{place:int}/consultations", CITIZEN, do="ask", words="发热两天，要不要去医院？"),
    form("/me/{place:int}/paper", CITIZEN),
    form("/me/{place:int}/consents", CITIZEN, do="give", organisation_id="91330100MA0000001F"),
    form("/me/{place:int}/appeal/{reason:int}/{fact:int}", CITIZEN, **APPEAL, fact="0" * 32),
    form("/me/{place:int}/appeals", CITIZEN, appeal=SCAN["scan_id"]),
    form("/me/{place:int}/certificate", CITIZEN),
    form("/me/{place:int}/delete", CITIZEN, confirm="not yet"),
    form("/me/{place:int}/visit", CITIZEN, code="FX2:"),
    form("/me/{place:int}/elsewhere", CITIZEN, consent="yes", code="HC1:"),
    form("/staff/log-in/choose", NOBODY, role="doctor", number="1"),
    form("/staff/log-out", STAFF_LEAVER),
    form("/staff/factor", "officer", code="123456"),
    form("/staff/factor/enrol", "auditor"),
    form("/staff/appeals/{reference}/answer", "source_owner", answer="refuse", words="经核查，属实。"),
    form("/staff/decisions/propose", "appeal_officer", appeal="{reference}", rule="close-contact", reason="hardship"),
    form("/staff/decisions/{reference}/sign", "officer"),
    form("/staff/decisions/{reference}/reject", "officer"),
    form("/staff/confirm/look-up", "doctor", number="ABCD-EFGH", **PAPERS),
    form("/staff/confirm/sign", "doctor", declaration="{reference}", finding="healthy"),
    form("/staff/links/{reference}/judge", "officer", answer="proposed"),
    form("/staff/links/{reference}/confirm", "officer"),
    form("/staff/links/{reference}/reopen", "officer"),
    form("/staff/renewal/first", "officer"),
    form("/staff/renewal/{reference}/second", "officer"),
    form("/staff/alerts/heard", "officer", alert="{reference}"),
    form("/staff/tasks/assign", "supervisor", area_code="330106001", nearest="yes"),
    form("/staff/tasks/move", "supervisor", task="{reference}", do="give", to="li-1", area_code="330106002"),
    form("/staff/tasks/brought", "supervisor", supplies="{reference}"),
    form("/staff/tasks/settle", "supervisor", knock="{reference}", do="accept"),
    form("/staff/tasks/workers/{reference}/hand-over", "supervisor", task="{reference}", to="li-1", which="chosen"),
    form("/staff/tasks/shut-out", "supervisor", phone=SCAN["scan_id"]),
    form("/staff/alerts/{reference}/confirm", "officer"),
    form("/staff/cases/{reference}/confirm", "epidemiologist"),
    form("/staff/entrance/check", "employer_contact", person="{reference}", temperature_c="36.5"),
    form("/staff/visitors/register", "employer_contact", **VISIT, number="ABCD-EFGH", **PAPERS),
    form("/staff/visitors/left", "employer_contact", visit="{reference}"),
    form("/staff/release/end", "officer", **{**PAPERS, "id_number": CHILD["id_number"]}),
    form("/staff/paper/print", "officer", **IDENTITY, **DECLARED, days="1"),
    form("/public/clues", NOBODY, **CLUE),
    form("/public/clues/receipt", NOBODY, **RECEIPT),
    form("/staff/consultations/next", "doctor"),
    form("/staff/consultations/{reference}/answer", "doctor", do="answer", words="多喝水，观察两天。"),
    form("/staff/consultations/{reference}/return", "doctor"),
    form("/staff/hotline/assessment", "hotline_operator", **PAPERS, **ASSESSED, reach="邻居电话"),
    form("/staff/hotline/clue", "hotline_operator", **CLUE),
    form("/staff/hotline/consultation", "hotline_operator", **PAPERS, reach="", home="330106", words="发热两天"),
    form("/staff/hotline/receipt", "hotline_operator", **RECEIPT, words=""),
    form("/staff/clues/{reference}/answer", "clue_officer", finding="confirmed", words="已到场劝离。"),
    form("/staff/clues/{reference}/pass-on", "clue_officer", to="330106", county=""),
    form("/staff/clues/{reference}/split", "clue_officer"),
    form("/staff/clues/{reference}/reporter", "clue_officer", reason="ask_back"),
    form("/public/trips", NOBODY, day="2020-02-11", number="G7349", place="杭州"),
    call("/clues", NOBODY, answers=CLUE),
    call("/clues/receipt", NOBODY, **RECEIPT),
    call("/staff/consultations/next", "doctor"),
    call("/staff/consultations/{reference}/answer", "doctor", to="answered", words="多喝水，观察两天。"),
    call("/staff/consultations/{reference}/return", "doctor"),
    call("/staff/hotline/assessment", "hotline_operator", answers={**PAPERS, **ASSESSED}),
    call("/staff/hotline/consultation", "hotline_operator", answers={**PAPERS, "home": "330106", "words": "发热两天"}),
    call("/staff/hotline/consultation/answer", "hotline_operator", **RECEIPT),
    call("/staff/hotline/consultation/more", "hotline_operator", **RECEIPT, words="三十八度"),
    call("/staff/hotline/clues", "hotline_operator", clues=[{"record": "RX1", "answers": CLUE}]),
    call("/staff/clues/{reference}/answer", "clue_officer", finding="confirmed", words="已到场劝离。"),
    call("/staff/clues/{reference}/pass-on", "clue_officer", to="330106"),
    call("/staff/clues/{reference}/split", "clue_officer"),
    call("/staff/clues/{reference}/reporter", "clue_officer", reason="ask_back"),
    call("/gate/open", NOBODY, code="abcdefghijklmnop"),
    call("/log-in/code", NOBODY, **PHONE),
    call("/log-in", NOBODY, **PHONE, code="123456", ticket="abcdefghijklmnop"),
    call("/log-out", LEAVER),
    call("/me", CITIZEN, relation="child", phone="", answers={**CHILD, **DECLARED}),
    call("/me/{place}/credential", CITIZEN, phone_key=KEY),
    call("/me/{place}/declarations", CITIZEN, answers=DECLARED),
    call("/me/{place}/check-ins", CITIZEN, answers=CHECKED_IN),
    call("/me/{place}/self-assessments", CITIZEN, answers=ASSESSED),
    call("/self-assessments", NOBODY, answers=ASSESSED),
    call("/me/{place}/consultations", CITIZEN, words="发热两天，要不要去医院？"),
    call("/me/{place}/consultations/more", CITIZEN, words="三十八度。"),
    call("/me/{place}/consultations/withdrawal", CITIZEN),
    call("/me/{place}/paper", CITIZEN),
    call("/me/{place}/certificate", CITIZEN),
    call("/me/{place}/data", NOBODY, "DELETE"),
    call("/me/{place}/visits", CITIZEN, text="FX2:"),
    call("/me/{place}/recognitions", CITIZEN, code="HC1:", consent=True),
    call("/gbt38963/declaration", CITIZEN, **REPORT),
    call("/gbt38963/trip-declaration", CITIZEN, **TRIP),
    call(
        "/gbt38963/application",
        CITIZEN,
        **REPORT,
        name="王小明",
        idType="resident_id",
        idNumber=PAPERS["id_number"],
        home="330106",
        **PHONE,
    ),
    call("/gbt38963/minting", CITIZEN, phoneKey=KEY),
    call("/gbt38963/verification", GATE, bizExtData="HC1:"),
    call("/gbt38963/correction", CITIZEN, fact="0" * 32, **APPEAL),
    call("/staff/appeals/{reference}/answer", "source_owner", answer="refused", words="经核查，属实。"),
    call("/staff/decisions", "appeal_officer", appeal="{reference}", rule="close-contact", reason="hardship"),
    call("/staff/decisions/{reference}/sign", "officer"),
    call("/staff/decisions/{reference}/reject", "officer"),
    call("/staff/confirm/look-up", "doctor", number="", **PAPERS),
    call("/staff/confirm", "doctor", declaration="{reference}", finding="healthy"),
    call("/staff/links/{reference}/judge", "officer", answer="proposed"),
    call("/staff/links/{reference}/confirm", "officer"),
    call("/staff/links/{reference}/reopen", "officer"),
    call("/staff/renewal/first", "officer"),
    call("/staff/renewal/{reference}/second", "officer"),
    call("/staff/alerts/heard", "officer", alert="{reference}"),
    call("/staff/round/phone", "grid_worker"),
    call("/staff/round/shift", "grid_worker", latitude=30.2, longitude=120.1),
    call("/staff/round/take", "grid_worker"),
    call("/staff/round/stops", "grid_worker"),
    call("/staff/round/knocks", "grid_worker", task="{reference}", visit_id=SCAN["scan_id"], age_s=60, outcome="met", note="无人"),
    Rightly("/api/v1/staff/round/photographs/{visit:uuid}", "grid_worker", {}, "image/jpeg"),
    call("/staff/tasks/assign", "supervisor", area_code="330106001", nearest=True),
    call("/staff/workers/{reference}/hand-over", "supervisor", to="li-1", tasks=["x"]),
    call("/staff/knocks/{reference}/settle", "supervisor", do="accept"),
    call("/staff/tasks/{reference}/moves", "supervisor", do="give", to="li-1"),
    call("/staff/supplies/{reference}/brought", "supervisor"),
    call("/staff/phones/{phone_id}/shut-out", "supervisor"),
    call("/staff/alerts/{reference}/confirm", "officer"),
    call("/staff/cases/{reference}/confirm", "epidemiologist"),
    call("/staff/entrance/checks", "employer_contact", person="{reference}", temperature_c=36.5),
    call("/staff/visitors", "employer_contact", **VISIT, number="ABCD-EFGH", **PAPERS),
    call("/staff/visitors/{reference}/left", "employer_contact"),
    call("/staff/release", "officer", **{**PAPERS, "id_number": CHILD["id_number"]}),
    call("/gate/scans", GATE, scans=[SCAN]),
    call("/gate/without-phone", GATE, **PAPERS, **{name: value for name, value in SCAN.items() if name != "text"}),
    *(Rightly(f"/api/v1/exchange/{kind}", NOBODY, {}, COSE) for kind in ("ask", "dispute", "answer", "key", "parcel", "outcomes")),
)
