"""What the repository says of itself is true: commands, links, pins, sizes, decisions."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import settings  # noqa: TID251 - the example is held to what the door accepts

ROOT = Path(__file__).resolve().parent.parent
ROOMS = (
    *("assets", "components", "data_sources", "demo"),
    *("desk", "ledger", "metrics", "pages", "web"),
)
MOST_LINES = 300
PIN = re.compile(r"[a-z0-9][a-z0-9._-]*==\d[\w.]*(?: ; .+)?")
PRIVATE = (
    "/tmp/" + "plan",
    "/work/" + "main",
    "/work/" + "shared",
    "shared/" + "data/aurora",
    "DESIGN" + ".md",
    "CONTRACT" + ".md",
    "PROMISE" + ".md",
    "INTERFACE" + ".md",
    "PERFORMANCE" + ".md",
)


def tracked(*patterns: str) -> list[Path]:
    """The files of the repository; skips where this is no git checkout."""
    done = subprocess.run(
        ["git", "ls-files", "-z", "--", *patterns],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


def pages() -> list[Path]:
    return [path for path in tracked("*.md") if "vendor" not in path.parts]


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)


def anchors(page: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def test_every_command_of_the_papers_exists() -> None:
    """`make …` in any page is a target of the Makefile, and each target says what it does."""
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    told = set(re.findall(r"^([a-z-]+):.*## \S", makefile, re.MULTILINE))
    promised = {"run", "test", "lint", "bench", "browser", "demo-data"}
    said: set[str] = set()
    for page in pages():
        text = page.read_text()
        commands = "\n".join(blocks(page, "bash") + re.findall(r"`(make [^`]+)`", text))
        said |= set(re.findall(r"\bmake ([a-z][a-z-]*)", commands))
    assert promised <= told
    assert said <= targets, said - targets
    assert targets == told


def test_every_link_of_the_papers_leads_somewhere() -> None:
    """Links to files exist, with their anchors; no page links to a file outside."""
    broken = []
    for page in pages():
        for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
            if re.match(r"[a-z]+:", link):
                continue
            name, _, anchor = link.partition("#")
            target = (page.parent / name).resolve() if name else page
            there = target.exists() and target.is_relative_to(ROOT)
            if not there or (anchor and anchor not in anchors(target)):
                broken.append(f"{page.relative_to(ROOT)}: {link}")
    assert broken == []


def test_files_named_in_the_papers_exist() -> None:
    """A path in backticks is there; what a dialect's page names are files of that system."""
    made_up = {
        "data_sources/disk.py",
        "docs/sources/disk.md",
        "metrics/cancellations.py",
        "pages/cancellations.py",
    }
    missing = []
    for page in pages():
        if page.parent.name == "dialects":
            continue
        for name in re.findall(r"`((?:[a-z_]+/)+[a-z_]+\.[a-z]+)`", page.read_text()):
            near = (ROOT / name, page.parent / name, ROOT / "data_sources" / name)
            if name not in made_up and not any(path.exists() for path in near):
                missing.append(f"{page.relative_to(ROOT)}: {name}")
    missing = [each for each in missing if "data_sources/test_disk" not in each]
    assert missing == []


def test_every_fault_of_the_network_has_its_tests() -> None:
    """Each of the 21 rows of the table in the architecture is named in the docstring of a test."""
    page = (ROOT / "docs/architecture.md").read_text()
    rows = re.findall(r"^\| (P\d\d) \|", page, re.MULTILINE)
    named = {
        row
        for path in tracked("tests/*.py")
        for rows_of in re.findall(r'^ {4}"""((?:P\d\d(?:, )?)+): ', path.read_text(), re.MULTILINE)
        for row in rows_of.split(", ")
    }
    assert rows == [f"P{n:02}" for n in range(1, 22)]
    assert set(rows) <= named


def test_no_file_is_long() -> None:
    """Every Python file has at most 300 lines."""
    long = {
        str(path.relative_to(ROOT)): lines
        for path in tracked("*.py")
        if (lines := len(path.read_text().splitlines())) > MOST_LINES
    }
    assert long == {}


def test_no_room_for_leftovers() -> None:
    """There is no utils, helpers, common, callbacks or constants module."""
    names = {path.stem for path in tracked("*.py")}
    assert names.isdisjoint({"utils", "util", "helpers", "common", "callbacks", "constants"})


def test_nothing_private_is_mentioned() -> None:
    """No file names a place or a paper that exists only where it was written."""
    found = []
    for path in tracked():
        if path.suffix in (".png", ".woff2", ".gz", ".parquet") or "vendor" in path.parts:
            continue
        text = path.read_text(errors="replace")
        found += [f"{path.relative_to(ROOT)}: {word}" for word in PRIVATE if word in text]
    assert found == []


def test_pins_are_exact_and_in_step() -> None:
    """All environments are pinned to the version; what the product runs on is tested as it is, and
    is what a notebook gets.
    """
    pinned = {}
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-notebook.txt"):
        lines = (ROOT / name).read_text().splitlines()
        lines = [line for line in lines if line and not line.lstrip().startswith("#")]
        assert [line for line in lines if not PIN.fullmatch(line)] == []
        pinned[name] = dict(line.split(" ;")[0].split("==") for line in lines)
    runtime, tests, notebook = pinned.values()
    assert runtime.items() <= notebook.items()
    differ = {name for name in runtime if tests.get(name) != runtime[name]}
    # What dash[testing] forces on the test environment, and its followers.
    assert differ <= {"urllib3", "requests"}, differ
    assert "asgiref" not in runtime
    assert "selenium" not in runtime


def test_the_runtime_holds_what_is_imported_and_no_more() -> None:
    """Each direct requirement is imported somewhere, or is one that was asked for."""
    imported = set()
    for path in tracked("*.py"):
        if path.relative_to(ROOT).parts[0] in ("tests", "benchmarks", "docs"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                imported.add(node.module.split(".")[0])
    lines = (ROOT / "requirements.in").read_text().splitlines()
    wanted = {line.replace("-", "_") for line in lines if line and not line.startswith("#")}
    asked_for = {"plotly", "dash_bootstrap_components"}
    known_as = {
        "starlette": "fastapi",
        "flask": "dash",
        "werkzeug": "dash",
        "httpcore": "httpx",
        "alpaca": "alpaca_py",
        "requests": "alpaca_py",
        "yaml": "pyyaml",
    }
    assert wanted - asked_for <= imported | {known_as.get(name, name) for name in imported}
    foreign = (
        imported - set(sys.stdlib_module_names) - set(ROOMS) - {p.stem for p in ROOT.glob("*.py")}
    )
    assert {known_as.get(name, name) for name in foreign} <= wanted, foreign - wanted


def test_the_example_configuration_loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """deskwatch.example.toml is accepted as it stands."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "logs").mkdir()
    copy = tmp_path / "deskwatch.toml"
    copy.write_text((ROOT / "deskwatch.example.toml").read_text())
    loaded = settings.load(copy, environment={})
    assert set(loaded.sources) == {"aurora", "bot"}


def test_decisions_have_their_form() -> None:
    """Every ADR has Status, Context, Decision and Consequences, and the index names them all."""
    folder = ROOT / "docs/adr"
    found = sorted(folder.glob("[0-9]*.md"))
    numbers = [int(path.name[:4]) for path in found]
    assert numbers == list(range(1, len(found) + 1))
    index = (folder / "README.md").read_text()
    for number, path in zip(numbers, found, strict=True):
        text = path.read_text()
        heads = re.findall(r"^## (.+)$", text, re.MULTILINE)
        assert heads == ["Status", "Context", "Decision", "Consequences"], path.name
        title = text.splitlines()[0]
        assert title.startswith(f"# {number}. "), path.name
        assert f"({path.name}) | {title.split('. ', 1)[1]} |" in index
        assert all(part.strip() for part in re.split(r"^## .+$", text, flags=re.MULTILINE)[1:])


def test_the_image_holds_every_room() -> None:
    """The Dockerfile copies every room of the product, and its ignore file lets them through."""
    dockerfile = (ROOT / "Dockerfile").read_text()
    allowed = (ROOT / ".dockerignore").read_text().splitlines()
    for room in ROOMS:
        assert f"COPY {room}/ {room}/" in dockerfile
        assert f"!{room}" in allowed
    assert "USER 10001:10001" in dockerfile
    assert "/healthz" in dockerfile
    rooms = {path.relative_to(ROOT).parts[0] for path in tracked("*/*.py")}
    assert rooms - {"tests", "benchmarks", "docs"} == set(ROOMS) - {"assets"}


def test_what_the_tools_check_names_every_room() -> None:
    """The types and the import direction of every room are checked: the tools name them all."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    strict = {"data_sources", "ledger", "metrics", "desk", "settings.py"}
    assert strict <= set(project["mypy"]["files"])
    assert project["mypy"]["strict"] is True
    assert set(ROOMS) - {"assets"} <= set(project["importlinter"]["root_packages"])
