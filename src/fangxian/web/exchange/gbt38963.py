"""The seven interfaces of GB/T 38963-2020, section 6, over the same services as our own pages: another spelling, nothing else.

The standard's text was not available: that these seven exist, and that a code is carried in bizExtData, is sourced; methods, paths and
most names are our own reading (docs/exchange.md says which).
"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request

from fangxian.exchange.checking import check_code
from fangxian.facts import Text
from fangxian.policy.colour import Colour
from fangxian.services import accounts, appeal_words, declaring, issuing, looking, members
from fangxian.services.accounts import Session
from fangxian.services.documents import document
from fangxian.services.living import CITIZEN, Living
from fangxian.services.questionnaire import region_called
from fangxian.services.refusals import BadAnswerError, RefusedError
from fangxian.store.gate_devices import Device, devices_of
from fangxian.web.api.citizen import key_point, session_in
from fangxian.web.api.saying import both, reason_of, utc
from fangxian.web.bearer import bearer_of
from fangxian.web.exchange.gbt_forms import Application, Correction, PhoneKey, Report, Shown, TripReport
from fangxian.work.appeal import Ground
from fangxian.work.appealing import open_appeal
from fangxian.work.permissions import Principal
from fangxian.work.roles import Role

# No postponed annotations here, as in `api.citizen`.
NOTHING_FOUND = "未见异常"
"""What hasWarm says in the national form where nothing was found."""


def gbt38963_api(living: Living) -> APIRouter:
    """Return the routes; whoever calls them has a session of a phone, or, to verify, a gate's token."""
    router = APIRouter(prefix="/gbt38963", tags=["GB/T 38963"])
    mine = Annotated[Session, Depends(session_in(living))]

    def own(session: mine) -> members.Member:
        return members.member_at(living, session.phone_index, members.OWN)

    me = Annotated[members.Member, Depends(own)]

    def gate(request: Request) -> Device:
        (found,) = devices_of(living.store, [bearer_of(request.headers)])
        if found is None:
            raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
        return found

    @router.post("/declaration", openapi_extra={"x-action": "declare"})
    def declaration(given: Report, member: me) -> dict[str, Any]:
        """User health declaration 用户健康申报."""
        declaring.declare(living, member.person_id, living.read("declaration", given.answers()))
        return _state(living, member)

    @router.post("/trip-declaration", openapi_extra={"x-action": "declare"})
    def trip_declaration(given: TripReport, member: me) -> dict[str, Any]:
        """User trip declaration 用户行程申报."""
        declaring.declare_trip(living, member.person_id, given.said(_regions(living, given)))
        return _state(living, member)

    @router.get("/query", openapi_extra={"x-action": "see_own_code"})
    def query(member: me) -> dict[str, Any]:
        """User health query 用户健康查询: of oneself; nobody is found here by name and number."""
        return _state(living, member)

    @router.post("/application", openapi_extra={"x-action": "declare"})
    def application(given: Application, session: mine) -> dict[str, Any]:
        """Code call application 码调用申请."""
        identity, answers = living.read("identity", given.identity()), living.read("declaration", given.answers())
        shown = document(identity["id_type"], identity["id_number"] or "", on=living.today(living.clock()))
        phone = accounts.phone_number(given.phone)
        declaring.enrol(living, identity, shown, answers, phone_index=session.phone_index, phone=phone)
        return _state(living, own(session))

    @router.post("/minting", openapi_extra={"x-action": "see_own_code"})
    def minting(given: PhoneKey, member: me) -> dict[str, str]:
        """Code minting 制码: the day credential that the phone completes each minute."""
        issued = issuing.issue_day(living, member, key_point(given.phoneKey))
        return {"bizExtData": issued.text, "healthyStaus": issued.colour.level, "validUntil": utc(issued.valid_until)}

    @router.post("/verification", openapi_extra={"x-action": "verify_code"})
    def verification(given: Shown, device: Annotated[Device, Depends(gate)]) -> dict[str, str | None]:
        """Code verification 验码, by a gate; a code of another region is asked about there."""
        found = check_code(living, given.bizExtData, gate=f"gate-{device.gate_id}")
        level = found.colour.level if found.colour else None
        return {"outcome": found.outcome, "colour": found.colour, "healthyStaus": level, "desensitizeName": found.masked_name}

    @router.post("/correction", status_code=201, openapi_extra={"x-action": "appeal"})
    def correction(given: Correction, member: me) -> dict[str, str]:
        """Health-information correction 健康信息更正: an appeal about one of the facts that a query named."""
        reasons, at = looking.own_code(living, member.person_id).reasons, living.clock()
        fact = next((seen for reason in reasons for seen in reason.because if seen.mark == given.fact), None)
        if fact is None:
            raise RefusedError(Text("没有这条事实，请重新查询。", "There is no such fact; query again."))
        appeal = open_appeal(
            living.store,
            Principal(subject=CITIZEN, roles=frozenset({Role.CITIZEN}), person_ids=frozenset({member.person_id})),
            person_id=member.person_id,
            fact_type=fact.fact_type.name,
            fact_id=fact.values["fact_id"],
            ground=Ground(given.ground),
            words=given.words,
            seal=appeal_words.sealing(living, member.person_id, appeal_words.SAID, at=at),
            policy=living.policy,
            at=at,
        )
        return {"owner": appeal.owner, "dueAt": utc(appeal.due_at)}

    return router


def _state(living: Living, member: members.Member) -> dict[str, Any]:
    seen = looking.own_code(living, member.person_id)
    warnings = [both(reason.wording.text) for reason in seen.reasons]
    return {
        "desensitizeName": member.masked_name,
        "healthyStaus": seen.colour.level if seen.colour else None,
        "colour": seen.colour,
        "hasWarm": NOTHING_FOUND if seen.colour is Colour.GREEN else "",
        "warmMsgs": warnings,
        "reasons": [reason_of(living.policy, reason) for reason in seen.reasons],
    }


def _regions(living: Living, trip: TripReport) -> dict[str, str]:
    """Return the codes of a trip's regions; raises BadAnswerError naming each that cannot be told."""
    found, problems = {}, {}
    for name, said in (("fromRegion", trip.fromRegion), ("toRegion", trip.toRegion)):
        try:
            found[name] = region_called(said, trip.date, near=living.region_code)
        except ValueError as error:
            problems[name] = error.args[0]
    if not living.today(living.clock()) >= trip.date >= living.policy.since.replace(year=living.policy.since.year - 1):
        problems["date"] = Text("日期不能晚于今天，也不能太早。", "The day cannot be after today, nor long ago.")
    if problems:
        raise BadAnswerError(problems)
    return found
