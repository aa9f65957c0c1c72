"""A table of moves as a state diagram and as a table: one way of drawing them for every page."""

from collections.abc import Iterable

from fangxian.facts import Text
from fangxian.work.permissions import PERMISSIONS
from fangxian.work.roles import Action
from tools.docs.language import table

BY_TIME = Text("时限届满", "by time alone")


def diagram(moves: Iterable[tuple[Text, Text, Text]], opened: tuple[tuple[Text, Text], ...]) -> str:
    """Return a state diagram that begins with each of `opened`; states that nothing leads from end."""
    found = list(moves)
    names = list(dict.fromkeys([state for move in found for state in move[:2]]))
    number = {state: f"s{place}" for place, state in enumerate(names)}
    ends = [state for state in names if state not in {move[0] for move in found}]
    lines = [f'    state "{state.zh} {state.en}" as {number[state]}' for state in names]
    lines += [f"    [*] --> {number[state]}: {why.zh} {why.en}".rstrip(": ") for state, why in opened]
    lines += [f"    {number[state]} --> {number[to]}: {title.zh} {title.en}" for state, to, title in found]
    lines += [f"    {number[state]} --> [*]" for state in ends]
    return "```mermaid\nstateDiagram-v2\n" + "\n".join(lines) + "\n```"


Actions = Action | tuple[Action | None, ...] | None
"""By what a move is made: an action, any of several, time alone (None), or either."""


def moves_table(moves: Iterable[tuple[Text, Text, Actions]]) -> str:
    """Return who makes which move by which action."""
    rows = (
        (both(state), both(to), ", ".join(f"`{action}`" if action else both(BY_TIME) for action in _each(actions)), _roles(actions))
        for state, to, actions in moves
    )
    return table(("自 From", "至 To", "动作 Action", "谁 Who"), rows)


def title_of(actions: Actions) -> Text:
    """Return what a move is called."""
    titles = [PERMISSIONS[action].title if action else BY_TIME for action in _each(actions)]
    return Text(" / ".join(title.zh for title in titles), " / ".join(title.en for title in titles))


def both(text: Text) -> str:
    """Return a text in both languages."""
    return f"{text.zh} {text.en}"


def _each(actions: Actions) -> tuple[Action | None, ...]:
    return actions if isinstance(actions, tuple) else (actions,)


def _roles(actions: Actions) -> str:
    return ", ".join(dict.fromkeys(both(role.words) for action in _each(actions) if action for role in PERMISSIONS[action].roles))
