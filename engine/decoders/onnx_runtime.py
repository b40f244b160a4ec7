"""The one place that imports ONNX Runtime, or a library that does, with its telemetry off."""

import os
from importlib import import_module
from types import ModuleType


def import_quietly(name: str) -> ModuleType:
    """Import ``onnxruntime``, or a library that imports it such as ``swift_f0``, and return the module.

    From version 1.32 on, ONNX Runtime writes a device id into the user's cache folder when it is imported and looks up
    its maker's host name, unless this variable is set before. Whoever has set it keeps what they set. Raises
    ImportError if the library is missing.
    """
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    return import_module(name)
