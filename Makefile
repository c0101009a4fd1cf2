# The doors of this project: demo test lint generate docs wheel dev clean. CI uses the same.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
NEWEST := .venv-newest
CODE := scanner reports tests benchmarks

.PHONY: help demo test dev lint generate docs wheel bench coverage clean check-python system-demo system-test

# An environment whose interpreter is gone or whose folder was moved is made anew, whatever its stamps say.
$(foreach home,$(VENV) $(NEWEST),$(shell [ ! -e $(home) ] || { $(home)/bin/python -c '' && grep -qF "$(CURDIR)/$(home)" $(home)/bin/activate; } 2>/dev/null || rm -rf $(home)))

help:
	@echo "make demo      set everything up, then run certgate on sample evidence and a local TLS server"
	@echo "make test      set everything up, then run lint and all tests"
	@echo "make dev       set everything up for working on certgate"
	@echo "make lint      ruff, mypy, import-linter"
	@echo "make generate  write generated schemas and docs anew"
	@echo "make wheel     build the wheel into dist/"
	@echo "make bench     measure; prints ratios"
	@echo "make coverage  run all tests and say which branches they leave out"
	@echo "make clean     remove what the others made"

check-python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "certgate needs Python 3.11 or newer (make PYTHON=python3.11 …)"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' || { echo "certgate needs the venv module: apt-get install python3-venv"; exit 1; }

system-demo system-test: check-python
	@sh requirements/system.sh $(@:system-%=%)

# NOTE: a stamp in the environment says which locked set is in it, so that a second run is quick.
$(VENV)/.run: requirements/run.txt | check-python
	@echo "certgate: setting up $(VENV)"
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	@touch $@

$(VENV)/.test: requirements/test.txt $(VENV)/.run
	@echo "certgate: adding what the tests need"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/test.txt
	@touch $@

$(VENV)/.certgate: pyproject.toml $(VENV)/.run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(NEWEST)/.test: requirements/newest.txt pyproject.toml | check-python
	@echo "certgate: setting up $(NEWEST), the newest cryptography"
	@[ -x $(NEWEST)/bin/python ] || $(PYTHON) -m venv $(NEWEST)
	$(NEWEST)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/newest.txt
	$(NEWEST)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

tests/tools/node_modules/.package-lock.json: tests/tools/package-lock.json | system-test
	@echo "certgate: fetching the validators"
	npm --prefix tests/tools ci --silent --no-audit --no-fund
	@touch $@

demo: system-demo $(VENV)/.run $(VENV)/.certgate
	$(BIN)/certgate demo

dev: system-test $(VENV)/.test $(VENV)/.certgate tests/tools/node_modules/.package-lock.json

test: dev $(NEWEST)/.test
	@$(MAKE) --no-print-directory lint
	$(BIN)/python -m pytest -n 2 --dist loadgroup
	@echo "certgate: the same rooms on the newest cryptography"
	CERTGATE_TEST_SSLYZE="$$PWD/$(BIN)/sslyze" $(NEWEST)/bin/python -m pytest -q -n 2 -p no:cacheprovider tests/facts tests/trust tests/importers tests/inventory tests/rules tests/policies
	$(NEWEST)/bin/certgate demo --quiet --folder build/newest --sslyze $(BIN)/sslyze

coverage: dev
	$(BIN)/python -m coverage run --parallel-mode -m pytest -q -p no:cacheprovider
	$(BIN)/python -m coverage combine -q
	$(BIN)/python -m coverage report

lint:
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

generate:
	$(BIN)/python -m scanner.cli._generate

docs: generate

wheel: $(VENV)/.test
	$(BIN)/python -m hatchling build -t wheel

bench: $(VENV)/.test $(VENV)/.certgate
	env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) $(NEWEST) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache build dist certgate-demo tests/tools/node_modules
	find scanner reports tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
