# `make run` and `make test` need Python 3.11 or later and nothing else.
PORT ?= 8000
HOME_DIR ?= var
PYTHON ?= python3
SAMPLE ?= project/demo--p01

BIN := .venv/bin
# The tests of a file stay together: they share what is slow to set up.
TESTS = $(BIN)/python -m pytest -n 2 --dist loadfile
ECOGRAPH = ECOGRAPH_HOME=$(HOME_DIR) ECOGRAPH_PORT=$(PORT) $(BIN)/ecograph
# A new home is made for the address on which it is served, so that its IRIs can be opened.
NEW_HOME = $(if $(wildcard $(HOME_DIR)/ledger.sqlite),,ECOGRAPH_BASE_IRI=http://127.0.0.1:$(PORT))

.PHONY: run test check clean
run: .venv/run
	$(NEW_HOME) $(ECOGRAPH) load
	$(ECOGRAPH) match $(SAMPLE) --limit 5
	exec env $(ECOGRAPH) serve

test: .venv/dev
	$(TESTS)

check: .venv/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(TESTS)

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/run: .venv/bin/python pyproject.toml constraints.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[embedding]'
	touch $@

.venv/dev: .venv/run
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[cluster,embedding,test,lint]'
	touch $@

clean:
	rm -rf .venv $(HOME_DIR)
