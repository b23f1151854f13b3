"""What every page carries in itself: pinned, licensed, and with colours that can be read."""

import hashlib
import re
from importlib.resources import files

import pytest

from mvbench.report import assets
from mvbench.report.inline import embedded, environment, inlined

STYLE = assets.text("style.css")


def test_the_chart_script_is_the_one_that_is_pinned() -> None:
    digest, name = assets.text("SHA256SUMS").split()
    content = files(assets).joinpath(name).read_bytes()
    assert hashlib.sha256(content).hexdigest() == digest
    assert b"Chart.js v4.6.1" in content[:60] and "MIT License" in assets.text("chart.LICENSE.md")


def colours() -> dict[str, tuple[str, str]]:
    return {name: (light, dark) for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#\w+), (#\w+)\)", STYLE)}


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("ink", "papers"),
    [
        ("ink", ["paper", "panel", "sunk", "accent-soft", "warn-soft", "right-soft", "wrong-soft"]),
        ("quiet", ["paper", "panel", "sunk"]),
        ("accent", ["paper", "panel", "accent-soft"]),
        ("warn", ["paper", "panel", "warn-soft"]),
        ("right", ["panel", "paper", "right-soft"]),
        ("wrong", ["panel", "paper", "wrong-soft"]),
        ("on-accent", ["accent"]),
    ],
)
def test_text_can_be_read_in_both_themes(ink: str, papers: list[str], theme: int) -> None:
    named = colours()
    for paper in papers:
        assert contrast(named[ink][theme], named[paper][theme]) >= 4.5, paper


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_bars_stand_out_from_their_panel(theme: int) -> None:
    named = colours()
    for place in range(1, 7):
        minimum = 2.0 if place == 2 else 3.0  # the orange of the palette is light; its bars have neighbours
        assert contrast(named[f"series-{place}"][theme], named["panel"][theme]) >= minimum


def test_data_in_a_page_cannot_end_its_script() -> None:
    text = str(embedded({"</script>": "<!-- & \u2028\u2029"}))
    assert not re.search("[<>&\u2028\u2029]", text)


def test_a_template_escapes_what_it_is_given() -> None:
    made = environment("mvbench.report").from_string("{{ text }}{{ text | embedded }}")
    assert "<" not in made.render(text="<b>")


def test_a_script_with_the_end_of_one_in_it_is_refused() -> None:
    with pytest.raises(AssertionError):
        inlined("const text = '</SCRIPT>'")
