"""Where models come from: a folder of `org/name` models."""
