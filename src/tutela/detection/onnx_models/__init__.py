"""ONNX models of the operator's: loaded by their digest, and fed with pictures."""
