"""The page of a dialect: how its lines become events and rows, from its TOML."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from docs.from_code.answers import answers
from docs.from_code.mapping_words import as_list, condition, consequence, place, places
from docs.from_code.marked import part
from docs.from_code.repeats import repeats
from docs.from_code.table import code, codes, table
from docs.from_code.toml_value import toml_value

Table = Mapping[str, Any]

APART: Final = {
    "twin": "A kind below `telemetry.twin` only repeats what another file says.",
    "test": "A kind below `telemetry.test` was written by the origin's own tests.",
}
"""What the flags of a rule mean."""


def parts(file: Path) -> dict[str, str]:
    """The one part of the page of a dialect: all that its TOML tells."""
    told = tomllib.loads(file.read_text("utf-8"))
    sections = [
        likeness(told),
        signs(told.get("signs", [])),
        record(told.get("record", {})),
        rules(told.get("rules", [])),
        columns(told.get("columns", {}), told.get("defaults", [])),
        orders(told.get("orders", {})),
        pace(told.get("pace", {})),
        limits(told.get("limits", {})),
        repeats(told.get("duplicates", []), told.get("stream", {})),
        frames(told.get("frames", {})),
        claims(told.get("claims", [])),
        streams(told.get("redis", {})),
        counters(told.get("prometheus", {})),
        answers(told.get("rest", {})),
    ]
    return {"mapping": "\n\n".join(section for section in sections if section)}


def likeness(told: Table) -> str:
    """Which dialect has the tables that are missing, and which keys hold a saved entry."""
    lines = []
    if like := told.get("like"):
        lines.append(
            f"**Like** [{code(like)}]({like}.md), whose tables are those that are not here."
        )
    if saved := told.get("saved"):
        keys = ", ".join(f"{name} in {code(key)}" for name, key in saved.items())
        lines.append(f"**Saved entries** of streams, read as live ones are: {keys}.")
    return "\n\n".join(lines)


def signs(told: list[Table]) -> str:
    """How a file is recognized."""
    rows = []
    for sign in told:
        keys = f"keys {codes(sign['keys'])}" if "keys" in sign else ""
        keys += f" and none of {codes(sign['without'])}" if "without" in sign else ""
        names = f"code {codes(sign['codes'], ' or ')}" if "codes" in sign else ""
        rows.append((" and ".join(filter(None, (keys, names))), toml_value(sign.get("weight", 1))))
    text = (
        "**Recognized by** what its lines show; a line whose weights add up to 1 is one of its own."
    )
    return f"{text}\n\n{table(('a line with', 'weight'), rows)}" if rows else ""


def record(told: Table) -> str:
    """Where time, code and details of a line stand."""
    rows = [
        (name, codes(told[name]) + (f", as {code(told['code_as'])}" if with_way else ""))
        for name in ("time", "code", "details")
        if name in told
        for with_way in [name == "code" and "code_as" in told]
    ]
    if whole := told.get("whole_when_has"):
        rows.append(("its own details", f"where it has {codes(whole)}"))
    if unwrap := told.get("unwrap"):
        rows.append(
            ("unwrapped", f"{code(unwrap['key'])} where it has {codes(unwrap['when_has'])}")
        )
    rows += [
        ("looked for in a text", f"{codes(text['keys'])}: {code(text['pattern'])}")
        for text in told.get("texts", [])
    ]
    if clock := told.get("clock"):
        files = codes(as_list(clock["of"]))
        rows.append(
            ("time of files without times", f"line by line from {code(clock['file'])}: {files}")
        )
        if "few" in clock:
            few, numbers = codes(clock["few"]), codes(clock["numbers"])
            rows.append(("the same, of few lines", f"by the number in {numbers}: {few}"))
    if zone := told.get("timezone"):
        rows.append(("a time without a zone", f"is of {code(zone)}, or of what the source is told"))
    if told.get("text_lines"):
        rows.append(("lines that are no JSON", "events with the only key `@text`"))
    if own := told.get("text_signs"):
        rows.append(("a log without JSON", f"recognized by {codes(own, ' or ')}"))
    text = "**A record.** The first key that is there wins."
    return f"{text}\n\n{table(('what', 'where'), rows)}" if rows else ""


def rules(told: list[Table]) -> str:
    """What decides the kind."""
    rows = [(condition(rule["when"]), consequence(rule["then"])) for rule in told]
    text = "**Kinds.** The first row that fits decides; what fits none is `other` with its code."
    text += "".join(
        f" {said}" for flag, said in APART.items() if any(rule["then"].get(flag) for rule in told)
    )
    return f"{text}\n\n{table(('when', 'becomes'), rows)}" if rows else ""


def columns(told: Table, defaults: list[Table]) -> str:
    """The places of each column, and what is filled in where nothing was found."""
    rows = [(code(name), places(column)) for name, column in told.items()]
    rows += [
        (
            codes(rule["then"]),
            f"where it is missing and {condition(rule['when'])}: {consequence(rule['then'])}",
        )
        for rule in defaults
    ]
    text = "**Columns.** The first place that holds something wins."
    return f"{text}\n\n{table(('column', 'is found in'), rows)}" if rows else ""


def orders(told: Table) -> str:
    """What holds for every order of the system."""
    said = []
    if "expiry_seconds" in told:
        seconds = toml_value(told["expiry_seconds"])
        said.append(f"One that has no answer for {seconds} s has expired, without a line.")
    if "day_calendar" in told:
        said.append(f"One is over at the next close of {code(told['day_calendar'])}.")
    if told.get("ends_told") is False:
        said.append("No line tells how one ended: of one that is over that is `unknown`.")
    if told.get("fills_are_parts"):
        said.append("Each fill is one execution: an order is filled when they add up to it.")
    return f"**Orders.** {' '.join(said)}" if said else ""


def pace(told: Table) -> str:
    """How long the system may be silent."""
    seconds = toml_value(told.get("stale_after_seconds", 10))
    where = f" in which {code(told['calendar'])} is open" if "calendar" in told else ""
    return f"**Pace.** A log is stale {seconds} s{where} after its newest line." if told else ""


def limits(told: Table) -> str:
    """What an account of the system may risk."""
    rows = [(code(name), *steps_of(each), each["rule"]) for name, each in told.items()]
    above = any(each.get("above") for each in told.values())
    text = (
        "**Limits** of an account, told in the frame [`risk_limits`](../frames.md#risk_limits); a "
        f"number that is reached is {'not yet over' if above else 'over'}."
    )
    steps = ("amber above", "red above") if above else ("amber from", "red from")
    return f"{text}\n\n{table(('what', *steps, 'rule'), rows)}" if rows else ""


def steps_of(told: Table) -> tuple[str, str]:
    """Where amber and red begin."""
    if "limit_money" in told:
        money = " or ".join(told["currencies"])
        critical = told.get("critical_money")
        red = f"{toml_value(critical)} {money}" if critical else "never"
        return f"{toml_value(told['limit_money'])} {money}", red
    limit = told["limit_ratio"]
    critical = told.get("critical_ratio", None if told.get("above") else limit)
    return toml_value(told.get("warning_ratio", limit)), toml_value(
        critical
    ) if critical else "never"


def frames(told: Table) -> str:
    """Which events become rows of other frames."""
    rows = []
    for name, tables in told.items():
        for each in as_list(tables):
            cells = [
                f"{code(column)}: {places(cell)}"
                for column, cell in each.get("columns", {}).items()
            ]
            if "each" in each:
                cells.insert(0, f"a row for each of {place(each['each'])}")
            if "within_seconds" in each:
                seconds = toml_value(each["within_seconds"])
                twin = f"told by another source of the account within {seconds} s: the same trade"
                gone = f"older than the newest of its account by {seconds} s: closed"
                cells.append(gone if name == "positions" else twin)
            if "row" in each:
                cells.append(f"then the function {code(each['row'])}")
            rows.append(
                (
                    f"[{code(name)}](../frames.md#{name})",
                    condition(each["when"]),
                    "<br>".join(cells),
                )
            )
    text = (
        "**Rows of other frames.** Columns that are not named are those of the event of the same "
        "name; `@name` is a column of the event."
    )
    return f"{text}\n\n{table(('frame', 'of events', 'columns'), rows)}" if rows else ""


def claims(told: list[Table]) -> str:
    """What events say of their whole account."""
    rows = [
        (
            code(each["what"]),
            toml_value(each["rank"]),
            condition(each["when"]),
            codes(each["value"]),
        )
        for each in told
    ]
    text = (
        "**Claims** about a whole account, the newest of each code: rank 1 is believed, what "
        "differs stands in [`disagreements`](../frames.md#disagreements)."
    )
    return f"{text}\n\n{table(('what', 'rank', 'when', 'is found in'), rows)}" if rows else ""


def streams(told: Table) -> str:
    """What is said of Redis streams."""
    names = {
        "system": "stands in the column `system`",
        "prefix": "left out of a stream's name",
        "streams": "read where the configuration names none",
        "exclude": "left out",
        "decode": "fields whose text is JSON",
        "nulls": "texts that mean nothing",
    }
    rows = [
        (code(name), codes(each or '""' for each in as_list(told[name])), text)
        for name, text in names.items()
        if name in told
    ]
    for copy, of in told.get("mirrors", {}).items():
        rows.append(
            (code("mirrors"), f"{code(copy)} = {code(of)}", "each entry of the pair counts once")
        )
    return f"**Redis streams.**\n\n{table(('key', 'value', ''), rows)}" if rows else ""


def counters(told: Table) -> str:
    """Which Prometheus counters are followed."""
    if "counters" not in told:
        return ""
    return f"**Prometheus counters** that are followed: {codes(told['counters'])}."


def first_page(file: Path) -> str:
    """A page to begin with for a dialect that has none yet."""
    told = tomllib.loads(file.read_text("utf-8"))
    return f"""# The dialect `{file.stem}`

{told.get("title", file.stem)}.

```toml
[sources.{file.stem}]
kind = "jsonl"
path = "logs/{file.stem}"
dialect = "{file.stem}"
```

## The mapping

From `{file.name}`, word by word:

{part("mapping")}
"""
