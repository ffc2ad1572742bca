/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* list_verbs.c: lists, lists-reload.  Layer L2. */
#include "guard_verbs.h"

#include <apr_strings.h>

#include "admin/json_object.h"
#include "config/guard_config.h"
#include "guard_lists.h"

#ifdef HAVE_JANSSON

#define LOOK_AGAIN apr_time_from_msec(20)
#define WAIT_MAX apr_time_from_sec(40) /* for all children */

/* One list that all children are to read again. */
typedef struct {
    named_list_t *list;
    int number; /* of guard_lists_of_files */
    uint32_t order;
    reload_count_t count;
} reload_t;

static int call_lists(request_rec *r, const rproxy_admin_request_t *request,
                      apr_bucket_brigade *bb)
{
    return guard_verbs_report(r, &lists_report, bb);
}

/* ---- the order ---- */

/* @return those of this name, or all */
static apr_array_header_t *find(const char *name, apr_pool_t *pool)
{
    apr_array_header_t *found = apr_array_make(pool, 8, sizeof(reload_t));
    named_list_t *const *lists;
    int i, n = guard_lists_of_files(&lists);

    for (i = 0; i < n; i++) {
        if (!name || strcmp(lists[i]->name, name) == 0) {
            APR_ARRAY_PUSH(found, reload_t) =
                (reload_t){ .list = lists[i], .number = i };
        }
    }
    return found;
}

static const char *none(const char *name, apr_pool_t *pool)
{
    return !name ? "no list has a file"
           : apr_hash_get(guard_global->lists, name, APR_HASH_KEY_STRING)
               ? apr_psprintf(pool, "list %.80s has no file", name)
               : apr_psprintf(pool, "there is no list %.80s", name);
}

static void give(apr_array_header_t *reloads)
{
    int i;

    for (i = 0; i < reloads->nelts; i++) {
        reload_t *reload = &APR_ARRAY_IDX(reloads, i, reload_t);

        reload->order = reload_orders_give(reload->number);
    }
}

/* @return 1: all children have carried all of them out */
static int are_done(apr_array_header_t *reloads)
{
    int i, done = 1;

    for (i = 0; i < reloads->nelts; i++) {
        reload_t *reload = &APR_ARRAY_IDX(reloads, i, reload_t);
        reload_count_t *count = &reload->count;

        *count = reload_orders_count(reload->number, reload->order);
        done &= count->well + count->badly == count->children;
    }
    return done;
}

static void await(request_rec *r, apr_array_header_t *reloads)
{
    apr_time_t end = apr_time_now() + WAIT_MAX;

    while (!are_done(reloads) && apr_time_now() < end && !r->connection->aborted
           && !reload_orders_is_past()) {
        apr_sleep(LOOK_AGAIN);
    }
}

/* ---- the answer ---- */

static void write_reload(writer_t *w, const reload_t *reload)
{
    const reload_count_t *count = &reload->count;
    named_list_state_t state;

    named_list_state(reload->list, &state);
    write_text(w, "{\"name\": ");
    write_json(w, reload->list->name);
    write_text(w, ", \"file\": ");
    write_json(w, reload->list->path);
    write_format(w,
                 ", \"loaded\": %s, \"networks\": %u, \"children\": %d, "
                 "\"well\": %d, \"badly\": %d, \"waiting\": %d",
                 count->well && count->well == count->children ? "true"
                                                               : "false",
                 state.count, count->children, count->well, count->badly,
                 count->children - count->well - count->badly);
    if (*state.fault) {
        write_text(w, ", \"fault\": ");
        write_json(w, state.fault);
    }
    if (state.line) {
        write_format(w, ", \"line\": %u", state.line);
    }
    write_text(w, "}");
}

static int answer(apr_array_header_t *reloads, apr_bucket_brigade *bb)
{
    writer_t w = writer_make(bb);
    int i;

    write_text(&w, "{\"lists\": [");
    for (i = 0; i < reloads->nelts; i++) {
        write_text(&w, i ? ", " : "");
        write_reload(&w, &APR_ARRAY_IDX(reloads, i, reload_t));
    }
    write_text(&w, "]}");
    writer_end(&w);
    return HTTP_OK;
}

static int refuse_past(apr_bucket_brigade *bb)
{
    return guard_verbs_refuse(bb, HTTP_SERVICE_UNAVAILABLE,
                              "the server has been restarted since this "
                              "connection began: ask again on a new one");
}

static int call_reload(request_rec *r, const rproxy_admin_request_t *request,
                       apr_bucket_brigade *bb)
{
    const char *name = NULL;
    const json_member_t members[] = { { .name = "list", .text = &name },
                                      { NULL } };
    const char *fault =
        json_object_read(request->json, request->len, members, r->pool);
    apr_array_header_t *reloads;

    if (fault) {
        return guard_verbs_refuse(bb, HTTP_BAD_REQUEST, fault);
    }
    reloads = find(name, r->pool);
    if (!reloads->nelts) {
        return guard_verbs_refuse(bb, HTTP_NOT_FOUND, none(name, r->pool));
    }
    if (reload_orders_is_past()) {
        return refuse_past(bb);
    }
    ap_log_rerror(APLOG_MARK, APLOG_NOTICE, 0, r,
                  RPLOGNO(4320) "%s: to be read again by all children",
                  name ? apr_pstrcat(r->pool, "list ", name, NULL)
                       : "all lists of files");
    give(reloads);
    await(r, reloads);
    return reload_orders_is_past() ? refuse_past(bb) : answer(reloads, bb);
}

const rproxy_admin_verb_t list_verbs[] = {
    { "lists", RPROXY_ADMIN_GET,
      "lists of networks, where they are from, and what is wrong with a file",
      call_lists },
    { "lists-reload", RPROXY_ADMIN_POST,
      "all children read a list again, or all of them", call_reload },
    { NULL, 0, NULL, NULL }
};

#else

const rproxy_admin_verb_t list_verbs[] = { { NULL, 0, NULL, NULL } };

#endif
