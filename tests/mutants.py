"""Mutation run: changes one thing at a time in changed files and says which changes no quick test noticed.

python tests/mutants.py --base main~10 --count 20
"""

import argparse
import ast
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
SECONDS = 600  # for one mutant's tests
SWAPS = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==", "&&": "||", "||": "&&"}
WORDS = {"and": "or", "or": "and", "True": "False", "False": "True", "min": "max", "max": "min"}
TOKEN = re.compile(
    r"(?<![\w.])(\d+\.\d+f?|\d+)(?![\w.])|\b(?:and|or|True|False|min|max)\b"
    r"|[<>=!]=|&&|\|\||(?<=\s)[<>](?=\s)"
)
NO_CODE = re.compile(r"""/\*.*?\*/|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\s#\s.*""")
SKIPPED = re.compile(r'^\s*(#|//|\*|/\*|"""|import|from|@)|#include|#ifndef|__all__')


class Mutant(NamedTuple):
    """One change: the text at [start, end) of a file becomes `new`."""

    path: Path
    line: int
    start: int
    end: int
    new: str


def changed_files(base: str) -> list[Path]:
    """Lists sources of the program that differ from a revision."""
    names = subprocess.run(
        ["git", "diff", "--name-only", "--diff-filter=AM", base],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    return [
        ROOT / n
        for n in names
        if n.endswith((".py", ".c")) and n.split("/")[0] in ("engine", "native", "tools")
    ]


def mutants_of(path: Path) -> Iterator[Mutant]:
    """Finds the places of a file where a number, an operator or a word can be another."""
    text, at = path.read_text(encoding="utf-8"), 0
    prose = docstring_lines(text) if path.suffix == ".py" else set()
    in_comment = False
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        code = NO_CODE.sub(lambda found: " " * len(found.group()), line)
        skipped = in_comment or number in prose or SKIPPED.search(line)
        if path.suffix == ".c":
            in_comment = (in_comment or "/*" in code) and "*/" not in code.rsplit("/*", 1)[-1]
        if not skipped:
            for found in TOKEN.finditer(code):
                old = found.group()
                new = SWAPS.get(old) or WORDS.get(old) or other_number(old)
                yield Mutant(path, number, at + found.start(), at + found.end(), new)
        at += len(line)


def docstring_lines(text: str) -> set[int]:
    """Numbers of the lines that are strings by themselves, or decorate nothing that runs."""
    strings = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Expr))
    found = (range(n.lineno, n.end_lineno + 1) for n in strings if isinstance(n.value, ast.Constant))
    return {line for lines in found for line in lines}


def other_number(text: str) -> str:
    """Half as much again, or one more of a whole number."""
    if "." in text:
        suffix = "f" if text.endswith("f") else ""
        return f"{float(text.rstrip('f')) * 1.5 or 1.0}{suffix}"
    return str(int(text) + 1)


def tests_of(path: Path) -> list[str]:
    """Lists the tests to run for a file: those named after it and those of the folder that mirrors its own."""
    folder = ROOT / "tests" / path.relative_to(ROOT).parent
    named = [str(found) for found in (ROOT / "tests").rglob(f"test_{path.stem}.py")]
    return sorted({*named, *([str(folder)] if folder.is_dir() else [])}) or [str(ROOT / "tests")]


def survives(mutant: Mutant) -> bool:
    """Runs the quick tests on the changed file and puts it back; returns whether all of them passed."""
    before = mutant.path.read_bytes()
    text = before.decode()
    try:
        mutant.path.write_text(text[: mutant.start] + mutant.new + text[mutant.end :], encoding="utf-8")
        if mutant.path.suffix == ".c" and run(
            [sys.executable, "-m", "pip", "install", "-q", "-e", ".", "--no-deps"]
        ):
            return False  # it does not even compile
        return not run(
            [
                sys.executable,
                "-m",
                "pytest",
                "-q",
                "-x",
                "-m",
                "not slow and not jack",
                *tests_of(mutant.path),
            ]
        )
    finally:
        mutant.path.write_bytes(before)


def run(command: list[str]) -> bool:
    """Runs a command; returns whether it failed or took too long."""
    try:
        return bool(subprocess.run(command, cwd=ROOT, capture_output=True, timeout=SECONDS).returncode)
    except subprocess.TimeoutExpired:
        return True


def main() -> int:
    """Runs the command line; 0 if every mutant was noticed, 1 if one was not."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--base", default="HEAD~1", help="revision that changed files differ from (default: HEAD~1)"
    )
    parser.add_argument("--count", type=int, default=20, help="mutants to try (default: 20)")
    parser.add_argument("--seed", type=int, default=0, help="which ones (default: 0)")
    asked = parser.parse_args()
    places = [mutant for path in changed_files(asked.base) for mutant in mutants_of(path)]
    chosen = random.Random(asked.seed).sample(places, min(asked.count, len(places)))
    missed = 0
    for mutant in chosen:
        old = mutant.path.read_text(encoding="utf-8")[mutant.start : mutant.end]
        where = f"{mutant.path.relative_to(ROOT)}:{mutant.line}: {old} -> {mutant.new}"
        alive = survives(mutant)
        missed += alive
        print(f"{'SURVIVED' if alive else 'noticed '} {where}", flush=True)
    if any(mutant.path.suffix == ".c" for mutant in chosen):
        run([sys.executable, "-m", "pip", "install", "-q", "-e", ".", "--no-deps"])
    print(f"{len(chosen) - missed} of {len(chosen)} mutants were noticed.")
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
