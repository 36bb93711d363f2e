# Needs Python 3.11+ with venv, Node 20+, git and make; everything else is made here. Every target may be
# called again at any time: what is there already is not made again.

PYTHON ?= python3
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif

# Set by some containers; it makes every start of Python two to three times slower.
unexport PYTHONDONTWRITEBYTECODE
MAKEFLAGS += --no-print-directory

.PHONY: demo app test test-long check bench package docs lock clean
.PHONY: to-run to-develop the-page the-packages-of-the-page for-tests for-the-window

demo: ## Two agents change a scratch repository in parallel, and both are merged
	@$(MAKE) -j2 to-run the-page
	@$(BIN)/amp-sessions demo

app: ## Open the window
	@$(MAKE) -j2 to-run the-page for-the-window
	@$(BIN)/ampsm

test: ## Everything: checks, unit, integration and end-to-end tests
	@$(MAKE) -j2 to-develop the-page for-tests
	@$(BIN)/python build/check.py --all; checks=$$?; \
	$(BIN)/python -m pytest -n 2; tests=$$?; \
	exit $$((checks | tests))

test-long: ## The long counts of kills and fuzzing
	@$(MAKE) -j2 to-develop the-page for-tests
	@$(BIN)/python -m pytest -n 2 -m long --timeout 7200

check: ## Lint, types, layers, generated files, sizes
	@$(MAKE) -j2 to-develop the-packages-of-the-page
	@$(BIN)/python build/check.py

bench: ## What sessions, starts, events and idling cost, each beside its baseline
	@$(MAKE) -j2 to-develop the-page
	@for name in cli_start sessions event_log idle; do $(BIN)/python -m benchmarks.$$name || exit 1; done

package: ## This platform's program folder in dist/, proved by its own self-test
	@$(MAKE) -j2 to-develop the-page
	@$(BIN)/python build/package.py

docs: to-develop ## The generated pages and types
	@$(BIN)/python build/docs.py
	@$(BIN)/python build/contract.py

lock: to-develop ## Lock the dependencies anew
	@$(BIN)/python -m pip install --quiet uv
	@$(BIN)/python build/lock.py --upgrade

clean: ## Forget what was made
	@rm -rf .venv .work dist ampsm_app/frontend/dist ampsm_app/frontend/node_modules

to-run:
	@$(PYTHON) build/install.py run

to-develop:
	@$(PYTHON) build/install.py develop

the-page:
	@$(PYTHON) build/frontend.py

the-packages-of-the-page:
	@$(PYTHON) build/frontend.py --packages-only

for-tests:
	@$(PYTHON) build/system.py tests

for-the-window:
	@$(PYTHON) build/system.py window
