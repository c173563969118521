"""The page of a kind of source: its options, its frames, its states."""

from __future__ import annotations

import inspect
from collections.abc import Mapping

from data_sources.options import Option, in_words, options_of
from data_sources.reading import STATES
from docs.from_code.described import described
from docs.from_code.marked import PaperError, part
from docs.from_code.table import code, table
from docs.from_code.toml_value import toml_value

MIB = 1 << 20
MISSING = "—"
"""Stands for a default that is none: the text says what holds then."""


def parts(source_class: type) -> dict[str, str]:
    """The parts of the page of a kind.

    Raises:
        PaperError: the docstring of the class lacks an option, a frame or its states.
    """
    return {
        "options": options_table(source_class),
        "frames": frames_table(source_class),
        "states": states_table(source_class),
    }


def options_table(source_class: type) -> str:
    """All options: type with unit, default, what it is and where a secret comes from."""
    said = described(source_class).args
    rows = []
    for name, option in options_of(source_class).items():
        if name not in said:
            raise PaperError(f"{source_class.__name__}: its docstring lacks the option {name!r}")
        rows.append(
            (
                code(name),
                type_of(option),
                default_of(source_class, option),
                said[name].rstrip(".") + secret_of(option),
            )
        )
    return table(("option", "type", "default", "what it is"), rows)


def frames_table(source_class: type) -> str:
    """The frames that a reading of the kind gives."""
    said = described(source_class).frames
    frame = getattr(source_class, "frame_name", "")
    if next(iter(said), None) != frame:
        raise PaperError(
            f"{source_class.__name__}: the section Frames of its docstring must begin with "
            f"its frame_name {frame!r}"
        )
    first = f"`reading.frame` is `{frame}`."
    rest = " The others stand in `reading.frames`." if len(said) > 1 else ""
    rows = [
        (f"[{code(name)}](../frames.md#{name})", text.rstrip(".")) for name, text in said.items()
    ]
    return f"{first}{rest}\n\n{table(('frame', 'what it holds'), rows)}"


def states_table(source_class: type) -> str:
    """The states that the source itself may be in."""
    said = described(source_class).states
    if not said or set(said) - set(STATES):
        raise PaperError(
            f"{source_class.__name__}: the section States of its docstring must name some of "
            f"{', '.join(STATES)}; was {', '.join(said) or 'missing'}"
        )
    return table(
        ("state", "means"), [(code(name), text.rstrip(".")) for name, text in said.items()]
    )


def type_of(option: Option) -> str:
    """What an option may be, with the unit that its name carries."""
    words = in_words(option.annotation).replace("'", "`").replace(" in quotes", "")
    words = words.replace("a list of a text", "a list of texts")
    unit = unit_of(option)
    return f"{words}, {unit}" if unit else words


def unit_of(option: Option) -> str:
    """The unit of a number, which its name carries: `max_bytes`, `runs_max`, `free_ratio_min`."""
    if "number" not in in_words(option.annotation):
        return ""
    words = [word for word in option.name.split("_") if word not in ("min", "max")]
    if "per" in words:
        return " ".join(words)
    return "0–1" if words[-1] == "ratio" else words[-1]


def default_of(source_class: type, option: Option) -> str:
    """The default as TOML writes it, or that there is none."""
    if option.required:
        return "needed"
    value = inspect.signature(source_class).parameters[option.name].default
    if value is None:
        return MISSING
    is_large = option.name.endswith("bytes") and value % MIB == 0
    return code(toml_value(value)) + (f" ({value // MIB} MiB)" if is_large else "")


def secret_of(option: Option, source: str = "<NAME>") -> str:
    """Where a secret comes from; empty for all else."""
    if not option.secret:
        return ""
    variable = f"DESKWATCH_SOURCES__{source}__{option.name.upper()}"
    return f"; a secret, from the environment alone: {code(variable)}"


def first_page(kind: str, source_class: type, samples: Mapping[str, object] | None = None) -> str:
    """A page to begin with for a kind that has none yet."""
    needed = [option for option in options_of(source_class).values() if option.required]
    lines = [
        f"{option.name} = {toml_value((samples or {}).get(option.name, '…'))}" for option in needed
    ]
    example = "\n".join([f"[sources.{kind}]", f'kind = "{kind}"', *lines])
    name = source_class.__name__
    arguments = ", ".join(f'{option.name}="…"' for option in needed)
    return f"""# `{kind}`: {described(source_class).does}

```toml
{example}
```

## Options

{part("options")}

## What it gives

{part("frames")}

## States

{part("states")}

## In a notebook

```python
from data_sources import {name}

reading = {name}({arguments}).read()
reading.frame, reading.state, reading.problem
```
"""
