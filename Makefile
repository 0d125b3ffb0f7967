# Two commands for everybody: `make run` and `make test`. `make lock` after a change of dependencies.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test text check lock bench clean

run: $(VENV)/.run
	@$(BIN)/portail demo

test: $(VENV)/.test .cache/chromium
	@PORTAIL_TEST_CHROMIUM="$$(cat .cache/chromium)" $(BIN)/python -m pytest

# The first journey in w3m, lynx, links2 and elinks themselves, one after the other: beside other tests keys come late.
TEXT_BROWSERS := w3m lynx links2 elinks tmux

text: $(VENV)/.test
	@for name in $(TEXT_BROWSERS); do command -v $$name >/dev/null || away="$$away $$name"; done; \
	 test -z "$$away" || echo "Sans$$away, ces tests sont sautés : sudo apt-get install$$away" >&2
	@$(BIN)/python -m pytest -n 0 tests/browser/test_text_browsers.py

check: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.test
	@$(BIN)/python -m tests.bench

# Compiled here: whoever serves may not write beside the sources, and would compile them at every start.
$(VENV)/.run: $(VENV)/.installed $(shell find app db -name '*.py')
	@$(BIN)/python -m compileall -q app db
	@touch $@

# The lock file has two parts: what runs the portal, then what tests it.
$(VENV)/.installed: requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@sed '/^# tests$$/,$$d' requirements.lock > $(VENV)/run.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(VENV)/run.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.test: $(VENV)/.installed
	@sed '1,/^# tests$$/d' requirements.lock > $(VENV)/test.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $(VENV)/test.txt
	@touch $@

# Browser tests need a Chromium: found, or installed where that is allowed, or else asked for.
.cache/chromium:
	@mkdir -p .cache
	@for name in chromium chromium-browser google-chrome; do command -v $$name && break; done > $@ \
	 || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
	      && apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null \
	      && command -v chromium > $@; } \
	 || { rm -f $@; echo "Les tests ont besoin de Chromium. Tapez : sudo apt-get install chromium" >&2; exit 1; }

LOCK := uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes \
  --no-header --no-annotate --no-emit-index-url --upgrade pyproject.toml

lock: $(VENV)/.test
	@$(BIN)/$(LOCK) -o $(VENV)/lock-run.txt
	@$(BIN)/$(LOCK) --extra dev --constraint $(VENV)/lock-run.txt -o $(VENV)/lock-all.txt
	@{ cat $(VENV)/lock-run.txt; echo "# tests"; \
	   awk 'NR == FNR { if (/^[^ ]/) seen[$$1] = 1; next } /^[^ ]/ { keep = !($$1 in seen) } keep' \
	     $(VENV)/lock-run.txt $(VENV)/lock-all.txt; } > requirements.lock

clean:
	rm -rf $(VENV) .cache .data
