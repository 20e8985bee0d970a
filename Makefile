# `make demo` and `make test` do all their own set-up; nothing else is needed first.

SHELL := /bin/sh
BIN := .venv/bin
READY := .venv/ready
DOCS_READY := .venv/docs-ready
# `make PYTHON=/path/to/python3.12 test` chooses the interpreter of a new environment.
PYTHON ?=
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# What Python has compiled is kept: the tests start it a hundred times.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo lab test checks quick bench mutants fuzz build install-check layers lint types format lock lessons docs glossary
.PHONY: address operators picture protos protos-check schema widgets widgets-check tools clean

help:  ## show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' $(MAKEFILE_LIST) | expand -t 16

demo: $(READY)  ## train on handwritten digits with federated averaging
	@$(BIN)/tffsim demo

# In its first minute nobody wants to be asked about news of JupyterLab, nor to read its log: the address is told.
# The lessons show pictures of docs, so these must be within the folder that is served.
LAB_SETTINGS := .venv/share/jupyter/lab/settings
lab: $(READY)  ## open JupyterLab with the lessons
	@mkdir -p $(LAB_SETTINGS)
	@echo '{"@jupyterlab/apputils-extension:notification": {"fetchNews": "false"}}' > $(LAB_SETTINGS)/overrides.json
	@$(BIN)/jupyter lab --log-level=WARN --ServerApp.root_dir=. --ServerApp.preferred_dir=notebooks $(if $(filter 0,$(shell id -u)),--allow-root)

# Three processes for two processors: tests of kernels, browsers and workers mostly wait. tests/conftest.py orders the files.
test: checks  ## everything that must pass before a change is merged
	$(BIN)/python -m pytest -q -n 3 --dist loadfile --no-loadscope-reorder

# Two at a time, all of them even if one fails, and what each says in one piece (which make can do since 4.0).
checks: $(READY) tools
	@$(MAKE) --no-print-directory --jobs=2 --keep-going $(if $(filter output-sync,$(.FEATURES)),--output-sync=target) \
	  types widgets-check lint protos-check

quick: $(READY)  ## style, and tests of less than a minute in all; those of QUICK in tests/conftest.py load no TensorFlow
	$(BIN)/ruff check .
	$(BIN)/python -m pytest -q --quick
	$(BIN)/python -m pytest -q tests/unit/tracing/analysis tests/unit/tracing/exports tests/unit/traces \
	  tests/unit/views/panels tests/unit/views/notebook tests/unit/magics

bench: $(READY)  ## measure speed and memory against loops by hand; with BEFORE=commit, speed against that commit
	$(BIN)/python -m tests.benchmarks $(if $(ONLY),--only $(ONLY)) $(if $(RECORD),--record "$(RECORD)") \
	  $(if $(BEFORE),--before "$(BEFORE)")

mutants: $(READY)  ## put small faults into the code and list those that no test finds (an hour)
	@$(BIN)/python -m tests.mutation

fuzz: $(READY)  ## send ten thousand wrong requests to a worker; COUNT and SEED choose others
	@$(BIN)/python -m tests.fuzz --count $(or $(COUNT),10000) --seed $(or $(SEED),0)

layers: $(READY)  ## run the layers of TensorFlow Federated, whose sources are in TFF=folder, on tffsim
	@$(BIN)/python -m tests.layers "$(TFF)" $(if $(ONLY),--only "$(ONLY)")

build: $(READY)  ## make the wheel and the source archive in dist
	$(BIN)/python -m hatchling build

install-check: $(READY) tools  ## install the package as users do, in eight environments (up to an hour)
	@$(BIN)/python -m tests.installations $(if $(ONLY),--only "$(ONLY)")

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/deptry --no-ansi .

types: $(READY)
	$(BIN)/mypy --any-exprs-report build/types
	@$(BIN)/python -m tests.architecture.any_expressions build/types

format: $(READY)  ## rewrite the code in the house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(READY)  ## choose new versions for requirements/lock.txt and binder/requirements.txt
	$(BIN)/uv pip compile --upgrade --universal --python-version 3.11 --no-config --no-annotate --quiet \
	  --custom-compile-command "make lock" --extra dev --overrides requirements/overrides.txt \
	  --output-file requirements/lock.txt pyproject.toml requirements/lock.in
	$(BIN)/uv pip compile --upgrade --universal --python-version 3.11 --no-config --no-annotate --quiet \
	  --custom-compile-command "make lock" --extra docs --overrides requirements/overrides.txt \
	  --constraint requirements/lock.txt --output-file requirements/docs.txt pyproject.toml
	echo tensorflow-cpu | $(BIN)/uv pip compile --python-version 3.12 --python-platform x86_64-manylinux_2_28 \
	  --no-config --no-annotate --quiet --custom-compile-command "make lock" --overrides requirements/overrides.txt \
	  --constraint requirements/lock.txt --output-file binder/requirements.txt pyproject.toml -

lessons: $(READY)  ## make the notebooks from notebooks/sources, and run them
	$(BIN)/python -m notebooks.sources.make $(if $(ONLY),"$(ONLY)")

docs: $(READY) $(DOCS_READY)  ## build the documentation site in build/docs/html
	@$(BIN)/python -m docs.site

glossary: $(READY)  ## write docs/concepts.md, and the table of the panels, from tffsim/views/*.json
	@$(BIN)/python -m docs.site.concepts
	@$(BIN)/python -m docs.site.panels

operators: $(READY)  ## write docs/reference/operators.md from what the intrinsics say of themselves
	@$(BIN)/python -m docs.site.operators

address: $(READY)  ## write what depends on where the project is published: see tool.tffsim in pyproject.toml
	@$(BIN)/python -m docs.site.first_screen

picture: $(READY)  ## draw docs/images again
	$(BIN)/python docs/images/draw_stack.py
	$(BIN)/python docs/images/draw_rooms.py
	$(BIN)/python docs/images/draw_traces.py
	$(BIN)/python docs/images/capture_notebook.py
	$(BIN)/python docs/images/capture_concepts.py
	$(BIN)/python docs/images/capture_gallery.py

schema: $(READY)  ## write what follows from the schema of a trace: a file of the front end, a page, messages for tests
	@$(BIN)/python -m widgets.schema
	@$(BIN)/python -m tests.contract.messages

protos: $(READY)  ## generate the code of the messages between controller and workers, from executor.proto
	requirements/generate_protos.sh

protos-check: $(READY)
	@requirements/generate_protos.sh --check

widgets: widgets/node_modules/.package-lock.json schema  ## build the front end into the package
	cd widgets && npm run --silent build

# What is made of sources and committed must be what they make. Without Node.js the bundle is not checked.
widgets-check: tools $(READY)
	@$(BIN)/python -m widgets.schema --check
	@if command -v npm >/dev/null; then \
	  $(MAKE) --no-print-directory widgets/node_modules/.package-lock.json && \
	  cd widgets && npm run --silent check && node build.mjs --check; fi

tools:
	@requirements/install_tools.sh

widgets/node_modules/.package-lock.json: widgets/package-lock.json
	cd widgets && npm ci --silent --no-audit --no-fund --ignore-scripts
	@touch $@

clean:  ## remove everything that make created
	rm -rf .venv widgets/node_modules .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment is made again only when what is installed in it changes.
$(READY): requirements/lock.txt pyproject.toml requirements/create_venv.sh requirements/install.sh
	@PYTHON="$(PYTHON)" requirements/create_venv.sh
	@requirements/install.sh
	@touch $@

# Only `make docs` needs these; the tests do without.
$(DOCS_READY): requirements/docs.txt $(READY)
	@requirements/install.sh requirements/docs.txt
	@touch $@
