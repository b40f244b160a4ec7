PYTHON ?= python3
PATCH ?= alto-saxophone
BASE ?= HEAD~1
VENV := .venv
BIN := $(VENV)/bin
KERNEL := $(wildcard native/*/*.c native/*/*.h) native/build.py setup.py pyproject.toml

.PHONY: play test bench web docs types mutants patches recordings clean

play: $(VENV)/play
	@tools/system-packages.sh play $(PYTHON)
	@$(BIN)/ddsp-live play $(PATCH)

test: $(VENV)/test
	@tools/system-packages.sh test $(PYTHON)
	$(BIN)/python -m pytest $(ARGS)

bench: $(VENV)/play
	@$(BIN)/ddsp-live bench

docs: $(VENV)/docs
	$(BIN)/python -m mkdocs build --strict --quiet
	@echo "The documentation is in build/site/index.html."

# A page that plays in the browser, without a server: serve build/web.
web: $(VENV)/play
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check ziglang
	$(BIN)/python -m ddsp_live.tools.web.build build/web

# Strict types for what users import. The link gives the folder the package's name.
PUBLIC := ddsp_live errors options synth render ensemble signal workflows timbre_transfer ranges patch patch.model patch.file patch.library \
	kernel.events kernel.stats input.input live.play
types: $(VENV)/test
	@mkdir -p build/typed && ln -sfn ../../engine build/typed/ddsp_live
	MYPYPATH=build/typed $(BIN)/python -m mypy $(addprefix -m ,$(subst ddsp_live.ddsp_live,ddsp_live,$(addprefix ddsp_live.,$(PUBLIC))))

# Changes one thing at a time in files that differ from BASE, and says what no quick test noticed.
mutants: $(VENV)/test
	$(BIN)/python tests/mutants.py --base $(BASE) $(ARGS)

patches: recordings $(VENV)/test
	$(BIN)/python -m ddsp_live.tools.build.bank "$(RECORDINGS)" -o patches $(ARGS)

recordings:
	@test -d "$(RECORDINGS)" || { echo "Say where the recordings are: make patches RECORDINGS=folder" >&2; exit 2; }

clean:
	rm -rf $(VENV) build dist *.egg-info native/_kernel.c native/_kernel.*.so native/ddsp_live_plugin.* native/*/*.o demo.wav

# These files say what has been set up, so that it is done once, and again when the kernel or a dependency changes.
$(VENV)/made:
	@tools/system-packages.sh play $(PYTHON)
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/play: $(VENV)/made $(KERNEL)
	@echo "Setting up in $(VENV): this takes a minute, once."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[midi]' || \
		{ echo "Without MIDI: python-rtmidi can't be built here."; \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .; }
	@touch $@

$(VENV)/docs: $(VENV)/play constraints.txt pyproject.toml
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt -e '.[docs]'
	@touch $@

$(VENV)/test: $(VENV)/made $(KERNEL) constraints.txt
	@tools/system-packages.sh test $(PYTHON)
	@echo "Setting up the tests in $(VENV): this takes a few minutes, once, since PyTorch is large."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt -e '.[test]'
	@touch $(VENV)/play $@
