import runpy
import sysconfig
from pathlib import Path

from setuptools import setup
from setuptools.command.build_ext import build_ext

compile_args = runpy.run_path(str(Path(__file__).parent / "native" / "build.py"))["compile_args"]


class BuildKernel(build_ext):
    """Gives the kernel the flags of the compiler that builds it, which only is known now."""

    def build_extensions(self):
        for extension in self.extensions:
            extension.extra_compile_args = compile_args(self.compiler.compiler_type)
        super().build_extensions()


# One wheel for Python 3.10 and newer; free-threaded builds have no stable ABI and get one for each version.
free_threaded = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
setup(
    cffi_modules=["native/build.py:ffi"],
    cmdclass={"build_ext": BuildKernel},
    options={} if free_threaded else {"bdist_wheel": {"py_limited_api": "cp310"}},
)
