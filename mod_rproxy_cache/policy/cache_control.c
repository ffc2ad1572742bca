/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_control.c: the directives of Cache-Control, as structs.  Layer L0.
 * RFC 9111 sections 4.2.1 and 5.2, RFC 9110 section 5.6.
 *
 * What breaks the syntax never makes a response more cacheable: of a broken
 * directive flags that forbid count, flags that permit do not, and a time is 0.
 * Broken are: junk behind the name or the argument, an empty argument, an
 * argument that is neither token nor quoted string, a semicolon for a comma
 * (its neighbours count all the same), a quote that is never closed or does
 * not follow "=" (from there on each comma ends a directive). */
#include "cache_control.h"
#include "cache_directive.h"
#include "http1/h1_chars.h"
#include "http_date.h"

typedef struct {
    cache_directive_e id;
    slice_t argument;    /* without the quotes; p NULL: none */
    unsigned broken : 1; /* what stands around it */
} directive_t;

/* Offset of the first stop that is not within quotes, or the length.
 * @return 1, or 0 if a quote before it is out of place or never closed */
static int find_stop(slice_t s, char stop, size_t *offset)
{
    int quoted = 0;
    size_t i;

    for (i = 0; i < s.len && (quoted || s.p[i] != stop); i++) {
        if (s.p[i] == '"') {
            if (!quoted && (i == 0 || s.p[i - 1] != '=')) {
                return 0;
            }
            quoted = !quoted;
        }
        else if (quoted && s.p[i] == '\\') {
            i++;
        }
    }
    *offset = i < s.len ? i : s.len;
    return !quoted;
}

/* Takes what comes before stop off the front of *rest.
 * @param plain quotes mean nothing; set when one is found that is wrong */
static slice_t take_until(slice_t *rest, char stop, unsigned *plain)
{
    size_t len;
    slice_t taken;

    if (*plain || !find_stop(*rest, stop, &len)) {
        const char *at = memchr(rest->p, stop, rest->len);

        *plain = 1;
        len = at ? (size_t)(at - rest->p) : rest->len;
    }
    taken = slice_trim(slice_make(rest->p, len));
    len += len < rest->len;
    rest->p += len;
    rest->len -= len;
    return taken;
}

/* What is inside "...", if that is all there is.  Backslashes stay: no argument
 * that means something needs one.  What is neither a string nor a token is
 * left to be refused as a time or as a list. */
static slice_t unquote(slice_t argument)
{
    slice_t inner = argument;
    size_t end;

    if (!argument.len || argument.p[0] != '"') {
        return argument;
    }
    inner.p++;
    inner.len--;
    if (!find_stop(inner, '"', &end) || end + 1 != inner.len) {
        return argument;
    }
    return slice_make(inner.p, end);
}

static directive_t directive_read(slice_t s, unsigned broken)
{
    directive_t d = { .broken = broken };
    size_t len = 0;

    while (len < s.len && h1_char_is(s.p[len], H1_CHAR_TOKEN)) {
        len++;
    }
    d.id = cache_directive_find(slice_make(s.p, len));
    if (len < s.len && s.p[len] == '=') {
        d.argument = unquote(slice_make(s.p + len + 1, s.len - len - 1));
    }
    else if (len < s.len) {
        d.broken = 1;
    }
    return d;
}

static void time_apply(cache_control_t *cc, const directive_t *d)
{
    int64_t seconds;

    if (d->id == DIRECTIVE_MAX_STALE && !d->argument.p && !d->broken) {
        cache_directive_set_any_stale(cc);
        return;
    }
    if (d->broken || delta_seconds_read(d->argument, &seconds) != 0) {
        seconds = 0;
    }
    cache_directive_set_time(cc, d->id, seconds);
}

static void directive_apply(cache_control_t *cc, const directive_t *d)
{
    if (cache_directive_is_time(d->id)) {
        time_apply(cc, d);
    }
    else if (cache_directive_has_fields(d->id) && d->argument.p && !d->broken) {
        cache_directive_set_fields(cc, d->id, d->argument);
    }
    else if (!cache_directive_permits(d->id)
             || (!d->broken && !d->argument.p)) {
        cache_directive_set(cc, d->id, 1);
    }
}

void cache_control_read(cache_control_t *cc, slice_t value)
{
    unsigned plain = 0;

    while (value.len) {
        slice_t member = take_until(&value, ',', &plain);
        unsigned broken = plain;

        while (member.len) {
            size_t whole = member.len;
            slice_t s = take_until(&member, ';', &plain);
            directive_t d;

            broken |= s.len < whole;
            d = directive_read(s, broken);
            directive_apply(cc, &d);
        }
    }
}
