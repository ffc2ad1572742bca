/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* condition_parse.c: reads a condition from the configuration.  Layer L0.
 * Whatever could not mean what its writer meant is refused. */
#include "condition.h"

typedef struct {
    condition_kind_e kind;
    slice_t word;
    const char *example;
} test_t;

/* clang-format off */
static const test_t tests[] = {
    { CONDITION_METHOD, { "method", 6 }, "method=GET|HEAD" },
    { CONDITION_HEADER, { "header", 6 },
      "header=X-Name or header=X-Name:value|other*" },
    { CONDITION_COOKIE, { "cookie", 6 },
      "cookie=name or cookie=name:value|other*" },
    { CONDITION_QUERY,  { "query", 5 },
      "query=name or query=name:value|other*" },
};
/* clang-format on */

static const char *const no_test_example =
    "method=..., header=..., cookie=... or query=..., with one ! before it "
    "to turn it round";

static int has_byte(slice_t s, char byte)
{
    return s.len && memchr(s.p, byte, s.len) != NULL;
}

/* A "*" that is neither the first nor the last byte. */
static int has_inner_star(slice_t s)
{
    return s.len > 2 && has_byte(slice_make(s.p + 1, s.len - 2), '*');
}

static int is_hex(char c)
{
    unsigned char lower = slice_lower((unsigned char)c);

    return (c >= '0' && c <= '9') || (lower >= 'a' && lower <= 'f');
}

static int has_escape(slice_t s)
{
    size_t i;

    for (i = 0; i + 2 < s.len; i++) {
        if (s.p[i] == '%' && is_hex(s.p[i + 1]) && is_hex(s.p[i + 2])) {
            return 1;
        }
    }
    return 0;
}

static int has_control(slice_t s)
{
    size_t i;

    for (i = 0; i < s.len; i++) {
        if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f) {
            return 1;
        }
    }
    return 0;
}

/* The checks return what is wrong, as the end of a sentence, or NULL. */

static const char *check_method(slice_t name)
{
    size_t i;

    if (!name.len) {
        return "has an empty method";
    }
    for (i = 0; i < name.len; i++) {
        char c = name.p[i];

        if (c >= 'a' && c <= 'z') {
            return "has a method in lower case";
        }
        if (!(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != '-'
            && c != '_') {
            return "has a byte that is not of a method";
        }
    }
    return NULL;
}

static const char *check_value(const condition_t *condition, slice_t value)
{
    if (condition->kind == CONDITION_METHOD) {
        return check_method(value);
    }
    if (!value.len) {
        return "has an empty value";
    }
    if (has_inner_star(value)) {
        return "has a * within a value, not at its beginning or end";
    }
    if (condition->kind == CONDITION_COOKIE && has_byte(value, ';')) {
        return "has a semicolon, which no cookie has";
    }
    return NULL;
}

static const char *check_values(const condition_t *condition)
{
    slice_t rest = condition->values;
    const char *wrong = NULL, *bar;

    do {
        slice_t value = rest;

        bar = rest.len ? memchr(rest.p, '|', rest.len) : NULL;
        if (bar) {
            value.len = (size_t)(bar - rest.p);
            rest = slice_make(bar + 1, rest.len - value.len - 1);
        }
        wrong = check_value(condition, value);
    } while (bar && !wrong);
    return wrong;
}

static const char *check_name(const condition_t *condition)
{
    slice_t name = condition->name;

    if (!name.len) {
        return "has no name";
    }
    if (has_byte(name, '|')) {
        return "has a | among names; it is for values";
    }
    if (has_byte(name, '=')) {
        return "has a second =; a colon goes between name and value";
    }
    if (condition->kind == CONDITION_HEADER) {
        if (has_byte(name, '*')) {
            return "has a * in the name of a field";
        }
        return h1_is_token(name) ? NULL : "has a name that no field can have";
    }
    if (has_inner_star(name)) {
        return "has a * within the name, not at its beginning or end";
    }
    if (condition->kind == CONDITION_COOKIE
        && (has_byte(name, ' ') || has_byte(name, ';'))) {
        return "has a name that no cookie can have";
    }
    return NULL;
}

/* The part behind "=". */
static const char *parse_operand(slice_t operand, condition_t *condition)
{
    const char *colon, *wrong;

    if (has_control(operand)) {
        return "has a control character";
    }
    if (condition->kind == CONDITION_METHOD) {
        condition->values = operand;
        return check_values(condition);
    }
    if (condition->kind == CONDITION_QUERY && has_escape(operand)) {
        return "has an escape; names and values are written unescaped";
    }
    condition->name = operand;
    colon = operand.len ? memchr(operand.p, ':', operand.len) : NULL;
    if (colon) {
        condition->name.len = (size_t)(colon - operand.p);
        condition->values =
            slice_make(colon + 1, operand.len - condition->name.len - 1);
    }
    wrong = check_name(condition);
    return wrong || !colon ? wrong : check_values(condition);
}

static const test_t *find_test(slice_t word)
{
    size_t i;

    for (i = 0; i < sizeof(tests) / sizeof(*tests); i++) {
        if (slice_eq(tests[i].word, word)) {
            return &tests[i];
        }
    }
    return NULL;
}

static void append(char *out, size_t room, size_t *len, slice_t s)
{
    size_t left = room - *len - 1;

    if (s.len > left) {
        s.len = left;
    }
    if (s.len) {
        memcpy(out + *len, s.p, s.len);
        *len += s.len;
    }
    out[*len] = '\0';
}

/* "TEXT" WRONG; write EXAMPLE */
static const char *explain(slice_t text, const char *wrong, const char *example,
                           char *error, size_t room)
{
    static const size_t longest_quote = 80;
    size_t len = 0;

    if (room == 0) {
        return wrong;
    }
    append(error, room, &len, SLICE_LIT("\""));
    append(error, room, &len,
           slice_make(text.p,
                      text.len < longest_quote ? text.len : longest_quote));
    append(error, room, &len, SLICE_LIT("\" "));
    append(error, room, &len, slice_str(wrong));
    append(error, room, &len, SLICE_LIT("; write "));
    append(error, room, &len, slice_str(example));
    return error;
}

const char *condition_parse(slice_t text, condition_t *condition, char *error,
                            size_t error_room)
{
    slice_t rest = text, word;
    const test_t *test = NULL;
    const char *equals, *wrong;
    condition_t parsed = { .kind = CONDITION_METHOD };

    if (rest.len && rest.p[0] == '!') {
        parsed.negated = 1;
        rest.p++;
        rest.len--;
    }
    equals = rest.len ? memchr(rest.p, '=', rest.len) : NULL;
    if (equals) {
        word = slice_make(rest.p, (size_t)(equals - rest.p));
        test = find_test(word);
    }
    if (!test) {
        return explain(text, "is no condition", no_test_example, error,
                       error_room);
    }
    parsed.kind = test->kind;
    wrong =
        parse_operand(slice_make(equals + 1, rest.len - word.len - 1), &parsed);
    if (wrong) {
        return explain(text, wrong, test->example, error, error_room);
    }
    *condition = parsed;
    return NULL;
}
