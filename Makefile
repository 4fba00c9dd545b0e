# `make run` and `make test` set everything up themselves, in a private .venv, and leave it alone when it is there.
.DEFAULT_GOAL := help
.PHONY: help run test lint lock bench clean

STUDY ?= essay
OUT ?= outputs/$(STUDY)

# The first Python on the PATH that is new enough; `make run PYTHON=/path/to/python` overrides it.
PYTHON ?= $(shell for each in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$each -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$each && break; done)
BIN := .venv/bin
READY := .venv/.ready

# Without byte code on disk every start imports pandas and vectorbt three times slower.
unexport PYTHONDONTWRITEBYTECODE
# uv brings its own certificates; behind a proxy only the system's are right.
export UV_SYSTEM_CERTS := true

help:  ## List the commands
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' Makefile | expand -t 14

run: $(READY)  ## Backtest a study on the embedded economy (STUDY=essay, OUT=outputs/essay)
	@$(BIN)/tidegate run $(STUDY) --out $(OUT)

test: lint  ## Lint, types and tests
	$(BIN)/pytest -n 2

lint: $(READY)  ## Ruff (lint and format) and strict mypy
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

lock: $(READY)  ## Choose the newest versions anew and pin them by hash
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --extra dev --generate-hashes \
		--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' \
		pyproject.toml --output-file requirements.lock

bench: $(READY)  ## Measure speed and memory, against rivals in the same run
	@for each in $$(grep -l __main__ benchmarks/*.py); do echo "$$each"; $(BIN)/python $$each || exit 1; done

clean:  ## Remove everything that make made
	rm -rf .venv outputs build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# uv is quick but does not read pip's configuration files; where those name the only index in reach, pip installs.
$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "tidegate needs Python 3.11 or newer, and no python3 on the PATH is." >&2; exit 1; }
	@echo "Setting up .venv with $$($(PYTHON) --version) (once)"
	@$(PYTHON) -m venv .venv || { echo "No virtual environment could be made. On Debian: apt-get install python3-venv" >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv>=0.5'
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode --require-hashes -r requirements.lock \
		|| { echo "uv could not install; pip tries, which takes longer"; \
		     $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock; }
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --offline --editable .
	@touch $@
