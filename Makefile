# The verbs of the house; `make` alone lists them. CI calls the same ones.
SHELL := /bin/bash
PYTHON ?= python3.11
BIN := .venv/bin
READY := .venv/.ready
PEERS_READY := .venv-peers/.ready

export REPLYMILL_PREFECT_PORT REPLYMILL_MLFLOW_PORT REPLYMILL_REPORTS_PORT REPLYMILL_DESK_PORT

.DEFAULT_GOAL := help
.PHONY: help setup plan run test lint bench up down env trigger release feedback monitor forget pin use sample ratings canary

help:  ## what can be typed here
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY)  ## the environment .venv, exactly as requirements.lock says

# The stamp is written last: an interrupted install is done again.
$(READY): requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is not installed: install Python 3.11, or say where it is, as in \`make PYTHON=/opt/python3.11 run\`"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

plan: setup  ## what a run would do and take: minutes, tokens, dollars, disk
	@$(BIN)/python -m tasks.plan

run: setup  ## turn the mill once: from the tickets to a registered model
	@$(BIN)/python -m flows.train

test: setup  ## the default tests
	$(BIN)/python -m pytest -n 2 --dist loadscope

lint: setup  ## ruff, mypy, and the arrows between the packages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup $(PEERS_READY)  ## the same work beside the peers, as ratios
	$(BIN)/python -m benchmarks

$(PEERS_READY): benchmarks/peers.lock
	test -x .venv-peers/bin/python || $(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip install --quiet --disable-pip-version-check -r benchmarks/peers.lock
	@touch $@

up: setup  ## Prefect's server, a worker, MLflow, the desk and the reports; Ctrl-C ends them
	@$(BIN)/python -m tasks.servers up

down: setup  ## end what `make up` started, from another shell
	@$(BIN)/python -m tasks.servers down

env: setup  ## eval "$(make -s env)" lets this shell talk to them
	@$(BIN)/python -m tasks.servers env

trigger: setup  ## turn the mill on the worker of `make up`, and watch
	@$(BIN)/python -m flows.trigger train

monitor: setup  ## what agents make of the drafts, and whether it has changed: reports/monitor.html
	@$(BIN)/python -m tasks.monitor

release: setup  ## make the challenger the champion, if the gates and a person say yes
	@$(BIN)/python -m flows.trigger release

feedback: setup  ## write what agents made of the desk's drafts where the mill reads it
	@$(BIN)/python -m tasks.feedback

forget: setup  ## all that holds a customer: make forget CUSTOMER=key; APPLY=1 removes it
	@test -n "$(CUSTOMER)" || { echo 'say whom: make forget CUSTOMER="key, e-mail address or name"'; exit 1; }
	@$(BIN)/python -m tasks.forget --customer "$(CUSTOMER)" $(if $(filter 1,$(APPLY)),--apply)

pin: setup  ## pin a ticket: make pin TICKET=T-1 WHY="…" SAY="30 days" (NOT_SAY, CITE)
	@$(BIN)/python -m tasks.regressions add $(TICKET) --why "$(WHY)" $(if $(SAY),--must-say "$(SAY)") $(if $(NOT_SAY),--must-not-say "$(NOT_SAY)") $(if $(CITE),--must-cite "$(CITE)")

use: setup  ## merge presets/NAME.yaml into params.yaml: make use PRESET=NAME
	@test -n "$(PRESET)" || { echo "say which: make use PRESET=name, one of: $(notdir $(basename $(wildcard presets/*.yaml)))"; exit 1; }
	@$(BIN)/python -m tasks.use $(PRESET)

ratings: setup  ## how `accuracy` goes with people's ratings: make ratings FILE=ratings.jsonl.gz
	@test -n "$(FILE)" || { echo "say which: make ratings FILE=ratings.jsonl.gz"; exit 1; }
	@$(BIN)/python -m tasks.ratings "$(FILE)"

sample: setup  ## write the sample company in data/sample anew
	@$(BIN)/python -m tasks.sample

canary: setup  ## plant secrets, train on them, and try to draw them out
	@$(BIN)/python -m tasks.canary
