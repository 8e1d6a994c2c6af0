"""The documentation: its Python runs, its commands parse, its links and the tests it names are there."""

from __future__ import annotations

import contextlib
import importlib
import inspect
import io
import json
import re
import shlex
import sys
import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import shiftscope.datasets
import shiftscope.datasets.shifts
import shiftscope.demo
import shiftscope.derived
import shiftscope.explain.attribution.methods
import shiftscope.explain.visualisation.objectives
import shiftscope.explain.visualisation.priors
import shiftscope.scores
import shiftscope.views
import shiftscope.views.unit
from shiftscope.cli import COMMANDS, command_line
from shiftscope.datasets.sample import dataset_kinds
from shiftscope.datasets.shifts.shift_kind import shift_kinds
from shiftscope.derived.derivation import derivations
from shiftscope.explain.attribution.attribution import attributions
from shiftscope.explain.visualisation.objective import objectives
from shiftscope.explain.visualisation.prior import priors
from shiftscope.registry import Registry
from shiftscope.scores.score import unit_scores
from shiftscope.views.page.section import sections
from shiftscope.views.page.view import views

ROOT = Path(__file__).parents[1]
PAGES = [
    *sorted(ROOT.glob("*.md")),
    *sorted(p for p in (ROOT / "docs").rglob("*.md") if "_build" not in p.parts),
]
TUTORIALS = sorted((ROOT / "docs" / "tutorials").glob("*.ipynb"))  # checks/tutorials.py runs them
FENCE = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
NUMBER = re.compile(r"[-−]?\d+(\.\d+)?(e[-+]\d+)?")
EXTENDED: dict[str, tuple[typing.Any, Registry[typing.Any]]] = {
    "src/shiftscope/scores": (shiftscope.scores, unit_scores),
    "src/shiftscope/views": (shiftscope.views, views),
    "src/shiftscope/views/unit": (shiftscope.views.unit, sections),
    "src/shiftscope/datasets": (shiftscope.datasets, dataset_kinds),
    "src/shiftscope/datasets/shifts": (shiftscope.datasets.shifts, shift_kinds),
    "src/shiftscope/derived": (shiftscope.derived, derivations),
    "src/shiftscope/explain/attribution/methods": (shiftscope.explain.attribution.methods, attributions),
    "src/shiftscope/explain/visualisation/objectives": (
        shiftscope.explain.visualisation.objectives,
        objectives,
    ),
    "src/shiftscope/explain/visualisation/priors": (shiftscope.explain.visualisation.priors, priors),
}


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, what else stands on its first line, its text, and where it begins."""

    language: str
    mark: str
    text: str
    line: int


def blocks(page: Path) -> list[Block]:
    text = page.read_text("utf-8")
    return [
        Block(match[1], match[2].strip(), match[3], text.count("\n", 0, match.start()) + 2)
        for match in FENCE.finditer(text)
    ]


def names(pages: list[Path]) -> list[str]:
    return [page.relative_to(ROOT).as_posix() for page in pages]


@pytest.fixture
def as_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """An empty folder to run a page in; what the page adds to Python and to shiftscope is gone afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    for folder, (package, registry) in EXTENDED.items():
        len(registry)  # everything of our own is found first
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path / folder)])
        monkeypatch.setattr(registry, "_entries", dict(registry._entries))
        monkeypatch.setattr(registry, "_loaded", registry._loaded)
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", None) or "").startswith(str(tmp_path)):
            del sys.modules[name]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, as_found: Path) -> None:
    """The same calls on few digits and without training, and images by category for the command line."""
    whole, signature = dataset_kinds["digits"], inspect.signature(shiftscope.demo.train)

    def few(palette: str, **options: typing.Any) -> typing.Any:
        data: typing.Any = whole(palette, **options)
        kept = slice(0, 60)
        return type(data)(data.images[kept], data.labels[kept], data.ids[kept], categories=data.categories)

    few.__signature__ = inspect.signature(whole)  # type: ignore[attr-defined]  # options are looked up there
    monkeypatch.setitem(dataset_kinds._entries, "digits", few)
    # An optimizer's first step imports torch's compiler, ten seconds; tests/test_demo.py trains.
    monkeypatch.setattr(shiftscope.demo, "train", lambda *given, **options: signature.bind(*given, **options))
    rng = np.random.default_rng(0)
    for name, brightest in (("val", 255), ("dark", 80)):
        for category in ("bark", "moss", "sand"):
            folder = as_found / name / category
            folder.mkdir(parents=True)
            for number in range(4):
                pixels = rng.integers(0, brightest, (36, 40, 3), np.uint8)
                Image.fromarray(pixels).save(folder / f"{number}.png")


def commands(block: Block) -> list[list[str]]:
    """The arguments of each line of a shell block that calls shiftscope."""
    lines = [line.removeprefix("$ ").removeprefix("uv run ") for line in block.text.splitlines()]
    return [shlex.split(line)[1:] for line in lines if line.startswith("shiftscope ")]


def printed(action: Callable[[], object]) -> str:
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        action()
    return output.getvalue()


def plain(text: str) -> list[str]:
    """What was printed, word by word, with every number alike: numbers differ between machines."""
    return NUMBER.sub("#", text).split()


def write_module(folder: Path, path: str, text: str) -> None:
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
    importlib.invalidate_caches()
    for package, (_, registry) in EXTENDED.items():
        if path.startswith(package):
            registry._loaded = False  # look into the folder again, as a new process would


def run_tests(path: str, text: str, request: pytest.FixtureRequest) -> None:
    namespace: dict[str, typing.Any] = {"__name__": Path(path).stem}
    exec(compile(text, path, "exec"), namespace)
    tests = [function for name, function in namespace.items() if name.startswith("test_")]
    assert tests
    for test in tests:
        test(**{name: request.getfixturevalue(name) for name in inspect.signature(test).parameters})


def run_page(page: Path, folder: Path, request: pytest.FixtureRequest) -> None:
    """Every block in its order: files are written, tests and Python run, output is compared with what is shown."""
    namespace: dict[str, typing.Any] = {"__name__": "__main__"}
    output = ""
    for block in blocks(page):
        path = block.mark.removeprefix("file=") if block.mark.startswith("file=") else ""
        if path.startswith("tests/"):
            run_tests(path, block.text, request)
        elif path:
            write_module(folder, path, block.text)
        elif block.language == "python":
            # Empty lines before it, so that a traceback names the line of the page.
            code = compile("\n" * (block.line - 1) + block.text, str(page), "exec")
            output = printed(lambda code=code: exec(code, namespace))
        elif (block.language, block.mark) == ("sh", "run"):
            for arguments in commands(block):
                command, bound, _ = command_line().parse_args(
                    arguments, exit_on_error=False, print_error=False
                )
                output = printed(lambda call=command, bound=bound: call(*bound.args, **bound.kwargs))
        elif (block.language, block.mark) == ("text", ""):
            assert plain(output) == plain(block.text), f"{page.name}, line {block.line}: prints\n{output}"


@pytest.mark.parametrize("page", names([p for p in PAGES if any(b.language == "python" for b in blocks(p))]))
def test_the_python_of_a_page_runs_and_prints_what_is_shown(
    page: str, as_found: Path, small: None, request: pytest.FixtureRequest
) -> None:
    run_page(ROOT / page, as_found, request)


@pytest.mark.parametrize("page", names(PAGES))
def test_every_command_shown_exists_with_its_options(page: str) -> None:
    for block in blocks(ROOT / page):
        for arguments in commands(block) if block.language in ("sh", "console") else ():
            assert arguments[0] in COMMANDS or " ".join(arguments[:2]) in COMMANDS, arguments
            command_line().parse_args(arguments, exit_on_error=False, print_error=False)


@pytest.mark.parametrize("page", names([*PAGES, *TUTORIALS]))
def test_every_relative_link_leads_to_a_file(page: str) -> None:
    text = FENCE.sub("", (ROOT / page).read_text("utf-8"))
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if not target.startswith(("http://", "https://", "#")):
            assert ((ROOT / page).parent / target.partition("#")[0]).exists(), f"{page} links to {target}"


@pytest.mark.parametrize(
    "page",
    [
        "docs/evidence/lessons.md",
        "docs/evidence/scaling.md",
        "docs/evidence/tested.md",
        "docs/formulas.md",
        "docs/threat-model.md",
        "docs/cluster.md",
    ],
)
def test_every_test_named_is_there(page: str) -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", (ROOT / page).read_text("utf-8"))
    assert named
    for file, test in named:
        assert (ROOT / file).is_file(), f"{page} names {file}"
        assert not test or re.search(rf"^def {test}\(", (ROOT / file).read_text("utf-8"), re.MULTILINE), (
            f"{page} names {file}::{test}"
        )


def test_every_line_of_the_threat_model_names_a_test() -> None:
    rows = re.findall(r"^\|(.+)\|$", (ROOT / "docs/threat-model.md").read_text("utf-8"), re.MULTILINE)
    said = [
        row
        for row in rows
        if set(row) - set("-|")
        and not row.startswith(" what it could try")
        and not row.startswith(" what they could try")
    ]
    assert len(said) > 20
    assert [row for row in said if not re.search(r"`tests/[\w/]+\.py::\w+`", row)] == []


def test_every_file_named_in_the_source_is_there() -> None:
    for page in PAGES:
        for path in re.findall(r"`(src/shiftscope/[\w/.]+)`", page.read_text("utf-8")):
            shown = any(block.mark == f"file={path}" for block in blocks(page))
            assert shown or (ROOT / path).exists(), f"{page.name} names {path}"


@pytest.mark.parametrize("page", names(TUTORIALS))
def test_a_tutorial_is_kept_without_what_a_run_leaves_in_it(page: str) -> None:
    cells = json.loads((ROOT / page).read_text("utf-8"))["cells"]
    ran = [cell for cell in cells if cell.get("outputs") or cell.get("execution_count") or cell["metadata"]]
    assert ran == []


def test_every_tutorial_is_listed() -> None:
    listed = (ROOT / "docs" / "tutorials" / "index.md").read_text("utf-8")
    assert re.findall(r"\]\((\S+\.ipynb)\)", listed) == [
        f"{name}.ipynb" for name in re.findall(r"^[\w-]+$", listed, re.MULTILINE)
    ]
    assert sorted(re.findall(r"\]\((\S+\.ipynb)\)", listed)) == [path.name for path in TUTORIALS]


def test_every_method_of_attribution_is_listed():
    text = (ROOT / "docs" / "attribution.md").read_text()
    rows = [row.split("|")[1] for row in text.splitlines() if row.startswith("| `")]
    assert {name for row in rows for name in re.findall(r"`(\w+)`", row)} == set(attributions)


def test_every_public_name_has_a_place_in_the_reference() -> None:
    text = "".join(page.read_text("utf-8") for page in (ROOT / "docs" / "reference").glob("*.md"))
    methods = [
        name for name, value in vars(shiftscope.Study).items() if callable(getattr(shiftscope.Study, name))
    ]
    wanted = [f"shiftscope.Study.{name}" for name in methods if not name.startswith("_")]
    wanted += [f"shiftscope.{name}" for name in shiftscope.__all__ if name != "stimuli"]
    assert [name for name in wanted if not re.search(rf":: {re.escape(name)}$", text, re.MULTILINE)] == []


def test_the_readme_has_a_line_for_every_command() -> None:
    rows = re.findall(r"^\| `shiftscope ([^`]*)`", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    named = [row.split() for row in rows]
    assert {words[0] if words[0] in COMMANDS else " ".join(words[:2]) for words in named} == set(COMMANDS)
