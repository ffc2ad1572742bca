/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* litespeed.c: fields of the LiteSpeed Cache plugins.  Layer L0.  The plugin
 * for WordPress sends, for example:
 *   X-LiteSpeed-Cache-Control: public,max-age=604800
 *   X-LiteSpeed-Tag: 1a2_Po.5,1a2_URL.6666cd76f96956469e7be39d750cc7d9,1a2_
 *   X-LiteSpeed-Purge: public,stale,1a2_Po.5,1a2_F;private,*
 *   X-LiteSpeed-Vary: cookie=wp-postpass_0123
 * "1a2_" stands for its whole site: each page has it, "purge all" names it. */
#include "litespeed.h"
#include "list_pair.h"

litespeed_e litespeed_kind(slice_t name)
{
    static const struct {
        const char *name;
        litespeed_e kind;
    } names[] = {
        { "X-LiteSpeed-Cache-Control", LITESPEED_CONTROL },
        { "X-LiteSpeed-Tag", LITESPEED_TAGS },
        { "X-LiteSpeed-Purge", LITESPEED_PURGE },
        { "X-LiteSpeed-Purge2", LITESPEED_PURGE },
        { "X-LiteSpeed-Vary", LITESPEED_VARY },
    };
    slice_t rest = SLICE_LIT("X-LiteSpeed-");
    size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (slice_eq_nocase(name, slice_str(names[i].name))) {
            return names[i].kind;
        }
    }
    if (name.len > rest.len
        && slice_eq_nocase(slice_make(name.p, rest.len), rest)) {
        return LITESPEED_INFO;
    }
    return LITESPEED_NONE;
}

static void control_directive(litespeed_control_t *out, int64_t *shared,
                              list_pair_t pair)
{
    surrogate_control_t *s = &out->surrogate;

    if (slice_eq_nocase(pair.name, SLICE_LIT("no-cache"))
        || slice_eq_nocase(pair.name, SLICE_LIT("no-store"))) {
        s->no_store = 1;
    }
    else if (slice_eq_nocase(pair.name, SLICE_LIT("private"))) {
        out->is_private = 1;
    }
    else if (slice_eq_nocase(pair.name, SLICE_LIT("public"))) {
        out->is_public = 1;
    }
    else if (slice_eq_nocase(pair.name, SLICE_LIT("no-vary"))) {
        out->no_vary = 1;
    }
    else if (slice_eq_nocase(pair.name, SLICE_LIT("max-age"))) {
        s->ttl_s = list_pair_seconds(pair.value);
    }
    else if (slice_eq_nocase(pair.name, SLICE_LIT("s-maxage"))) {
        *shared = list_pair_seconds(pair.value);
    }
    else if (slice_eq_nocase(pair.name, SLICE_LIT("max-stale"))) {
        s->while_revalidate_s = s->if_error_s = list_pair_seconds(pair.value);
    }
}

void litespeed_control_read(litespeed_control_t *out, slice_t value)
{
    int64_t shared = -1;
    slice_t element;

    memset(out, 0, sizeof(*out));
    out->surrogate.ttl_s = out->surrogate.while_revalidate_s =
        out->surrogate.if_error_s = -1;
    while (h1_list_next(&value, &element)) {
        control_directive(out, &shared, list_pair_split(element));
    }
    if (shared >= 0) {
        out->surrogate.ttl_s = shared;
    }
    if (out->is_private) {
        out->surrogate.no_store = 1;
    }
    if (out->surrogate.no_store) {
        out->surrogate.ttl_s = 0;
    }
}

static int begins(slice_t text, slice_t with)
{
    return text.len >= with.len
           && slice_eq_nocase(slice_make(text.p, with.len), with);
}

static slice_t without(slice_t text, slice_t start)
{
    return begins(text, start) ? slice_trim(
               slice_make(text.p + start.len, text.len - start.len))
                               : text;
}

int litespeed_tag_next(slice_t *rest, slice_t *tag)
{
    slice_t element;

    while (h1_list_next(rest, &element)) {
        *tag = without(element, SLICE_LIT("public:"));
        if (tag->len) {
            return 1;
        }
    }
    return 0;
}

/* Up to the next "," or ";", which is taken too; *ends_part: it was a ";". */
static slice_t purge_word(slice_t *rest, int *ends_part)
{
    slice_t word;
    size_t i;

    for (i = 0; i < rest->len && rest->p[i] != ',' && rest->p[i] != ';'; i++) {
    }
    word = slice_trim(slice_make(rest->p, i));
    *ends_part = i < rest->len && rest->p[i] == ';';
    i += i < rest->len;
    rest->p += i;
    rest->len -= i;
    return word;
}

static void purge_target(purge_command_t *command, slice_t word)
{
    slice_t name = without(word, SLICE_LIT("tag="));

    command->text = name;
    if (slice_eq(name, SLICE_LIT("*"))) {
        command->kind = PURGE_HOST;
        command->text = slice_make(NULL, 0);
    }
    else if (word.p[0] == '/') {
        command->kind = PURGE_URL;
    }
    else {
        command->kind = PURGE_TAG;
    }
}

int litespeed_purge_next(litespeed_purge_t *purge, purge_command_t *command)
{
    while (purge->rest.len) {
        int ends_part, found = 0;
        slice_t word = purge_word(&purge->rest, &ends_part);

        if (slice_eq_nocase(word, SLICE_LIT("private"))) {
            purge->is_private = 1;
        }
        else if (slice_eq_nocase(word, SLICE_LIT("stale"))) {
            purge->is_stale = 1;
        }
        else if (word.len && !purge->is_private
                 && !slice_eq_nocase(word, SLICE_LIT("public"))) {
            purge_target(command, word);
            command->soft = purge->is_stale;
            found = command->kind == PURGE_HOST || command->text.len;
        }
        if (ends_part) {
            purge->is_private = purge->is_stale = 0;
        }
        if (found) {
            return 1;
        }
    }
    return 0;
}

int litespeed_vary_next(slice_t *rest, litespeed_vary_e *kind, slice_t *name)
{
    list_pair_t pair;
    slice_t element;

    if (!h1_list_next(rest, &element)) {
        return 0;
    }
    pair = list_pair_split(element);
    *name = pair.value.p ? pair.value : pair.name;
    *kind = LITESPEED_VARY_UNKNOWN;
    if (pair.value.len && slice_eq_nocase(pair.name, SLICE_LIT("cookie"))) {
        *kind = LITESPEED_VARY_BY_COOKIE;
    }
    else if (slice_eq_nocase(pair.name, SLICE_LIT("value"))) {
        *kind = LITESPEED_VARY_BY_VALUE;
    }
    return 1;
}
