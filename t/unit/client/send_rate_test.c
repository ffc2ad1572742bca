/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* send_rate_test.c: how long a client has, by what it took. */
#include "unit.h"

#include "client/send_rate.h"

#define SECOND INT64_C(1000000)
#define SINCE (INT64_C(1790000000) * SECOND)

typedef struct {
    const char *name;
    int64_t taken, rate, grace;
    int64_t time; /* that it has */
} row_t;

static const row_t rows[] = {
    { "nothing taken", 0, 500, 60 * SECOND, 60 * SECOND },
    { "a second's worth", 500, 500, 60 * SECOND, 61 * SECOND },
    { "a byte", 1, 500, SECOND, SECOND + 2000 },
    { "a part of a byte's time", 1, 3000000, 0, 0 },
    { "a terabyte", INT64_C(1) << 40, 1, SECOND,
      ((INT64_C(1) << 40) + 1) * SECOND },
    { "a terabyte at a gigabyte a second", INT64_C(1000000000000), 1000000000,
      SECOND, 1001 * SECOND },
};

static void has_time(void **state)
{
    const row_t *row = *state;

    assert_true(send_rate_until(SINCE, row->taken, row->rate, row->grace)
                == SINCE + row->time);
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(rows); i++) {
        unit_add(rows[i].name, has_time, &rows[i]);
    }
    return unit_run("send_rate");
}
