/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* retry_after_test.c: the two forms of Retry-After, and what is neither. */
#include "unit.h"

#include "http1/h1_fields.c"
#include "http1/h1_response.c"
#include "engine/retry_after.c"

/* Sun, 06 Nov 1994 08:49:37 GMT */
#define NOW apr_time_from_sec(784111777)

typedef struct {
    const char *name;
    int status;
    const char *value; /* NULL: no such field */
    int seconds;
} row_t;

static const row_t rows[] = {
    { "seconds", 503, "120", 120 },
    { "429", 429, "7", 7 },
    { "other statuses", 500, "7", 0 },
    { "a redirect's", 301, "7", 0 },
    { "no field", 503, NULL, 0 },
    { "zero", 503, "0", 0 },
    { "a date", 503, "Sun, 06 Nov 1994 08:50:07 GMT", 30 },
    { "an old form of it", 503, "Sunday, 06-Nov-94 08:50:07 GMT", 30 },
    { "a date that is over", 503, "Sun, 06 Nov 1994 08:49:00 GMT", 0 },
    { "a date far away", 503, "Sun, 06 Nov 2094 08:49:00 GMT", 300 },
    { "too long", 503, "86400", 300 },
    { "digits that overflow a time", 503, "9223372036854775807", 300 },
    { "digits without end", 503, "99999999999999999999999", 0 },
    { "negative", 503, "-5", 0 },
    { "empty", 503, "", 0 },
    { "words", 503, "soon", 0 },
    { "words without end", 503,
      "soon soon soon soon soon soon soon soon soon soon soon", 0 },
};

static void check_row(void **state)
{
    const row_t *row = *state;
    h1_field_t fields[2] = { { SLICE_LIT("Date"), SLICE_LIT("99") },
                             { SLICE_LIT("retry-after"),
                               slice_str(row->value) } };
    const h1_response_t response = { .status = row->status,
                                     .fields = fields,
                                     .field_count = row->value ? 2 : 1 };

    assert_int_equal(retry_after_of(&response, NOW),
                     apr_time_from_sec(row->seconds));
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(rows); i++) {
        unit_add(rows[i].name, check_row, &rows[i]);
    }
    return unit_run("retry_after");
}
