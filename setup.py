import runpy
import sysconfig
from pathlib import Path

from setuptools import setup
from setuptools.command.build_ext import build_ext

ROOT = Path(__file__).parent
kernel = runpy.run_path(str(ROOT / "native" / "build.py"))
plugin = runpy.run_path(str(ROOT / "native" / "plugin" / "build.py"))


class BuildKernel(build_ext):
    """Gives the kernel the flags of the compiler that builds it, which only is known now, and builds the plug-in."""

    def build_extensions(self):
        for extension in self.extensions:
            extension.extra_compile_args = kernel["compile_args"](self.compiler.compiler_type)
        super().build_extensions()
        self.build_plugin()

    def build_plugin(self):
        """Link the plug-in for hosts of the kernel's objects; it lies beside the kernel, in the package's folder."""
        in_place = self.inplace or getattr(self, "editable_mode", False)
        folder = ROOT / "native" if in_place else Path(self.build_lib, "ddsp_live", "native")
        sources = [str(path.relative_to(ROOT)) for path in kernel["kernel_sources"]()]
        objects = self.compiler.object_filenames(sources, output_dir=self.build_temp)
        args = kernel["compile_args"](self.compiler.compiler_type)
        plugin["build"](
            self.compiler, objects, args, self.distribution.get_version(), self.build_temp, folder
        )

    def get_outputs(self):
        return [*super().get_outputs(), str(Path(self.build_lib, "ddsp_live", "native", plugin["NAME"]))]


# One wheel for Python 3.10 and newer; free-threaded builds have no stable ABI and get one for each version.
free_threaded = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
setup(
    cffi_modules=["native/build.py:ffi"],
    cmdclass={"build_ext": BuildKernel},
    options={} if free_threaded else {"bdist_wheel": {"py_limited_api": "cp310"}},
)
