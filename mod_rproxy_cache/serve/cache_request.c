/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_request.c: see cache_request.h.  Layer L2. */
#include "cache_request.h"

#include <apr_strings.h>
#include <http_core.h>
#include <http_protocol.h>

#include "policy/cache_status.h"
#include "policy/litespeed.h"
#include "policy/vary.h"

#define KEY_ROOM 2048

cache_request_t *cache_request_of(const request_rec *r)
{
    while (r->prev) {
        r = r->prev;
    }
    return ap_get_module_config(r->request_config, &rproxy_cache_module);
}

request_rec *cache_request_root(request_rec *r)
{
    while (r->prev) {
        r = r->prev;
    }
    return r;
}

const h1_field_t *cache_fields_of(apr_pool_t *pool, const apr_table_t *table,
                                  size_t *count)
{
    const apr_array_header_t *list = apr_table_elts(table);
    const apr_table_entry_t *entry = (const apr_table_entry_t *)list->elts;
    h1_field_t *fields =
        apr_palloc(pool, (size_t)(list->nelts + 1) * sizeof(*fields));
    int i;

    for (i = 0; i < list->nelts; i++) {
        fields[i].name = slice_str(entry[i].key);
        fields[i].value = slice_str(entry[i].val);
    }
    *count = (size_t)list->nelts;
    return fields;
}

/* Path and query as they were sent: httpd decodes and normalises its own. */
static void read_target(cache_request_t *q)
{
    const request_rec *r = q->r;
    const char *text = r->unparsed_uri ? r->unparsed_uri : "/";
    const char *scheme_end = *text == '/' ? NULL : strstr(text, "://");
    size_t len;

    if (scheme_end) {
        text = scheme_end + 3;
        text += strcspn(text, "/?#");
    }
    len = strcspn(text, "?#");
    q->uri.path = len ? slice_make(text, len) : SLICE_LIT("/");
    q->uri.query = text[len] == '?' ? slice_make(text + len + 1,
                                                 strcspn(text + len + 1, "#"))
                                    : slice_make(NULL, 0);
    q->uri.scheme = slice_str(ap_http_scheme(r));
    q->uri.host = slice_str(r->hostname);
    q->uri.port = r->parsed_uri.port_str   ? r->parsed_uri.port
                  : q->uri.scheme.len == 5 ? DEFAULT_HTTPS_PORT
                                           : DEFAULT_HTTP_PORT;
}

/* Applications are handed "_" for "-" (RFC 3875 section 4.1.18), and cannot
 * tell which it was. */
static int is_taken_for(slice_t name, slice_t wanted)
{
    size_t i;

    if (name.len != wanted.len) {
        return 0;
    }
    for (i = 0; i < name.len; i++) {
        char c = name.p[i] == '_' ? '-' : name.p[i];
        if (slice_lower((unsigned char)c)
            != slice_lower((unsigned char)wanted.p[i])) {
            return 0;
        }
    }
    return 1;
}

/* A field that turns a GET into something else, for some applications. */
static int is_override(slice_t name)
{
    return is_taken_for(name, SLICE_LIT("X-HTTP-Method-Override"))
           || is_taken_for(name, SLICE_LIT("X-Method-Override"))
           || is_taken_for(name, SLICE_LIT("X-HTTP-Method"));
}

/* Connection names fields that are not passed on, although the key may have
 * them: the page that comes without them is not for others who send them. */
static int names_fields(slice_t connection)
{
    static const char *const usual[] = { "close", "keep-alive", "TE", "Upgrade",
                                         "HTTP2-Settings" };
    slice_t option;

    while (h1_list_next(&connection, &option)) {
        size_t i = 0, n = sizeof(usual) / sizeof(usual[0]);
        while (i < n && !slice_eq_nocase(option, slice_str(usual[i]))) {
            i++;
        }
        if (i == n) {
            return 1;
        }
    }
    return 0;
}

/* HTTP/2 says the same in other frames: its offer may be ignored (RFC 9110
 * section 7.8).  Any other protocol is between the client and the origin. */
static void read_upgrade(cache_request_t *q, slice_t offers)
{
    slice_t offer;

    while (h1_list_next(&offers, &offer)) {
        if (slice_eq_nocase(offer, SLICE_LIT("h2c"))) {
            q->offers_h2c = 1;
        }
        else {
            q->has_upgrade = 1;
        }
    }
}

/* What few requests have is looked for once, by first letters. */
static void look_at_names(cache_request_t *q)
{
    size_t i;

    for (i = 0; i < q->field_count; i++) {
        slice_t name = q->fields[i].name;

        switch (name.len ? slice_lower((unsigned char)name.p[0]) : 0) {
        case 'c':
            q->names_fields |= slice_eq_nocase(name, SLICE_LIT("Connection"))
                               && names_fields(q->fields[i].value);
            break;
        case 'h':
            if (slice_eq_nocase(name, SLICE_LIT("Host"))) {
                q->host_field = q->fields[i].value;
            }
            break;
        case 'u':
            if (slice_eq_nocase(name, SLICE_LIT("Upgrade"))) {
                read_upgrade(q, q->fields[i].value);
            }
            break;
        case 'f':
            q->has_spoken_of = 1; /* perhaps: see the key */
            break;
        case 'x':
            q->has_spoken_of = 1;
            q->is_overridden |= is_override(name);
            break;
        default:
            break;
        }
    }
}

static apr_status_t end_with_pool(void *data)
{
    cache_request_end(data);
    return APR_SUCCESS;
}

cache_request_t *cache_request_create(request_rec *root,
                                      const cache_settings_t *settings)
{
    cache_request_t *q = apr_pcalloc(root->pool, sizeof(*q));

    q->r = root;
    q->settings = settings;
    q->fields = cache_fields_of(root->pool, root->headers_in, &q->field_count);
    request_facts_read(&q->facts, slice_str(root->method), q->fields,
                       q->field_count);
    look_at_names(q);
    read_target(q);
    q->clock = store_clock(cache.store);
    q->begun_s = apr_time_sec(root->request_time);
    ap_set_module_config(root->request_config, &rproxy_cache_module, q);
    apr_pool_cleanup_register(root->pool, q, end_with_pool,
                              apr_pool_cleanup_null);
    return q;
}

/* ---- the key ---- */

/* Fields that applications put into pages although no cache knows of them:
 * whoever sends one gets pages of his own. */
static const char *const spoken_of[] = {
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Forwarded-Port",
    "X-Forwarded-Scheme",
    "X-Forwarded-Ssl",
    "X-Forwarded-Prefix",
    "X-Forwarded-Server",
    "X-Forwarded-Path",
    "X-Forwarded-Protocol",
    "X-Url-Scheme",
    "Front-End-Https",
    "Forwarded",
    "X-Host",
    "X-Original-Host",
    "X-Original-URL",
    "X-Rewrite-URL",
    "X-HTTP-Host-Override",
    "X-HTTPS",
    "X-Script-Name",
    "X-Forwarded-Uri",
    "X-Scheme",
};

static int add(char *buf, size_t cap, int len, const char *name,
               const char *value)
{
    return len < 0 ? -1
                   : cache_key_add(buf, cap, len, slice_str(name),
                                   slice_str(value));
}

static int add_spoken_of(const cache_request_t *q, char *buf, size_t cap,
                         int len)
{
    size_t i, k;

    for (i = 0; q->has_spoken_of && i < q->field_count; i++) {
        slice_t name = q->fields[i].name;
        unsigned char first = slice_lower((unsigned char)name.p[0]);

        if (first != 'x' && first != 'f') {
            continue;
        }
        for (k = 0; k < sizeof(spoken_of) / sizeof(spoken_of[0]); k++) {
            if (is_taken_for(name, slice_str(spoken_of[k]))) {
                len = len < 0 ? -1
                              : cache_key_add(buf, cap, len,
                                              slice_str(spoken_of[k]),
                                              q->fields[i].value);
            }
        }
    }
    return len;
}

/* "name", or "name:port" where the port is not the scheme's default. */
static int is_usual_host(const cache_request_t *q, slice_t host)
{
    size_t n = q->uri.host.len;
    char port[16];

    if (host.len < n || memcmp(host.p, q->uri.host.p, n) != 0) {
        return 0;
    }
    if (host.len == n) {
        return 1;
    }
    apr_snprintf(port, sizeof(port), ":%u", q->uri.port);
    return q->uri.port != cache_key_default_port(q->uri.scheme)
           && slice_eq(slice_make(host.p + n, host.len - n), slice_str(port));
}

/* The application may see the Host field as it was sent. */
static int add_odd_host(const cache_request_t *q, char *buf, size_t cap,
                        int len)
{
    slice_t host = q->host_field;

    if (len < 0 || !host.p || !q->uri.host.len || is_usual_host(q, host)) {
        return len;
    }
    return cache_key_add(buf, cap, len, SLICE_LIT("host"), host);
}

static int write_key(const cache_request_t *q, char *buf, size_t cap)
{
    const cache_settings_t *s = q->settings;
    key_rules_t rules = {
        .query = (query_rule_e)CACHE_SETTING(s, query),
        .keep_scheme = CACHE_SETTING(s, keep_scheme),
        .keep_host = CACHE_SETTING(s, keep_host),
        .query_ignore = s->query_ignore,
        .query_keep = s->query_keep,
    };
    int i, len = cache_key_write(buf, cap, &q->uri, &rules);

    if (rules.keep_host) {
        len =
            add(buf, cap, len, "@", cache_server_conf(q->r->server)->identity);
        len = add_odd_host(q, buf, cap, len);
    }
    len = add_spoken_of(q, buf, cap, len);
    if (CACHE_SETTING(s, litespeed) == 1) {
        cache_rule_t vary = { .kind = RULE_COOKIE,
                              .name = LITESPEED_VARY_COOKIE };
        len = add(buf, cap, len, LITESPEED_VARY_COOKIE,
                  cache_rule_value(&vary, q->r));
    }
    for (i = 0; s->key_parts && i < s->key_parts->nelts; i++) {
        const cache_rule_t *part =
            &APR_ARRAY_IDX(s->key_parts, i, cache_rule_t);
        len = add(buf, cap, len, part->text, cache_rule_value(part, q->r));
    }
    return len;
}

int cache_request_key(cache_request_t *q)
{
    size_t cap = KEY_ROOM;
    char *buf = apr_palloc(q->r->pool, cap);
    int len = write_key(q, buf, cap);

    if (len < 0) {
        cap = STORE_KEY_MAX;
        buf = apr_palloc(q->r->pool, cap);
        len = write_key(q, buf, cap);
    }
    if (len < 0) {
        return -1;
    }
    q->key.text = slice_make(buf, (size_t)len);
    store_key_hash(cache.store, &q->key);
    q->variant = q->key;
    return 0;
}

int cache_request_variant_key(cache_request_t *q, slice_t names)
{
    size_t cap = q->key.text.len + KEY_ROOM;
    size_t at = q->key.text.len;
    char *buf;
    int len;

    do {
        buf = apr_palloc(q->r->pool, cap);
        memcpy(buf, q->key.text.p, at);
        memcpy(buf + at, "\nvary:", 6);
        len = vary_key(buf + at + 6, cap - at - 6, names, q->fields,
                       q->field_count);
        cap *= 4;
    } while (len < 0 && cap <= STORE_KEY_MAX);
    if (len < 0) {
        return -1;
    }
    q->variant.text = slice_make(buf, at + 6 + (size_t)len);
    store_key_hash(cache.store, &q->variant);
    return 0;
}

/* ---- which requests ---- */

const char *cache_request_bypass(cache_request_t *q)
{
    const cache_rule_t *rule;

    if (q->facts.method != METHOD_IS_GET && q->facts.method != METHOD_IS_HEAD) {
        return "method";
    }
    if (q->facts.has_body) {
        return "request-body";
    }
    if (q->facts.if_match.p || q->facts.if_unmodified_since.p) {
        return "if-match"; /* the origin's to say: RFC 9111 section 4.3.2 */
    }
    if (q->is_overridden) {
        return "method-override";
    }
    if (q->has_upgrade) {
        return "upgrade";
    }
    if (q->names_fields) {
        return "connection";
    }
    rule =
        cache_rule_find(q->settings->bypass, q->r, q->uri.path, q->uri.query);
    q->rule = rule;
    return rule ? rule->text : NULL;
}

/* ---- telling ---- */

const char *cache_request_status(const cache_request_t *q, int hit)
{
    cache_status_t s = { .cache = "rproxy",
                         .hit = hit,
                         .fwd = hit ? NULL : q->fwd,
                         .fwd_status = q->fwd_status,
                         .stored = q->stored,
                         .collapsed = q->collapsed,
                         .has_ttl = hit || q->stored,
                         .ttl = q->ttl,
                         .detail = slice_str(q->reason) };
    char *text = apr_palloc(q->r->pool, CACHE_STATUS_ROOM);

    if (q->key.text.len) {
        s.key = cache_key_url(q->key.text);
    }
    cache_status_write(text, &s);
    return text;
}

void cache_request_say(cache_request_t *q, request_rec *r, const char *result)
{
    static const char *const names[][2] = {
        { "hit", "cache-hit" },
        { "stale", "cache-hit" },
        { "miss", "cache-miss" },
        { "revalidated", "cache-revalidate" },
        { "invalidated", "cache-invalidate" },
    };
    size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(result, names[i][0]) == 0) {
            apr_table_setn(r->subprocess_env, names[i][1],
                           q->reason ? q->reason : result);
        }
    }
    apr_table_setn(r->notes, RPROXY_NOTE_CACHE, result);
    if (q->reason) {
        apr_table_setn(r->notes, RPROXY_NOTE_CACHE_REASON, q->reason);
    }
}

void cache_request_end(cache_request_t *q)
{
    if (q->fill) {
        store_fill_abort(&q->fill, (uint32_t)apr_time_sec(apr_time_now()), 0);
    }
    store_unpin(cache.store, &q->pin);
    store_unpin(cache.store, &q->stale);
    store_unpin(cache.store, &q->part);
}
