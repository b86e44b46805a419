"""Formats of other libraries, written anew as transformers folders: a module a format, `make(job, advance)` in each."""
