"""One making of a patch: what was asked for, and what its stages have found so far."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from ..analysis.takes import Take
from ..data.split import Split
from ..evaluation.evaluate_patch import Evaluation
from ..models.body import Body
from ..models.decoder import Decoder
from ..room.model import Room
from ..training.history import History
from ..training.settings import Settings
from ..training.tensorboard import Write

Progress = Callable[[str, float, str], None]
"""Progress callback: stage name, fraction done (0 to 1), status text."""
Complain = Callable[[str], None]
"""Called with a sentence about what could not be used or kept."""


class Made(NamedTuple):
    """What was written, and the figures of the held-out recordings."""

    patch: Path
    report: Path
    figures: dict[str, float]
    verdict: list[str]  # sentences


@dataclass
class Run:
    """Each stage reads what those before it have left here, and adds its own."""

    folder: Path
    output: Path
    page: Path
    """The report's."""
    settings: Settings
    source: dict
    """As `known_source` has it."""
    cache: bool = True
    keep: bool | Collection[Path] = ()
    """Recordings, or with True all, that are learned from whatever is wrong with them."""
    progress: Progress = lambda stage, share, note: None
    complain: Complain = lambda sentence: None
    write: Write = lambda name, value, step: None
    """Keeps a scalar for TensorBoard."""
    seconds: float = 0.0
    """That the stages but the training took; a training counts its own, as it may have been stopped in between."""
    complaints: list[str] = field(default_factory=list)
    takes: list[Take] = field(default_factory=list)
    room: Room | None = None
    """That the recordings were made in, where it was learned; takes are dry then."""
    names: dict[int, str] = field(default_factory=dict)
    """Of takes, by their id, as a split says them."""
    layer_steps: dict[str, float] | None = None
    """That levels of dynamics were moved by."""
    split: Split | None = None
    decoder: Decoder | None = None
    body: Body | None = None
    history: History | None = None
    dropout: float = 0.0
    tables: Any = None
    """What `with_correction` says of its tables."""
    info: dict[str, Any] = field(default_factory=dict)
    """patch.json."""
    members: dict[str, Any] = field(default_factory=dict)
    """What `write_patch` takes besides."""
    found: Evaluation | None = None
    figures: dict[str, float] = field(default_factory=dict)
    verdict: list[str] = field(default_factory=list)

    def tell(self, sentence: str) -> None:
        """Complain, and keep it for the report."""
        self.complaints.append(sentence)
        self.complain(sentence)
