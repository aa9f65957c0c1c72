"""How a person is: what was declared, measured, tested and diagnosed."""

from typing import Final

from fangxian.facts.fact import INSTANT, PersonFact, Promise, Retention, column
from fangxian.facts.text import Text
from fangxian.facts.words import SYMPTOM_WORDS

SYMPTOMS: Final = ("fever", "cough", "cold_like", "breathless", "digestive", "palpitation", "conjunctivitis", "other")
"""Symptom words: the groups of the national report form of 2020, with fever and cough apart where a source tells them apart."""

_SYMPTOMS_EN = "Symptoms, sorted and comma-joined; empty when there are none: " + ", ".join(SYMPTOMS) + "."
_SYMPTOMS_ZH = "症状，排序后以逗号连接；无症状时为空串：" + "、".join(f"{word}（{SYMPTOM_WORDS[word].zh}）" for word in SYMPTOMS) + "。"
_TEMPERATURE = ("float64", "Body temperature, as it was told.", "所报体温。")
BODY_TEMPERATURE: Final = (30.0, 45.0)


class TemperatureReading(PersonFact):
    """A guard took a person's temperature at a gate."""

    title = Text("门岗测温", "temperature reading")
    meaning = Text("门岗为某人测量的体温。", "A person's temperature, taken by a guard at a gate.")
    retention = Retention.HEALTH

    from_at = column(INSTANT, "When it was taken.", "测量时刻。")
    temperature_c = column("float64", "The reading.", "读数。", unit="°C", between=BODY_TEMPERATURE)
    site = column("string", "Where on the body.", "测量部位。", one_of=("forehead", "axillary", "ear"))
    place_id = column("string", "Which place.", "场所编号。", optional=True)


class HealthDeclaration(PersonFact):
    """A person's declaration on applying for a code: temperature, symptoms, stays and contacts.

    Places that are declared become facts of their own (`region_stay`, basis `declared`).
    """

    title = Text("健康申报", "health declaration")
    meaning = Text(
        "某人申领健康码时的申报：体温、症状、旅居与接触。所申报的旅居地另成事实（`region_stay`，依据 `declared`）。",
        "What a person declares when applying for a code.",
    )
    retention = Retention.HEALTH

    from_at = column(INSTANT, "When it was made.", "申报时刻。")
    temperature_c = column(*_TEMPERATURE, optional=True, unit="°C", between=BODY_TEMPERATURE)
    symptoms = column("string", _SYMPTOMS_EN, _SYMPTOMS_ZH)
    contacted_case = column(
        "string",
        "Whether there was contact with a case in the last 14 days.",
        "过去 14 天内是否接触过病例。",
        one_of=("yes", "no", "unsure"),
    )
    stayed_in_key_area = column(
        "boolean", "Whether the person says to have been in a key area in the last 14 days.", "自述过去 14 天内到过重点地区。"
    )


class CheckIn(PersonFact):
    """A person's report of the day's health."""

    title = Text("每日打卡", "daily check-in")
    meaning = Text("某人当日健康状况的报告。", "A person's report of the day's health.")
    retention = Retention.HEALTH

    from_at = column(INSTANT, "When it was made; it stands for the local day it was made on.", "打卡时刻；所报为当地当日的状况。")
    temperature_c = column(*_TEMPERATURE, optional=True, unit="°C", between=BODY_TEMPERATURE)
    symptoms = column("string", _SYMPTOMS_EN, _SYMPTOMS_ZH)


class FeverClinicVisit(PersonFact):
    """A person was seen at a fever clinic."""

    title = Text("发热门诊就诊", "fever-clinic visit")
    meaning = Text("某人在发热门诊就诊及结果。", "A person was seen at a fever clinic, with what was found.")
    retention = Retention.HEALTH

    from_at = column(INSTANT, "When the person was seen.", "就诊时刻。")
    hospital_id = column("string", "Which hospital.", "医院编号。")
    outcome = column("string", "What was found.", "结果。", one_of=("fever", "no_fever", "referred"))


class FeverMedicinePurchase(PersonFact):
    """A person bought medicine against fever or cough. No rule that ships lets it colour a code."""

    title = Text("购买退热止咳药", "fever medicine bought")
    meaning = Text("某人实名购买退热、止咳类药品。随附的规则均不据此赋色。", "A person bought fever or cough medicine; it colours nothing.")
    retention = Retention.HEALTH

    from_at = column(INSTANT, "When it was bought.", "购买时刻。")
    pharmacy_id = column("string", "Which pharmacy.", "药店编号。")
    medicine_class = column("string", "Kind of medicine.", "药品类别。", one_of=("antipyretic", "cough", "antibiotic", "antiviral"))


class LabTest(PersonFact):
    """A laboratory's verdict on one specimen from one person."""

    title = Text("检测", "laboratory test")
    meaning = Text("实验室对某人一份标本的结论。", "A laboratory's verdict on one specimen from one person.")
    retention = Retention.HEALTH
    promises = (Promise(Text("结论不早于采样", "a verdict is not known before its specimen is taken"), lambda t: t.known_at >= t.from_at),)

    from_at = column(INSTANT, "When the specimen was taken: what the verdict is about.", "采样时刻。")
    method = column("string", "Kind of test.", "检测方法。", one_of=("pcr", "antibody_igm", "antibody_igg", "antigen"))
    outcome = column("string", "The verdict.", "结论。", one_of=("positive", "negative", "invalid"))
    laboratory_id = column("string", "Which laboratory.", "检测机构编号。", optional=True)


class Diagnosis(PersonFact):
    """A step in a person's course, as reported by a hospital or a disease-control centre."""

    title = Text("诊断", "diagnosis")
    meaning = Text("医疗机构或疾控中心报告的病程节点。", "A step in a person's course, as a hospital or disease-control centre reports it.")
    retention = Retention.CONTROL

    from_at = column(INSTANT, "Since when it holds.", "自何时起成立。")
    status = column(
        "string",
        "Suspected, confirmed (by laboratory or clinically), asymptomatic, excluded, or discharged.",
        "疑似、确诊（实验室或临床诊断）、无症状感染者、排除、出院。",
        one_of=("suspected", "confirmed", "clinically_confirmed", "asymptomatic", "excluded", "discharged"),
    )
    onset_on = column("date", "Day of first symptoms.", "发病日期。", optional=True)
    hospital_id = column("string", "Which hospital.", "医院编号。", optional=True)


class DoctorConfirmation(PersonFact):
    """An examining doctor's finding about a person's declaration or fever."""

    title = Text("医生确认", "doctor's confirmation")
    meaning = Text("体检医生对某人申报或发热情况的确认。", "An examining doctor's finding about a person's declaration or fever.")
    retention = Retention.HEALTH

    from_at = column(INSTANT, "When the doctor signed.", "签署时刻。")
    finding = column("string", "What was found.", "结论。", one_of=("healthy", "fever_excluded", "referred"))
    about_fact_id = column("int64", "The declaration it confirms.", "所确认的申报。", optional=True)
    doctor_id = column("string", "Who signed.", "签署医生编号。", rules_may_read=False)
