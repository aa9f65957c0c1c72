# One door: `make demo` to see it, `make test` to try it, `make help` for the rest. Every target sets up what it needs.
.DEFAULT_GOAL := help
.PHONY: help demo test check lint format bench fuzz docs linkage-model lock ready ready-demo clean

COMPILE = .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	--no-emit-index-url --custom-compile-command "make lock"

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

demo: ready-demo ## make a world of 50,000 people, decide its codes and open the page (ARGS="--help" for options)
	@trap : INT; .venv/bin/fangxian demo $(ARGS) || [ $$? -eq 130 ]  # Ctrl-C is how it ends, and no error

test: ready ## run every test (ARGS="-k exposure" for some)
	@.venv/bin/python -m pytest --numprocesses auto $(ARGS)

check: lint test ## everything that must hold before a commit: lint, then test

lint: ready ## format, lint, types and import contracts
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports

format: ready ## mend format and what the linter can mend
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .

bench: ready ## measure speed and memory; writes the table in docs/ (ARGS="--help" for options)
	@.venv/bin/python -m bench.run $(ARGS)

fuzz: ready ## read hostile texts, files and messages, led by coverage (ARGS="-max_total_time=3600"); Linux on x86-64 only
	@.venv/bin/python -m pip --quiet --disable-pip-version-check install --require-hashes --requirement requirements/fuzz.txt
	@mkdir -p .build/fuzz
	@PYTHONPATH=src:tests .venv/bin/python -m fuzz.fuzz_verify .build/fuzz -artifact_prefix=.build/ $(ARGS)

docs: ready ## write the generated pages: data dictionary, rule book, columns that rules may read
	@.venv/bin/python -m tools.docs

linkage-model: ready ## train the model of linkage anew on invented people
	@.venv/bin/python -m tools.linkage_model $(ARGS)

lock: ready ## choose the newest versions that pyproject.toml and package.json allow, and write them down
	$(COMPILE) --upgrade pyproject.toml --all-extras --group build --group dev --output-file requirements/test.txt
	$(COMPILE) --constraints requirements/test.txt pyproject.toml --output-file requirements/demo.txt
	$(COMPILE) --constraints requirements/test.txt --group build --output-file requirements/build.txt
	$(COMPILE) --upgrade --group node --output-file requirements/node.txt
	$(COMPILE) --upgrade --group fuzz --output-file requirements/fuzz.txt
	npm install --package-lock-only

ready-demo:
	@sh tools/set_up demo

ready: ## prepare what the tests need, once; every other target does so by itself
	@sh tools/set_up test

clean: ## remove the environment and everything that was fetched or built
	rm -rf .venv .build node_modules src/fangxian/web/static/vendor .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
