/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rule_text.c: texts with %{NAME} or %{NAME.part} in them.  Layer L1. */
#include "rule.h"

#include <apr_strings.h>

/* Of what stands between the braces.  @return 0: no variable */
static int read_name(slice_t name, rule_text_part_t *part)
{
    const char *mark = memchr(name.p, '.', name.len);
    slice_t before = name, behind = { NULL, 0 };

    if (!mark) {
        mark = memchr(name.p, ':', name.len);
    }
    if (mark) {
        before.len = (size_t)(mark - name.p);
        behind = slice_make(mark + 1, name.len - before.len - 1);
    }
    part->variable = rule_variable_find(before);
    part->is_of_rule = part->variable == VARIABLE_RULE;
    part->text = behind;
    return part->variable >= 0;
}

static void add_text(apr_array_header_t *parts, const char *from,
                     const char *to)
{
    rule_text_part_t part = { .variable = -1 };

    if (to > from) {
        part.text = slice_make(from, (size_t)(to - from));
        APR_ARRAY_PUSH(parts, rule_text_part_t) = part;
    }
}

rule_text_t rule_text_parse(slice_t text, apr_pool_t *pool)
{
    apr_array_header_t *parts =
        apr_array_make(pool, 2, sizeof(rule_text_part_t));
    char *copy = apr_pstrmemdup(pool, text.p ? text.p : "", text.len);
    const char *p = copy, *end = copy + text.len, *from = copy, *close;
    rule_text_part_t part;

    while (p < end) {
        close = p[0] == '%' && p + 1 < end && p[1] == '{'
                    ? memchr(p, '}', (size_t)(end - p))
                    : NULL;
        if (close) {
            add_text(parts, from, p);
            if (read_name(slice_make(p + 2, (size_t)(close - p - 2)), &part)) {
                APR_ARRAY_PUSH(parts, rule_text_part_t) = part;
            }
            from = p = close + 1;
        }
        else {
            p++;
        }
    }
    add_text(parts, from, end);
    return (rule_text_t){ (rule_text_part_t *)parts->elts, parts->nelts };
}
