"""The roles that people and machines act under, and the actions that ask for one: two closed vocabularies."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from fangxian.facts import Text


class Role(StrEnum):
    """What somebody is to the living code; whoever is several things acts under one of them at a time."""

    CITIZEN = "citizen"
    GATE = "gate"
    DOCTOR = "doctor"
    EMPLOYER_CONTACT = "employer_contact"
    SOURCE_OWNER = "source_owner"
    APPEAL_OFFICER = "appeal_officer"
    OFFICER = "officer"
    EPIDEMIOLOGIST = "epidemiologist"
    GRID_WORKER = "grid_worker"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    CLUE_OFFICER = "clue_officer"
    STREET_OFFICER = "street_officer"
    HOTLINE_OPERATOR = "hotline_operator"
    DATA_OFFICER = "data_officer"
    ADMINISTRATOR = "administrator"
    SYSTEM = "system"

    @property
    def words(self) -> Text:
        """The role's name for people."""
        return _WORDS[self]


_WORDS: Final = {
    Role.CITIZEN: Text("本人（及其监护的家人）", "citizen, with family members in care"),
    Role.GATE: Text("门岗", "gate"),
    Role.DOCTOR: Text("医生", "doctor"),
    Role.EMPLOYER_CONTACT: Text("单位联系人", "employer's contact"),
    Role.SOURCE_OWNER: Text("来源机构经办人", "source's owner"),
    Role.APPEAL_OFFICER: Text("申诉专员", "appeal officer"),
    Role.OFFICER: Text("指挥部人员", "officer"),
    Role.EPIDEMIOLOGIST: Text("流调人员", "epidemiologist"),
    Role.GRID_WORKER: Text("网格员", "grid worker"),
    Role.SUPERVISOR: Text("督办", "supervisor"),
    Role.AUDITOR: Text("审计员", "auditor"),
    Role.CLUE_OFFICER: Text("线索专员", "clue officer"),
    Role.STREET_OFFICER: Text("街道经办人", "street officer"),
    Role.HOTLINE_OPERATOR: Text("热线话务员", "hotline operator"),
    Role.DATA_OFFICER: Text("数据专员", "data officer"),
    Role.ADMINISTRATOR: Text("系统管理员", "administrator"),
    Role.SYSTEM: Text("系统自身", "the system itself"),
}


class Action(StrEnum):
    """Everything that asks who may do it; `permissions.yaml` answers for each."""

    DECLARE = "declare"
    CHECK_IN = "check_in"
    CHECK_IN_AT_PLACE = "check_in_at_place"
    SEE_OWN_CODE = "see_own_code"
    PRINT_OWN_CODE = "print_own_code"
    SEE_OWN_LOG = "see_own_log"
    DOWNLOAD_OWN_DATA = "download_own_data"
    CERTIFY_OWN_RELEASE = "certify_own_release"
    DELETE_OWN_DATA = "delete_own_data"
    ADD_FAMILY_MEMBER = "add_family_member"
    CONSENT = "consent"
    APPEAL = "appeal"
    NOT_ME = "not_me"
    VERIFY_CODE = "verify_code"
    RECORD_SCAN = "record_scan"
    REGISTER_WITHOUT_PHONE = "register_without_phone"
    ENROL_AT_SERVICE_POINT = "enrol_at_service_point"
    RELEASE_DOCUMENT = "release_document"
    EMERGENCY_PASSAGE = "emergency_passage"
    DAILY_CHECK_AT_ENTRANCE = "daily_check_at_entrance"
    REGISTER_VISITOR = "register_visitor"
    SEE_COLOUR_OF_OWN_PEOPLE = "see_colour_of_own_people"
    CONFIRM_DECLARATION = "confirm_declaration"
    ANSWER_APPEAL = "answer_appeal"
    ANSWER_APPEAL_AT_OFFICE = "answer_appeal_at_office"
    ESCALATE_APPEALS = "escalate_appeals"
    PROPOSE_DECISION = "propose_decision"
    SIGN_DECISION = "sign_decision"
    REJECT_DECISION = "reject_decision"
    SEE_SEARCHES = "see_searches"
    PROPOSE_RENEWAL = "propose_renewal"
    RENEW_POLICY = "renew_policy"
    HEAR_ALERT = "hear_alert"
    TRACE_CASE = "trace_case"
    CONFIRM_CONTACTS = "confirm_contacts"
    HAND_OUT_TASKS = "hand_out_tasks"
    ASSIGN_TASK = "assign_task"
    WORK_ON_TASK = "work_on_task"
    SUPERVISE_TASKS = "supervise_tasks"
    SETTLE_KNOCK = "settle_knock"
    ESCALATE_TASKS = "escalate_tasks"
    JUDGE_PAIR = "judge_pair"
    CONFIRM_PAIR = "confirm_pair"
    REOPEN_PAIR = "reopen_pair"
    SELF_ASSESS = "self_assess"
    ASK_DOCTOR = "ask_doctor"
    TAKE_CONSULTATION = "take_consultation"
    ANSWER_CONSULTATION = "answer_consultation"
    REFER_CONSULTATION = "refer_consultation"
    RETURN_CONSULTATION = "return_consultation"
    ANSWER_CLUE = "answer_clue"
    ROUTE_CLUE = "route_clue"
    SPLIT_CLUE = "split_clue"
    ESCALATE_CLUES = "escalate_clues"
    OPEN_CLUE_REPORTER = "open_clue_reporter"
    REPORT_FOR_CALLER = "report_for_caller"
    SEE_AUDIT = "see_audit"
