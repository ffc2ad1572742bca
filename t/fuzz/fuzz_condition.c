/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz_condition.c: a condition, and a request to try it on.  The input is
 * lines: the condition, the query, a Cookie field, another field's value.
 * Promises: an error text is terminated and quotes the condition; "!" turns the
 * outcome round; a value that is listed as it stands is found; a name alone
 * holds whenever a value holds. */
#include "fuzz.h"

#include "http1/h1_fields.c"
#include "routing/condition.c"
#include "routing/condition_parse.c"
#include "routing/cookie.c"

enum {
    LINES = 4
};

typedef struct {
    char *copy[LINES]; /* each ends where its memory ends */
    slice_t line[LINES];
} lines_t;

static void lines_cut(lines_t *lines, const char *text, size_t len)
{
    size_t i;

    for (i = 0; i < LINES; i++) {
        const char *end = len ? memchr(text, '\n', len) : NULL;
        size_t line_len = end && i + 1 < LINES ? (size_t)(end - text) : len;
        size_t used = line_len + (line_len < len);

        lines->copy[i] = fuzz_copy(text, line_len);
        lines->line[i] = slice_make(lines->copy[i], line_len);
        text += used;
        len -= used;
    }
}

static void check_error(slice_t text)
{
    char error[CONDITION_ERROR_ROOM], tiny[5];
    size_t quoted = text.len < 80 ? text.len : 80;
    condition_t condition;

    memset(error, 'x', sizeof(error));
    if (condition_parse(text, &condition, error, sizeof(error)) == NULL) {
        return;
    }
    FUZZ_CHECK(memchr(error, '\0', sizeof(error)) != NULL);
    FUZZ_CHECK(error[0] == '"');
    FUZZ_CHECK(
        slice_eq(slice_make(error + 1, quoted), slice_make(text.p, quoted)));
    FUZZ_CHECK(memcmp(error + 1 + quoted, "\" ", 2) == 0);
    FUZZ_CHECK(condition_parse(text, &condition, tiny, sizeof(tiny)) == tiny);
    FUZZ_CHECK(memchr(tiny, '\0', sizeof(tiny)) != NULL);
}

static void check_holds(const condition_t *condition,
                        const condition_input_t *input)
{
    condition_t other = *condition;
    int holds = condition_holds(condition, input);

    other.negated = !other.negated;
    FUZZ_CHECK(condition_holds(&other, input) == !holds);
    FUZZ_CHECK(condition_all_hold(condition, 1, input) == holds);
    other.negated = 0;
    if (other.kind != CONDITION_METHOD && condition_holds(&other, input)) {
        other.values = slice_make(NULL, 0);
        FUZZ_CHECK(condition_holds(&other, input));
    }
}

/* A request whose field has the first value, where that is no pattern. */
static void check_found(const condition_t *condition)
{
    slice_t rest = condition->values, value;
    condition_t plain = *condition;
    h1_field_t field;
    condition_input_t input = { .fields = &field, .field_count = 1 };

    plain.negated = 0;
    if (!rest.len || !next_part(&rest, '|', &value)) {
        return;
    }
    field.name = plain.name;
    field.value = value;
    input.method = value;
    if (plain.kind == CONDITION_METHOD
        || (plain.kind == CONDITION_HEADER
            && !memchr(value.p, '*', value.len))) {
        FUZZ_CHECK(condition_holds(&plain, &input));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    lines_t lines;
    condition_t condition;
    char error[CONDITION_ERROR_ROOM];
    size_t i;

    lines_cut(&lines, (const char *)data, size);
    check_error(lines.line[0]);
    if (condition_parse(lines.line[0], &condition, error, sizeof(error))
        == NULL) {
        h1_field_t fields[] = {
            { SLICE_LIT("Cookie"), lines.line[2] },
            { SLICE_LIT("X-Beta"), lines.line[3] },
            { SLICE_LIT("cookie"), lines.line[3] },
        };
        condition_input_t input = { SLICE_LIT("GET"), fields, 3,
                                    lines.line[1] };

        check_holds(&condition, &input);
        check_found(&condition);
    }
    for (i = 0; i < LINES; i++) {
        free(lines.copy[i]);
    }
    return 0;
}
