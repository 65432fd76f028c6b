"""Opening an ONNX model: by the digest of its file, on the processor or on a graphics card."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import onnxruntime

Device = Literal["cpu", "cuda"]


class BadModel(ValueError):
    """The operator's model cannot be used as it is configured; the message says what to do."""


def opened(
    file: Path, sha256: str, extra: str, device: Device = "cpu", threads: int = 1
) -> onnxruntime.InferenceSession:
    """Return a session of the model; `extra` is Tutela's that brings ONNX Runtime, for the message without it.

    The model is run from the very bytes whose digest was compared, so that it can name no other file to read. On one
    thread the same bytes in give the same bytes out. Raises BadModel.
    """
    try:
        import onnxruntime
    except ModuleNotFoundError as error:
        raise BadModel(f"{extra} need ONNX Runtime: pip install 'tutela[{extra}]'") from error
    try:
        model = file.read_bytes()
    except OSError as error:
        raise BadModel(f"{file}: {error.strerror}") from error
    if (found := hashlib.sha256(model).hexdigest()) != sha256:
        raise BadModel(f"{file} is another file than configured: its sha256 is {found}")
    onnxruntime.disable_telemetry_events()
    providers = ["CPUExecutionProvider"]
    if device == "cuda":
        if "CUDAExecutionProvider" not in onnxruntime.get_available_providers():
            raise BadModel(
                "device is cuda, and this ONNX Runtime runs on the processor alone: "
                "install onnxruntime-gpu in place of onnxruntime, or set device to cpu"
            )
        providers.insert(0, "CUDAExecutionProvider")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = threads
    options.use_deterministic_compute = True
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(model, options, providers=providers)
    except Exception as error:
        raise BadModel(f"{file} is no model that ONNX Runtime can run: {str(error)[:200]}") from error
    # ONNX Runtime goes on without the card where it cannot be opened, many times slower.
    if device == "cuda" and session.get_providers()[0] != "CUDAExecutionProvider":
        raise BadModel("device is cuda, and no card could be opened: check the driver and CUDA, or set device to cpu")
    return session


def chosen_output(session: onnxruntime.InferenceSession, file: Path, wanted: str | None) -> str:
    """Return the name of the output that is read: the first one if none is wanted. Raises BadModel."""
    names: list[str] = [output.name for output in session.get_outputs()]
    if wanted is not None and wanted not in names:
        raise BadModel(f"{file} has no output {wanted!r}: {', '.join(names)}")
    return wanted or names[0]
