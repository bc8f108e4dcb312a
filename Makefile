# Two commands: `make run` opens the window, `make test` proves the program.
# Needed beforehand: python3 (3.11 or newer), python3-venv, make, git, ca-certificates.

UV_VERSION := 0.13.9
UV := .uv/bin/uv
PYTHON := .venv/bin/python
TOGETHER := --numprocesses 3 --dist loadgroup

.PHONY: run test lab-long check lab-up lab-down screenshots texts bench docs package licences lowest audit clean help

help: ## what there is to make
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/:/' | column -t -s:

run: $(PYTHON) ## open the app (ARGS="--simulate" for the flight simulator)
	@packaging/linux/qt-libraries --for-window
	@$(PYTHON) -m otternauts_desktop $(ARGS)

test: $(PYTHON) ## all checks and every test that this machine can run
	@packaging/linux/qt-libraries
	@packaging/linux/window-tools
	@packaging/linux/lab-tools
	@packaging/linux/oracles
	@packaging/linux/keyring-tools
	@$(MAKE) --no-print-directory check
	@QT_QPA_PLATFORM=offscreen $(PYTHON) -X faulthandler -m pytest $(TOGETHER) -m "not lab_long" $(ARGS)

lab-long: $(PYTHON) ## what takes long on real swarms: more of the same, before a release
	@packaging/linux/qt-libraries
	@packaging/linux/lab-tools
	@QT_QPA_PLATFORM=offscreen $(PYTHON) -m pytest -m lab_long $(ARGS)

check: $(PYTHON) ## style, types and the floors of the house
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/mypy packaging/*.py
	@.venv/bin/lint-imports

lab-up: $(PYTHON) ## boot a real three-node swarm on this machine (root on Linux)
	@packaging/linux/lab-tools
	@$(PYTHON) -m tests.lab up

lab-down: $(PYTHON) ## end it
	@$(PYTHON) -m tests.lab down

screenshots: $(PYTHON) ## a picture of every screen into docs/screenshots/
	@packaging/linux/qt-libraries
	@$(PYTHON) -m tests.screenshots $(ARGS)

texts: $(PYTHON) ## gather what is to be translated, and compile what was (resources/locale)
	@.venv/bin/pybabel --quiet extract --no-default-keywords -k tr -k trn:1,2 -k marked --no-wrap --sort-by-file \
		--no-location --omit-header -o resources/locale/otternauts.pot otternauts_desktop
	@.venv/bin/pybabel --quiet update --no-wrap --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date -D otternauts -l de \
		-i resources/locale/otternauts.pot -d resources/locale
	@.venv/bin/pybabel --quiet compile --statistics -D otternauts -l de -d resources/locale

bench: $(PYTHON) ## speed, as ratios against a peer in the same run
	@packaging/linux/qt-libraries
	@packaging/linux/lab-tools
	@$(PYTHON) -m tests.bench $(ARGS)

docs: $(PYTHON) ## the guide as a site, into build/docs (a warning is a failure)
	@$(PYTHON) -m tests.guide.command_line
	@UV_PROJECT_ENVIRONMENT=.venv-docs UV_PYTHON_DOWNLOADS=never $(UV) sync --frozen --quiet --system-certs --only-group docs
	@.venv-docs/bin/sphinx-build -n -W --keep-going -q -b html docs build/docs
	@echo "build/docs/index.html"

package: $(PYTHON) ## what people install, into dist/; as root on Linux also proven in fresh Debians
	@packaging/linux/qt-libraries --for-window
	@packaging/linux/package-tools
	@$(PYTHON) packaging/build.py
	@if [ "$$(uname -s)$$(id -u)" = Linux0 ]; then $(PYTHON) packaging/prove.py $(ARGS); fi

licences: $(PYTHON) ## name, version and licence of every library that the program stands on
	@packaging/linux/qt-libraries
	@PYTHONPATH=packaging $(PYTHON) -c "import build; print(build.licences(), end='')"

lowest: $(PYTHON) ## the lowest versions of libraries that pyproject.toml admits, against the tests below the window
	@packaging/linux/qt-libraries
	@$(UV) pip compile --quiet --system-certs --resolution lowest-direct pyproject.toml -o build/lowest.txt
	@$(UV) venv --quiet --clear build/lowest-venv
	@$(UV) pip install --quiet --system-certs --python build/lowest-venv -r build/lowest.txt --group dev
	@$(UV) pip install --quiet --system-certs --python build/lowest-venv --no-deps --editable .
	@QT_QPA_PLATFORM=offscreen build/lowest-venv/bin/otternauts self-test
	@QT_QPA_PLATFORM=offscreen build/lowest-venv/bin/python -m pytest -q tests/core tests/services tests/simulator $(ARGS)

audit: $(UV) ## known vulnerabilities of the locked libraries (asks the package index)
	@mkdir -p build
	@$(UV) export --quiet --frozen --no-default-groups --no-emit-project -o build/locked.txt
	@UV_PYTHON_DOWNLOADS=never $(UV) tool run --system-certs pip-audit@2.10.1 --strict --require-hashes --disable-pip -r build/locked.txt

# The lock file says exactly what is installed; a changed one installs anew.
$(PYTHON): pyproject.toml uv.lock $(UV)
	@UV_PYTHON_DOWNLOADS=never $(UV) sync --frozen --quiet --system-certs
	@touch $(PYTHON)

$(UV):
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed.")'
	@python3 -m venv .uv
	@.uv/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

clean: ## forget what was installed and built
	rm -rf .venv .venv-docs .uv build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
