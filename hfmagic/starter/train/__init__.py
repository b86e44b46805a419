"""Models that are trained on this machine: `make(job, advance)` in each module that is a recipe."""
