"""What a patch costs to play live, estimated from its layers, before any time is spent on running them."""

from collections.abc import Callable, Mapping, Sequence

from ..decoders.layers import OPS
from .container import PatchError
from .model import Patch

USUAL_GFLOPS = 60.0  # a usual core does in the decoder's products; the README's machine does 80
FASTEST_GFLOPS = (
    240.0  # no core of today does more: 32 products of floats a cycle at 5.5 GHz, 70 % of the time
)
INT8_GAIN = 2.0
HARMONIC, NOISE = 0.0006 / 128, 0.0004 / 65  # of a core, a voice's partial and noise band
MUCH = 0.5  # of a core, from which it is told
SLOW = 1.5  # of a core, from which it is told before rendering
LAYER_INPUTS = ("f0_scaled", "loudness_scaled")


def multiply_adds(layers: Sequence[Mapping], inputs: Sequence[str] = LAYER_INPUTS) -> int:
    """Return the multiply-adds of one frame of a voice, by the shapes that checked layers ask for."""
    sizes, count = dict.fromkeys(inputs, 1), 0
    for layer in layers:
        op, width = OPS[layer["op"]], sum(sizes[name] for name in layer["input"])
        count += sum(shape[0] * shape[1] for shape in op.shapes(layer, width).values() if len(shape) == 2)
        sizes[layer["output"]] = op.output_size(layer, width)
    return count


def gflops(patch: Patch, voices: int, decoder: str = "native") -> float:
    """Return how many billion floating-point operations a second the networks of so many voices take."""
    products = multiply_adds(patch.layers) / (INT8_GAIN if decoder == "int8" else 1.0)
    if patch.performer_program is not None:
        products += patch.performer_program.multiply_adds
    return 2e-9 * products * patch.frame_rate * voices


def core_share(patch: Patch, voices: int, decoder: str = "native") -> float:
    """Return the share of a usual core that so many voices take, networks and synthesis; 1 is all of it."""
    synthesis = voices * (HARMONIC * patch.harmonics + NOISE * patch.noise_bands)
    return gflops(patch, voices, decoder) / USUAL_GFLOPS + synthesis


def render_remark(patch: Patch, voices: int, decoder: str = "native") -> str:
    """Return a sentence about a patch that renders slower than it sounds, and nothing for others."""
    share = core_share(patch, voices, decoder)
    if share <= SLOW:
        return ""
    return (
        f"{patch.path.name} is large: with {voices} voices at once, a minute of it takes a usual core about "
        f"{share:.0f} minutes to render."
    )


def tell_cost(synth, say: Callable[[str], None]) -> None:
    """Say what `check_cost` says of the synth's patch, before it plays live. Raises PatchError as that does."""
    if told := check_cost(synth.patch, synth.voices, synth.decoder, synth.trust):
        say(told)


def check_cost(patch: Patch, voices: int, decoder: str = "native", trust: bool = False) -> str:
    """Return a sentence about a patch that takes much of a core, and nothing for others.

    trust: whether to let pass what no machine plays in time. Raises PatchError for that otherwise.
    """
    needed, share = gflops(patch, voices, decoder), core_share(patch, voices, decoder)
    if needed > FASTEST_GFLOPS and not trust:
        fit = int(voices * FASTEST_GFLOPS / needed)
        fewer = f"play with --voices {fit} or fewer, or " if fit else ""
        raise PatchError(
            f"{patch.path.name} cannot be played live: {voices} voices of its network take {needed:.0f} billion "
            f"operations a second, more than a core of today does; {fewer}say --trust to try."
        )
    if share > MUCH:
        return (
            f"{patch.path.name} takes about {share:.1f} of a usual core for {voices} voices: fewer --voices, or "
            "--decoder int8, take less."
        )
    return ""
