# make demo, make test: a fresh machine needs nothing but Python 3.11 or later and a network for pip.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin

.PHONY: demo test test-all clean

demo: $(VENV)/core
	$(BIN)/mvbench eval --model random --data demo --frames 16 --out runs/demo-random
	$(BIN)/mvbench eval --model first-choice --data demo --frames 16 --out runs/demo-first-choice
	$(BIN)/mvbench report runs/demo-random --out runs/demo-report.html
	$(BIN)/mvbench leaderboard add runs/demo-board runs/demo-random
	$(BIN)/mvbench leaderboard add runs/demo-board runs/demo-first-choice
	$(BIN)/mvbench leaderboard build runs/demo-board --out runs/demo-site
	@echo
	@echo "Two models that look at nothing, on 72 questions about clips drawn by code. Open these in a browser:"
	@echo "  runs/demo-report.html       every question of one run, with what the model saw"
	@echo "  runs/demo-site/index.html   a leaderboard: published MVBench scores, and the two runs in a table of their own"
	@echo "Now your model: see README.md."

# Lint, types, layers and the fast tests: no torch.
test: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n 2 -m "not slow"

# Only what `make test` does not run: the tests that need torch, decord or much time.
test-all: $(VENV)/all
	$(BIN)/pytest -m slow

$(VENV)/core: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(VENV)/dev: $(VENV)/core
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[dev]"
	touch $@

$(VENV)/all: $(VENV)/dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[all,decord,dev]" "transformers[serving]" playwright
	touch $@

clean:
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
