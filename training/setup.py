"""Builds the native library: plain C++ behind a C interface, so it needs no header of PyTorch and any compiler does."""

import os
import subprocess
import tempfile
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

SOURCES = Path(__file__).parent / "csrc"


class BuildNative(build_ext):
    """Asks the compiler which flags it knows."""

    def build_extensions(self) -> None:
        """Build for this machine's vector units, or for any machine's with GAUSSIAN_AVATAR_PORTABLE=1."""
        is_portable = os.environ.get("GAUSSIAN_AVATAR_PORTABLE") == "1"
        machine = [] if is_portable else ["-march=native", "-mcpu=native"]
        flags = ["-std=c++17", "-O3", "-fno-math-errno", "-fno-trapping-math", "-ffp-contract=fast", "-pthread"]
        flags += next(([flag] for flag in machine if self._accepts(flag)), [])
        flags += [flag for flag in ("-Wno-psabi", "-fvisibility=hidden") if self._accepts(flag)]
        for extension in self.extensions:
            extension.extra_compile_args = flags
            extension.extra_link_args = ["-pthread"]
        super().build_extensions()

    def _accepts(self, flag: str) -> bool:
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / "empty.cpp"
            source.write_text("int main() { return 0; }\n")
            command = [self.compiler.compiler_cxx[0], "-Werror", flag, "-c", str(source), "-o", f"{source}.o"]
            return subprocess.run(command, capture_output=True, check=False).returncode == 0


setup(
    cmdclass={"build_ext": BuildNative},
    ext_modules=[
        Extension(
            "gaussian_avatar_training._native",
            sources=["csrc/api.cpp"],
            depends=[f"csrc/{header.name}" for header in sorted(SOURCES.glob("*.h"))],
            language="c++",
        )
    ],
)
