"""The notebook, lmms-eval and VLMEvalKit, question by question: every field their own code wrote."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mvbench.scoring import lmms, official, vlmevalkit

Item = dict[str, Any]


@pytest.fixture(scope="module")
def items(golden_dir: Path) -> list[Item]:
    golden = json.loads((golden_dir / "judges" / "judges.json").read_text(encoding="utf-8"))
    assert golden["items"]
    return golden["items"]


def raised(rule: Callable[..., Any], *arguments: Any) -> tuple[Any, str | None]:
    """What a rule returns, or the name of the exception it raises."""
    try:
        return rule(*arguments), None
    except (AttributeError, IndexError) as error:
        return None, type(error).__name__


def same(text: str | None, item: Item) -> str | None:
    return "=reply" if text == item["reply"] else text


def notebook_fields(item: Item) -> Item:
    reply, gold = item["reply"], official.gold_text(tuple(item["candidates"]), item["answer"])
    predictions = {"post": official.prepare(reply), "line_only": official.first_line(reply), "raw": reply}
    verdicts = {name: raised(official.check_answer, text, gold) for name, text in predictions.items()}
    return {"post_reply": predictions["post"]} | {
        name: f"raises:{error}" if error else verdict for name, (verdict, error) in verdicts.items()
    }


def lmms_fields(item: Item) -> Item:
    def scored(text: str) -> Item:
        points, error = raised(lmms.score, text, tuple(item["candidates"]), item["answer"])
        return {"raises": error} if error else {"score": points, "counted": lmms.counted(text)}

    kept = lmms.kept_reply(item["reply"])
    fields = scored(kept)
    if "raises" not in fields:
        fields["kept"] = same(kept, item)
    untagged = lmms.kept_reply(item["reply"], tags=())
    return fields | {"no_tag_stripping": scored(untagged), "functions_only": scored(item["reply"])}


def vlmevalkit_fields(item: Item) -> Item:
    choices = tuple(item["candidates"])
    came_back = vlmevalkit.file_reply(item["reply"])
    score, error = raised(vlmevalkit.score, came_back, choices, item["answer"])
    fields = (
        {"raises": error} if error else {"file_reply": same(came_back, item), "score": score, "credited": score != 0}
    )
    matched, error = raised(vlmevalkit.matches, item["reply"], choices, item["answer"])
    return fields | {"without_file": f"raises:{error}" if error else matched}


@pytest.mark.parametrize(
    ("tool", "fields"), [("notebook", notebook_fields), ("lmms", lmms_fields), ("vlmevalkit", vlmevalkit_fields)]
)
def test_every_field_equals_the_tools(items: list[Item], tool: str, fields: Callable[[Item], Item]) -> None:
    differing = {item["id"]: (fields(item), item[tool]) for item in items if fields(item) != item[tool]}
    assert differing == {}
