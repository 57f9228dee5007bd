# Run `make` to see what there is. PYTHON names the interpreter to begin with (3.11 or newer).

PYTHON ?= python3
UV ?= uv
VENV := .venv
MINUTES ?= 10.5
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --no-input --quiet --quiet
# Tests that need a browser, a whole Fristad or an engine of their own.
SLOW := tests/contract tests/journeys tests/garbage tests/browser tests/bot/rasa tests/bot/test_live.py \
	tests/bot/test_toll.py tests/console/test_live.py tests/dialogues/test_open_doors.py tests/fuzz \
	tests/fristad/test_supervisor.py tests/fristad/test_dumps.py tests/fristad/doctor tests/console/test_editing.py tests/console/test_live_roles.py \
	tests/fristad/test_texts.py tests/console/test_duty.py tests/console/test_bells.py tests/console/test_desk_signs.py \
	tests/console/test_together.py tests/console/test_help.py tests/console/test_desks.py tests/fristad/test_cli.py tests/fristad/test_published.py \
	tests/phone tests/phone_hooks tests/bot/phone/test_queue.py tests/fristad/test_phone.py tests/fristad/test_deploy.py \
	tests/console/test_phone.py tests/console/test_listening.py tests/console/test_softphone.py tests/console/test_unsure.py \
	tests/console/test_moving.py tests/console/test_counts.py tests/console/test_figure_pages.py tests/fristad/test_figures.py \
	tests/telegram tests/fristad/test_telegram.py \
	tests/console/test_storage.py tests/console/test_migrations.py tests/console/test_copying.py \
	tests/console/test_database.py tests/fristad/test_databases.py \
	tests/deploy/test_images.py tests/deploy/test_proxy.py tests/fristad/test_watching.py tests/fristad/test_draining.py \
	tests/spread tests/faults/test_talks.py tests/load

# Our processes forbid others of their user to look into them, and the tests have to: as root, if only of a namespace;
# in which they also mount a disk that is soon full.
LOOK := $(shell [ "$$(id -u)" -eq 0 ] || echo unshare --map-root-user --mount)

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.SILENT:
.PHONY: help run test softphone canary check images bench sbom audit fuzz files lint types train lock clean system-packages

help: ## Show this help
	awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/run.stamp ## Run the demonstration (Ctrl-C ends it)
	scripts/softphone/build || : # it has said what is missing
	exec $(VENV)/bin/fristad serve --demo

test: system-packages softphone $(VENV)/test.stamp lint types ## Install what is missing, then lint, check types and run every test
	$(LOOK) $(PY) -m pytest -q -n 3 --dist loadfile --no-loadscope-reorder

canary: $(VENV)/test.stamp ## The release gate: marked visits by every channel leave no mark anywhere
	$(LOOK) $(PY) -m pytest -q tests/journeys/test_canary.py tests/telegram/test_traces.py

check: softphone $(VENV)/test.stamp lint types ## Lint, types and the quick tests
	$(PY) -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder $(addprefix --ignore=,$(SLOW))

softphone: ## Make what answering calls in the browser needs (npm), unless it is there
	scripts/softphone/build

sbom: $(VENV)/test.stamp ## Write the bill of materials to build/sbom.json (CycloneDX)
	$(PY) scripts/sbom.py build/sbom.json

audit: $(VENV)-audit/stamp ## Ask what is known against the pinned versions (needs a network; make check does the rest)
	scripts/audit $(VENV)-audit/bin/python

fuzz: $(VENV)/fuzz.stamp ## Fuzz for MINUTES (10.5) everything that reads what strangers send
	$(PY) -m tests.fuzz.run --minutes $(MINUTES)

images: system-packages $(VENV)/test.stamp ## Do every step of the Dockerfile in a clean Debian, without Docker (as root)
	$(PY) -m scripts.try_images build/images

bench: system-packages $(VENV)/test.stamp ## Measure, each figure beside a reference from the same run (bench/)
	scripts/bench-packages
	set -e; for each in $(basename $(notdir $(wildcard bench/*.py))); do echo "== $$each"; $(PY) -m bench.$$each; done

files: $(VENV)/test.stamp ## Write docs/files.sha256: the digests of everything that a browser is sent
	$(VENV)/bin/fristad files > docs/files.sha256

lint: $(VENV)/test.stamp
	$(VENV)/bin/ruff check --quiet

types: $(VENV)/test.stamp
	$(VENV)/bin/mypy --no-error-summary

train: $(VENV)-train/stamp ## Train the recogniser of free text anew, from dialogues/training/messages
	$(VENV)-train/bin/python -m dialogues.training.train
	$(VENV)-train/bin/python -m dialogues.training.alarm
	$(VENV)-train/bin/python -m dialogues.training.frequent

lock: ## Write the lock files anew, keeping versions that still fit (needs uv)
	command -v $(UV) >/dev/null || { echo "uv is missing: install it, or name it with UV=path." >&2; exit 2; }
	$(UV) pip compile pyproject.toml --universal --python-version 3.11 --all-extras --group test --group lint \
		--generate-hashes --no-header --no-annotate -q -o requirements-dev.lock
	$(UV) pip compile pyproject.toml --universal --python-version 3.11 --extra embedded --extra telegram -c requirements-dev.lock \
		--generate-hashes --no-header --no-annotate -q -o requirements.lock
	$(UV) pip compile pyproject.toml --universal --python-version 3.11 --group training \
		--generate-hashes --no-header --no-annotate -q -o requirements-train.lock
	for group in fuzz audit; do \
		$(UV) pip compile --group $$group --universal --python-version 3.11 -c requirements-dev.lock \
			--generate-hashes --no-header --no-annotate -q -o requirements-$$group.lock || exit; done

clean: ## Delete what was built; the data in var/ stay
	rm -rf $(VENV) $(VENV)-train $(VENV)-audit *.egg-info build dist console/static/made .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

system-packages:
	scripts/system-packages
	scripts/phone-engine >/dev/null

$(PY):
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Python 3.11 or newer is needed: install it, or name it with PYTHON=path." >&2; exit 2; }
	$(PYTHON) -m venv $(VENV) >/dev/null || { rm -rf $(VENV); \
		echo "Python's venv module is missing: install it (Debian: apt-get install python3-venv)." >&2; exit 2; }

# Installed once for each state of the lock and of pyproject.toml: a warm start installs nothing.
$(VENV)/run.stamp: requirements.lock pyproject.toml | $(PY)
	echo "Installing ..." >&2
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --no-deps -e .
	touch $@

# What the tests need includes what a run needs, in the same versions.
$(VENV)/test.stamp: requirements-dev.lock requirements.lock pyproject.toml | $(PY)
	echo "Installing ..." >&2
	$(PIP) install --require-hashes -r requirements-dev.lock
	$(PIP) install --no-deps -e .
	touch $(VENV)/run.stamp $@

$(VENV)/fuzz.stamp: requirements-fuzz.lock $(VENV)/test.stamp
	$(PIP) install --require-hashes -r requirements-fuzz.lock
	touch $@

$(VENV)-audit/stamp: requirements-audit.lock | $(PY)
	echo "Installing ..." >&2
	$(PYTHON) -m venv $(VENV)-audit >/dev/null
	$(VENV)-audit/bin/python -m pip --disable-pip-version-check --no-input --quiet --quiet install --require-hashes -r requirements-audit.lock
	touch $@

# Apart from the product's packages: nothing that trains may be needed where it runs.
$(VENV)-train/stamp: requirements-train.lock | $(PY)
	echo "Installing ..." >&2
	$(PYTHON) -m venv $(VENV)-train >/dev/null
	$(VENV)-train/bin/python -m pip --disable-pip-version-check --no-input --quiet --quiet install --require-hashes -r requirements-train.lock
	touch $@
