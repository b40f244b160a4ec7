"""The errors that ddsp-live raises for people, and the one hint for a package that is missing."""


class DdspLiveError(ValueError):
    """What was asked for cannot be done; the message is one sentence: what was wrong, where, and what to do."""


class MissingPackageError(DdspLiveError, ModuleNotFoundError):
    """A package of an extra is not installed; the message says how to get it."""

    def __init__(self, what: str, extra: str, error: ImportError | None = None):
        named = error.name if error is not None and error.name else "another package"
        super().__init__(f"{what} needs {named}: run `pip install 'ddsp-live[{extra}]'`.")
