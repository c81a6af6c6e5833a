PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
BENCH := $(VENV)/.bench
SHARED ?= ../shared

.PHONY: run test check bench table teacher student compare ablation

run: $(INSTALLED)  ## open the page; make run ARGS="--port 8000"
	$(BIN)/etude serve --open $(ARGS)

test: check  ## every test, offline
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses 2 --dist loadscope

check: $(INSTALLED)  ## style and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: $(INSTALLED) $(BENCH)  ## how fast, beside others, in one run
	$(BIN)/python -m tests.bench.speed
	$(BIN)/python -m tests.bench.students
	$(BIN)/python -m tests.bench.stream --minutes 10
	$(BIN)/python -m tests.bench.page
	$(BIN)/python -m tests.bench.latency
	$(BIN)/python -m tests.bench.livepage
	$(BIN)/python -m tests.bench.training

table: $(INSTALLED)  ## write the README's table of students anew
	$(BIN)/python -m app.table README.md

teacher: $(INSTALLED)  ## rebuild assets/teacher.onnx from the corpora in SHARED; hours; make teacher ARGS="--name embedded_open"
	$(BIN)/python -m engine.recipes.teacher $(SHARED) $(ARGS)

student: $(INSTALLED)  ## rebuild assets/etude.onnx from the teacher and the corpora in SHARED; make student ARGS="--run wav2small"
	$(BIN)/python -m engine.recipes.student $(SHARED) $(ARGS)

compare: $(INSTALLED)  ## write assets/students.md of what has been trained; make compare ARGS=--fit trains it: hours
	$(BIN)/python -m engine.recipes.compare $(SHARED) $(ARGS)

ablation: $(INSTALLED)  ## write assets/ablation.md from the crops that `make student` made; half an hour
	$(BIN)/python -m engine.recipes.ablation $(SHARED)

$(INSTALLED): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

$(BENCH): $(INSTALLED)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench]'
	touch $@
