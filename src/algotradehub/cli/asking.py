"""A running platform as commands ask it: answers as they came, and errors as a command's end."""

from typing import Any, Final

from algotradehub.cli.exit_codes import ExitCode, Failure
from algotradehub.cli.problems import failure_of_problem
from algotradehub.client import ApiProblem, Client, Request, Unanswered, Unreadable

MAX_ROWS: Final = 100_000
_MOST_OF_A_PAGE: Final = 500


class Lost(Failure):
    """The answer was lost: the request may have been executed."""


class Platform:
    """Asks by ``client``. An answer keeps what this version does not know, for ``--json``."""

    def __init__(self, client: Client) -> None:
        self.url = client.url
        self.pause = client.pause
        self._client = client

    def ask(self, request: Request[Any]) -> dict[str, Any]:
        """Make one request.

        Raises:
            Lost: No answer came, and the request may have been executed.
            Failure: It was not sent, or refused, or what came is not from a platform.
        """
        try:
            return self._client.raw(request)
        except ApiProblem as problem:
            raise failure_of_problem(problem.document) from problem
        except Unanswered as error:
            ending = Lost if error.sent else Failure
            raise ending(ExitCode.UNREACHABLE, str(error)) from error
        except Unreadable as error:
            raise Failure(ExitCode.UNREACHABLE, str(error)) from error

    def pages(self, request: Request[Any], rows: str, *, limit: int) -> dict[str, Any]:
        """Follow ``next_cursor`` until there are ``limit`` rows or no more.

        Returns:
            The first page with the rows of all in it, and the last page's cursor.
        """
        whole: dict[str, Any] = {}
        found: list[Any] = []
        cursor = None
        while not whole or (cursor is not None and len(found) < limit):
            size = min(limit - len(found), _MOST_OF_A_PAGE)
            page = self.ask(request.asking(cursor=cursor, limit=size))
            found += page[rows]
            cursor = page["next_cursor"]
            whole = whole or page
        return {**whole, rows: found, "next_cursor": cursor}
