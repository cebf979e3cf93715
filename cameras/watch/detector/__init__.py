"""A detector that somebody has installed: it says what an actor is. Any ONNX file whose layout is known serves."""
