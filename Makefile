# `make demo` or `make test` alone is enough on a machine with Python 3.11 or newer.
# Another Python: make PYTHON=python3.12 demo (after `make clean`, if environments are there).

PYTHON ?= python3
VENV   := .venv
LOWEST := .venv-lowest
# Each test file in one process: its fixtures are computed once. Three processes on two processors:
# tests wait for browsers and for other programs.
PYTEST := -m pytest -n 3 --dist loadfile

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help demo test lint unit lowest lowest-run bench clean

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' Makefile

demo: $(VENV)/.made-run  ## compute the sample ward and write its maps and tables
	$(VENV)/bin/fireaccess demo

test: lint unit lowest  ## everything below that checks

lint: $(VENV)/.made-dev  ## style, types and the staircase of imports
	$(VENV)/bin/python -m ruff check .
	$(VENV)/bin/python -m ruff format --check .
	$(VENV)/bin/python -m mypy
	$(VENV)/bin/lint-imports

unit: $(VENV)/.made-dev  ## tests, docstring examples and notebooks
	$(VENV)/bin/python $(PYTEST)

# The old releases have no wheels for Python 3.13.
lowest: $(VENV)/.made-dev  ## the quick tests with the oldest dependencies that are allowed
	@if $(VENV)/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 13))'; then \
	  echo "Lowest dependencies: skipped, they need Python 3.11 or 3.12."; \
	else \
	  $(MAKE) --no-print-directory lowest-run; \
	fi

lowest-run: $(LOWEST)/.made
	$(LOWEST)/bin/python $(PYTEST) -m "not slow"

bench: $(VENV)/.made-dev  ## how long it takes, beside other libraries
	$(VENV)/bin/python -m pip install -q -c constraints.txt -e '.[bench]'
	$(VENV)/bin/python benchmarks/run.py

clean:  ## remove the environments and everything that tools left behind
	rm -rf $(VENV) $(LOWEST) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache \
	  .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Environments. The stamp inside each tells that its installation came to an end.
$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "fireaccess needs Python 3.11 or newer, and '$(PYTHON)' is none."; \
	  echo "Name one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; } >&2
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "'$(PYTHON)' can't make environments: its module venv or ensurepip is missing."; \
	  echo "Debian and Ubuntu keep them in the package python3-venv."; exit 1; } >&2
	$(PYTHON) -m venv --clear $(VENV)

$(VENV)/.made-run: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(VENV)/bin/python -m pip install -q -c constraints.txt -e .
	@touch $@

$(VENV)/.made-dev: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(VENV)/bin/python -m pip install -q -c constraints.txt -e '.[test,lint,peers]'
	@touch $@ $(VENV)/.made-run

# What the lowest dependencies need in turn is pinned as everywhere, but for the two that the
# lowest pydantic and typer want older.
$(LOWEST)/.made: pyproject.toml constraints.txt constraints-lowest.txt
	$(VENV)/bin/python -m venv --clear $(LOWEST)
	@awk -F '==' 'NR == FNR { low[$$1]; next } !($$1 in low || $$1 ~ /^(click|pydantic_core)$$/)' \
	  constraints-lowest.txt constraints.txt > $(LOWEST)/others.txt
	$(LOWEST)/bin/python -m pip install -q -c constraints-lowest.txt -c $(LOWEST)/others.txt \
	  -e '.[test]'
	@touch $@
