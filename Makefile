# Lucid: one Makefile, not recursive; everything it makes lies in build/. `make help` lists the targets.
#
# CC, CFLAGS, LDFLAGS, PREFIX and DESTDIR mean what they mean everywhere; V=1 shows every command; BUILD=DIR builds
# elsewhere. Sources are found by wildcards: a new file in stack/, tun/, apps/NAME/ or tests/KIND/ needs no line here.

ifeq ($(origin CC),default)
CC := cc
endif
# The code is many small functions; that -O3 takes more of them into their callers, and unrolls, spares a request one
# instruction in twenty (make instructions), for a tenth more of code.
CFLAGS ?= -O3 -g
# The compiler also sees all files of a library at once (link-time optimisation): that spares one in ten. What comes out
# is ordinary code, for any linker. Clang cannot write that; AS_ONE= on the command line does without.
AS_ONE := $(if $(findstring clang,$(shell $(CC) --version)),,-flto -flto-partition=one)
PREFIX ?= /usr/local
BUILD ?= build
CLANG ?= clang
OBJCOPY ?= objcopy
AR := ar
V ?= 0
JOBS ?= $(shell nproc 2>/dev/null || echo 2)

Q := $(if $(filter 0,$(V)),@,)
say = @$(if $(filter 0,$(V)),printf '  %-7s %s\n' '$(1)' '$(2)',:)
# A second make that works on all cores, unless the first was told how many to use.
SUBMAKE = $(MAKE) --no-print-directory $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(JOBS))

export BUILD CC CLANG

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:

# ---- sources ----

# Rules can be taken away in the lab's own stack only: stack/include/lucid/whatif.h.
WHATIF_SRC := stack/core/whatif.c stack/core/machine.c
STACK_SRC := $(filter-out $(WHATIF_SRC),$(sort $(wildcard stack/*/*.c)))
HOST_SRC := $(sort $(wildcard tun/*.c tun/*/*.c))
APPS_SRC := $(sort $(wildcard apps/*/*.c))
# A folder of apps/ in which a file has a main() is a program; the other folders are shared by all programs.
APPS_MAIN := $(if $(APPS_SRC),$(sort $(shell grep -l '^int main\b' $(APPS_SRC))))
PROGRAM_NAMES := $(patsubst apps/%/,%,$(sort $(dir $(APPS_MAIN))))
SHARED_SRC := $(filter-out $(PROGRAM_NAMES:%=apps/%/%),$(APPS_SRC))
TEST_KINDS := unit fsm sim prop lab net
TEST_MAIN := $(sort $(foreach kind,$(TEST_KINDS),$(wildcard tests/$(kind)/test_*.c)))
PROGRAM_MAIN := tests/harness/drill_main.c tests/sim/sim_main.c tests/sim/costs_main.c
HARNESS_SRC := $(filter-out $(TEST_MAIN) $(PROGRAM_MAIN),$(sort $(wildcard tests/harness/*.c) \
    $(foreach kind,$(TEST_KINDS),$(wildcard tests/$(kind)/*.c))))
FUZZ_MAIN := $(sort $(wildcard tests/fuzz/fuzz_*.c))
# What packetdrill loads: the stack behind its table, and the parts of the drill that it has in common with it.
PD_SRC := $(filter-out tests/packetdrill/preload.c,$(sort $(wildcard tests/packetdrill/*.c)))
PD_HARNESS_SRC := $(addprefix tests/harness/,drill_config.c drill_icmp.c drill_packet.c drill_parse_check.c \
    drill_parse_packet.c drill_parse_options.c drill_print.c drill_read.c drill_scan.c drill_value.c drill_build.c \
    vhost.c)

# Other stacks that `make bench` compares ours with, each where its library is installed: bench/NAME, build/bench-NAME.
LWIP_SRC := $(if $(wildcard /usr/include/lwip/lwip/tcp.h),$(sort $(wildcard bench/lwip/*.c)))

VERSION := $(shell sed -n 's/^.define LUCID_VERSION "\(.*\)"/\1/p' stack/include/lucid/lucid.h)
ABI := 0

# ---- flags ----

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wswitch-enum \
    -Wvla -Wundef -Wformat=2
TEST_WARNINGS := $(filter-out -Wpedantic -Wconversion -Wswitch-enum,$(WARNINGS))
# The sanitized flavour is the one that `make check` builds: there, and only there, a warning is an error.
WERROR ?= -Werror

# Freestanding: otherwise compilers turn loops into calls of a C library that stack/ does not have.
STACK_FLAGS := -std=c17 -ffreestanding $(WARNINGS) -fvisibility=hidden -Istack/include -Istack
HOST_FLAGS := -std=gnu17 -D_GNU_SOURCE $(WARNINGS) -fvisibility=hidden -Istack/include -Itun/include -Itun
APPS_FLAGS := -std=gnu17 -D_GNU_SOURCE $(WARNINGS) -Istack/include -Itun/include -Iapps
LWIP_FLAGS := $(APPS_FLAGS) -Istack -I. -isystem /usr/include/lwip
TEST_FLAGS := -std=gnu17 -D_GNU_SOURCE $(TEST_WARNINGS) -Istack/include -Istack -Itun/include -Itun -Iapps -Itests \
    $(addprefix -isystem ,/usr/share /usr/share/include/llhttp)

SANITIZE := -O1 -g -fPIC -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
FUZZ := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all

PCAP_LIBS := -lpcap -lm
CHECK_LIBS := $(shell pkg-config --libs check 2>/dev/null || echo -lcheck -lm -lrt -lpthread)

# ---- files that lie in the program lucid-lab: apps/lab/files.h ----

EMBED := $(BUILD)/embed
EMBEDDED := $(sort $(wildcard apps/lab/*.tsv apps/lab/labs/*.lab apps/lab/live/*.lab apps/lab/web/*.* \
    apps/lab/i18n/*.tsv apps/lab/student/*.*)) $(EMBED)/places.tsv

$(EMBED)/lab_files.c: scripts/embed $(EMBED)/list $(EMBEDDED)
	$(call say,EMBED,$@)
	$(Q)scripts/embed apps/lab $(EMBEDDED) > $@
# What is gone is no newer than anything: the list of names is.
$(EMBED)/list: FORCE
	@mkdir -p $(@D)
	@echo '$(EMBEDDED)' > $@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@
$(EMBED)/places.tsv: scripts/rule_places $(STACK_SRC) stack/tcp/fsm.def
	@mkdir -p $(@D)
	$(Q)scripts/rule_places > $@

# ---- how a source becomes an object, once per flavour ----

# $(1) directory of the objects, $(2) compiler, $(3) flags of the flavour
define flavour
$(1)/stack/%.o: stack/%.c $(1)/flags
	@mkdir -p $$(@D)
	$$(call say,CC,$$@)
	$$(Q)$(2) $$(STACK_FLAGS) $(3) $$(HOT) -MMD -MP -c -o $$@ $$<
$(1)/tun/%.o: tun/%.c $(1)/flags | have-libpcap
	@mkdir -p $$(@D)
	$$(call say,CC,$$@)
	$$(Q)$(2) $$(HOST_FLAGS) $(3) -MMD -MP -c -o $$@ $$<
$(1)/apps/%.o: apps/%.c $(1)/flags
	@mkdir -p $$(@D)
	$$(call say,CC,$$@)
	$$(Q)$(2) $$(APPS_FLAGS) $(3) -MMD -MP -c -o $$@ $$<
$(1)/bench/lwip/%.o: bench/lwip/%.c $(1)/flags
	@mkdir -p $$(@D)
	$$(call say,CC,$$@)
	$$(Q)$(2) $$(LWIP_FLAGS) $(3) -MMD -MP -c -o $$@ $$<
$(1)/embed/%.o: $(EMBED)/%.c $(1)/flags
	@mkdir -p $$(@D)
	$$(call say,CC,$$@)
	$$(Q)$(2) $$(APPS_FLAGS) $(3) -MMD -MP -c -o $$@ $$<
$(1)/tests/%.o: tests/%.c $(1)/flags
	@mkdir -p $$(@D)
	$$(call say,CC,$$@)
	$$(Q)$(2) $$(TEST_FLAGS) $(3) -MMD -MP -c -o $$@ $$<
# Objects are made anew when the compiler or the flags are others than last time.
$(1)/flags: FORCE
	@mkdir -p $$(@D)
	@echo '$(2) $$(STACK_FLAGS) $$(APPS_FLAGS) $$(TEST_FLAGS) $(3)' > $$@.new
	@cmp -s $$@.new $$@ && rm $$@.new || mv $$@.new $$@
-include $(1)/embed/lab_files.d
-include $$(patsubst %.c,$(1)/%.d,$$(STACK_SRC) $$(WHATIF_SRC) $$(HOST_SRC) $$(APPS_SRC) $$(HARNESS_SRC) \
    $$(LWIP_SRC) $$(TEST_MAIN) $$(FUZZ_MAIN) $$(PD_SRC) tests/packetdrill/preload.c $$(PROGRAM_MAIN))
endef

FORCE:

have-libpcap:
	@echo '#include <pcap/pcap.h>' | $(CC) -E -x c - >/dev/null 2>&1 || \
	    { echo 'make: the headers of libpcap are missing; scripts/setup installs them' >&2; exit 1; }

RELEASE := $(BUILD)/obj
# What the libraries are made of: each is compiled as one, below.
WHOLE := $(BUILD)/whole
SAN := $(BUILD)/san
FUZZED := $(BUILD)/fuzz
# The lab's own stack.
WHATIF := $(BUILD)/whatif
WHATIF_SAN := $(BUILD)/whatif-san

$(eval $(call flavour,$(RELEASE),$(CC),-fPIC $(CFLAGS)))
$(eval $(call flavour,$(WHOLE),$(CC),-fPIC $(CFLAGS) $(AS_ONE)))
# The checksum's loop over words becomes vector code in gcc from -O3 on: 43 GB/s instead of 12.
$(RELEASE)/stack/base/checksum.o $(WHOLE)/stack/base/checksum.o: HOT := -O3

$(eval $(call flavour,$(SAN),$(CC),$(SANITIZE) $(WERROR)))
$(eval $(call flavour,$(WHATIF),$(CC),-DLUCID_WHATIF $(CFLAGS)))
$(WHATIF)/stack/base/checksum.o: HOT := -O3
$(eval $(call flavour,$(WHATIF_SAN),$(CC),-DLUCID_WHATIF $(SANITIZE) $(WERROR)))
# The simulator counts the basic blocks that each packet costs (tests/harness/work.h); with the second compiler.
WORK := $(BUILD)/work
$(eval $(call flavour,$(WORK),$(CLANG),-O1 $(WERROR)))
$(WORK)/stack/%.o: HOT := -fsanitize-coverage=trace-pc
$(eval $(call flavour,$(FUZZED),$(CLANG),$(FUZZ)))

# Members of an archive may share a base name (two input.c): `ar q` appends without looking for an older one.
objects = $(patsubst %.c,$(1)/%.o,$(2))

# ---- libraries ----

all: libraries programs ## libraries and programs (the default)

HOST_LIBRARIES := $(if $(HOST_SRC),$(BUILD)/liblucid-host.a $(BUILD)/liblucid-host.so)

libraries: $(BUILD)/liblucid.a $(BUILD)/liblucid.so $(HOST_LIBRARIES) ## the four libraries

# One relocatable object in which only the public names are still global: what the shared library exports, no more.
$(BUILD)/%.whole.o:
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(if $(AS_ONE),-fPIC $(AS_ONE) -flinker-output=nolto-rel) -r -nostdlib -o $@.tmp $^
	$(Q)$(OBJCOPY) --localize-hidden $@.tmp $@ && rm -f $@.tmp

$(BUILD)/lucid.whole.o: $(call objects,$(WHOLE),$(STACK_SRC))
$(BUILD)/lucid-host.whole.o: $(call objects,$(WHOLE),$(HOST_SRC))

$(BUILD)/liblucid.a: $(BUILD)/lucid.whole.o
$(BUILD)/liblucid-host.a: $(BUILD)/lucid-host.whole.o
$(BUILD)/liblucid.a $(BUILD)/liblucid-host.a:
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) qcs $@ $^

SHARED = -shared -Wl,-soname,$(1) -Wl,--version-script=scripts/lucid.map

$(BUILD)/liblucid.so: $(BUILD)/lucid.whole.o scripts/lucid.map
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $(call SHARED,liblucid.so.$(ABI)) -o $@ $(filter %.o,$^)
	$(Q)ln -sf liblucid.so $(BUILD)/liblucid.so.$(ABI)

$(BUILD)/liblucid-host.so: $(BUILD)/lucid-host.whole.o scripts/lucid.map $(BUILD)/liblucid.so
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $(call SHARED,liblucid-host.so.$(ABI)) -o $@ \
	    $(filter %.o,$^) -L$(BUILD) -llucid $(PCAP_LIBS)
	$(Q)ln -sf liblucid-host.so $(BUILD)/liblucid-host.so.$(ABI)

# ---- programs ----

PROGRAMS := $(addprefix $(BUILD)/lucid-,$(PROGRAM_NAMES))

programs: $(PROGRAMS) $(if $(LWIP_SRC),$(BUILD)/bench-lwip) ## build/lucid-httpd and the others

# $(1) name of the program
define program
$(BUILD)/lucid-$(1): $(call objects,$(RELEASE),$(sort $(wildcard apps/$(1)/*.c))) $(RELEASE)/libshared.a \
    $(BUILD)/liblucid-host.a $(BUILD)/liblucid.a
$(SAN)/lucid-$(1): $(call objects,$(SAN),$(sort $(wildcard apps/$(1)/*.c))) $(SAN)/libapps.a $(SAN)/libhost.a \
    $(SAN)/libstack.a
endef
$(foreach name,$(filter-out lab,$(PROGRAM_NAMES)),$(eval $(call program,$(name))))

$(BUILD)/lucid-lab: $(call objects,$(RELEASE),$(sort $(wildcard apps/lab/*.c))) $(RELEASE)/embed/lab_files.o \
    $(RELEASE)/libshared.a \
    $(BUILD)/liblucid-host.a $(WHATIF)/libstack.a
$(SAN)/lucid-lab: $(call objects,$(SAN),$(sort $(wildcard apps/lab/*.c))) $(SAN)/libapps.a $(SAN)/libhost.a \
    $(WHATIF_SAN)/libstack.a

$(WHATIF)/libstack.a: $(call objects,$(WHATIF),$(STACK_SRC) $(WHATIF_SRC))
$(WHATIF_SAN)/libstack.a: $(call objects,$(WHATIF_SAN),$(STACK_SRC) $(WHATIF_SRC))
$(WHATIF)/libstack.a $(WHATIF_SAN)/libstack.a:
	@mkdir -p $(@D)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) qcs $@ $^

$(RELEASE)/libshared.a: $(call objects,$(RELEASE),$(SHARED_SRC))
	@mkdir -p $(@D)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) qcs $@ $^

$(PROGRAMS):
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(PCAP_LIBS)

# Names of lwIP's are names of our stack's inside, too; so of that there is only what has other names.
LWIP_OWN := tun/device.o tun/netif.o tun/say.o stack/base/checksum.o apps/bench/pattern.o \
    apps/common/device_options.o apps/common/value.o
# $(1) directory of the flavour
lwip_parts = $(call objects,$(1),$(LWIP_SRC)) $(addprefix $(1)/,$(LWIP_OWN)) \
    $(BUILD)/liblucid-host.a $(BUILD)/liblucid.a
$(BUILD)/bench-lwip: $(call lwip_parts,$(RELEASE))
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -llwip $(PCAP_LIBS)
$(SAN)/bench-lwip: $(call lwip_parts,$(SAN))
	$(call say,LD,$@)
	$(Q)$(CC) $(SANITIZE) $(LDFLAGS) -o $@ $^ -llwip $(PCAP_LIBS)
$(SAN)/tests/net/test_lwip: | $(if $(LWIP_SRC),$(SAN)/bench-lwip)

# ---- tests ----

# Tests see the inside: archives of all objects with all their names, and of the programs' parts without their main().
# $(1) directory of the flavour
define test_archives
$(1)/libstack.a: $(call objects,$(1),$(STACK_SRC))
$(1)/libhost.a: $(call objects,$(1),$(HOST_SRC))
$(1)/libharness.a: $(call objects,$(1),$(HARNESS_SRC))
$(1)/libapps.a: $(call objects,$(1),$(filter-out $(APPS_MAIN),$(APPS_SRC))) $(1)/embed/lab_files.o
$(1)/libstack.a $(1)/libhost.a $(1)/libharness.a $(1)/libapps.a:
	@mkdir -p $$(@D)
	$$(call say,AR,$$@)
	$$(Q)rm -f $$@ && $(AR) qcs $$@ $$^
endef
$(eval $(call test_archives,$(SAN)))
$(eval $(call test_archives,$(FUZZED)))
$(eval $(call test_archives,$(RELEASE)))
$(eval $(call test_archives,$(WORK)))
archives = $(1)/libharness.a $(1)/libapps.a $(1)/libhost.a $(1)/libstack.a

TESTS := $(TEST_MAIN:%.c=$(SAN)/%)
LAB_TESTS := $(filter $(SAN)/tests/lab/%,$(TESTS))
# Of a stack whose basic blocks are counted.
WORK_TESTS := $(SAN)/tests/sim/test_records

$(filter-out $(LAB_TESTS) $(WORK_TESTS),$(TESTS)): $(SAN)/%: $(SAN)/%.o $(call archives,$(SAN))
$(LAB_TESTS): $(SAN)/%: $(SAN)/%.o $(SAN)/libharness.a $(SAN)/libapps.a $(SAN)/libhost.a $(WHATIF_SAN)/libstack.a
$(WORK_TESTS): $(SAN)/%: $(SAN)/%.o $(SAN)/libharness.a $(SAN)/libapps.a $(SAN)/libhost.a $(WORK)/libstack.a
$(TESTS):
	$(call say,LD,$@)
	$(Q)$(CC) $(SANITIZE) $(LDFLAGS) -o $@ $^ $(CHECK_LIBS) $(PCAP_LIBS)

$(addprefix $(SAN)/lucid-,$(PROGRAM_NAMES)):
	$(call say,LD,$@)
	$(Q)$(CC) $(SANITIZE) $(LDFLAGS) -o $@ $^ $(PCAP_LIBS)

$(BUILD)/drill: $(SAN)/tests/harness/drill_main.o $(call archives,$(SAN))
	$(call say,LD,$@)
	$(Q)$(CC) $(SANITIZE) $(LDFLAGS) -o $@ $^ $(PCAP_LIBS)

# ---- packetdrill ----

PD := $(BUILD)/packetdrill
PD_SHARED = -shared -Wl,--version-script=tests/packetdrill/packetdrill.map
PD_OBJECTS = $(call objects,$(1),$(PD_SRC) $(PD_HARNESS_SRC) $(STACK_SRC))

$(PD)/lucid_packetdrill.so: $(call PD_OBJECTS,$(RELEASE)) tests/packetdrill/packetdrill.map
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $(PD_SHARED) -Wl,-z,defs -o $@ $(filter %.o,$^) -lpthread

$(PD)/preload.so: $(RELEASE)/tests/packetdrill/preload.o
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -shared -o $@ $^ -ldl

# The tests open it in a program with sanitizers: this one has them too.
$(SAN)/lucid_packetdrill.so: $(call PD_OBJECTS,$(SAN)) tests/packetdrill/packetdrill.map
	$(call say,LD,$@)
	$(Q)$(CC) $(SANITIZE) $(LDFLAGS) $(PD_SHARED) -o $@ $(filter %.o,$^) -lpthread

$(SAN)/tests/unit/test_packetdrill $(SAN)/tests/unit/test_pd_scripts: | $(SAN)/lucid_packetdrill.so

# And the same test as a plain program, for the plain object.
$(PD)/test_packetdrill: $(call objects,$(RELEASE),tests/unit/test_packetdrill.c tests/unit/pd_client.c \
    $(PD_HARNESS_SRC) $(STACK_SRC))
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(CHECK_LIBS) -ldl

packetdrill-so: $(PD)/lucid_packetdrill.so $(PD)/preload.so ## the stack as an object that packetdrill loads
	@cp $^ tests/packetdrill/

# ---- the simulator ----

# As fast as it gets, for many seeds; with the other compiler; and with sanitizers.
$(BUILD)/lucid-sim: $(RELEASE)/tests/sim/sim_main.o $(call archives,$(RELEASE))
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(PCAP_LIBS)

$(WORK)/lucid-sim: $(WORK)/tests/sim/sim_main.o $(call archives,$(WORK))
	$(call say,LD,$@)
	$(Q)$(CLANG) $(LDFLAGS) -o $@ $^ $(PCAP_LIBS)

# What one call costs with few and with many of anything, in the same count.
$(WORK)/lucid-costs: $(WORK)/tests/sim/costs_main.o $(call archives,$(WORK))
	$(call say,LD,$@)
	$(Q)$(CLANG) $(LDFLAGS) -o $@ $^ $(PCAP_LIBS)

soak: $(BUILD)/lucid-sim ## simulate SEEDS (100000) seeds from START (1) on, on one core; a failure is shrunk and told
	@$(BUILD)/lucid-sim --seeds $(or $(SEEDS),100000) --start $(or $(START),1)

bug-bank: $(BUILD)/lucid-sim $(WORK)/lucid-sim ## one mistake for each invariant, put into a copy: is it seen?
	@scripts/bug_bank

$(SAN)/lucid-sim: $(SAN)/tests/sim/sim_main.o $(call archives,$(SAN))
# The same with the lab's stack, which has to do the same as long as no rule is taken away: tests/lab/whatif_same.sh.
$(WHATIF_SAN)/lucid-sim: $(SAN)/tests/sim/sim_main.o $(SAN)/libharness.a $(SAN)/libapps.a $(SAN)/libhost.a \
    $(WHATIF_SAN)/libstack.a
$(SAN)/lucid-sim $(WHATIF_SAN)/lucid-sim:
	$(call say,LD,$@)
	$(Q)$(CC) $(SANITIZE) $(LDFLAGS) -o $@ $^ $(PCAP_LIBS)

tests: $(TESTS) $(if $(wildcard tests/harness/drill_main.c),$(BUILD)/drill) ## build the test programs, run none

# `make test-NAME` builds and runs one test program.
$(foreach test,$(TEST_MAIN),$(eval test-$(patsubst test_%.c,%,$(notdir $(test))): $(SAN)/$(test:.c=) ; $$<))

PD_BUILD := $(SAN)/lucid_packetdrill.so $(addprefix $(PD)/,lucid_packetdrill.so preload.so test_packetdrill)
CHECK_BUILD := $(TESTS) $(PD_BUILD) $(BUILD)/drill $(SAN)/lucid-sim $(WORK)/lucid-sim $(WORK)/lucid-costs \
    $(WHATIF_SAN)/lucid-sim $(addprefix $(SAN)/lucid-,$(PROGRAM_NAMES)) $(if $(LWIP_SRC),$(SAN)/bench-lwip)

check: ## everything that can be tested in ten minutes, with sanitizers; ends with one line of totals
	@scripts/setup check
	@$(SUBMAKE) check-programs
	@scripts/check

# Has a recipe, so that make does not say of each that it is up to date.
check-programs: libraries programs fuzzers $(CHECK_BUILD)
	@:

# One suite alone: make check-unit, check-fsm, check-pkt, check-sim, check-prop, check-lab, check-structure,
# check-fuzz, check-net.
check-structure: libraries $(WHATIF)/libstack.a
check-net: programs
check-fuzz: fuzzers
check-%: $(CHECK_BUILD)
	@scripts/check $*

mutants: $(CHECK_BUILD) ## every cell of stack/tcp/fsm.def changed in turn: does a test notice?
	@scripts/mutants

fuzzers: $(FUZZ_MAIN:tests/fuzz/%.c=$(FUZZED)/%)
$(FUZZ_MAIN:tests/fuzz/%.c=$(FUZZED)/%): $(FUZZED)/%: $(FUZZED)/tests/fuzz/%.o $(call archives,$(FUZZED))
	$(call say,LD,$@)
	$(Q)$(CLANG) $(subst fuzzer-no-link,fuzzer,$(FUZZ)) $(LDFLAGS) -o $@ $^ $(PCAP_LIBS)

fuzz: ## fuzz every parser for FUZZ_SECONDS (600) each
	@scripts/setup fuzz
	@$(SUBMAKE) fuzzers
	@for name in $(notdir $(FUZZ_MAIN:.c=)); do scripts/fuzz $$name $(or $(FUZZ_SECONDS),600) || exit 1; done

fuzz-smoke: FUZZ_SECONDS := 10
fuzz-smoke: fuzz ## the same, 10 seconds each

# stack/ needs no system at all: it links for a machine that has none.
WASM := $(BUILD)/wasm
WASM_FLAGS := --target=wasm32 -O2 -Werror
$(WASM)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,WASM,$@)
	$(Q)$(CLANG) $(STACK_FLAGS) $(WASM_FLAGS) -MMD -MP -c -o $@ $<
-include $(STACK_SRC:%.c=$(WASM)/%.d)

wasm: $(BUILD)/lucid.wasm ## stack/ as a WebAssembly module
$(BUILD)/lucid.wasm: $(call objects,$(WASM),$(STACK_SRC)) scripts/wasm.imports
	$(call say,LD,$@)
	$(Q)wasm-ld --no-entry --export-dynamic --allow-undefined-file=scripts/wasm.imports -o $@ $(filter %.o,$^)

# What the second compiler says about every source.
WARNED := $(BUILD)/warned
$(eval $(call flavour,$(WARNED),$(CLANG),-O0 -Werror))
warnings: $(call objects,$(WARNED),$(STACK_SRC) $(HOST_SRC) $(APPS_SRC) $(LWIP_SRC) $(HARNESS_SRC) $(TEST_MAIN))

# ---- to be read ----

goodput: $(SAN)/tests/sim/test_goodput ## docs/goodput.md anew: transfers in virtual time beside the models
	@GOLDEN=write $<

generate: ## make the generated files anew: docs/figure5, docs/rfc9293.md, docs/man/lucid_*.3
	@scripts/generate

lint: ## the ten worst functions, means, clang-tidy, cppcheck
	@scripts/setup lint
	@STACK_FLAGS='$(STACK_FLAGS)' HOST_FLAGS='$(HOST_FLAGS)' APPS_FLAGS='$(APPS_FLAGS)' scripts/lint

FORMATTED = $(shell find stack tun apps bench tests -name '*.[ch]')
format-check: ## does the layout agree with .clang-format?
	@scripts/setup lint
	@clang-format --dry-run -Werror $(FORMATTED)

format: ## make it so
	@clang-format -i $(FORMATTED)

# ---- to be used ----

setup: ## install what building, running and testing need
	@scripts/setup check

student: ## a template of the state machine to be written, student/fsm.c; one that is there is left alone
	@mkdir -p student
	@if [ -e student/fsm.c ]; then echo 'student/fsm.c is there already, and stays as it is'; \
	else cp apps/lab/student/fsm.c student/fsm.c && \
	    echo 'student/fsm.c is yours now; read apps/lab/student/fsm.h, then `make grade`'; fi

lab: ## predict, run, see, read why: begins with L01 (in a pipe: narrates it); LAB=L13 another
	@scripts/setup build
	@$(SUBMAKE) $(BUILD)/lucid-lab
	@$(BUILD)/lucid-lab run $(or $(LAB),L01)

lab-check: $(BUILD)/lucid-lab ## every scenario of the lab with all its variants, for SEEDS (1) seeds
	@$(BUILD)/lucid-lab run all --release R1 --headless --seeds $(or $(SEEDS),1)

grade: $(BUILD)/lucid-lab ## grade student/fsm.c: STAGE=n one stage, FORMAT=tap|junit|gradescope|csv, HINT=n
	@$(BUILD)/lucid-lab grade $(STAGE) $(if $(FORMAT),--format $(FORMAT)) $(if $(HINT),--hint $(HINT))

demo: ## curl talks to the stack in a private network namespace; the conversation as a ladder
	@scripts/setup demo
	@$(SUBMAKE) all
	@scripts/demo

way: ## a request on its whole way: DNS, TCP, Nginx, uWSGI, app; ORDER=b another, BREAK=dns a failure
	@scripts/setup way
	@$(SUBMAKE) $(BUILD)/lucid-way
	@scripts/way

serve: ## the web server on this machine's own lucid0, until Ctrl-C
	@scripts/setup demo
	@$(SUBMAKE) all
	@scripts/serve

bench: ## how fast it is here
	@scripts/setup bench
	@$(SUBMAKE) all
	@scripts/bench

instructions: ## what a request costs in instructions, counted by callgrind; KEEP=1 adds that to bench/history
	@scripts/setup bench
	@$(SUBMAKE) $(BUILD)/lucid-bench
	@scripts/instructions $(if $(KEEP),--keep)

bench-lossy: ## goodput over bad links, beside the kernel's over the same
	@scripts/setup bench
	@$(SUBMAKE) all
	@scripts/lossy

# What runs in threads; its reports are on standard error, and it ends with 66 then.
RACES := BUILD=$(BUILD)/races SANITIZE='-O1 -g -fPIC -fsanitize=thread -fno-omit-frame-pointer'
races: ## what runs in several threads, built to find what they share
	@scripts/setup check
	@$(SUBMAKE) $(RACES) test-handoff test-hosts test-http_guard $(BUILD)/races/san/lucid-httpd \
	    $(BUILD)/races/san/lucid-bench
	@BUILD=$(BUILD)/races tests/net/queues.sh && BUILD=$(BUILD)/races tests/net/bench.sh

soak-net: ## a gigabyte each way over a bad link, with the kernel as client and as server
	@scripts/setup check
	@$(SUBMAKE) $(SAN)/lucid-httpd $(SAN)/lucid-bench $(SAN)/lucid-fetch
	@OCTETS=1000000000 tests/net/lossy.sh

LIBDIR = $(DESTDIR)$(PREFIX)/lib
INCLUDEDIR = $(DESTDIR)$(PREFIX)/include/lucid
MANDIR = $(DESTDIR)$(PREFIX)/share/man
BINDIR = $(DESTDIR)$(PREFIX)/bin
PUBLIC_HEADERS := $(filter-out %/whatif.h,$(wildcard stack/include/lucid/*.h tun/include/lucid/*.h))
MAN_PAGES := $(wildcard docs/man/*.[1-9])

install: all ## programs, libraries, headers, manual pages into $(PREFIX); DESTDIR is put before it
	install -d $(BINDIR) $(LIBDIR)/pkgconfig $(INCLUDEDIR) $(MANDIR)/man1 $(MANDIR)/man3 $(MANDIR)/man7
	install -m 755 $(PROGRAMS) $(BINDIR)
	install -m 644 $(PUBLIC_HEADERS) $(INCLUDEDIR)
	install -m 644 $(BUILD)/liblucid.a $(BUILD)/liblucid-host.a $(LIBDIR)
	install -m 755 $(BUILD)/liblucid.so $(LIBDIR)/liblucid.so.$(VERSION)
	install -m 755 $(BUILD)/liblucid-host.so $(LIBDIR)/liblucid-host.so.$(VERSION)
	for name in liblucid liblucid-host; do \
	    ln -sf $$name.so.$(VERSION) $(LIBDIR)/$$name.so.$(ABI) && ln -sf $$name.so.$(ABI) $(LIBDIR)/$$name.so; \
	    sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@VERSION@|$(VERSION)|' scripts/$${name#lib}.pc.in \
	        > $(LIBDIR)/pkgconfig/$${name#lib}.pc; \
	done
	for page in $(MAN_PAGES); do install -m 644 $$page $(MANDIR)/man$${page##*.}; done

uninstall: ## remove what install put there
	rm -f $(addprefix $(BINDIR)/,$(notdir $(PROGRAMS)))
	rm -f $(addprefix $(INCLUDEDIR)/,$(notdir $(PUBLIC_HEADERS)))
	rm -f $(foreach name,liblucid liblucid-host,$(addprefix $(LIBDIR)/$(name).,a so so.$(ABI) so.$(VERSION)))
	rm -f $(LIBDIR)/pkgconfig/lucid.pc $(LIBDIR)/pkgconfig/lucid-host.pc
	for page in $(MAN_PAGES); do rm -f $(MANDIR)/man$${page##*.}/$${page##*/}; done
	-rmdir $(INCLUDEDIR)

clean: ## remove build/
	rm -rf $(BUILD)
	rm -f tests/packetdrill/*.so

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: all libraries programs tests packetdrill-so check check-programs mutants fuzzers fuzz fuzz-smoke wasm \
    warnings generate goodput lint format-check format setup student grade demo way serve bench bench-lossy soak \
    races soak-net bug-bank instructions lab lab-check install uninstall clean help have-libpcap FORCE
