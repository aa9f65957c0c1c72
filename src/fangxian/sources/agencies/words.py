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
