import json
from pathlib import Path

import pytest

from mvbench.cli import main
from mvbench.families import family_of


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("gpt-4o-mini", "gpt"), ("openai/gpt-oss-120b", "gpt"), ("o3-mini", "gpt"), ("chatgpt-4o-latest", "gpt"),
        ("claude-sonnet-4", "claude"), ("models/gemini-2.5-pro", "gemini"), ("google/gemma-3-27b-it", "gemini"),
        ("Qwen/Qwen3-VL-8B-Instruct", "qwen"), ("lmms-lab/llava-onevision-qwen2-7b-ov", "qwen"),
        ("deepseek-ai/DeepSeek-R1-Distill-Qwen-7B", "qwen"), ("deepseek-chat", "deepseek"),
        ("meta-llama/Llama-3.3-70B-Instruct", "llama"), ("OpenGVLab/InternVL3-8B", "internvl"),
        ("mistral-large-latest", "mistral"), ("microsoft/phi-4", "phi"), ("THUDM/glm-4-9b", "glm"),
        ("/srv/checkpoints/mine-v2/", "mine"), ("tiny-vl", "tiny"), ("7", "unknown"),
        ("sphinx-13b", "sphinx"), ("polo1-7b", "polo"),
    ],
)  # fmt: skip
def test_families_of_models(model: str, family: str) -> None:
    assert family_of(model) == family


@pytest.mark.parametrize(("writer", "warned"), [("first-rate-9b", True), ("Qwen3-8B", False), ("template", False)])
def test_a_model_is_not_judged_on_questions_of_its_family_without_a_warning(
    writer: str, warned: bool, numbered_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    for name in ("json", "video"):
        (data / name).symlink_to(numbered_dir / name)
    (data / "manifest.json").write_text(json.dumps({"name": "mine", "writers": {writer: 3, "template": 1}}))
    words = ["--model", "first-choice", "--data", str(data), "--limit", "1", "--view", "none"]
    assert main(["eval", *words, "--out", str(tmp_path / "run")]) == 0
    said = capsys.readouterr().err
    assert (f"worded by {writer}, of the family of first-choice" in said) == warned
