"""The API's problems as sentences: which field breaks which rule, what would pass, what to do."""

from collections.abc import Iterator, Mapping
from typing import Any

from algotradehub.cli.exit_codes import ExitCode, Failure, code_of_problem
from algotradehub.cli.printing import shown

_SIGN_IN = (
    "the platform asks for a token: name the file that holds it with --token-file, or in the "
    "environment variable ALGOTRADEHUB_TOKEN_FILE"
)
# What a field of the API is called on the command line, where it is called differently.
_OPTIONS = {
    "value": "--value",
    "type": "--type",
    "limit_price": "--price",
    "time_in_force": "--tif",
    "expires_at": "--expires",
    "post_only": "--post-only",
    "reduce_only": "--reduce-only",
    "trigger.price": "--trigger",
    "trigger_price": "--trigger",
    "accounts": "--account",
    "trail.offset": "--trail",
    "trail.offset_bps": "--trail-bps",
    "Idempotency-Key": "--key",
}


def failure_of_problem(problem: Mapping[str, Any]) -> Failure:
    """A problem (RFC 9457) as the end of a command; ``--json`` prints it as it came."""
    status, code = problem.get("status"), problem.get("error_code")
    if status == 401:  # noqa: PLR2004 - HTTP's number for it
        return Failure(ExitCode.FAILED, _SIGN_IN, dict(problem))
    return Failure(code_of_problem(code), "\n".join(_sentences(problem)), dict(problem))


def _sentences(problem: Mapping[str, Any]) -> Iterator[str]:
    yield shown(problem.get("title", "the platform refused"))
    refusals = problem.get("errors") or []
    if not refusals:
        yield f"  {shown(problem.get('detail', ''))}"
    for refusal in refusals:
        yield f"  {_sentence(refusal)}"
    for name, reason in problem.get("reasons", {}).items():
        yield f"  {shown(name)}: {shown(reason)}"
    order_id = problem.get("order_id")
    if order_id:
        yield f"  order {shown(order_id)}"
    action = problem.get("suggested_action")
    if action:
        yield shown(action)


def _sentence(refusal: Mapping[str, Any]) -> str:
    field = str(refusal.get("field", ""))
    name = _OPTIONS.get(field, field)
    sentence = f"{shown(name)}: {shown(refusal.get('rule', ''))}"
    if refusal.get("value"):
        sentence += f", was {shown(refusal['value'])}"
    if refusal.get("nearest") is not None:
        sentence += f"; nearest valid value {shown(refusal['nearest'])}"
    return sentence
