# `make` alone lists the targets.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup demo test check format bench oracle mutants races fresh stop reset clean docs schemas lock console-dev

PY := .venv/bin/python
BUS ?= log
ONCE ?=
PACKAGES = $(wildcard services shared city cli infra)
# what pytest is given: make test T="tests/unit -k volumes"
T ?= tests

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: ## the platform with Wuhan's demo day, in one process (ONCE=1: end after the table; BUS=kafka: three processes)
	@BUS=$(BUS) ONCE=$(ONCE) infra/demo.sh

setup: ## everything a developer needs: packages, PostGIS, Kafka, Chromium
	@infra/setup.sh test

test: setup check ## the checks and all tests, on real PostGIS, Kafka and Chromium; this is the whole of CI
	@infra/test.sh $(T)

check: ## lint, format, types, and who may import whom
	@test -x .venv/bin/ruff || infra/setup.sh test
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	$(PY) -m mypy $(PACKAGES)
	.venv/bin/lint-imports --config pyproject.toml

format: ## put code and imports in order
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

bench: ## measure decisions a second and latency; writes docs/benchmarks.md and build/bench.json (QUICK=1: a small world)
	@infra/setup.sh kafka
	@mkdir -p build
	$(PY) -m tests.bench $(if $(QUICK),--quick)

oracle: ## every decision against an independent oracle: a million pairs either side of touching (PAIRS=50_000: so many)
	$(PY) -W ignore -m tests.oracle $(or $(PAIRS),1_000_000)

mutants: ## plant faults in a copy of the platform, each of which the tests must notice (WORDS="time closed": those)
	@infra/setup.sh test
	$(PY) -m tests.mutants $(WORDS)

races: ## 10,000 races of 64 clients for one place and time: exactly one wins each (RACES=1_000: so many)
	@infra/setup.sh test
	RACES=$(or $(RACES),10000) $(PY) -m pytest -q tests/system/test_races.py

fresh: ## clone HEAD into a new folder with a new HOME and run the demo there once
	@infra/fresh.sh

docs: ## regenerate docs/events.md from the event contracts
	$(PY) -m shared.contracts docs

schemas: ## regenerate the JSON Schemas of the events
	$(PY) -m shared.contracts schemas

lock: ## pin the Python packages again
	infra/lock.sh

console-dev: ## the console with live reload, against a running demo
	@infra/setup.sh demo
	@infra/npm.sh run dev

stop: ## stop what this clone started: platform, PostGIS, Kafka
	@infra/stop.sh

reset: stop ## and throw the data of the demo, the tests and the benchmark away
	@for kind in "" --test --bench; do infra/postgis.sh reset $$kind; infra/kafka.sh reset $$kind; done

clean: reset ## and everything that was installed or built in this folder
	rm -rf .venv .run build console/dist console/node_modules
