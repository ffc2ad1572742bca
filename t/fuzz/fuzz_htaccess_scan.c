/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz_htaccess_scan.c: .htaccess files.  Byte 0: is every module there, or
 * none, or is nobody asked?  Promises: the verdict points into the text, at
 * the line it names; whatever stands before, a last line that looks at the
 * client is never let through; comments in front change nothing but the line
 * that is told. */
#include "fuzz.h"

#include "policy/htaccess_scan.c"
#include "policy/section_scan.c"
#include "policy/directive_table.c"
#include "policy/directive_args.c"
#include "policy/directive_expression.c"
#include "policy/directive_rewrite.c"

static int answer(void *context, slice_t name)
{
    (void)name;
    return *(uint8_t *)context & 1;
}

static int scan(htaccess_verdict_t *v, uint8_t mode, slice_t text)
{
    int fine = htaccess_scan(v, text, mode & 2 ? answer : NULL, &mode);

    FUZZ_CHECK(fine == (v->reason == DIRECTIVE_FINE));
    FUZZ_CHECK(directive_reason_name(v->reason) != NULL);
    return fine;
}

static unsigned line_of(slice_t text, const char *at)
{
    unsigned line = 1;
    const char *p;

    for (p = text.p; p < at; p++) {
        line += *p == '\n';
    }
    return line;
}

static void check_place(const htaccess_verdict_t *v, slice_t text)
{
    if (v->directive.p) {
        FUZZ_CHECK(v->directive.p >= text.p);
        FUZZ_CHECK(v->directive.p + v->directive.len <= text.p + text.len);
        FUZZ_CHECK(v->line == line_of(text, v->directive.p));
    }
    else {
        FUZZ_CHECK(v->line <= line_of(text, text.p + text.len) + 1);
    }
}

/* The text with something before and something behind it. */
static slice_t joined(const char *before, slice_t text, const char *behind)
{
    size_t a = strlen(before), b = strlen(behind);
    char *all = malloc(a + text.len + b);

    FUZZ_CHECK(all != NULL);
    memcpy(all, before, a);
    if (text.len) {
        memcpy(all + a, text.p, text.len);
    }
    memcpy(all + a + text.len, behind, b);
    return slice_make(all, a + text.len + b);
}

static void check_neighbours(const htaccess_verdict_t *v, uint8_t mode,
                             slice_t text)
{
    htaccess_verdict_t other;
    slice_t all = joined("# a\n\n", text, "");

    scan(&other, mode, all);
    FUZZ_CHECK(other.reason == v->reason);
    FUZZ_CHECK(v->reason == DIRECTIVE_FINE || other.line == v->line + 2);
    free((char *)all.p);

    all = joined("", text, "\nRequire ip 192.0.2.1\n");
    FUZZ_CHECK(!scan(&other, mode, all));
    free((char *)all.p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    htaccess_verdict_t v;
    slice_t text;
    char *copy;

    if (size < 1) {
        return 0;
    }
    copy = fuzz_copy(data + 1, size - 1);
    text = slice_make(copy, size - 1);
    if (!scan(&v, data[0], text)) {
        check_place(&v, text);
    }
    check_neighbours(&v, data[0], text);
    section_scan(slice_make(text.p, text.len / 2),
                 slice_make(text.p + text.len / 2, text.len - text.len / 2),
                 NULL);
    free(copy);
    return 0;
}
