/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* directive_args.h: what directive_table.c asks of arguments.  Layer L0. */
#ifndef RPROXY_CACHE_DIRECTIVE_ARGS_H
#define RPROXY_CACHE_DIRECTIVE_ARGS_H

#include "directive_table.h"

/* ---- directive_expression.c ---- */

/* @return offset of part in s, in any case, or -1 */
long directive_find(slice_t s, slice_t part);

/* @param names  NULL at the end */
int directive_is_one_of(slice_t name, const char *const *names);

/* All %{...} of the text are fixed by the key or among more; there is no
 * ${map:key} and no ${DEFINED} in it. */
int directive_variables_are(slice_t text, const char *const *more);

/* An expression of httpd that knows nothing of the client: only variables that
 * the cache key fixes, or that come from the response; no functions. */
int directive_expression_is_static(slice_t expression);

/* Text in which %{...} and ${...} may stand. */
int directive_text_is_static(slice_t text);

static inline int directive_is_word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
           || (c >= '0' && c <= '9') || c == '_';
}

/* ---- directive_rewrite.c ---- */

/* RewriteCond TestString CondPattern [flags] */
directive_reason_e directive_condition(slice_t args);

/* RewriteRule Pattern Substitution [flags]; *only_sets_env as in directive_t */
directive_reason_e directive_rule(slice_t args, int *only_sets_env);

/* ---- directive_args.c ---- */

directive_reason_e directive_require(slice_t args);
directive_reason_e directive_allow(slice_t args); /* and Deny */
directive_reason_e directive_header(slice_t args);
directive_reason_e directive_text(slice_t args);
directive_reason_e directive_if(slice_t args);
directive_reason_e directive_ssl_options(slice_t args);

/* DIRECTIVE_FINE if the first word is this one. */
directive_reason_e directive_unless_word(slice_t args, const char *word,
                                         directive_reason_e otherwise);

#endif
