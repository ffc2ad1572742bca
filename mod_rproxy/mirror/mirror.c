/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* mirror.c: the client's side: which requests are copied, what passes by, and
 * the end of both.  Layer L2; the client's thread, a loop's or a worker's. */
#include "mirror_private.h"

#include <errno.h>
#include <stdlib.h>

#include <apr_strings.h>
#include <http_core.h>

#include "../driver/clock.h"
#include "../rproxy_private.h"
#include "../rproxy_random.h"
#include "../rproxy_request.h"

#define KEPT "rproxy-mirror"
#define BODY_FIRST 4096

mirror_table_t *mirror_shared;

/* Of this child; atomic. */
static int32_t under_way;
static int64_t bytes_kept;

/* ---- bounds ---- */

static int take_place(void)
{
    if (__atomic_add_fetch(&under_way, 1, __ATOMIC_RELAXED)
        <= rproxy_global->mirror_requests) {
        return 1;
    }
    __atomic_sub_fetch(&under_way, 1, __ATOMIC_RELAXED);
    return 0;
}

/* Room for a body of so many bytes.  @return 0: there is none */
static int take_room(mirror_t *m, size_t cap)
{
    int64_t more = (int64_t)cap - (int64_t)m->body_cap;
    char *body = NULL;

    if (__atomic_add_fetch(&bytes_kept, more, __ATOMIC_RELAXED)
        <= rproxy_global->mirror_memory) {
        body = realloc(m->body, cap);
    }
    if (!body) {
        __atomic_sub_fetch(&bytes_kept, more, __ATOMIC_RELAXED);
        return 0;
    }
    m->body = body;
    m->body_cap = cap;
    return 1;
}

static void drop_body(mirror_t *m)
{
    __atomic_sub_fetch(&bytes_kept, (int64_t)m->body_cap, __ATOMIC_RELAXED);
    free(m->body);
    m->body = NULL;
    m->body_cap = m->body_len = 0;
}

static void destroy(mirror_t *m)
{
    drop_body(m);
    apr_pool_destroy(m->pool);
    __atomic_sub_fetch(&under_way, 1, __ATOMIC_RELAXED);
}

static void lose(mirror_t *m, mirror_count_e why)
{
    if (!m->lost && !m->posted) {
        mirror_table_count(mirror_shared, why);
        m->lost = 1;
        drop_body(m);
    }
}

/* ---- the end of both ---- */

static void compare(const mirror_t *m)
{
    mirror_result_t result = { slice_str(m->conf->upstream->name), m->path,
                               m->id };
    int field = 0;

    result.verdict = mirror_verdict(&m->original.view, &m->copy.view,
                                    m->conf->field_count, &field);
    result.status[0] = m->original.view.status;
    result.status[1] = m->copy.view.complete ? m->copy.view.status : 0;
    result.field = result.verdict == MIRROR_FIELD ? m->conf->field[field] : "";
    if (result.verdict != MIRROR_UNKNOWN) {
        mirror_table_add(mirror_shared, &result, clock_now());
    }
}

void mirror_half_done(mirror_t *m)
{
    if (__atomic_sub_fetch(&m->halves, 1, __ATOMIC_ACQ_REL)) {
        return;
    }
    if (m->conf->compare && !m->cancelled) {
        compare(m);
    }
    destroy(m);
}

/* ---- what passes by ---- */

static void send_copy(proxied_t *p)
{
    mirror_t *m = p->mirror;

    if (!m->posted && !m->lost) {
        mirror_copy_send(m, p);
    }
}

static void tap_interim(void *ctx, const h1_response_t *response)
{
    const proxied_t *p = ctx;

    p->mirror->sink->interim(ctx, response);
}

static sink_e tap_head(void *ctx, const member_t *member,
                       const h1_response_t *response,
                       const h1_framing_t *framing)
{
    const proxied_t *p = ctx;

    mirror_side_head(p->mirror, &p->mirror->original, member, response);
    return p->mirror->sink->head(ctx, member, response, framing);
}

static sink_e tap_body(void *ctx, chunk_t *chunk, slice_t data)
{
    const proxied_t *p = ctx;

    if (p->mirror->conf->compare) {
        decoded_add(&p->mirror->original.content, data);
    }
    return p->mirror->sink->body(ctx, chunk, data);
}

static void tap_trailer(void *ctx, const h1_field_t *field)
{
    const proxied_t *p = ctx;

    p->mirror->sink->trailer(ctx, field);
}

static sink_e tap_flush(void *ctx)
{
    const proxied_t *p = ctx;

    return p->mirror->sink->flush(ctx);
}

/* After a rewind the same bytes come again. */
static void keep(mirror_t *m, const char *data, size_t len)
{
    size_t known = m->body_len - m->source_at;
    size_t skip = len < known ? len : known;
    size_t cap = m->body_cap ? m->body_cap : BODY_FIRST;

    m->source_at += len;
    len -= skip;
    if (!len || m->lost || m->posted) {
        return;
    }
    if ((apr_off_t)(m->body_len + len) > m->conf->body) {
        lose(m, MIRROR_COUNT_LARGE);
        return;
    }
    while (cap < m->body_len + len) {
        cap *= 2;
    }
    if (cap > m->body_cap && !take_room(m, cap)) {
        lose(m, MIRROR_COUNT_MEMORY);
        return;
    }
    memcpy(m->body + m->body_len, data + skip, len);
    m->body_len += len;
}

static source_e tap_read(void *ctx, char *buf, size_t cap, size_t *len)
{
    proxied_t *p = ctx;
    mirror_t *m = p->mirror;
    const request_head_t *head = &p->x->request;
    source_e state;

    *len = 0;
    state = m->source->read(ctx, buf, cap, len);
    keep(m, buf, *len);
    if (state == SOURCE_END
        || (head->body == BODY_LENGTH
            && (int64_t)m->body_len >= head->content_length)) {
        send_copy(p);
    }
    return state;
}

static void tap_rewind(void *ctx)
{
    const proxied_t *p = ctx;

    p->mirror->source_at = 0;
    p->mirror->source->rewind(ctx);
}

static void tap(proxied_t *p, mirror_t *m)
{
    static const sink_ops_t sink = { tap_interim, tap_head, tap_body,
                                     tap_trailer, tap_flush };
    static const source_ops_t source = { tap_read, NULL };
    static const source_ops_t rewinding = { tap_read, tap_rewind };
    exchange_t *x = p->x;

    m->sink = x->sink;
    x->sink = &sink;
    m->source = x->source;
    if (x->source) {
        x->source = x->source->rewind ? &rewinding : &source;
    }
}

/* ---- which requests ---- */

/* Only we say so.  @return 1: it came as a copy */
static int remove_mark(request_head_t *head)
{
    size_t i, n = 0;

    for (i = 0; i < head->field_count; i++) {
        if (!slice_eq_nocase(head->fields[i].name,
                             SLICE_LIT("X-RProxy-Mirror"))) {
            head->fields[n++] = head->fields[i];
        }
    }
    i = head->field_count - n;
    head->field_count = n;
    return i > 0;
}

static int is_drawn(const mirror_conf_t *conf)
{
    const unsigned char *bytes = rproxy_random_bytes(sizeof(uint32_t));
    uint32_t number = 0;

    if (bytes) {
        memcpy(&number, bytes, sizeof(number));
    }
    return (uint64_t)number * 1000 >> 32 < (uint64_t)conf->sample;
}

static mirror_t *create(const proxied_t *p)
{
    const char *id = rproxy_request_id(p->r);
    apr_pool_t *pool;
    mirror_t *m;

    if (apr_pool_create_unmanaged_ex(&pool, NULL, NULL) != APR_SUCCESS) {
        return NULL;
    }
    m = apr_pcalloc(pool, sizeof(*m));
    m->pool = pool;
    m->conf = p->settings->mirror;
    m->path = slice_str(apr_pstrdup(pool, p->match.path));
    m->id = slice_str(id ? apr_pstrdup(pool, id) : "");
    mirror_side_begin(m, &m->original);
    mirror_side_begin(m, &m->copy);
    return m;
}

static int is_too_large(const mirror_conf_t *conf, const request_head_t *head)
{
    return head->body == BODY_LENGTH && head->content_length > conf->body;
}

void mirror_prepare(proxied_t *p)
{
    const mirror_conf_t *conf = p->settings->mirror;

    if (!conf || !conf->upstream || remove_mark(&p->x->request)
        || rproxy_request_is_error_document(p->r)
        || !mirror_conf_has_method(conf, p->r->method) || !is_drawn(conf)) {
        return;
    }
    if (is_too_large(conf, &p->x->request)) {
        mirror_table_count(mirror_shared, MIRROR_COUNT_LARGE);
        return;
    }
    if (!take_place()) {
        mirror_table_count(mirror_shared, MIRROR_COUNT_BUSY);
        return;
    }
    p->mirror = create(p);
    if (!p->mirror) {
        __atomic_sub_fetch(&under_way, 1, __ATOMIC_RELAXED);
        return;
    }
    tap(p, p->mirror);
    if (!p->x->source) {
        send_copy(p);
    }
}

void mirror_end(proxied_t *p)
{
    mirror_t *m = p->mirror;

    if (!m) {
        return;
    }
    p->mirror = NULL;
    mirror_side_end(&m->original, p->x->outcome == OUTCOME_OK);
    if (m->posted) {
        mirror_half_done(m);
        return;
    }
    lose(m, MIRROR_COUNT_UNFINISHED);
    destroy(m);
}

/* ---- server and child ---- */

apr_status_t mirror_configure(server_rec *s)
{
    mirror_table_t **kept = ap_retained_data_get(KEPT);

    mirror_shared = NULL;
    if (!mirror_conf_finish()) {
        return APR_SUCCESS;
    }
    if (!kept) {
        kept = ap_retained_data_create(KEPT, sizeof(*kept));
    }
    if (!*kept) {
        *kept = mirror_table_map();
    }
    mirror_shared = *kept;
    if (!mirror_shared) {
        ap_log_error(APLOG_MARK, APLOG_EMERG, errno, s,
                     RPLOGNO(1610) "no shared memory for RProxyMirror");
        return APR_ENOMEM;
    }
    return APR_SUCCESS;
}

void mirror_child_init(apr_pool_t *pchild, const shared_t *shared)
{
    if (mirror_shared) {
        mirror_copy_child_init(pchild, shared);
    }
}
