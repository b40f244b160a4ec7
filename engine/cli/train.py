"""`ddsp-live train`: the trainer, which reads its own arguments."""

NEEDED = "Training needs {name}: run `pip install -e '.[train]'` in ddsp-live's folder."


def run(argv: list[str]) -> int:
    try:
        from ddsp_live.tools import train
    except ModuleNotFoundError as error:
        raise ImportError(NEEDED.format(name=error.name)) from error
    return train.main(argv) or 0
