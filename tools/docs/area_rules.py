"""The rule book of the areas: every scheme, its levels and its rule in each wording."""

from collections.abc import Mapping

from fangxian.area.rule import area_rule
from fangxian.area.scheme import AreaWording, Scheme, all_schemes
from fangxian.facts import Text
from tools.docs.language import Language, facts_about, heading, page, written_from
from tools.docs.wordings import EVIDENCE, WHAT_EVIDENCE_MEANS, dates, parameters, region_name, zone_name


def area_rules(language: Language) -> str:
    """Return the rule book of the areas in one language."""
    return page(
        language.say("# 规则手册：区域等级", "# Rule book: levels of areas"),
        written_from(language, "src/fangxian/policy/*/area.yaml"),
        language.say(
            "区域等级只由病例事实算出；没有数据的县为灰色，不作推测。等级本身又是事实，供健康码规则按日期引用。",
            "Levels are computed from case facts only; a county without data is grey, not guessed at. A level is itself a fact, which "
            "the rules of the codes read by date.",
        ),
        language.of(WHAT_EVIDENCE_MEANS),
        *(_scheme(scheme, language) for scheme in all_schemes()),
    )


def _scheme(scheme: Scheme, language: Language) -> str:
    anywhere = language.say("任何有数据的地区", "any region that has counts")
    about = facts_about(
        language,
        (
            (Text("适用", "Applies to"), region_name(scheme.region_code, language) if scheme.region_code else anywhere),
            (Text("等级（由轻到重）", "Levels, mildest first"), " · ".join(language.of(words) for words in scheme.levels.values())),
            (Text("时区", "Zone"), zone_name(scheme.zone, scheme.utc_offset)),
            (Text("出处", "Reference"), language.of(scheme.reference)),
        ),
    )
    wordings = (_wording(wording, scheme.levels, language) for wording in scheme.wordings)
    return page(
        f'<a id="{scheme.name}"></a>\n\n## {language.of(scheme.title)} `{scheme.name}`',
        about,
        parameters([scheme.stands_days], language, {}),
        *wordings,
    )


def _wording(wording: AreaWording, levels: Mapping[str, Text], language: Language) -> str:
    colon, title = language.say("：", ": "), heading(language.of(area_rule(wording.rule).title))
    return page(
        f"### {title}{language.say('，', ', ')}{dates(wording.since, wording.until, language)}",
        language.of(wording.text),
        f"- {language.say('何时变化', 'What changes it')}{colon}{language.of(wording.changes)}\n"
        f"- {language.say('出处', 'Reference')}{colon}{language.of(wording.reference)}\n"
        f"- {language.say('依据', 'Evidence')}{colon}{language.of(EVIDENCE[wording.evidence])}",
        parameters(wording.parameters.values(), language, levels),
    )
