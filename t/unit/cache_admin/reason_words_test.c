/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* reason_words_test.c: every reason not to store has its sentence. */
#include "unit.h"

#include "admin/reason_words.c"
#include "policy/storable.h"

static const char *const reasons[] = {
#define X(id, name) name,
    STORABLE_REASONS(X)
#undef X
};

static void check_reason(void **state)
{
    assert_non_null(reason_sentence(*state));
}

static void unknown(void **state)
{
    (void)state;
    assert_null(reason_sentence("cookie=a"));
    assert_null(reason_sentence(""));
}

int main(void)
{
    size_t i;

    for (i = 1; i < UNIT_COUNT(reasons); i++) { /* 0 is "stored" */
        unit_add(reasons[i], check_reason, reasons[i]);
    }
    unit_add("others speak for themselves", unknown, NULL);
    return unit_run("reason_words");
}
