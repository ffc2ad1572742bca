/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz_cache_key.c: no two requests have one key.
 * Byte 0: the rules (see read_rules); byte 1: ports; then fields that 0xff
 * separates: scheme, host, path, query (with its "?"), name and "=" value of
 * an addition; then the same of a second request, where an empty field is the
 * first one's.
 * Promises: two keys are equal if and only if both requests are, when compared
 * by a slow second reading of the rules; a key's parts are found in it again;
 * never a byte more than the room. */
#include "fuzz.h"

#include "http1/h1_fields.c"
#include "policy/cache_key.c"
#include "policy/key_query.c"
#include "policy/wildcard.c"

#define FIELDS 6
#define KEY_MAX 8192

typedef struct {
    key_uri_t uri;
    slice_t name, value; /* added to the key; value.p NULL: absent */
    char *copy[FIELDS];
} side_t;

static const char *const ignored[] = { "utm_*", "id", NULL };
static const char *const kept[] = { "page", "a_b", NULL };

static key_rules_t read_rules(uint8_t byte)
{
    key_rules_t rules = { (query_rule_e)(byte % 3), !(byte & 4), !(byte & 8),
                          byte & 16 ? ignored : NULL, byte & 32 ? kept : NULL };

    return rules;
}

/* Two bits for each side; 0 is the scheme's default. */
static unsigned read_port(uint8_t byte, int side)
{
    static const unsigned ports[] = { 0, 80, 443, 8080 };

    return ports[byte >> (side ? 0 : 2) & 3];
}

static void open_side(side_t *side, uint8_t **data, size_t *size,
                      const side_t *other)
{
    slice_t field[FIELDS];
    int i;

    for (i = 0; i < FIELDS; i++) {
        uint8_t *end = *size ? memchr(*data, 0xff, *size) : NULL;
        size_t len = end ? (size_t)(end - *data) : *size;
        const void *from = *data;

        *data += len + (end != NULL);
        *size -= len + (end != NULL);
        if (len == 0 && other) {
            const slice_t same[FIELDS] = { other->uri.scheme, other->uri.host,
                                           other->uri.path,   other->uri.query,
                                           other->name,       other->value };

            field[i] = same[i];
            side->copy[i] = NULL;
            continue;
        }
        side->copy[i] = fuzz_copy(from, len);
        field[i] = slice_make(side->copy[i], len);
        if (i == 3
            || i == 5) { /* cut "?" and "=", without which it is absent */
            field[i] =
                len ? slice_make(field[i].p + 1, len - 1) : slice_make(NULL, 0);
        }
    }
    side->uri.scheme = field[0];
    side->uri.host = field[1];
    side->uri.path = field[2];
    side->uri.query = field[3];
    side->name = field[4];
    side->value = field[5];
}

static void close_side(side_t *side)
{
    int i;

    for (i = 0; i < FIELDS; i++) {
        free(side->copy[i]);
    }
}

/* ---- the second reading ---- */

#define SLOW_MAX 1100

typedef struct {
    slice_t argument[SLOW_MAX];
    char *folded[SLOW_MAX];
    size_t count;
} arguments_t;

static slice_t slow_name(slice_t argument)
{
    size_t len = 0;

    while (len < argument.len && argument.p[len] != '=') {
        len++;
    }
    return slice_make(argument.p, len);
}

static int has_only(slice_t name, const char *more)
{
    size_t i;

    for (i = 0; i < name.len; i++) {
        if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                    "0123456789-_~",
                    name.p[i])
            && !strchr(more, name.p[i])) {
            return 0;
        }
    }
    return 1;
}

static int slow_stays(slice_t argument, const key_rules_t *rules)
{
    slice_t name = slow_name(argument);

    if (argument.len && memchr(argument.p, ';', argument.len)) {
        return 1;
    }
    if (rules->query_ignore && has_only(name, ".")
        && (slice_eq(name, SLICE_LIT("id"))
            || (name.len >= 4 && memcmp(name.p, "utm_", 4) == 0))) {
        return 0;
    }
    return !rules->query_keep || !has_only(name, "")
           || slice_eq_nocase(name, SLICE_LIT("page"))
           || slice_eq_nocase(name, SLICE_LIT("a_b"));
}

/* Decoded as a whole first, then folded. */
static char *slow_fold(slice_t name)
{
    char *out = calloc(1, name.len + 1), *begin;
    size_t i, len = 0;

    for (i = 0; i < name.len; i++) {
        char hex[3] = { 0 }, *end;

        out[len] = name.p[i] == '+' ? ' ' : name.p[i];
        if (name.p[i] == '%' && i + 2 < name.len) {
            long value;

            memcpy(hex, name.p + i + 1, 2);
            value = strtol(hex, &end, 16);
            if (end == hex + 2 && strchr("0123456789abcdefABCDEF", hex[0])) {
                out[len] = (char)value;
                i += 2;
            }
        }
        len++;
    }
    out[strcspn(out, "[")] = '\0';
    begin = out + strspn(out, " ");
    memmove(out, begin, strlen(begin) + 1);
    for (i = 0; out[i]; i++) {
        out[i] = strchr(" .", out[i])
                     ? '_'
                     : (char)slice_lower((unsigned char)out[i]);
    }
    return out;
}

static void slow_sort(arguments_t *a)
{
    size_t i, k;

    for (i = 0; i < a->count; i++) {
        for (k = 1; k < a->count - i; k++) {
            if (strcmp(a->folded[k - 1], a->folded[k]) > 0) {
                slice_t argument = a->argument[k];
                char *folded = a->folded[k];

                a->argument[k] = a->argument[k - 1];
                a->folded[k] = a->folded[k - 1];
                a->argument[k - 1] = argument;
                a->folded[k - 1] = folded;
            }
        }
    }
}

static void slow_arguments(arguments_t *a, slice_t query,
                           const key_rules_t *rules)
{
    size_t i, begin = 0;
    int semicolon = 0;

    a->count = 0;
    if (!query.p || rules->query == QUERY_IGNORED) {
        return;
    }
    for (i = 0; i <= query.len; i++) {
        slice_t argument = slice_make(query.p + begin, i - begin);

        if (i < query.len && query.p[i] != '&') {
            semicolon |= query.p[i] == ';';
            continue;
        }
        begin = i + 1;
        if (slow_stays(argument, rules)) {
            FUZZ_CHECK(a->count < SLOW_MAX);
            a->folded[a->count] = slow_fold(slow_name(argument));
            a->argument[a->count++] = argument;
        }
    }
    if (rules->query == QUERY_SORTED && !semicolon
        && a->count <= QUERY_ARGUMENTS_MAX) {
        slow_sort(a);
    }
}

static int same_query(slice_t one, slice_t other, const key_rules_t *rules)
{
    static arguments_t a, b;
    size_t i;
    int same;

    slow_arguments(&a, one, rules);
    slow_arguments(&b, other, rules);
    same = a.count == b.count;
    for (i = 0; same && i < a.count; i++) {
        same = slice_eq(a.argument[i], b.argument[i]);
    }
    for (i = 0; i < a.count; i++) {
        free(a.folded[i]);
    }
    for (i = 0; i < b.count; i++) {
        free(b.folded[i]);
    }
    return same;
}

static slice_t slow_host(slice_t host)
{
    if (host.len && host.p[0] == '[') {
        return slice_make(host.p + 1, host.len - 2);
    }
    if (host.len && host.p[host.len - 1] == '.'
        && !memchr(host.p, ':', host.len)) {
        host.len--;
    }
    return host;
}

static unsigned slow_port(const key_uri_t *uri)
{
    if (uri->port) {
        return uri->port;
    }
    if (slice_eq_nocase(uri->scheme, SLICE_LIT("http"))) {
        return 80;
    }
    return slice_eq_nocase(uri->scheme, SLICE_LIT("https")) ? 443 : 0;
}

static slice_t slow_path(slice_t path)
{
    return path.len ? path : SLICE_LIT("/");
}

static int same_uri(const key_uri_t *a, const key_uri_t *b,
                    const key_rules_t *rules)
{
    if (rules->keep_scheme && !slice_eq_nocase(a->scheme, b->scheme)) {
        return 0;
    }
    if (rules->keep_host
        && (!slice_eq_nocase(slow_host(a->host), slow_host(b->host))
            || slow_port(a) != slow_port(b))) {
        return 0;
    }
    return slice_eq(slow_path(a->path), slow_path(b->path))
           && same_query(a->query, b->query, rules);
}

/* ---- checks ---- */

static void check_parts(const side_t *side, slice_t key, size_t url_len,
                        const key_rules_t *rules)
{
    FUZZ_CHECK(cache_key_url(key).len == url_len);
    FUZZ_CHECK(slice_eq(cache_key_path(key), slow_path(side->uri.path)));
    FUZZ_CHECK((cache_key_host(key).len > 0) == rules->keep_host);
    FUZZ_CHECK(!memchr(key.p, '\0', key.len));
    FUZZ_CHECK(!memchr(key.p, '\r', key.len));
}

/* @return the key's length, or -1; *url_len without the addition */
static int write_key(char *out, size_t cap, const side_t *side,
                     const key_rules_t *rules, int *url_len)
{
    *url_len = cache_key_write(out, cap, &side->uri, rules);
    return cache_key_add(out, cap, *url_len, side->name, side->value);
}

static int check_key(char *out, const side_t *side, const key_rules_t *rules,
                     int *url_len)
{
    int len = write_key(out, KEY_MAX, side, rules, url_len), unused;
    char *exact;

    if (len < 0) {
        return len;
    }
    check_parts(side, slice_make(out, (size_t)len), (size_t)*url_len, rules);
    exact = malloc((size_t)len);
    FUZZ_CHECK(write_key(exact, (size_t)len, side, rules, &unused) == len);
    FUZZ_CHECK(memcmp(exact, out, (size_t)len) == 0);
    FUZZ_CHECK(write_key(exact, (size_t)len - 1, side, rules, &unused) == -1);
    free(exact);
    return len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char key[2][KEY_MAX];
    side_t side[2];
    key_rules_t rules;
    uint8_t *copy, *rest;
    int len[2], url_len[2], same;

    if (size < 2) {
        return 0;
    }
    copy = rest = (uint8_t *)fuzz_copy(data, size);
    rules = read_rules(rest[0]);
    side[0].uri.port = read_port(rest[1], 0);
    side[1].uri.port = read_port(rest[1], 1);
    rest += 2;
    size -= 2;
    open_side(&side[0], &rest, &size, NULL);
    open_side(&side[1], &rest, &size, &side[0]);
    len[0] = check_key(key[0], &side[0], &rules, &url_len[0]);
    len[1] = check_key(key[1], &side[1], &rules, &url_len[1]);
    if (len[0] >= 0 && len[1] >= 0) {
        same = same_uri(&side[0].uri, &side[1].uri, &rules);
        FUZZ_CHECK(slice_eq(slice_make(key[0], (size_t)url_len[0]),
                            slice_make(key[1], (size_t)url_len[1]))
                   == same);
        same = same && slice_eq(side[0].name, side[1].name)
               && slice_eq(side[0].value, side[1].value)
               && !side[0].value.p == !side[1].value.p;
        FUZZ_CHECK(slice_eq(slice_make(key[0], (size_t)len[0]),
                            slice_make(key[1], (size_t)len[1]))
                   == same);
    }
    close_side(&side[0]);
    close_side(&side[1]);
    free(copy);
    return 0;
}
