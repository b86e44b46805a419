"""One function a task: a loaded model and a batch of values → one output a value. They know no plan and no frame."""
