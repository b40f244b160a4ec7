"""What setup.py tells setuptools, on this Python and on others."""

import runpy
import sysconfig
from pathlib import Path

import pytest
import setuptools

ROOT = Path(__file__).parents[2]


@pytest.fixture
def asked(monkeypatch):
    """Runs setup.py, free-threaded or not; what it asked setuptools for."""

    def run(free_threaded):
        found, real = {}, sysconfig.get_config_var
        monkeypatch.setattr(setuptools, "setup", lambda **words: found.update(words))
        monkeypatch.setattr(
            sysconfig,
            "get_config_var",
            lambda name: int(free_threaded) if name == "Py_GIL_DISABLED" else real(name),
        )
        runpy.run_path(str(ROOT / "setup.py"))
        return found

    return run


def test_one_wheel_serves_all_pythons_but_free_threaded_ones(asked):
    assert asked(free_threaded=False)["options"] == {"bdist_wheel": {"py_limited_api": "cp310"}}
    assert asked(free_threaded=True)["options"] == {}


@pytest.mark.parametrize("compiler", ["unix", "mingw32"])
def test_flags_are_the_compilers_whatever_the_system(asked, monkeypatch, compiler):
    monkeypatch.setattr("sys.platform", "win32")
    build = asked(free_threaded=False)["cmdclass"]["build_ext"](setuptools.Distribution())
    build.compiler = type("Compiler", (), {"compiler_type": compiler})()
    extension = setuptools.Extension("kernel", [])
    build.extensions, flags = [extension], []
    monkeypatch.setattr(build, "build_plugin", lambda: None)
    monkeypatch.setattr(
        setuptools.command.build_ext.build_ext,
        "build_extensions",
        lambda self: flags.extend(extension.extra_compile_args),
    )
    build.build_extensions()
    assert "-O3" in flags
    assert not [flag for flag in flags if flag.startswith("/")]


def test_microsofts_compiler_is_refused_in_a_sentence(asked):
    build = asked(free_threaded=False)["cmdclass"]["build_ext"](setuptools.Distribution())
    build.compiler = type("Compiler", (), {"compiler_type": "msvc"})()
    build.extensions = [setuptools.Extension("kernel", [])]
    with pytest.raises(SystemExit, match="compiler=mingw32"):
        build.build_extensions()
