# Everything a person needs here is one word after `make`. `make` alone lists the words.
#
# Files named .stamp remember what has been done, so that a second start is quick.

SHELL = /bin/sh
.DEFAULT_GOAL = help
.DELETE_ON_ERROR:

VENV = .venv
BIN = $(VENV)/bin
CATALOGUES = $(wildcard fund_app/translations/*/LC_MESSAGES/messages.po)
COMPILED = $(CATALOGUES:.po=.mo)
DEMO_HOME = $(CURDIR)/var/demo
DEMO = $(LIBRARIES) FUND_ENV=demo FUND_HOME="$(DEMO_HOME)"
JOBS ?= 2
export PYTHON

# Homebrew's libraries lie where Python does not look for them by itself.
ifeq ($(shell uname -s),Darwin)
LIBRARIES = DYLD_FALLBACK_LIBRARY_PATH="/opt/homebrew/lib:/usr/local/lib"
endif

.PHONY: help
help: ## Show this list
	@echo "Two words are enough to begin: make run, make test"
	@echo
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' $(firstword $(MAKEFILE_LIST)) | \
		while IFS='	' read -r word does; do printf '  make %-14s %s\n' "$$word" "$$does"; done

.PHONY: run
run: setup var/demo/.stamp ## Start the demonstration with its worker on http://127.0.0.1:8000
	@$(DEMO) $(BIN)/fund init >/dev/null
	@$(DEMO) $(BIN)/fund serve

.PHONY: setup
setup: $(VENV)/.stamp translate ## Install what running needs, into .venv and from locked versions

.PHONY: setup-test
setup-test: $(VENV)/.stamp-test translate ## Install what testing needs besides

.PHONY: test
test: lint ## Check everything: format, lint, types, imports, all tests
	@$(LIBRARIES) $(BIN)/python -m pytest -n $(JOBS)

.PHONY: test-fast
test-fast: setup-test ## Run the tests that need neither a browser nor patience
	@$(LIBRARIES) $(BIN)/python -m pytest -n $(JOBS) -m "not browser and not slow"

.PHONY: lint
lint: setup-test ## Check format, lint, types, the import contracts and known mistakes
	@failed=0; \
	$(BIN)/ruff format --check --quiet --output-format concise . || failed=1; \
	$(BIN)/ruff check --quiet --output-format concise . || failed=1; \
	$(BIN)/mypy || failed=1; \
	$(BIN)/lint-imports --no-cache --no-logo || failed=1; \
	$(BIN)/bandit --quiet --configfile pyproject.toml --severity-level medium \
		--recursive config.py forms fund_app migrations scripts workflows || failed=1; \
	exit $$failed

.PHONY: format
format: setup-test ## Rewrite the code in the house's format
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

.PHONY: routes
routes: setup-test ## Write the list of routes and who may open them
	@$(LIBRARIES) $(BIN)/python -m tests.support.routes

.PHONY: translations
translations: setup-test ## Collect the texts into the catalogues and compile them
	@scripts/translations.sh
	@$(MAKE) --no-print-directory translate

.PHONY: translate
translate: $(COMPILED)

.PHONY: bench
bench: setup-test ## Measure the product beside its physical references
	@$(LIBRARIES) $(BIN)/fund bench all

.PHONY: lock
lock: ## Choose versions anew and write them with their hashes
	@scripts/lock.sh

.PHONY: clean
clean: ## Remove what make made: .venv, caches, the demonstration in var/demo
	rm -rf $(VENV) var/demo build *.egg-info $(COMPILED)
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.stamp: requirements.lock pyproject.toml scripts/system.sh scripts/venv.sh
	@scripts/system.sh run
	@scripts/venv.sh $(VENV) requirements.lock
	@touch $@

$(VENV)/.stamp-test: requirements-dev.lock $(VENV)/.stamp
	@scripts/system.sh test
	@scripts/venv.sh $(VENV) requirements-dev.lock
	@touch $@

var/demo/.stamp: | $(VENV)/.stamp
	@rm -rf var/demo && mkdir -p var/demo
	@$(DEMO) $(BIN)/fund init
	@$(DEMO) $(BIN)/fund demo
	@touch $@

%.mo: %.po | $(VENV)/.stamp
	@$(BIN)/pybabel --quiet compile --use-fuzzy --input-file $< --output-file $@
