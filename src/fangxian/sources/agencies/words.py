"""Words that several sources share."""

from typing import Final

SYMPTOMS: Final = {
    "1": "",
    "2": "cold_like",
    "3": "breathless",
    "4": "digestive",
    "5": "palpitation",
    "6": "conjunctivitis",
    "7": "other",
    "无": "",
    "发热": "fever",
    "咳嗽": "cough",
    "乏力": "cold_like",
    "腹泻": "digestive",
    "气促": "breathless",
}
"""The numbers of the national form of 2020, and the words that platforms use beside them; 1 and 无 are none."""

_COUNTRIES: Final = {
    "中国": "CHN",
    "美国": "USA",
    "日本": "JPN",
    "韩国": "KOR",
    "英国": "GBR",
    "法国": "FRA",
    "德国": "DEU",
    "意大利": "ITA",
    "西班牙": "ESP",
    "伊朗": "IRN",
    "俄罗斯": "RUS",
    "加拿大": "CAN",
    "澳大利亚": "AUS",
    "新西兰": "NZL",
    "印度": "IND",
    "巴基斯坦": "PAK",
    "泰国": "THA",
    "越南": "VNM",
    "新加坡": "SGP",
    "马来西亚": "MYS",
    "菲律宾": "PHL",
    "印度尼西亚": "IDN",
    "缅甸": "MMR",
    "巴西": "BRA",
    "尼日利亚": "NGA",
    "埃及": "EGY",
    "南非": "ZAF",
}

NATIONALITIES: Final = {**_COUNTRIES, **{code: code for code in _COUNTRIES.values()}}
"""Countries as platforms name them, and their ISO 3166 alpha-3 codes. No rule may read it."""
