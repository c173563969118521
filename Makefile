# Everything a person types here. `make` alone lists it.
SHELL := /bin/bash
RUN := .venv/bin/python
TEST := .venv-test/bin/python
# Where it is set, as in many containers, every start would compile every file anew: 0.4 s of CPU.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help run test browser lint types bench soak notebook docs demo-data pins clean
help:            ## list these commands
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

run: .venv/ready            ## the demo desk on http://127.0.0.1:8050/
	@exec $(RUN) app.py --demo

test: .venv-test/ready            ## every test, browser tests included
	@./.ci/test-programs || true
	@exec $(TEST) -m pytest -rs -n 3 --dist loadfile --no-loadscope-reorder

browser: .venv-test/ready            ## the browser tests alone
	@./.ci/test-programs || true
	@exec $(TEST) -m pytest -rs -m browser

lint: .venv-test/ready            ## format, lint, types, import direction
	@$(TEST) -m ruff format --check .
	@$(TEST) -m ruff check .
	@$(TEST) -m mypy
	@$(TEST) -c "from importlinter.cli import lint_imports_command as lint; lint()"

bench: .venv-test/ready            ## one JSON line per figure, each with its rival in the same run
	@exec $(TEST) -m benchmarks

soak: .venv-test/ready            ## the long tests, and the properties on new random examples
	@$(TEST) -m pytest -m soak
	@$(TEST) -m pytest -n 3 -m "hypothesis and not soak" --hypothesis-profile=search

notebook: .venv-notebook/ready            ## open examples/aurora.ipynb in Jupyter Lab
	@exec .venv-notebook/bin/jupyter lab $(if $(filter 0,$(shell id -u)),--allow-root) examples/aurora.ipynb

docs: .venv-test/ready            ## write the parts of the papers that the code knows
	@exec $(TEST) -m docs.from_code

demo-data: .venv/ready            ## write the files of all five systems: make demo-data DIR=/tmp/desk
	@test -n "$(DIR)" || { echo "say where: make demo-data DIR=/tmp/desk"; exit 64; }
	@exec $(RUN) -m demo --dir "$(DIR)" --system all --seconds 60 --fast --no-json

pins:            ## compile requirements*.txt from their .in files
	uv pip compile -q --python-version 3.11 requirements.in -o requirements.txt --no-emit-index-url --custom-compile-command "make pins"
	uv pip compile -q --python-version 3.11 requirements-dev.in -o requirements-dev.txt --no-emit-index-url --custom-compile-command "make pins"
	uv pip compile -q --python-version 3.11 requirements-notebook.in -o requirements-notebook.txt -c requirements.txt --no-emit-index-url --custom-compile-command "make pins"

.venv/ready: requirements.txt
	@./.ci/environment .venv requirements.txt

.venv-test/ready: requirements-dev.txt
	@./.ci/environment .venv-test requirements-dev.txt

.venv-notebook/ready: requirements-notebook.txt
	@./.ci/environment .venv-notebook requirements-notebook.txt

clean:            ## remove environments and caches
	rm -rf .venv .venv-test .venv-notebook .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
