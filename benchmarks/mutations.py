"""Small changes of a source file, each a mistake that a tired colleague might make.

Written for this project, since the tools at hand leave out what its order rules consist of: mutmut
3.8 changes neither properties nor tables at the top of a module, cosmic-ray 8.7 deletes no
statement and drops no field of a derived value, and half of its changes die at the import.
"""

import ast
import re
from collections.abc import Iterator
from typing import Final

import msgspec

_COMPARED: Final[dict[type[ast.cmpop], tuple[str, str]]] = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
}
_BOUNDS: Final = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_CALCULATED: Final[dict[type[ast.operator], tuple[str, str]]] = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "/"),
    ast.Div: ("/", "*"),
}
_CALLED: Final = {"min": "max", "max": "min", "any": "all", "all": "any"}
# What they hold is checked by mypy, or says how a class is stored rather than what it does.
_UNTOUCHED: Final = (ast.Assert, ast.Import, ast.ImportFrom, ast.JoinedStr)


class Change(msgspec.Struct, frozen=True, order=True):
    """``before`` at the byte ``start`` becomes ``after``."""

    line: int
    start: int
    before: str
    after: str

    def applied(self, source: str) -> str:
        text = source.encode()
        before = self.before.encode()
        end = self.start + len(before)
        assert text[self.start : end] == before
        return (text[: self.start] + self.after.encode() + text[end:]).decode()

    def told(self) -> str:
        """In one line, as a reader of the source would say it."""
        before, after = (" ".join(text.split()) for text in (self.before, self.after))
        return f"{before or '(nothing)'} -> {after or '(nothing)'}"


def changes(source: str) -> list[Change]:
    """Every change this program knows for ``source``, in the order of the text."""
    tree = ast.parse(source)
    original = ast.dump(tree)
    found = {*_Finder(source).of(tree)}
    return sorted(one for one in found if _differs(one.applied(source), original))


def _differs(changed: str, original: str) -> bool:
    try:
        return ast.dump(ast.parse(changed)) != original
    except SyntaxError:
        return False


class _Finder:
    def __init__(self, source: str) -> None:
        self._text = source.encode()
        self._lines = [0]
        for line in self._text.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))
        self._known: set[str] = set()  # names that have a value already, in this function
        self._fixed: set[ast.AST] = set()  # both answers of it are tried; the opposite is less

    def of(self, node: ast.AST) -> Iterator[Change]:
        """The changes of ``node`` and of all that is in it."""
        if isinstance(node, _UNTOUCHED):
            return
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            given = node.args
            self._known = {one.arg for one in (*given.args, *given.kwonlyargs)}
        yield from self._here(node)
        for child in _children(node):
            yield from self.of(child)

    def _here(  # noqa: C901, PLR0912 - one case per kind of mistake is the clearest form
        self, node: ast.AST
    ) -> Iterator[Change]:
        match node:
            case ast.If(test=test) | ast.IfExp(test=test):
                yield from self._answered(test)
            case ast.While(test=test):
                yield self._put(test, "False")
            case ast.comprehension(ifs=tests):
                for test in tests:
                    yield from self._answered(test)
            case ast.BoolOp(op=operator, values=values):
                self._fixed |= {*values}
                neutral = "True" if isinstance(operator, ast.And) else "False"
                for value in values:
                    yield self._put(value, neutral)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                if node in self._fixed:
                    self._fixed.add(operand)
                else:
                    yield self._put(node, f"({self._source(operand)})")
            case ast.Compare():
                yield from self._compared(node)
            case ast.BinOp(left=left, op=operator, right=right):
                if (swap := _CALCULATED.get(type(operator))) is not None:
                    yield from self._between(left, right, swap)
            case ast.Constant(value=bool(value)):
                yield self._put(node, str(not value))
            case ast.Constant(value=int() | float() as value):
                yield self._put(node, repr(value + 1))
            case ast.Call(func=function):
                yield from self._called(node, function)
            case ast.Set(elts=parts) if len(parts) > 1:
                for part in parts:
                    yield self._without(part, part)
            case ast.Dict(keys=keys, values=values):
                for key, value in zip(keys, values, strict=True):
                    if key is not None:
                        yield self._without(key, value)
            case ast.match_case(pattern=pattern, guard=None):
                if not (isinstance(pattern, ast.MatchAs) and pattern.pattern is None):
                    end = self._end(pattern)
                    yield self._change(end, end, " if False")
            case ast.match_case(guard=ast.expr() as guard):
                yield self._put(guard, "True")
                yield self._put(guard, "False")
            case ast.stmt():
                yield from self._left_out(node)
            case _:
                pass

    def _answered(self, test: ast.expr) -> Iterator[Change]:
        self._fixed.add(test)
        yield self._put(test, "True")
        yield self._put(test, "False")

    def _compared(self, node: ast.Compare) -> Iterator[Change]:
        sides = [node.left, *node.comparators]
        for left, operator, right in zip(sides, node.ops, sides[1:], strict=False):
            if node in self._fixed and not isinstance(operator, _BOUNDS):
                continue
            yield from self._between(left, right, _COMPARED[type(operator)])

    def _called(self, node: ast.Call, function: ast.expr) -> Iterator[Change]:
        name = function.id if isinstance(function, ast.Name) else ""
        if name in _CALLED:
            yield self._put(function, _CALLED[name])
        if name == "_replace":
            for keyword in node.keywords:
                yield self._without(keyword, keyword)

    def _left_out(self, node: ast.stmt) -> Iterator[Change]:
        """A statement that may be missing without anybody noticing at once."""
        match node:
            case ast.Expr(value=value):
                missing = not isinstance(value, ast.Constant)
            case ast.Assign(targets=targets):
                names = {name.id for target in targets for name in _names(target)}
                missing = names <= self._known
                self._known |= names
            case ast.Return(value=value):
                missing = value is None
            case ast.AugAssign() | ast.Raise() | ast.Continue() | ast.Break() | ast.Delete():
                missing = True
            case _:
                missing = False
        if missing:
            yield self._put(node, "pass")

    def _between(self, left: ast.AST, right: ast.AST, swap: tuple[str, str]) -> Iterator[Change]:
        start, end = self._end(left), self._start(right)
        between = self._text[start:end].decode()
        at = between.find(swap[0])
        yield self._change(start + at, start + at + len(swap[0]), swap[1])

    def _without(self, first: ast.AST, last: ast.AST) -> Change:
        end = self._end(last)
        comma = re.compile(rb"\s*,\s?").match(self._text, end)
        return self._change(self._start(first), comma.end() if comma else end, "")

    def _put(self, node: ast.AST, after: str) -> Change:
        return self._change(self._start(node), self._end(node), after)

    def _change(self, start: int, end: int, after: str) -> Change:
        line = self._text.count(b"\n", 0, start) + 1
        return Change(line, start, self._text[start:end].decode(), after)

    def _source(self, node: ast.AST) -> str:
        return self._text[self._start(node) : self._end(node)].decode()

    def _start(self, node: ast.AST) -> int:
        return int(self._lines[node.lineno - 1] + node.col_offset)  # type: ignore[attr-defined]

    def _end(self, node: ast.AST) -> int:
        return int(self._lines[node.end_lineno - 1] + node.end_col_offset)  # type: ignore[attr-defined]


def _names(target: ast.expr) -> Iterator[ast.Name]:
    """The bare names of an assignment; an attribute or an entry needs no first value."""
    if isinstance(target, ast.Name):
        yield target
    elif isinstance(target, ast.Tuple):
        for part in target.elts:
            yield from _names(part)


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """What ``node`` does; not its types, decorators and class options."""
    skipped = {"annotation", "returns", "decorator_list", "type_comment"}
    if isinstance(node, ast.ClassDef):
        skipped |= {"keywords", "bases"}
    for name, value in ast.iter_fields(node):
        if name in skipped:
            continue
        for child in value if isinstance(value, list) else (value,):
            if isinstance(child, ast.AST):
                yield child
