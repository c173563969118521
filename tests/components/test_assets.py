"""What a page loads is here, licensed, and asks no other host."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ASSETS = Path(__file__).resolve().parents[2] / "assets"
STYLES = sorted(ASSETS.rglob("*.css"))
SCRIPTS = sorted(ASSETS.glob("*.js"))


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_a_style_sheet_loads_only_what_lies_beside_it(path):
    """Every url() and @import names a file of this repository or inline data."""
    text = path.read_text()
    assert "@import" not in text
    for address in re.findall(r"url\(\s*[\"']?([^\"')]+)", text):
        if address.startswith("data:"):
            continue
        assert (path.parent / address.partition("?")[0]).is_file(), address


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_our_scripts_write_no_markup_and_ask_no_other_host(path):
    """Text is written as text: no innerHTML, no eval, no address with a host."""
    text = path.read_text()
    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert word not in text
    assert not re.findall(r"https?://(?!x[\"'])", text)


def test_every_vendored_thing_has_its_license():
    """Beside what we did not write stands on what terms we have it."""
    licenses = {path.stem for path in (ASSETS / "vendor" / "licenses").glob("*.txt")}
    assert licenses == {"bootstrap", "bootstrap-icons", "inter", "plotly.js"}


def test_plotly_is_the_small_bundle_and_takes_its_place():
    """The bundle sets window.Plotly, which dcc.Graph then uses, and has the traces we draw."""
    text = (ASSETS / "vendor" / "03-plotly-cartesian.min.js").read_text()
    assert "window.Plotly = Plotly" in text
    assert len(text) < 1_600_000


def test_vendored_sheets_load_in_their_order():
    """Dash loads assets alphabetically; the numbers keep Bootstrap first."""
    names = [path.name for path in STYLES if path.parent.name == "vendor"]
    assert names == ["00-bootstrap.min.css", "01-bootstrap-icons.min.css", "02-inter.css"]


def contrast(first: str, second: str) -> float:
    def light(color: str) -> float:
        parts = [int(color[index : index + 2], 16) / 255 for index in (1, 3, 5)]
        linear = [
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        ]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    bright, dark = sorted((light(first), light(second)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", ["text", "muted", "good", "warn", "act", "unknown"])
def test_text_is_readable_in_both_themes(theme, name):
    """Every text color has a contrast of 4.5 against panels, bars and the page (WCAG AA)."""
    text = (ASSETS / "deskwatch.css").read_text()
    block = r"^html(?:\[data-bs-theme=\"dark\"\])? \{(.*?)\n\}"
    blocks = re.findall(block, text, re.DOTALL | re.MULTILINE)
    colors = {}
    for block in blocks[: 1 if theme == "light" else 2]:
        for key, value in re.findall(r"--dw-([a-z0-9-]+): (#[0-9a-f]{3,6})\b", block):
            colors[key] = (
                value if len(value) == 7 else "#" + "".join(2 * part for part in value[1:])
            )
    grounds = ["surface", "raised", "bg", *([f"{name}-soft"] if f"{name}-soft" in colors else [])]
    for ground in grounds:
        assert contrast(colors[name], colors[ground]) >= 4.5, ground
