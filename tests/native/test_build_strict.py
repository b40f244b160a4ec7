"""What the compilers say about the kernel's sources, and what these ask of the system."""

import importlib.util
import re

import pytest
from toolchain import KERNEL, NATIVE, STRICT, clang, gcc, objects, symbols

ALLOWED = re.compile(
    r"mem(cpy|move|set)|(acos|asin|cos|exp|exp2|fmax|fmin|log|log10|log2|pow|sin|sincos|sqrt|tan)f?|llrint"
    r"|_GLOBAL_OFFSET_TABLE_|__cpu_\w+|__stack_chk_fail"  # the compiler's own
)
# Reading a clock is no system call where it matters (vDSO); the thread's own clock is read in tests only.
OF_UNIT = {
    "clock.c": {"clock_gettime"},
    "bench.c": {"clock_gettime"},
    "portaudio_callback.c": {
        "clock_gettime",
        "pthread_self",
        "pthread_getschedparam",
        "pthread_setschedparam",
    },
}


def release_build():
    spec = importlib.util.spec_from_file_location("kernel_build_flags", NATIVE / "build.py")
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    return build


def release_flags():
    return (*release_build().compile_args(), "-Werror")


def test_gcc_has_nothing_to_say():
    assert len(objects(gcc(), release_flags(), KERNEL)) == len(KERNEL)


@pytest.mark.parametrize("level", ["-O0", "-O3"])
def test_clang_has_nothing_to_say(level):
    assert len(objects(clang(), (*STRICT, level), KERNEL)) == len(KERNEL)


def test_the_kernel_calls_nothing_but_memory_math_and_clocks():
    made = objects(gcc(), release_flags(), KERNEL)
    own = set().union(*(symbols(each, "defined") for each in made))
    for source, each in zip(KERNEL, made, strict=True):
        asked = symbols(each, "undefined") - own - OF_UNIT.get(source.name, set())
        refused = [name for name in sorted(asked) if not ALLOWED.fullmatch(name)]
        assert not refused, f"{source.name} calls {', '.join(refused)}"


def test_the_rows_of_a_table_are_written_out_for_cffi():
    build = release_build()
    text = build.declarations(NATIVE / "api/mod_matrix.h")
    codes = re.search(r"enum ModTarget \{\n(.*?)\};", text, re.S)[1].replace(",", "").split()
    assert codes[:3] == ["MOD_VOLUME", "MOD_LEVEL", "MOD_VOLUME_FLUCTUATION"] and codes[-1] == "MOD_TARGETS"
    fields = build.declarations(NATIVE / "expression/modulation.h")
    assert "float volume;\nfloat level_db;\nfloat fluctuation_db;\n" in fields


def test_python_and_c_have_the_same_targets_and_layers():
    from ddsp_live.decoders.layers import OPS
    from ddsp_live.modulation.matrix import TARGETS
    from ddsp_live.native._kernel import lib

    assert sorted(target.code for target in TARGETS.values()) == list(range(lib.MOD_TARGETS))
    layers = {name for name in dir(lib) if name.startswith("LAYER_")}
    made_of_others = {"LAYER_COPY", "LAYER_DENSE_INT8"}  # no patch names them
    assert layers == made_of_others | {f"LAYER_{op.upper()}" for op in OPS} and len(layers) == lib.LAYERS
