"""The house rules no linter has: each test reads the tree and names every file that breaks one."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
SRC = ROOT / "src" / "algotradehub"
UNIT = ROOT / "tests" / "unit"
SELF = Path(__file__).resolve()

MAX_LINES = 400
# Files over the limit, with their length when they were listed. It may only shrink.
TOO_LONG: dict[str, int] = {}

# Modules without a mirrored unit test, each with its reason. A name that ends in / is a folder.
NO_MIRROR = {
    "__init__.py": "holds the version",
    "__main__.py": "three lines that call cli.main",
    "conformance/": "suites run by tests/conformance over every implementation",
    "domain/ids.py": "names for types",
    "ports/": "Protocols have no behaviour; see test_every_port_is_known_to_some_test",
    "storage/journal/limits.py": "two sizes and a factor",
    "storage/migrations/": "run, up and down, by the storage tests",
    "trading/applied.py": "one value without behaviour",
}

# Where binary floating point may not appear: everything that can reach an order or a ledger.
EXACT = [
    "domain/**/*.py",
    "matching/**/*.py",
    "trading/**/*.py",
    "venues/**/encode.py",
    "venues/**/normalise.py",
    "venues/**/wire.py",
]
FLOAT_ALLOWED = {  # analysis structures (architecture section 7)
    "domain/book.py",
    "trading/candles.py",
    "trading/market_data.py",
    "trading/routing/plan.py",
}
# Any other line needs this comment, followed by a reason.
FLOAT_ESCAPE = re.compile(r"# tidy: float: \w+")

# P23: a name must say what the file is about.
SAYS_NOTHING = {"base", "common", "data", "info"}  # as the whole name; market_data is fine
NEVER_IN_A_NAME = {"helper", "helpers", "mgr", "misc", "util", "utils"}
NAMED_AFTER_A_VERB = {"cli/data.py"}  # `algotradehub data ...`

VENUE_REQUIRED = {
    "__init__.py",
    "account.py",
    "encode.py",
    "endpoints.py",
    "errors.py",
    "feed.py",
    "instruments.py",
    "normalise.py",
    "signing.py",
    "stream.py",
    "venue.toml",
    "wire.py",
}
VENUE_OPTIONAL = {"book.py", "session.py"}
# Folders that speak no venue's wire protocol declare their own names.
VENUE_OWN_SHAPE = {
    "paper": {
        "__init__.py",
        "account.py",
        "admission.py",
        "bad_line.py",
        "candles.py",
        "crowd.py",
        "display.py",
        "expiries.py",
        "feed.py",
        "log.py",
        "opening.py",
        "outbox.py",
        "prices.py",
        "records.py",
        "register.py",
        "reserve.py",
        "replay.py",
        "settlement.py",
        "synthetic.py",
        "tape.py",
        "triggers.py",
        "venue.py",
        "wallet.py",
    },
}

# Architecture section 4: who may not import whom.
CONTRACTS = {
    "edges": ("cli simulation api backtest observability", "venues storage bus"),
    "simulators": ("simulators", "venues connectivity trading"),
    "conformance": (
        "conformance",
        "trading strategies algos security venues storage bus connectivity",
    ),
}
LAYERS = (
    "cli simulation app settings api observability simulators backtest conformance trading "
    "strategies algos security venues storage bus matching connectivity ports domain client"
)

# Spelled in pieces, or this file would break its own rule.
MACHINE_WORDS = [
    "/" + "work/",
    "/" + "farm/",
    "/" + "home/",
    "py" + "pi.",
    "npm" + "js.",
    "python" + "hosted",
]
OPEN_WORK = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X"]) + r")\b")
CODE_SUFFIXES = {"", ".css", ".js", ".py", ".sh", ".toml", ".ts", ".tsx", ".yaml", ".yml"}


@cache
def repository_files() -> list[Path]:
    """Everything git tracks or would track."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
    )
    if listing.returncode:
        pytest.skip("not a git checkout")
    return [path for name in listing.stdout.split("\0") if (path := ROOT / name).is_file()]


def modules() -> list[Path]:
    return sorted(SRC.rglob("*.py"))


def inside(path: Path) -> str:
    return path.relative_to(SRC).as_posix()


@cache
def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


@cache
def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def compiled() -> list[Path]:
    """The files that mypyc may compile."""
    wheel = pyproject()["tool"]["hatch"]["build"]["targets"]["wheel"]
    return [ROOT / name for name in wheel["hooks"]["mypyc"]["include"]]


def test_what_is_compiled_defines_no_value() -> None:
    """mypyc drops ``frozen`` and its kin: see docs/adr/0012-compiled.md."""
    values = [
        f"{inside(path)}: {node.name}"
        for path in compiled()
        for node in parse(path).body
        if isinstance(node, ast.ClassDef)
        and any("Struct" in ast.unparse(base) for base in node.bases)
    ]
    assert not values, f"move these into files that are not compiled: {values}"


def test_what_is_compiled_names_its_constants_final() -> None:
    """Else each use is a look-up in a dictionary."""
    loose = [
        f"{inside(path)}:{node.lineno}: {ast.unparse(node.targets[0])}"
        for path in compiled()
        for node in parse(path).body
        if isinstance(node, ast.Assign) and not _makes_a_type(node.value)
    ]
    assert not loose, f"write `name: Final = ...`: {loose}"


def _makes_a_type(value: ast.expr) -> bool:
    called = ast.unparse(value.func) if isinstance(value, ast.Call) else ""
    return called == "NewType"


def test_files_stay_short() -> None:
    lengths = {inside(path): len(path.read_text().splitlines()) for path in modules()}
    too_long = {name: n for name, n in lengths.items() if n > TOO_LONG.get(name, MAX_LINES)}
    assert not too_long, f"split by noun: {too_long}"
    healed = {name for name in TOO_LONG if lengths.get(name, 0) <= MAX_LINES}
    assert not healed, f"take these off the list: {healed}"


def has_mirror(name: str) -> bool:
    """Whether tests/unit has test_<module>.py, or one named for the package, in the same place."""
    path = Path(name)
    places = [(UNIT / path.parent, path.stem)]
    if len(path.parts) > 2:  # a whole layer in one test file would be no mirror
        places.append((UNIT / path.parent.parent, path.parent.name))
    return any(
        (folder / f"test_{stem}.py").exists() or any(folder.glob(f"test_{stem}_*.py"))
        for folder, stem in places
    )


def test_every_module_has_its_unit_test() -> None:
    folders = tuple(name for name in NO_MIRROR if name.endswith("/"))
    missing = [
        name
        for path in modules()
        if (name := inside(path)) not in NO_MIRROR
        and not name.startswith(folders)
        and not (path.name == "__init__.py" and only_a_docstring(path))
        and not has_mirror(name.removesuffix("/__init__.py") if path.stem == "__init__" else name)
    ]
    assert not missing, f"no tests/unit/.../test_<name>.py for: {missing}"


def only_a_docstring(path: Path) -> bool:
    body = parse(path).body
    return len(body) == 1 and ast.get_docstring(parse(path)) is not None


def imported_names(path: Path) -> Iterator[str]:
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_every_port_is_known_to_some_test() -> None:
    known = {name for path in (ROOT / "tests").rglob("*.py") for name in imported_names(path)}
    ports = [path.stem for path in (SRC / "ports").glob("*.py") if path.stem != "__init__"]
    missing = [port for port in ports if f"algotradehub.ports.{port}" not in known]
    assert not missing, f"no fake and no test imports these ports: {missing}"


def name_of(node: ast.AST | None) -> str:
    """The name a node gives to a value, or reads it by; empty when it has none."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
            return name
        case ast.keyword(arg=str(name)) | ast.FunctionDef(name=name):
            return name
        case ast.AnnAssign(target=target) | ast.Assign(targets=[target]):
            return name_of(target)
        case ast.Call(func=function):
            return name_of(function)
        case _:
            return ""


def float_free(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of ``node`` in which float is no amount: durations (``*_s``) and type tests."""
    match node:
        case ast.AnnAssign() | ast.Assign() | ast.arg() | ast.keyword():
            parts: list[ast.AST] = [node]
        case ast.Compare():
            parts = [node.left, *node.comparators]
        case ast.BinOp():
            parts = [node.left, node.right]
        case ast.arguments():
            # A default belongs to its argument, but stands in a list of its own.
            positional = [*node.posonlyargs, *node.args]
            pairs = [
                *zip(reversed(positional), reversed(node.defaults), strict=False),
                *zip(node.kwonlyargs, node.kw_defaults, strict=True),
            ]
            yield from (value for arg, value in pairs if value and name_of(arg).endswith("_s"))
            return
        case ast.FunctionDef():
            if node.name.endswith("_s") and node.returns:
                yield node.returns
            return
        case ast.Call(func=ast.Name(id="isinstance")) | ast.MatchClass():
            yield node
            return
        case _:
            return
    if any(name_of(part).lower().endswith("_s") for part in parts):
        yield node


def float_lines(tree: ast.AST) -> set[int]:
    """Lines with the name ``float`` or a float literal outside durations and type tests."""
    fine = {
        id(inner)
        for node in ast.walk(tree)
        for part in float_free(node)
        for inner in ast.walk(part)
    }
    return {
        node.lineno
        for node in ast.walk(tree)
        if id(node) not in fine
        and isinstance(node, ast.Name | ast.Constant)
        and (getattr(node, "id", "") == "float" or isinstance(getattr(node, "value", 0), float))
    }


def test_no_binary_floating_point_where_amounts_are_exact() -> None:
    paths = {path for pattern in EXACT for path in SRC.glob(pattern)}
    found = []
    for path in sorted(paths):
        if inside(path) in FLOAT_ALLOWED:
            continue
        lines = path.read_text().splitlines()
        numbers = sorted(float_lines(parse(path)))
        found += [f"{inside(path)}:{n}" for n in numbers if not FLOAT_ESCAPE.search(lines[n - 1])]
    assert not found, f"use Decimal, or end the line with '# tidy: float: <reason>': {found}"


@pytest.mark.parametrize(
    ("code", "is_fine"),
    [
        ("x = 0.5", False),
        ("x = float(text)", False),
        ("price: float = p", False),
        ("def f(price: float) -> None: ...", False),
        ("def price() -> float: ...", False),
        ("timeout_s = 0.5", True),
        ("TIMEOUT_S: Final = 0.5", True),
        ("retry_after_s: float | None = None", True),
        ("def f(*, timeout_s: float = 0.5) -> None: ...", True),
        ("def f(price: D = 0.5, *, timeout_s: float = 0.5) -> None: ...", False),
        ("def age_s(self) -> float: ...", True),
        ("wait(timeout_s=0.5)", True),
        ("late = self.age_s() > 1.5", True),
        ("x = isinstance(y, float)", True),
    ],
)
def test_the_float_rule_itself(code: str, *, is_fine: bool) -> None:
    assert (not float_lines(ast.parse(code))) is is_fine


def test_every_module_opens_with_one_sentence() -> None:
    """The first docstring line ends the sentence; anything more stands after an empty line."""
    bad = []
    for path in repository_files():
        if path.suffix != ".py" or not path.read_text().strip():
            continue
        first, *rest = (ast.get_docstring(parse(path)) or "").split("\n")
        if not first.endswith((".", "?")) or (rest and rest[0]):
            bad.append(str(path.relative_to(ROOT)))
    assert not bad, f"no one-line docstring: {bad}"


def test_names_say_something() -> None:
    bad = []
    for path in SRC.rglob("*"):
        if path.suffix not in {"", ".py"} or inside(path) in NAMED_AFTER_A_VERB:
            continue
        if path.stem in SAYS_NOTHING or NEVER_IN_A_NAME & set(path.stem.split("_")):
            bad.append(inside(path))
    assert not bad, f"name these for what they hold: {bad}"


def test_no_open_work_is_left_in_code() -> None:
    bad = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in repository_files()
        if path.suffix in CODE_SUFFIXES
        for number, line in enumerate(path.read_text(errors="ignore").splitlines(), 1)
        if OPEN_WORK.search(line)
    ]
    assert not bad, f"do it, or open an issue: {bad}"


def test_no_machine_or_registry_is_named() -> None:
    bad = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in repository_files()
        if path.resolve() != SELF
        for word in MACHINE_WORDS
        if word in path.read_text(errors="ignore")
    ]
    assert not bad, f"works on one machine only: {bad}"


def test_every_type_ignore_names_its_error() -> None:
    bare = re.compile(r"#\s*type:\s*ignore(?!\[)")
    paths = [path for path in repository_files() if path.suffix == ".py"]
    bad = [str(path.relative_to(ROOT)) for path in paths if bare.search(path.read_text())]
    assert not bad, f"write which error is ignored: {bad}"


def own_files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.is_file()}


def own_folders(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    # A folder without files is what another branch left behind.
    return sorted(p for p in folder.iterdir() if p.is_dir() and any(p.rglob("*.py")))


def test_every_venue_is_the_same_folder() -> None:
    """Architecture section 6; what several products truly share stands one level above them."""
    problems = []
    for family in own_folders(SRC / "venues"):
        if family.name in VENUE_OWN_SHAPE:
            if strange := own_files(family) - VENUE_OWN_SHAPE[family.name]:
                problems.append(f"{family.name}: not declared {sorted(strange)}")
            continue
        products = own_folders(family)
        shared = own_files(family) if products else set()
        for folder in products or [family]:
            names = own_files(folder) | shared
            if missing := VENUE_REQUIRED - names:
                problems.append(f"{inside(folder)}: missing {sorted(missing)}")
            if strange := names - VENUE_REQUIRED - VENUE_OPTIONAL:
                problems.append(f"{inside(folder)}: not a venue file name {sorted(strange)}")
    assert not problems, problems


def expressions(names: str) -> set[str]:
    return {f"algotradehub.{name}.*" for name in names.split()}


def test_import_contracts_are_whole() -> None:
    contracts = {c["id"]: c for c in pyproject()["tool"]["importlinter"]["contracts"]}
    layers = " ".join(contracts["layers"]["layers"])
    assert set(re.findall(r"\w+", layers)) == set(LAYERS.split())
    for name, (sources, forbidden) in CONTRACTS.items():
        assert set(contracts[name]["source_modules"]) == expressions(sources), name
        assert set(contracts[name]["forbidden_modules"]) == expressions(forbidden), name


def test_packages_in_contracts_are_only_folders() -> None:
    """The contracts say ``bus.*``, which may match nothing, but leaves ``bus`` itself out."""
    names = {name for pair in CONTRACTS.values() for part in pair for name in part.split()}
    flat = [name for name in names if (SRC / f"{name}.py").exists()]
    assert not flat, f"make these packages, or the contracts do not see them: {flat}"
    inits = [path for name in names if (path := SRC / name / "__init__.py").exists()]
    full = [inside(path) for path in inits if not only_a_docstring(path)]
    assert not full, f"move the content into a module: {full}"
    whole = {f"algotradehub.{name}" for name in names}
    bad = [inside(path) for path in modules() if whole & set(whole_imports(path))]
    assert not bad, f"import a module of the package, not the package: {bad}"


def whole_imports(path: Path) -> Iterator[str]:
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module == "algotradehub":
            yield from (f"algotradehub.{alias.name}" for alias in node.names)
