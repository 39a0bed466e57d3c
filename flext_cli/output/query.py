"""`--query`: JMESPath over the answer."""

from collections.abc import Callable

from flext_cli._types import Data


class QueryError(Exception):
    """The expression does not fit the data."""


def compiled(expression: str) -> Callable[[Data], Data]:
    """Compile an expression, before any request is sent.

    Raises:
        ValueError: If it is no JMESPath; the message says where it fails.
    """
    import jmespath

    wrong = jmespath.exceptions.JMESPathError
    try:
        program = jmespath.compile(expression)
    except wrong as error:
        place = getattr(error, "lex_position", None)
        where = f" near character {place + 1}" if isinstance(place, int) else ""
        raise ValueError(f"not a JMESPath expression{where}: {expression}") from error

    def search(data: Data) -> Data:
        try:
            return program.search(data)
        except wrong as error:
            # A function that got the wrong type: known only when the data is there.
            # The library's own text would repeat all the data.
            if hasattr(error, "expected_types"):
                wanted = " or ".join(error.expected_types)
                raise QueryError(f"{error.function_name}() takes {wanted}, not {error.actual_type}") from error
            raise QueryError(" ".join(str(error).split())) from error

    return search
