# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Builds the unit tests: every t/unit/**/<name>_test.c is a program of its own,
# build/unit/**/<name>_test.  A test includes the .c files it tests, so nothing
# of ours is linked.  "make -f t/unit/unit.mk" from the top folder; t/unit/run
# does it and runs them.
#
#   ASAN=1          AddressSanitizer and UBSan, results in build/unit-asan
#   SANITIZE=thread another value of -fsanitize, results in build/unit-thread
#   TESTS=...       only these test sources

BUILD    ?= build
ASAN     ?= 0
SANITIZE ?=

ifeq ($(ASAN),1)
override SANITIZE := address,undefined
UNIT_DIR := $(BUILD)/unit-asan
else
comma    := ,
UNIT_DIR := $(BUILD)/unit$(if $(SANITIZE),-$(subst $(comma),-,$(SANITIZE)))
endif

TESTS    ?= $(sort $(shell find t/unit -name '*_test.c'))
PROGRAMS := $(TESTS:t/unit/%.c=$(UNIT_DIR)/%)

# Layer L1 code needs APR; layer L0 tests build without it.
APR_CONFIG ?= $(shell command -v apr-1-config)
APU_CONFIG ?= $(shell command -v apu-1-config)
APR_FLAGS  := $(if $(APR_CONFIG),$(shell $(APR_CONFIG) --cppflags --cflags) \
                $(patsubst -I%,-isystem %,$(shell $(APR_CONFIG) --includes)))
APR_LIBS   := $(if $(APR_CONFIG),$(shell $(APR_CONFIG) --link-ld)) \
              $(if $(APU_CONFIG),$(shell $(APU_CONFIG) --link-ld))

# Libraries that a part of the modules can do without.
LIBRARIES := $(shell CC='$(CC)' conf/libraries.sh)

UNIT_CFLAGS := $(APR_FLAGS) -std=gnu11 -O1 -g -fno-omit-frame-pointer -pthread \
               -Wall -Wextra -Werror -Wno-unused-parameter \
               -Wno-missing-field-initializers \
               -It/unit $(addprefix -I,$(sort $(wildcard mod_rproxy*))) \
               $(filter -D%,$(LIBRARIES))
ifneq ($(SANITIZE),)
UNIT_CFLAGS += -fsanitize=$(SANITIZE) -fno-sanitize-recover=all
endif

.PHONY: all list
all: $(PROGRAMS)

list:
	@printf '%s\n' $(PROGRAMS)

$(UNIT_DIR)/%_test: t/unit/%_test.c t/unit/unit.mk
	@mkdir -p $(@D)
	@echo "CC   $<"
	@$(CC) $(UNIT_CFLAGS) -MMD -MP -MF $@.d -o $@ $< \
	    -Wl,--as-needed -lcmocka $(APR_LIBS) $(filter -l%,$(LIBRARIES))

-include $(PROGRAMS:%=%.d)
