"""What the receiver answers when it cannot do what was asked."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One entry of an errors document.

    The status of the answer is one of the few that GeoReport v2 names; the code may be more specific.
    """

    status: int
    description: str
    code: int | None = None

    def entry(self) -> dict:
        return {"code": self.code or self.status, "description": self.description}


class Refusal(Exception):
    """The request is refused, for one reason or several; the first gives the status.

    `fault` names what was set to go wrong, if that is why; `is_kept` says that it was accepted first.
    """

    def __init__(self, *problems: Problem, headers: dict[str, str] | None = None,
                 fault: str | None = None, is_kept: bool = False):
        super().__init__(problems[0].description)
        self.problems, self.status = problems, problems[0].status
        self.headers = headers or {}
        self.fault, self.is_kept = fault, is_kept

    def entries(self) -> list[dict]:
        return [problem.entry() for problem in self.problems]


def invalid(description: str, code: int | None = None) -> Refusal:
    return Refusal(Problem(400, description, code))


def not_found(description: str) -> Refusal:
    return Refusal(Problem(404, description))
