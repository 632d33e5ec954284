# Lucid: one Makefile, not recursive, everything it makes lies in build/. `make help` lists the targets.
#
# CC, CFLAGS, LDFLAGS, PREFIX and DESTDIR mean what they mean everywhere; V=1 shows every command; BUILD=DIR builds elsewhere.
# Sources are found by wildcards: a new file in stack/, tun/, apps/NAME/ or tests/KIND/ needs no line here.

CC ?= cc
ifeq ($(origin CC),default)
CC := cc
endif
CFLAGS ?= -O2 -g
PREFIX ?= /usr/local
BUILD ?= build
CLANG ?= clang
OBJCOPY ?= objcopy
AR := ar
V ?= 0

Q := $(if $(filter 0,$(V)),@,)
say = @$(if $(filter 0,$(V)),printf '  %-7s %s\n' '$(1)' '$(2)',:)

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:

# ---- sources ----

STACK_SRC := $(sort $(wildcard stack/*/*.c))
HOST_SRC := $(sort $(wildcard tun/*.c tun/*/*.c))
COMMON_SRC := $(sort $(wildcard apps/common/*.c))
PROGRAM_NAMES := $(filter-out common,$(patsubst apps/%/,%,$(sort $(dir $(wildcard apps/*/*.c)))))
APPS_SRC := $(sort $(wildcard apps/*/*.c))
TEST_KINDS := unit fsm sim prop net
TEST_MAIN := $(sort $(foreach kind,$(TEST_KINDS),$(wildcard tests/$(kind)/test_*.c)))
HARNESS_SRC := $(filter-out $(TEST_MAIN) tests/harness/drill_main.c,$(sort $(wildcard tests/harness/*.c) \
    $(foreach kind,$(TEST_KINDS),$(wildcard tests/$(kind)/*.c))))
FUZZ_MAIN := $(sort $(wildcard tests/fuzz/fuzz_*.c))

VERSION := $(shell sed -n 's/^.define LUCID_VERSION "\(.*\)"/\1/p' stack/include/lucid/lucid.h)
ABI := 0

# ---- flags ----

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wswitch-enum -Wvla \
    -Wundef -Wformat=2
TEST_WARNINGS := $(filter-out -Wpedantic -Wconversion -Wswitch-enum,$(WARNINGS))
# The sanitized flavour is the one that `make check` builds: there, and only there, a warning is an error.
WERROR ?= -Werror

STACK_FLAGS := -std=c17 $(WARNINGS) -fvisibility=hidden -Istack/include -Istack
HOST_FLAGS := -std=gnu17 -D_GNU_SOURCE $(WARNINGS) -fvisibility=hidden -Istack/include -Itun/include -Itun
APPS_FLAGS := -std=gnu17 -D_GNU_SOURCE $(WARNINGS) -Istack/include -Itun/include -Iapps
TEST_FLAGS := -std=gnu17 -D_GNU_SOURCE $(TEST_WARNINGS) -Istack/include -Istack -Itun/include -Itun -Iapps -Itests

SANITIZE := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
FUZZ := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all

PCAP_LIBS := -lpcap
CHECK_LIBS := $(shell pkg-config --libs check 2>/dev/null || echo -lcheck -lm -lrt -lpthread)

# ---- how a source becomes an object, once per flavour ----

# $(1) directory of the objects, $(2) compiler, $(3) flags of the flavour
define flavour
$(1)/stack/%.o: stack/%.c $(1)/flags
	@mkdir -p $$(@D)
	$$(call say,CC,$$@)
	$$(Q)$(2) $$(STACK_FLAGS) $(3) -MMD -MP -c -o $$@ $$<
$(1)/tun/%.o: tun/%.c $(1)/flags
	@mkdir -p $$(@D)
	$$(call say,CC,$$@)
	$$(Q)$(2) $$(HOST_FLAGS) $(3) -MMD -MP -c -o $$@ $$<
$(1)/apps/%.o: apps/%.c $(1)/flags
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
	@echo '$(2) $$(STACK_FLAGS) $$(APPS_FLAGS) $$(TEST_FLAGS) $(3)' | cmp -s - $$@ || \
	    echo '$(2) $$(STACK_FLAGS) $$(APPS_FLAGS) $$(TEST_FLAGS) $(3)' > $$@
-include $$(patsubst %.c,$(1)/%.d,$$(STACK_SRC) $$(HOST_SRC) $$(APPS_SRC) $$(HARNESS_SRC) $$(TEST_MAIN) $$(FUZZ_MAIN) \
    tests/harness/drill_main.c)
endef

FORCE:

RELEASE := $(BUILD)/obj
SAN := $(BUILD)/san
FUZZED := $(BUILD)/fuzz

$(eval $(call flavour,$(RELEASE),$(CC),-fPIC $(CFLAGS)))
$(eval $(call flavour,$(SAN),$(CC),$(SANITIZE) $(WERROR)))
$(eval $(call flavour,$(FUZZED),$(CLANG),$(FUZZ)))

# Members of an archive may share a base name (two input.c): `ar q` appends without looking for an older one of that name.
objects = $(patsubst %.c,$(1)/%.o,$(2))

# ---- libraries ----

all: libraries programs ## libraries and programs (the default)

libraries: $(BUILD)/liblucid.a $(BUILD)/liblucid.so $(if $(HOST_SRC),$(BUILD)/liblucid-host.a $(BUILD)/liblucid-host.so) ## the four libraries

# One relocatable object in which only the public names are still global: the static library exports what the shared one does.
$(BUILD)/%.whole.o:
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) -r -nostdlib -o $@.tmp $^ && $(OBJCOPY) --localize-hidden $@.tmp $@ && rm -f $@.tmp

$(BUILD)/lucid.whole.o: $(call objects,$(RELEASE),$(STACK_SRC))
$(BUILD)/lucid-host.whole.o: $(call objects,$(RELEASE),$(HOST_SRC))

$(BUILD)/liblucid.a: $(BUILD)/lucid.whole.o
$(BUILD)/liblucid-host.a: $(BUILD)/lucid-host.whole.o
$(BUILD)/liblucid.a $(BUILD)/liblucid-host.a:
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) qcs $@ $^

$(BUILD)/liblucid.so: $(call objects,$(RELEASE),$(STACK_SRC)) scripts/lucid.map
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -shared -Wl,-soname,liblucid.so.$(ABI) -Wl,--version-script=scripts/lucid.map \
	    -o $@ $(filter %.o,$^)
	$(Q)ln -sf liblucid.so $(BUILD)/liblucid.so.$(ABI)

$(BUILD)/liblucid-host.so: $(call objects,$(RELEASE),$(HOST_SRC)) scripts/lucid.map $(BUILD)/liblucid.so
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -shared -Wl,-soname,liblucid-host.so.$(ABI) -Wl,--version-script=scripts/lucid.map \
	    -o $@ $(filter %.o,$^) -L$(BUILD) -llucid $(PCAP_LIBS)
	$(Q)ln -sf liblucid-host.so $(BUILD)/liblucid-host.so.$(ABI)

# ---- programs ----

PROGRAMS := $(addprefix $(BUILD)/lucid-,$(PROGRAM_NAMES))

programs: $(PROGRAMS) ## build/lucid-httpd and the others, one for each folder of apps/

# $(1) name of the program
define program
$(BUILD)/lucid-$(1): $(call objects,$(RELEASE),$(sort $(wildcard apps/$(1)/*.c)) $(COMMON_SRC)) \
    $(BUILD)/liblucid-host.a $(BUILD)/liblucid.a
$(SAN)/lucid-$(1): $(call objects,$(SAN),$(sort $(wildcard apps/$(1)/*.c)) $(COMMON_SRC)) $(SAN)/libhost.a $(SAN)/libstack.a
endef
$(foreach name,$(PROGRAM_NAMES),$(eval $(call program,$(name))))

$(PROGRAMS):
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(PCAP_LIBS)

# ---- tests ----

$(SAN)/libstack.a: $(call objects,$(SAN),$(STACK_SRC))
$(SAN)/libhost.a: $(call objects,$(SAN),$(HOST_SRC))
$(SAN)/libharness.a: $(call objects,$(SAN),$(HARNESS_SRC))
$(SAN)/libapps.a: $(call objects,$(SAN),$(filter-out %/main.c,$(APPS_SRC)))
$(SAN)/libstack.a $(SAN)/libhost.a $(SAN)/libharness.a $(SAN)/libapps.a:
	@mkdir -p $(@D)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) qcs $@ $^
TEST_ARCHIVES := $(SAN)/libharness.a $(SAN)/libapps.a $(SAN)/libhost.a $(SAN)/libstack.a

TESTS := $(TEST_MAIN:%.c=$(SAN)/%)

$(TESTS): $(SAN)/%: $(SAN)/%.o $(TEST_ARCHIVES)
	$(call say,LD,$@)
	$(Q)$(CC) $(SANITIZE) $(LDFLAGS) -o $@ $^ $(CHECK_LIBS) $(PCAP_LIBS)

$(addprefix $(SAN)/lucid-,$(PROGRAM_NAMES)):
	$(call say,LD,$@)
	$(Q)$(CC) $(SANITIZE) $(LDFLAGS) -o $@ $^ $(PCAP_LIBS)

$(BUILD)/drill: $(SAN)/tests/harness/drill_main.o $(TEST_ARCHIVES)
	$(call say,LD,$@)
	$(Q)$(CC) $(SANITIZE) $(LDFLAGS) -o $@ $^ $(PCAP_LIBS)

tests: $(TESTS) $(if $(wildcard tests/harness/drill_main.c),$(BUILD)/drill) ## build the test programs, run none

# `make test-NAME` builds and runs one test program.
$(foreach test,$(TEST_MAIN),$(eval test-$(patsubst test_%.c,%,$(notdir $(test))): $(SAN)/$(test:.c=) ; $$<))

# ---- the rest ----

clean: ## remove build/
	rm -rf $(BUILD)

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: all libraries programs tests clean help FORCE
