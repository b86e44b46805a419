"""Table operations, one function a module: pure, without a model, over Arrow tables, arrays and lists."""
