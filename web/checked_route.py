"""Routes whose parameters are refused in the same words everywhere: which, and what is allowed."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, Literal, get_args, get_origin

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BeforeValidator
from pydantic.fields import FieldInfo

from web.filters import FilterError
from web.told_route import ToldRoute

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class CheckedRoute(ToldRoute):
    """A route that refuses what it does not know: a parameter left unread is a wrong answer."""

    def get_route_handler(self) -> Handler:
        """The handler of FastAPI behind a look at the query.

        Raises:
            FilterError: for parameters that cannot be used; tells of all of them.
        """
        handle = super().get_route_handler()
        fields = {field.alias: field.field_info for field in self.dependant.query_params}

        async def checked(request: Request) -> Response:
            strange = _strange(request.query_params, fields)
            if strange:
                raise FilterError.of_all(strange)
            try:
                return await handle(request)
            except RequestValidationError as error:
                raise FilterError.of_all(_refused(error.errors(), fields)) from None

        return checked


def read_by(read: Callable[[str, str], object], parameter: str) -> BeforeValidator:
    """Refuse the texts of a parameter that *read* refuses; an empty one is left out.

    Args:
        read: takes the parameter's name and its text; raises FilterError.
        parameter: its name.
    """

    def check(value: str) -> str | None:
        if value:
            read(parameter, value)
        return value or None

    return BeforeValidator(check)


def _strange(query: Mapping[str, str], fields: Mapping[str, FieldInfo]) -> list[FilterError]:
    """A refusal for each parameter that this address does not have."""
    only = f"only {' '.join(sorted(fields))}" if fields else "no parameter here"
    return [FilterError(name, query[name], only) for name in sorted(set(query) - set(fields))]


def _refused(
    errors: Sequence[Mapping[str, Any]], fields: Mapping[str, FieldInfo]
) -> list[FilterError]:
    """What pydantic refused, without its vocabulary."""
    found = []
    for error in errors:
        own = error.get("ctx", {}).get("error")
        if isinstance(own, FilterError):
            found.append(own)
            continue
        name = str(error["loc"][-1])
        value = None if error["type"] == "missing" else str(error.get("input"))
        found.append(FilterError(name, value, allowed(fields[name])))
    return found


def allowed(field: FieldInfo) -> str:
    """What a parameter may be, such as `a whole number from 1 to 10,000`."""
    kind = field.annotation
    if get_origin(kind) is Literal:
        return " ".join(map(str, get_args(kind)))
    if kind is int:
        return f"a whole number from {_limit(field, 'ge'):,} to {_limit(field, 'le'):,}"
    return f"text of at most {_limit(field, 'max_length'):,} characters"


def _limit(field: FieldInfo, name: str) -> int:
    """A limit that the signature sets, by pydantic's name of it."""
    found: int = next(getattr(each, name) for each in field.metadata if hasattr(each, name))
    return found
