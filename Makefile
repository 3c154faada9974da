# Basalt's commands. `make help` lists them. Needs Python 3.11 or newer and the package registries, nothing else.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SUITE := $(BIN)/python -m pytest -q
# Two cores are what the ten minutes of `make test` are meant for.
WORKERS ?= 2

MADE := $(VENV)/made

.DEFAULT_GOAL := help
.PHONY: help setup demo sim test check test-host test-vm test-chip coverage proofs documents format clean
.DELETE_ON_ERROR:

help: ## List every target with a line
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(MADE)/python $(MADE)/stubs $(MADE)/vm ## Make .venv with all that the targets below need

demo: setup ## Run the pump for one simulated day, pull its log, show the figures
	@$(BIN)/basalt demo

sim: setup ## Open the virtual pump in this terminal
	@$(BIN)/basalt sim

test: check test-host test-vm test-chip ## Pass all checks and all tests, on three benches
	@echo "==> All tests passed"

check: setup ## Format, lint, types, spelling, import rules, and mpy-cross over the firmware
	@echo "==> Format"
	@$(BIN)/ruff format --check .
	@echo "==> Lint"
	@$(BIN)/ruff check .
	@echo "==> Types of the firmware, against the board's own modules"
	@$(BIN)/basedpyright --pythonpath $(BIN)/python --project tools/checks/firmware.json
	@echo "==> Types of the host tools, strict"
	@$(BIN)/basedpyright --pythonpath $(BIN)/python
	@echo "==> Spelling"
	@$(BIN)/codespell
	@echo "==> Tables in the documents"
	@$(BIN)/python tools/write_documents.py --check
	@echo "==> mpy-cross over the firmware, import rules, numbers, packaging"
	@$(SUITE) host_tests/structure

test-host: setup ## Test on CPython, with fakes that have physics
	@echo "==> Bench 1: CPython"
	@$(SUITE) -n $(WORKERS) host_tests --ignore=host_tests/vm --ignore=host_tests/chip --ignore=host_tests/structure

test-vm: setup ## Run the portable tests on the real MicroPython virtual machine
	@echo "==> Bench 2: the MicroPython virtual machine"
	@$(SUITE) -n $(WORKERS) --dist loadgroup host_tests/vm

test-chip: setup ## Test the built tree on an emulated RP2040, if the MicroPython image can be had
	@echo "==> Bench 3: the emulated RP2040"
	@$(SUITE) -n $(WORKERS) --dist loadfile --no-loadscope-reorder -rfE host_tests/chip

coverage: setup ## Measure the branches that the tests on CPython reach
	@mkdir -p build
	@$(SUITE) -n $(WORKERS) host_tests --ignore=host_tests/vm --ignore=host_tests/chip --cov --cov-report=term

proofs: setup ## Try to break the five promises, in full, and write PROOFS.md (about half an hour)
	@$(BIN)/python -m host_tests.proofs --write

documents: setup ## Write the tables of the documents anew from the code
	@$(BIN)/python tools/write_documents.py

format: setup ## Format every Python file in place
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

clean: ## Remove everything that make has made, the environment too
	rm -rf $(VENV) build .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Basalt needs Python 3.11 or newer; $(PYTHON) is older. Try: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@echo "==> Set-up 1/4: a virtual environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV)

$(MADE)/python: pyproject.toml | $(BIN)/python
	@echo "==> Set-up 2/4: Basalt and its packages, about a minute"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@mkdir -p $(MADE) && touch $@

$(MADE)/stubs: tools/checks/rp2-stubs.txt | $(MADE)/python
	@echo "==> Set-up 3/4: types of the board's own modules"
	@rm -rf $(VENV)/stubs
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --target $(VENV)/stubs --requirement $<
	@mkdir -p $(MADE) && touch $@

$(MADE)/vm: host_tests/vm/package.json host_tests/vm/package-lock.json | $(MADE)/python
	@echo "==> Set-up 4/4: the MicroPython virtual machine"
	@mkdir -p $(VENV)/vm && cp $^ $(VENV)/vm/
	@cd $(VENV)/vm && { PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --loglevel=error --no-audit --no-fund >npm.log 2>&1 \
		|| { cat npm.log; exit 1; }; }
	@mkdir -p $(MADE) && touch $@
