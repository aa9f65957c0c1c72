"""One right row of every source, in the words of the contract, and the facts that it should give."""

from typing import Any

from .conftest import ANN, BO
from .samples_of_systems import SAMPLES_OF_SYSTEMS

PERSON = {"证件类型": "居民身份证", "证件号码": ANN}
SENT = {"上报时间": "2020/2/11 12:00"}

Sample = tuple[dict[str, Any], dict[str, dict[str, Any]]]

SAMPLES: dict[str, Sample] = {
    **SAMPLES_OF_SYSTEMS,
    "health-declaration": (
        {
            "申报编号": "1",
            **PERSON,
            "姓名": "甲",
            "手机号": "13800000000",
            "国籍": "CHN",
            "申报时间": "20200211083000",
            "申领地代码": "330106",
            "体温": "36.5",
            "症状": "发热",
            "接触病例": "不确定",
            "旅居史": '[{"地区代码": "420100", "到达日期": "20200101", "离开日期": ""}]',
            **SENT,
        },
        {
            "enrolment": {"region_code": "330106", "id_type": "resident_id", "nationality": "CHN"},
            "health_declaration": {"temperature_c": 36.5, "symptoms": "fever", "contacted_case": "unsure", "stayed_in_key_area": True},
            "consent": {"purpose": "health_code", "given_to": None},
            "region_stay": {"region_code": "420100", "basis": "declared", "until_at": None},
        },
    ),
    "daily-check-in": (
        {"打卡流水号": "1", **PERSON, "打卡时间": "2020-02-11 08:30:00", "体温": "", "症状": "3^2", **SENT},
        {"check_in": {"temperature_c": None, "symptoms": "breathless,cold_like"}},
    ),
    "community-register": (
        {
            "登记编号": "1",
            **PERSON,
            "姓名": "甲",
            "居住地代码": "330106",
            "街道代码": "330106001",
            "网格编号": "G1",
            "户编号": "HH1",
            "入住日期": "1998/5/1",
            "迁出日期": "",
            **SENT,
        },
        {
            "residence": {"region_code": "330106", "street_code": "330106001", "grid_code": "G1", "until_at": None},
            "household": {"household_id": "HH1"},
        },
    ),
    "organisation": (
        {
            "登记编号": "1",
            **PERSON,
            "姓名": "甲",
            "统一社会信用代码": "91110000600037341L",
            "场所编号": "CS1",
            "所在地代码": "330106",
            "入职日期": "20190101",
            "离职日期": "",
            **SENT,
        },
        {"workplace": {"organisation_id": "91110000600037341L", "premises_id": "CS1", "region_code": "330106"}},
    ),
    "railway": (
        {
            "订单编号": "1",
            **PERSON,
            "姓名": "甲",
            "车次": "G7349",
            "乘车日期": "2020-02-11",
            "车厢": "5",
            "席位": "1A",
            "上车地代码": "330106",
            "下车地代码": "310101",
            "开车时间": "2020/2/11 9:00",
            "到达时间": "2020/2/11 10:00",
            **SENT,
        },
        {
            "trip": {
                "mode": "train",
                "number": "G7349",
                "carriage": "5",
                "seat": "1A",
                "from_region_code": "330106",
                "to_region_code": "310101",
            }
        },
    ),
    "aviation": (
        {
            "订单编号": "1",
            **PERSON,
            "旅客姓名": "甲",
            "航班号": "CA0027",
            "航班日期": "2020-02-11",
            "座位": "12C",
            "出发地代码": "110113",
            "到达地代码": "330109",
            "起飞时间": "20200211090000",
            "到达时间": "",
            **SENT,
        },
        {"trip": {"mode": "aircraft", "number": "CA27", "carriage": None, "seat": "12C", "until_at": None}},
    ),
    "crew-roster": (
        {
            "值乘编号": "1",
            **PERSON,
            "姓名": "甲",
            "岗位": "列车员",
            "交通方式": "火车",
            "班次": "g7349",
            "值乘日期": "2020-02-11",
            "车厢": "5",
            "首排": "",
            "末排": "",
            "开始时间": "2020/2/11 9:00",
            "结束时间": "2020/2/11 12:00",
            **SENT,
        },
        {"crew_duty": {"mode": "train", "number": "G7349", "carriage": "5", "first_row": None}},
    ),
    "operator-cells": (
        {"记录编号": "1", **PERSON, "网格编号": "X12Y7", "进入时间": "2020/1/5 8:00", "离开时间": "2020/1/5 14:00", **SENT},
        {"cell_presence": {"cell_id": "X12Y7"}},
    ),
    "operator-roaming": (
        {"记录编号": "1", **PERSON, "到访地代码": "420100", "到达时间": "2020/1/5 8:00", "离开时间": "2020/1/5 14:00", **SENT},
        {"region_stay": {"region_code": "420100", "basis": "roaming"}},
    ),
    "checkpoint": (
        {
            "登记编号": "1",
            **PERSON,
            "姓名": "甲",
            "卡口编号": "K1",
            "卡口所在地代码": "330106",
            "来源地代码": "420100",
            "通过时间": "2020/2/11 8:00",
            "额温": "36.4",
            **SENT,
        },
        {"checkpoint_pass": {"region_code": "330106", "checkpoint_id": "K1", "came_from_region_code": "420100", "temperature_c": 36.4}},
    ),
    "gate-scan": (
        {
            "扫码流水号": "1",
            **PERSON,
            "场所编号": "CS1",
            "所在地代码": "330106",
            "扫码时间": "2020/2/11 8:00",
            "离开时间": "",
            "结果": "紧急",
            "体温": "37.4",
            "测温部位": "耳温",
            **SENT,
        },
        {
            "gate_visit": {"region_code": "330106", "place_id": "CS1", "outcome": "emergency", "until_at": None},
            "temperature_reading": {"temperature_c": 37.4, "site": "ear", "place_id": "CS1"},
        },
    ),
    "fever-clinic": (
        {"就诊编号": "1", **PERSON, "姓名": "甲", "医院编号": "YY1", "就诊时间": "2020/2/11 8:00", "结论": "未发热", **SENT},
        {"fever_clinic_visit": {"hospital_id": "YY1", "outcome": "no_fever"}},
    ),
    "pharmacy": (
        {"购药编号": "1", **PERSON, "药店编号": "YD1", "药品类别": "退热", "购药时间": "2020/2/11 8:00", **SENT},
        {"fever_medicine_purchase": {"pharmacy_id": "YD1", "medicine_class": "antipyretic"}},
    ),
    "laboratory": (
        {
            "标本编号": "2",
            **PERSON,
            "采样时间": "2020/2/11 8:00",
            "检测方法": "IgM",
            "结果": "POS",
            "机构编号": "JG1",
            "报告时间": "2020/2/11 12:00",
            "更正标本编号": "1",
        },
        {
            "lab_test": {"method": "antibody_igm", "outcome": "positive", "laboratory_id": "JG1"},
            "withdrawal": {"fact_type": "lab_test", "reason": "wrong_value"},
        },
    ),
    "disease-control": (
        {
            "报告编号": "2",
            **PERSON,
            "姓名": "甲",
            "诊断状态": "临床诊断",
            "诊断时间": "2020/2/11 8:00",
            "发病日期": "2020/2/9",
            "医院编号": "YY1",
            "订正报告编号": "1",
            **SENT,
        },
        {
            "diagnosis": {"status": "clinically_confirmed", "hospital_id": "YY1"},
            "withdrawal": {"fact_type": "diagnosis", "reason": "wrong_value"},
        },
    ),
    "isolation": (
        {"措施编号": "1", **PERSON, "姓名": "甲", "措施": "集中", "开始时间": "2020/2/11 8:00", "隔离点编号": "GL1", **SENT},
        {"medical_measure": {"kind": "central", "site_id": "GL1"}},
    ),
    "control-list": (
        {
            "名单编号": "1",
            **PERSON,
            "动作": "列入",
            "决定时间": "2020/2/11 8:00",
            "依据类型": "诊断",
            "依据编号": "disease-control:2",
            "决定机关": "GA1",
            **SENT,
        },
        {"control_list_entry": {"action": "listed", "cites_fact_type": "diagnosis", "listed_by": "GA1"}},
    ),
    "tracing": (
        {
            "流调编号": "1",
            **PERSON,
            "接触类别": "密切",
            "场景": "火车",
            "首次接触时间": "2020/2/11 8:00",
            "末次接触时间": "2020/2/11 9:00",
            "病例报告编号": "2",
            **SENT,
        },
        {"exposure": {"contact_class": "close", "setting": "train"}},
    ),
    "infection-link": (
        {
            "认定编号": "1",
            **PERSON,
            "认定时间": "2020/2/11 8:00",
            "传染者报告编号": "2",
            "认定": "加入",
            "依据": "测序",
            "认定人编号": "LD1",
            **SENT,
        },
        {"infection_link": {"finding": "added", "grounds": "genome", "found_by": "LD1"}},
    ),
    "doctor-confirmation": (
        {"确认编号": "1", **PERSON, "确认时间": "2020/2/11 8:00", "结论": "排除发热", "申报编号": "1", "医生编号": "YS1", **SENT},
        {"doctor_confirmation": {"finding": "fever_excluded", "doctor_id": "YS1"}},
    ),
    "personal-decision": (
        {
            "决定编号": "1",
            **PERSON,
            "生效时间": "2020/2/11 8:00",
            "规则": "diagnosed",
            "事实编号": "disease-control:2",
            "理由": "认错人",
            "第一签署人": "QS1",
            "第二签署人": "QS2",
            **SENT,
        },
        {"personal_decision": {"rule": "diagnosed", "reason": "wrong_person", "first_signer_id": "QS1", "second_signer_id": "QS2"}},
    ),
    "guardianship": (
        {
            "登记编号": "1",
            **PERSON,
            "代办人证件类型": "居民身份证",
            "代办人证件号码": BO,
            "关系": "父母",
            "开始日期": "2020/2/11",
            "结束日期": "",
            **SENT,
        },
        {"guardianship": {"relation": "parent", "until_at": None}},
    ),
    "withdrawal": (
        {
            "撤回编号": "1",
            **PERSON,
            "事实类型": "diagnosis",
            "事实编号": "disease-control:2",
            "撤回时间": "2020/2/11 8:00",
            "原因": "病例排除",
            **SENT,
        },
        {"withdrawal": {"fact_type": "diagnosis", "reason": "case_excluded"}},
    ),
    "area-bulletin": (
        {
            "通报编号": "1",
            "地区代码": "330106",
            "统计日期": "20200211",
            "累计确诊": "12",
            "本地病例": "10",
            "疑似": "",
            "治愈": "3",
            "死亡": "0",
            "常住人口": "820000",
            "累计检测": "500",
            **SENT,
        },
        {
            "area_cases": {
                "region_code": "330106",
                "confirmed_total": 12,
                "local_total": 10,
                "suspected_total": None,
                "cured_total": 3,
                "dead_total": 0,
                "population": 820_000,
                "tested_total": 500,
            }
        },
    ),
    "area-cluster": (
        {"事件编号": "1", "地区代码": "330106", "末例确诊时间": "2020/2/11 8:00", "场所类别": "家庭", "病例数": "3", **SENT},
        {"area_cluster": {"region_code": "330106", "setting": "household", "cases": 3}},
    ),
    "published-trip": (
        {
            "公布编号": "1",
            "乘车日期": "2020-02-11",
            "交通方式": "火车",
            "班次": "G7349次",
            "车厢": "5",
            "座位": "",
            "区间": "杭州—温州",
            "公布地区代码": "330000",
            "来源链接": "https://health.example/1",
            **SENT,
        },
        {"published_trip": {"region_code": "330000", "mode": "train", "number": "G7349", "carriage": "5", "seats": None}},
    ),
    "hong-kong-trips": (
        {
            "Flight/Train/Ship number": "Fight BA027",
            "Departure & arrival": "London → Hong Kong",
            "Date of travel": "09/02/2020",
            "Related probable/confirmed cases": "1",
            "Seat Number (if known)": "14E",
        },
        {"published_trip": {"region_code": "810000", "mode": "aircraft", "number": "BA27", "seats": "14E"}},
    ),
    "city-cases": (
        {"date": "2020-02-11", "province": "四川省", "city": "成都市", "confirmed": "12", "suspected": "0", "cured": "1", "dead": "0"},
        {"area_cases": {"region_code": "510100", "confirmed_total": 12}},
    ),
    "wenzhou-county-cases": (
        {"date": "2020-02-11", "areaName": "龙港市", "confirmedCount": "9", "curedCount": "1", "deadCount": ""},
        {"area_cases": {"region_code": "330383", "confirmed_total": 9, "dead_total": None}},
    ),
}
