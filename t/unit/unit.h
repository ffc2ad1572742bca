/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* unit.h: what each unit test includes first: cmocka, and a list of tests in
 * which every row of a table is a test of its own name.
 *
 *   int main(void)
 *   {
 *       size_t i;
 *       for (i = 0; i < UNIT_COUNT(cases); i++) {
 *           unit_add(cases[i].name, check_case, &cases[i]);
 *       }
 *       unit_add("one by itself", check_this, NULL);
 *       return unit_run("parser");
 *   }
 *
 * A test function gets its row as *state. */
#ifndef T_UNIT_UNIT_H
#define T_UNIT_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define UNIT_COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define UNIT_MAX_TESTS 1024

static struct CMUnitTest unit_tests[UNIT_MAX_TESTS];
static size_t unit_test_count;

/* @param row handed to the test as *state, may be NULL */
static inline void unit_add(const char *name, CMUnitTestFunction test,
                            const void *row)
{
    struct CMUnitTest entry = { name, test, NULL, NULL, (void *)row };

    if (unit_test_count == UNIT_MAX_TESTS) {
        abort();
    }
    unit_tests[unit_test_count++] = entry;
}

/* @return the exit code of the program */
static inline int unit_run(const char *group)
{
    return _cmocka_run_group_tests(group, unit_tests, unit_test_count, NULL,
                                   NULL)
           != 0;
}

/* Text that grows, for comparing results as one readable string. */
typedef struct {
    char text[4096];
    size_t len;
} unit_text_t;

static inline void __attribute__((format(printf, 2, 3)))
unit_text_add(unit_text_t *t, const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(t->text + t->len, sizeof(t->text) - t->len, format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= sizeof(t->text) - t->len) {
        abort();
    }
    t->len += (size_t)n;
}

#endif
