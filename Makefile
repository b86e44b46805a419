# make demo: set up, run the quickstart for real.  make test: the whole suite but for the pages, which are make test-ui.
# make lab: the quickstart in JupyterLab, with the sidebar.  make binder: what mybinder.org would build, in its memory.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OLAH := .venv-olah
REPO2DOCKER := .venv-repo2docker
LABEXTENSION := $(VENV)/share/jupyter/labextensions/hfmagic-labextension
CHROMIUM := $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)
NODE_MODULES := tests/npm/node_modules
PYTHON_SOURCES := hfmagic tests bench notebooks binder release locks docs/conf.py hatch_build.py labextension/assets.py
# CPU wheels of torch where their index answers; elsewhere those that pip finds, or the package index's own build.
CPU_INDEX := https://download.pytorch.org/whl/cpu

# A waiting thread sleeps: on two cores a spinning one takes the other process's time (a clip: 2 s instead of 9 to 27).
export OMP_WAIT_POLICY := PASSIVE
# npm, node and jupyter-builder of the environment come first.
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: bench gpu-check demo docs site faults linkcheck eval reproduce test coverage test-ui lab binder repo2docker check labextension lock release-check types tags clean
.DEFAULT_GOAL := demo

# Every package by the hash that its lock names, and none that would have to be built; the project itself last.
$(VENV)/.installed: pyproject.toml locks/install.py locks/torch-cpu.txt locks/torch.txt locks/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "hfmagic needs Python 3.11 or newer; run: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python locks/install.py --torch $(CPU_INDEX) --editable . dev
	@touch $@

# Clients and servers by others, against which the tests hold the Test Hub: a mirror, and the JavaScript client.
$(OLAH)/.installed: locks/olah.txt
	$(PYTHON) -m venv $(OLAH)
	$(OLAH)/bin/python locks/install.py olah
	@touch $@

$(REPO2DOCKER)/.installed: locks/repo2docker.txt
	$(PYTHON) -m venv $(REPO2DOCKER)
	$(REPO2DOCKER)/bin/python locks/install.py repo2docker
	@touch $@

$(NODE_MODULES)/.installed: tests/npm/package.json tests/npm/package-lock.json | $(VENV)/.installed
	$(BIN)/npm ci --prefix tests/npm --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

demo: $(VENV)/.installed
	$(BIN)/python notebooks/demo.py

# The sidebar and the widget, built where they are older than their sources. The environment gets a link: a build is seen
# after a reload of the page (pip leaves a copy).
labextension: $(VENV)/.installed
	@$(BIN)/python labextension/assets.py
	@rm -rf $(LABEXTENSION) && mkdir -p $(dir $(LABEXTENSION)) && ln -s $(CURDIR)/hfmagic/labextension $(LABEXTENSION)

# What goes between kernel and page, as TypeScript: from the kernel's schemas.
types: labextension
	$(BIN)/npm run --silent --prefix labextension types
	@$(BIN)/python labextension/assets.py

lab: $(VENV)/.installed labextension
	$(BIN)/hfmagic starter
	$(BIN)/jupyter lab notebooks/quickstart.ipynb

# Every tutorial in a fresh kernel, as it stands and then with its recorded plans; 0 when each result is the same or close.
reproduce: $(VENV)/.installed
	$(BIN)/hfmagic starter
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist worksteal -m tutorial tests/test_notebooks.py
	printf '%s\n' notebooks/*.ipynb | HFMAGIC_OFFLINE=1 OMP_NUM_THREADS=1 xargs -P 2 -n 1 $(BIN)/hfmagic reproduce

# A thread for each of the two workers: with more they wait for each other (Whisper's minute: 10 s instead of 200).
test: $(VENV)/.installed $(OLAH)/.installed $(NODE_MODULES)/.installed check
	$(BIN)/hfmagic starter
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist worksteal -m "not tutorial"

# The same, and which lines and branches of hfmagic it runs: a third slower, so it stands apart.
coverage: $(VENV)/.installed $(OLAH)/.installed $(NODE_MODULES)/.installed
	$(BIN)/hfmagic starter
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist worksteal --cov --cov-report=term:skip-covered --cov-report=json:build/coverage.json
	$(BIN)/python tests/covered.py build/coverage.json 95 90

test-ui: labextension
	@test -n "$(CHROMIUM)" || { echo "make test-ui needs Chromium; on Debian and Ubuntu: apt-get install chromium" >&2; exit 1; }
	$(BIN)/hfmagic starter
	CHROMIUM=$(CHROMIUM) $(BIN)/python -m pytest -n 2 --dist worksteal tests/ui

# What can go wrong and what is attacked, each with the outcome of the tests that name it: tests/faults/table.py.
faults: labextension
	$(BIN)/hfmagic starter
	CHROMIUM=$(CHROMIUM) OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist worksteal -p tests.faults.report -m "fault or rule" tests tests/ui

# Ratios and milliseconds, each measured in one run; for a machine that does nothing else.
bench: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench]'
	$(BIN)/hfmagic starter
	$(BIN)/python bench/engine.py --out build/bench.json
	$(BIN)/python bench/media.py --out build/media.json
	$(BIN)/python bench/interrupt.py --out build/interrupt.json
	$(BIN)/python bench/guards.py --out build/guards.json
	$(BIN)/python bench/report.py build/bench.json build/media.json build/interrupt.json build/guards.json
	$(BIN)/python bench/listing.py
	$(BIN)/python bench/learning.py
	OMP_NUM_THREADS=1 $(BIN)/python bench/fit.py

# On a machine with a GPU: what runs there, out of memory and all, and how fast; writes docs/gpu.md.
gpu-check: $(VENV)/.installed
	$(BIN)/hfmagic starter
	$(BIN)/python bench/gpu_check.py

# What a planner makes of requests by others: a table over the cases in the folder EVAL, scored by its own score.py.
EVAL ?= ../shared/eval
PLANNER ?= rules
eval: $(VENV)/.installed
	@test -f $(EVAL)/score.py || { echo "make eval needs the cases and their score.py in $(EVAL): name their folder, EVAL=…" >&2; exit 1; }
	$(BIN)/python bench/plans.py $(EVAL) --out build/eval --planner $(PLANNER)

# The Dockerfile of mybinder.org, printed and checked; nothing is built, docker is not needed.
repo2docker: $(REPO2DOCKER)/.installed
	$(PYTHON) binder/dockerfile.py $(REPO2DOCKER)/bin/jupyter-repo2docker

# Its build in a fresh environment, then each notebook in the memory of a session: about six minutes, 4 GB of disk.
binder: repo2docker
	$(PYTHON) binder/imitate.py

# What a release would ship: HEAD's archives, looked at, and installed where there is no node; then in dist/. RELEASING.md
# TAG=vX.Y.Z: as that release. TORCH=here: this environment's, where the index has only one of several gigabytes.
TAG ?=
TORCH ?= index
export TAG
release-check: $(VENV)/.installed
	$(BIN)/python release/check.py --torch $(TORCH) $(if $(TAG),--tag "$$TAG")

check: $(VENV)/.installed labextension
	$(BIN)/ruff check $(PYTHON_SOURCES)
	$(BIN)/ruff format --check $(PYTHON_SOURCES)
	$(BIN)/mypy
	$(BIN)/npm run --silent --prefix labextension lint

# The locks of .venv, .venv-olah and .venv-repo2docker: what is pinned stays, but where a requirement is another one.
# UPGRADE=1: the newest of everything. Where the index of torch's CPU wheels does not answer, theirs stays as it is.
UPGRADE ?=
lock:
	$(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.9'
	build/lock/bin/python locks/write.py $(if $(UPGRADE),--upgrade)

# The catalogue of the Hub's tasks, written anew from the installed packages and @huggingface/tasks.
tags: $(VENV)/.installed $(NODE_MODULES)/.installed
	$(BIN)/python -m hfmagic.tags.generator.generate

# What is written from the code: docs/tasks.md (with the architectures that are tested) and docs/reference/.
docs: $(VENV)/.installed
	$(BIN)/python -m tests.conformance.table
	$(BIN)/python -m tests.docs.write

# The pages of docs/ as a site in build/site, offline; a warning, such as of a link that leads nowhere, fails.
site: $(VENV)/.installed
	$(BIN)/python -m sphinx --quiet -W --keep-going -n -b html docs build/site
	@echo "build/site/index.html"

# Links to other sites, asked one by one; .ci/run does not, as it has no network.
linkcheck: $(VENV)/.installed
	$(BIN)/python -m sphinx --quiet -b linkcheck docs build/linkcheck

clean:
	rm -rf .coverage* $(VENV) $(OLAH) $(REPO2DOCKER) $(NODE_MODULES) labextension/node_modules labextension/lib hfmagic/static hfmagic/labextension
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis
