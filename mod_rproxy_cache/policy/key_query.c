/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* key_query.c: the query's part of a key.  Layer L0.
 *
 * A key that leaves something out is an attacker's tool when the application
 * reads it all the same: he has his page stored under everybody's key.  So
 * whatever may be read in another way ("%70age", "a;page=2" where ";" separates
 * too, "pa.ge" which PHP calls "pa_ge") is not left out. */
#include "key_query.h"
#include "wildcard.h"

/* The next argument, empty ones too: there is one more of them than "&".
 * rest->p is NULL behind the last. */
static slice_t cut_argument(slice_t *rest)
{
    const char *amp = rest->len ? memchr(rest->p, '&', rest->len) : NULL;
    slice_t argument = *rest;

    if (!amp) {
        *rest = slice_make(NULL, 0);
        return argument;
    }
    argument.len = (size_t)(amp - rest->p);
    rest->p += argument.len + 1;
    rest->len -= argument.len + 1;
    return argument;
}

static slice_t name_of(slice_t argument)
{
    const char *equals =
        argument.len ? memchr(argument.p, '=', argument.len) : NULL;

    return equals ? slice_make(argument.p, (size_t)(equals - argument.p))
                  : argument;
}

static int is_listed(const char *const *patterns, slice_t name, int nocase)
{
    for (; *patterns; patterns++) {
        if (wildcard_matches(slice_str(*patterns), name, nocase)) {
            return 1;
        }
    }
    return 0;
}

static int is_plain(slice_t name, int dot_is_plain)
{
    size_t i;

    for (i = 0; i < name.len; i++) {
        unsigned char c = slice_lower((unsigned char)name.p[i]);

        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-'
            && c != '_' && c != '~' && !(c == '.' && dot_is_plain)) {
            return 0;
        }
    }
    return 1;
}

static int argument_stays(slice_t argument, const key_rules_t *rules)
{
    slice_t name = name_of(argument);

    if (argument.len && memchr(argument.p, ';', argument.len)) {
        return 1;
    }
    if (rules->query_ignore && is_plain(name, 1)
        && is_listed(rules->query_ignore, name, 0)) {
        return 0;
    }
    return !rules->query_keep || !is_plain(name, 0)
           || is_listed(rules->query_keep, name, 1);
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c = (char)slice_lower((unsigned char)c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The next byte, decoded ("+" is a space); -1 at the end. */
static int cut_decoded(slice_t *rest)
{
    size_t step = 1;
    int c;

    if (rest->len == 0) {
        return -1;
    }
    c = (unsigned char)rest->p[0];
    if (c == '%' && rest->len > 2 && hex_value(rest->p[1]) >= 0
        && hex_value(rest->p[2]) >= 0) {
        c = hex_value(rest->p[1]) << 4 | hex_value(rest->p[2]);
        step = 3;
    }
    else if (c == '+') {
        c = ' ';
    }
    rest->p += step;
    rest->len -= step;
    return c;
}

/* Spaces before a name do not count for PHP, nor what follows "[" or NUL. */
static int cut_folded(slice_t *rest, int at_start)
{
    int c;

    do {
        c = cut_decoded(rest);
    } while (at_start && c == ' ');
    if (c == '[' || c == 0) {
        rest->len = 0;
        return -1;
    }
    if (c == ' ' || c == '.') {
        return '_';
    }
    return c < 0 ? c : slice_lower((unsigned char)c);
}

int key_query_compare(slice_t name, slice_t other)
{
    int at_start = 1, a, b;

    do {
        a = cut_folded(&name, at_start);
        b = cut_folded(&other, at_start);
        at_start = 0;
    } while (a == b && a >= 0);
    return a - b;
}

/* Behind all that are equal or below: so the sort is stable. */
static size_t place_of(const slice_t *sorted, size_t count, slice_t name)
{
    size_t low = 0, high = count;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (key_query_compare(name_of(sorted[middle]), name) <= 0) {
            low = middle + 1;
        }
        else {
            high = middle;
        }
    }
    return low;
}

/* @return their number, or QUERY_ARGUMENTS_MAX + 1 when there are more; also
 *         when one has a ";", which some applications take for a second "&" */
static size_t sort_arguments(slice_t *sorted, slice_t query,
                             const key_rules_t *rules)
{
    size_t count = 0, place;

    if (query.len && memchr(query.p, ';', query.len)) {
        return QUERY_ARGUMENTS_MAX + 1;
    }
    while (query.p) {
        slice_t argument = cut_argument(&query);

        if (!argument_stays(argument, rules)) {
            continue;
        }
        if (count == QUERY_ARGUMENTS_MAX) {
            return count + 1;
        }
        place = place_of(sorted, count, name_of(argument));
        memmove(sorted + place + 1, sorted + place,
                (count - place) * sizeof(*sorted));
        sorted[place] = argument;
        count++;
    }
    return count;
}

static void put_argument(key_text_t *text, slice_t argument, int is_first)
{
    key_text_put_char(text, is_first ? '?' : '&');
    key_text_put(text, argument);
}

static void put_in_order(key_text_t *text, slice_t query,
                         const key_rules_t *rules)
{
    int is_first = 1;

    while (query.p && !text->failed) {
        slice_t argument = cut_argument(&query);

        if (argument_stays(argument, rules)) {
            put_argument(text, argument, is_first);
            is_first = 0;
        }
    }
}

void key_query_put(key_text_t *text, slice_t query, const key_rules_t *rules)
{
    slice_t sorted[QUERY_ARGUMENTS_MAX];
    size_t i, count = QUERY_ARGUMENTS_MAX + 1;

    if (rules->query == QUERY_SORTED && !text->failed) {
        count = sort_arguments(sorted, query, rules);
    }
    if (count > QUERY_ARGUMENTS_MAX) {
        put_in_order(text, query, rules);
        return;
    }
    for (i = 0; i < count; i++) {
        put_argument(text, sorted[i], i == 0);
    }
}

int key_query_kept(char *out, size_t cap, slice_t query,
                   const key_rules_t *rules)
{
    key_text_t text = key_text_open(out, cap, 0);
    int is_first = 1;

    while (query.p && rules->query != QUERY_IGNORED) {
        slice_t argument = cut_argument(&query);

        if (!argument_stays(argument, rules)) {
            continue;
        }
        if (!is_first) {
            key_text_put_char(&text, '&');
        }
        key_text_put(&text, argument);
        is_first = 0;
    }
    return key_text_length(&text);
}
