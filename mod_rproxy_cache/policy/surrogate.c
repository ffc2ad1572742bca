/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* surrogate.c: what an application tells its cache.  Layer L0.
 * Surrogate-Control: Edge Architecture Specification 1.0, section 2. */
#include "surrogate.h"
#include "list_pair.h"

surrogate_e surrogate_kind(slice_t name)
{
    static const struct {
        const char *name;
        surrogate_e kind;
    } names[] = {
        { "Surrogate-Control", SURROGATE_CONTROL },
        { "Surrogate-Key", SURROGATE_TAGS },
        { "xkey", SURROGATE_TAGS },
        { "Cache-Tag", SURROGATE_TAGS },
        { "RProxy-Tag", SURROGATE_TAGS },
        { "RProxy-TTL", SURROGATE_TTL },
        { "RProxy-Purge", SURROGATE_PURGE },
    };
    size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (slice_eq_nocase(name, slice_str(names[i].name))) {
            return names[i].kind;
        }
    }
    return SURROGATE_NONE;
}

/* Cuts "element; target" at the first ";" outside quotes.
 * @return the target, p NULL if there is none */
static slice_t target_cut(slice_t *element)
{
    int quoted = 0;
    size_t i;

    for (i = 0; i < element->len; i++) {
        quoted ^= element->p[i] == '"';
        if (element->p[i] == ';' && !quoted) {
            slice_t target =
                slice_make(element->p + i + 1, element->len - i - 1);

            element->len = i;
            return slice_trim(target);
        }
    }
    return slice_make(NULL, 0);
}

/* "3600" or "3600+600": fresh, then stale but good enough. */
static void read_max_age(surrogate_control_t *out, int64_t *extra,
                         slice_t value)
{
    out->ttl_s = list_pair_number(&value);
    *extra = -1;
    if (out->ttl_s >= 0 && value.len && value.p[0] == '+') {
        value = slice_make(value.p + 1, value.len - 1);
        *extra = list_pair_number(&value);
    }
    if (out->ttl_s < 0 || value.len) {
        out->ttl_s = 0;
        *extra = -1;
    }
}

static void read_directive(surrogate_control_t *out, int64_t *extra,
                           list_pair_t pair)
{
    if (slice_eq_nocase(pair.name, SLICE_LIT("no-store"))) {
        out->no_store = 1;
    }
    else if (slice_eq_nocase(pair.name, SLICE_LIT("max-age"))) {
        read_max_age(out, extra, pair.value);
    }
    else if (slice_eq_nocase(pair.name, SLICE_LIT("stale-while-revalidate"))) {
        out->while_revalidate_s = list_pair_seconds(pair.value);
    }
    else if (slice_eq_nocase(pair.name, SLICE_LIT("stale-if-error"))) {
        out->if_error_s = list_pair_seconds(pair.value);
    }
    else if (slice_eq_nocase(pair.name, SLICE_LIT("content"))) {
        out->capabilities = 1;
    }
}

/* @param targeted  whether the directives for us are read, or those for all */
static void read_directives(surrogate_control_t *out, slice_t value,
                            int targeted)
{
    int64_t extra = -1;
    slice_t element;

    memset(out, 0, sizeof(*out));
    out->ttl_s = out->while_revalidate_s = out->if_error_s = -1;
    while (h1_list_next(&value, &element)) {
        slice_t target = target_cut(&element);
        int for_us = slice_eq_nocase(target, SLICE_LIT("rproxy"));

        if (targeted ? for_us : target.p == NULL) {
            read_directive(out, &extra, list_pair_split(element));
        }
    }
    if (out->while_revalidate_s < 0) {
        out->while_revalidate_s = extra;
    }
    if (out->if_error_s < 0) {
        out->if_error_s = extra;
    }
    if (out->no_store) {
        out->ttl_s = 0;
    }
}

void surrogate_control_read(surrogate_control_t *out, slice_t value)
{
    surrogate_control_t for_us;

    read_directives(out, value, 0);
    read_directives(&for_us, value, 1);
    if (for_us.ttl_s >= 0) {
        out->ttl_s = for_us.ttl_s;
        out->no_store = for_us.no_store;
    }
    if (for_us.while_revalidate_s >= 0) {
        out->while_revalidate_s = for_us.while_revalidate_s;
    }
    if (for_us.if_error_s >= 0) {
        out->if_error_s = for_us.if_error_s;
    }
    out->capabilities |= for_us.capabilities;
}

int surrogate_ttl_read(slice_t value, int64_t *seconds)
{
    static const struct {
        char unit;
        int64_t factor;
    } units[] = {
        { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 }, { 'w', 604800 }
    };
    int64_t number, factor = 1;
    size_t i;

    value = slice_trim(value);
    number = list_pair_number(&value);
    if (number < 0 || value.len > 1) {
        return -1;
    }
    if (value.len) {
        factor = 0;
        for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
            if ((char)slice_lower((unsigned char)value.p[0]) == units[i].unit) {
                factor = units[i].factor;
            }
        }
    }
    if (factor == 0) {
        return -1;
    }
    number *= factor;
    *seconds = number > LIST_PAIR_MAX_SECONDS ? LIST_PAIR_MAX_SECONDS : number;
    return 0;
}

/* Takes ";soft" off the end; any other ";" belongs to the text. */
static int soft_cut(slice_t *element)
{
    slice_t word = SLICE_LIT("soft");
    slice_t rest = *element;

    if (rest.len < word.len
        || !slice_eq_nocase(slice_make(rest.p + rest.len - word.len, word.len),
                            word)) {
        return 0;
    }
    rest.len -= word.len;
    rest = slice_trim(rest);
    if (!rest.len || rest.p[rest.len - 1] != ';') {
        return 0;
    }
    rest.len--;
    *element = slice_trim(rest);
    return 1;
}

static int purge_read(purge_command_t *command, slice_t element)
{
    list_pair_t pair;

    command->soft = soft_cut(&element);
    pair = list_pair_split(element);
    command->text = pair.value;
    if (slice_eq_nocase(pair.name, SLICE_LIT("all"))) {
        command->kind = PURGE_ALL;
        return pair.value.p == NULL ? 1 : -1;
    }
    if (slice_eq_nocase(pair.name, SLICE_LIT("host"))) {
        command->kind = PURGE_HOST;
        return pair.value.p == NULL ? 1 : -1;
    }
    if (slice_eq_nocase(pair.name, SLICE_LIT("tag"))) {
        command->kind = PURGE_TAG;
        return pair.value.len ? 1 : -1;
    }
    if (!pair.value.len || pair.value.p[0] != '/') {
        return -1;
    }
    if (slice_eq_nocase(pair.name, SLICE_LIT("url"))) {
        command->kind = PURGE_URL;
        return 1;
    }
    command->kind = PURGE_PREFIX;
    return slice_eq_nocase(pair.name, SLICE_LIT("prefix")) ? 1 : -1;
}

int purge_command_next(slice_t *rest, purge_command_t *command)
{
    slice_t element;

    if (!h1_list_next(rest, &element)) {
        return 0;
    }
    return purge_read(command, element);
}
