"""The words on the command line: answers in a sentence, guesses at what was meant, and what was said at all."""

import argparse
import difflib
import sys
from collections.abc import Iterable, Sequence

from ..errors import DdspLiveError


class UsageError(DdspLiveError):
    """Words on the command line that make no sense, in one sentence."""


class Parser(argparse.ArgumentParser):
    """Says what is wrong in a sentence instead of a page, and takes options by their whole names only."""

    def __init__(self, *arguments, **settings):
        super().__init__(*arguments, **{"allow_abbrev": False, **settings})

    def error(self, message: str) -> None:
        raise UsageError(
            f"{message[:1].upper()}{message[1:]}: `{self.prog} --help` shows what can be asked for."
        )

    def said(self, words: Sequence[str]) -> frozenset[str]:
        """The destinations of the options among these words. Raises UsageError for an option that there is not."""
        found = set()
        for word in words:
            if word == "--":
                break
            if not word.startswith("--"):
                continue
            option = word.partition("=")[0]
            known = self._option_string_actions
            if option not in known:
                raise UsageError(f"There is no option {option}{self._meant(option, known)}")
            found.add(known[option].dest)
        return frozenset(found)

    def _meant(self, word: str, known: Iterable[str]) -> str:
        return did_you_mean(word, known, f": `{self.prog} --help` lists what there is.")


def did_you_mean(word: str, known: Iterable[str], otherwise: str) -> str:
    """The end of a sentence about a word that there is not: the one that was probably meant, or what is said else."""
    word, known = word.lower(), list(known)
    begun = [name for name in known if name.startswith(word)] if word.strip("-") else []
    near = begun or difflib.get_close_matches(word, known, 1, cutoff=0.6)
    return f": did you mean {near[0]}?" if near else otherwise


def tell_without_effect(arguments, names: Iterable[str], why: str) -> None:
    """Say which of the options that were given do nothing, and why; nothing is said where none of them was."""
    given = [f"--{name.replace('_', '-')}" for name in names if name in arguments.said]
    if given:
        have = "has" if len(given) == 1 else "have"
        print(f"{' and '.join(given)} {have} no effect {why}.", file=sys.stderr)
