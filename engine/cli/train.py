"""`ddsp-live train`: the trainer, which reads its own arguments."""

NEEDED = "Training needs more packages ({name} is missing): run `pip install 'ddsp-live[train]'`."


def run(argv: list[str]) -> int:
    try:
        from ddsp_live.tools import train
    except ModuleNotFoundError as error:
        raise ImportError(NEEDED.format(name=error.name)) from error
    return train.main(argv) or 0
