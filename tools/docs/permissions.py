"""The permission matrix: every action, who may do it, within what, and what else it takes."""

from fangxian.work.permissions import PERMISSIONS, Limit, Permission
from fangxian.work.roles import Role
from tools.docs.language import Language, page, table, written_from

SOURCE = "permissions.yaml (fangxian.work)"


def permissions() -> str:
    """Return the page, in both languages: the matrix, and what the limits mean."""
    return page(
        "# 权限表 · Who may do what",
        written_from(Language.ZH, SOURCE) + "\n>\n" + written_from(Language.EN, SOURCE),
        "每个动作由哪些角色、在什么范围内办理，是否需要双重验证，是否须由另一人办理。表中没有的组合一律拒绝；颜色不在其中：没有任何角色可以设定颜色。",
        "For every action: which roles may do it and within what, whether it takes a second factor, whether somebody else must have taken "
        "the first step. What the table does not allow is refused. No role can set a colour: that is no action.",
        table(
            ("动作 Action", "角色与范围 Roles, and within what", "双重验证 Second factor", "第二人 Second person"),
            map(_row, PERMISSIONS.values()),
        ),
        "## 范围 · Limits",
        table(
            ("范围 Limit", "含义 Meaning"),
            ((f"`{limit}`", f"{limit.words.zh} · {limit.words.en}") for limit in Limit),
        ),
        "辖区按行政区划代码：330100 的人员看得到 330106，看不到 330200。没有居住地记录的人归政策所在辖区。",
        "Areas go by GB/T 2260: an officer of 330100 sees 330106 and not 330200. Whoever has no known home belongs to the policy's region.",
        "## 角色 · Roles",
        table(
            ("角色 Role", "含义 Meaning", "可办 May do"),
            ((f"`{role}`", f"{role.words.zh} · {role.words.en}", ", ".join(f"`{action}`" for action in _of(role))) for role in Role),
        ),
    )


def _row(permission: Permission) -> tuple[str, ...]:
    roles = "<br>".join(f"{role.words.zh} {role.words.en}: `{limit}`" for role, limit in permission.roles.items())
    title = f"`{permission.action}`<br>{permission.title.zh} · {permission.title.en}"
    return title, roles, _tick(permission.second_factor), _tick(permission.second_person)


def _of(role: Role) -> list[str]:
    return [action for action, permission in PERMISSIONS.items() if role in permission.roles]


def _tick(needed: bool) -> str:
    return "需要 yes" if needed else ""
