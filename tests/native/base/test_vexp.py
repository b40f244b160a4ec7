"""The vector functions against NumPy in float64."""

import importlib.util
import platform

import cffi
import numpy as np
import pytest
import units

NAMES = ("vexp", "vlog", "vsigmoid", "vtanh", "vexp_sigmoid")
SOURCE = """
#define WIDTH {width}
#include "base/lanes.h"
#include "base/vexp.h"
enum {{ widest_4 = 4, widest_8 = 8 }};
int supported(void) {{ return FASTEST(widest) >= WIDTH; }}
"""
LOOP = """
TARGET void many_{name}(const float *x, float *y, int size) {{
    for (int i = 0; i < size; i += WIDTH) wide_store(y + i, {name}(wide_load(x + i)));
}}
"""


WIDTHS = [4, 8] if platform.machine() in ("x86_64", "AMD64") else [4]


@pytest.fixture(scope="module", params=WIDTHS)
def functions(request, tmp_path_factory):
    """(name, float32 array) -> float64 array, through the header's inline functions."""
    spec = importlib.util.spec_from_file_location("kernel_build", units.NATIVE / "build.py")
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    made = cffi.FFI()
    made.cdef("int supported(void);")
    made.cdef("".join(f"void many_{name}(const float *x, float *y, int size);" for name in NAMES))
    made.set_source(
        "vexp_loops",
        SOURCE.format(width=request.param) + "".join(LOOP.format(name=name) for name in NAMES),
        include_dirs=[str(units.NATIVE)],
        extra_compile_args=build.compile_args(),
    )
    built = made.compile(tmpdir=str(tmp_path_factory.mktemp("vexp")))
    spec = importlib.util.spec_from_file_location("vexp_loops", built)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    if not module.lib.supported():
        pytest.skip(f"this processor has no registers of {request.param} floats")

    def call(name, x):
        x = np.ascontiguousarray(x, np.float32)
        padded = np.resize(x, -(-len(x) // 16) * 16)
        y = np.empty_like(padded)
        x_pointer, y_pointer = (units.pointer(module.ffi, array) for array in (padded, y))
        getattr(module.lib, f"many_{name}")(x_pointer, y_pointer, len(y))
        return y[: len(x)].astype(np.float64)

    return call


def both_signs(low: float, high: float) -> np.ndarray:
    x = np.geomspace(low, high, 100_000).astype(np.float32)
    return np.concatenate([-x[::-1], [0], x]).astype(np.float32)


def relative_error(ours, wanted) -> float:
    return np.max(np.abs(ours - wanted) / np.maximum(np.abs(wanted), np.finfo(np.float32).tiny))


def test_exp(functions):
    x = both_signs(1e-20, 87.3)
    assert relative_error(functions("vexp", x), np.exp(x.astype(np.float64))) < 2e-7


def test_exp_stays_finite_and_normal(functions):
    ends = functions("vexp", [-np.inf, -1e4, -88, 89, 1e4, np.inf])
    assert np.all(np.isfinite(ends)) and np.all(ends >= np.finfo(np.float32).tiny)


def test_log(functions):
    x = np.geomspace(1.2e-38, 3e38, 100_000).astype(np.float32)
    x = np.concatenate([x, np.linspace(0.5, 2, 100_000, dtype=np.float32), [1]])
    assert relative_error(functions("vlog", x), np.log(x.astype(np.float64))) < 2e-7


def test_tanh(functions):
    x = both_signs(1e-20, 1e4)
    assert relative_error(functions("vtanh", x), np.tanh(x.astype(np.float64))) < 2e-7


def test_sigmoid(functions):
    x = both_signs(1e-20, 87)
    assert relative_error(functions("vsigmoid", x), 1 / (1 + np.exp(-x.astype(np.float64)))) < 3e-7


def test_exp_sigmoid(functions):
    x = both_signs(1e-20, 1e4)
    wanted = 2 * np.exp(-np.log(10) * np.logaddexp(0, -x.astype(np.float64))) + 1e-7
    assert relative_error(functions("vexp_sigmoid", x), wanted) < 3e-6
    near = np.abs(x) < 8
    assert relative_error(functions("vexp_sigmoid", x)[near], wanted[near]) < 2e-6


@pytest.mark.parametrize("name", [name for name in NAMES if name != "vlog"])
def test_nan_stays_nan(functions, name):
    assert np.isnan(functions(name, [np.nan])).all()
