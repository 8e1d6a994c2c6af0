# With uv installed, "uv run shiftscope demo" and "uv run pytest -m 'not slow'" do the same without make.
export UV_FIND_LINKS ?= $(PIP_FIND_LINKS)
ifeq ($(UV_FIND_LINKS),)
export UV_TORCH_BACKEND ?= auto
endif
UV := $(or $(shell command -v uv),.uv/bin/uv)
BIN := .venv/bin

# Set, every process that a test starts would compile torch's sources anew.
unexport PYTHONDONTWRITEBYTECODE

PYTEST := $(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder

# A run writes half a million small files: into memory where there is room, and each test that passed removes its own. On
# ext4 that would take longer than the tests, since a new file is searched for past all that were deleted shortly before.
MEMORY := /dev/shm
ifeq ($(shell [ "$$(df -Pk $(MEMORY) 2> /dev/null | awk 'END { print $$4 }')" -gt 4000000 ] 2> /dev/null && echo room),room)
export PYTEST_DEBUG_TEMPROOT := $(MEMORY)
PYTEST += -o tmp_path_retention_policy=failed
endif

SIZE ?= small
BENCHMARKS := shifts summaries scores floor paths distances storing recording probe deriving deephys viewing serving scaling

.PHONY: demo test test-all test-tenth check docs wheel bench clean

demo: .venv/ready
	$(BIN)/shiftscope demo

test: .venv/ready
	$(PYTEST) -m "not slow"

test-all: .venv/ready
	$(PYTEST)

test-tenth: .venv/ready
	$(PYTEST) --slow-tenth

check: .venv/ready
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/codespell
	$(BIN)/python checks/known_vulnerabilities.py

docs: .venv/ready
	$(BIN)/sphinx-build -q -W --keep-going -b html docs docs/_build

wheel: | $(UV)
	checks/wheel.sh $(UV)

bench: .venv/ready
	set -e; for each in $(BENCHMARKS); do $(BIN)/python benchmarks/$$each.py --size $(SIZE); done

clean:
	rm -rf .venv .uv .wheel docs/_build

.venv/ready: pyproject.toml | $(UV)
	$(UV) venv -q --clear
	$(UV) pip install -q --group dev -e .
	touch $@

.uv/bin/uv:
	python3 -m venv .uv && .uv/bin/pip install -q uv
