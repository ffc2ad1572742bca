/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* named_list.c: see named_list.h.  Layer L1. */
#include "named_list.h"

#include <stdlib.h>
#include <unistd.h>

#include <apr_file_io.h>
#include <apr_strings.h>

#include "../geo/geo_base.h"

enum {
    FILE_MAX = 256 * 1024 * 1024
};

/* Of the configuration's end.  A child ends with it, and its threads may look
 * until then. */
static apr_status_t forget(void *data)
{
    named_list_t *list = data;

    if (getpid() == list->owner) {
        free(list->place[0].memory);
        free(list->place[1].memory);
    }
    return APR_SUCCESS;
}

named_list_t *named_list_create(apr_pool_t *pool, const char *name,
                                const char *where)
{
    named_list_t *list = apr_pcalloc(pool, sizeof(*list));

    list->name = name;
    list->where = where;
    list->entries = apr_array_make(pool, 4, sizeof(network_entry_t));
    list->owner = getpid();
    pthread_mutex_init(&list->mutex, NULL);
    apr_pool_cleanup_register(pool, list, forget, apr_pool_cleanup_null);
    return list;
}

/* ---- one list from all there is ---- */

/* A place where nobody looks; the present one is not. */
static uint32_t free_place(const named_list_t *list)
{
    uint32_t next = !list->current;

    while (__atomic_load_n(&list->place[next].readers, __ATOMIC_SEQ_CST)) {
        apr_sleep(1000); /* a look takes less */
    }
    return next;
}

static const char *publish(named_list_t *list, network_entry_t *entries,
                           uint32_t count)
{
    uint32_t at = free_place(list);
    void *memory = malloc(network_list_room(entries, count));

    if (!memory) {
        return "there is no memory for it";
    }
    free(list->place[at].memory);
    list->place[at].memory = memory;
    list->place[at].list = network_list_make(memory, entries, count);
    pthread_mutex_lock(&list->mutex);
    list->state.count = count;
    pthread_mutex_unlock(&list->mutex);
    __atomic_store_n(&list->current, at, __ATOMIC_SEQ_CST);
    __atomic_fetch_add(&list->version, 1, __ATOMIC_SEQ_CST);
    return NULL;
}

static network_entry_t *entries_for(const named_list_t *list, uint32_t more)
{
    uint32_t own = (uint32_t)list->entries->nelts;
    network_entry_t *entries =
        malloc(sizeof(*entries) * ((size_t)own + more + 1));

    if (entries && own) {
        memcpy(entries, list->entries->elts, sizeof(*entries) * own);
    }
    return entries;
}

static const char *take_text(named_list_t *list, slice_t text, apr_pool_t *pool)
{
    uint32_t own = (uint32_t)list->entries->nelts, n = 0;
    network_entry_t *entries =
        entries_for(list, text.len ? list_lines_count(text) : 0);
    list_fault_t fault = { 0 };
    const char *wrong;

    if (!entries) {
        return "there is no memory for it";
    }
    if (text.len) {
        n = list_lines_read(text, entries + own, &fault);
    }
    list->wrong_line = fault.line;
    wrong = fault.line
                ? apr_psprintf(pool, "line %u of %s: '%.*s': %s", fault.line,
                               list->path, (int)fault.text.len, fault.text.p,
                               fault.reason)
                : publish(list, entries, own + n);
    free(entries);
    return wrong;
}

/* ---- the file ---- */

static const char *say(apr_pool_t *pool, named_list_t *list, const char *what,
                       apr_status_t rv)
{
    char text[120];

    list->modified = 0; /* to be tried again */
    return apr_psprintf(pool, "%s cannot be %s: %s", list->path, what,
                        apr_strerror(rv, text, sizeof(text)));
}

static void remember(named_list_t *list, const apr_finfo_t *info)
{
    list->modified = info->mtime;
    list->size = info->size;
    list->inode = info->inode;
}

static const char *read_file(named_list_t *list, apr_file_t *file,
                             apr_pool_t *pool)
{
    apr_finfo_t info;
    apr_status_t rv =
        apr_file_info_get(&info,
                          APR_FINFO_MTIME | APR_FINFO_SIZE | APR_FINFO_INODE,
                          file);
    const char *wrong;
    apr_size_t len;
    char *copy;

    if (rv != APR_SUCCESS) {
        return say(pool, list, "looked at", rv);
    }
    remember(list, &info);
    if (info.size > FILE_MAX) {
        return apr_psprintf(pool, "%s is larger than 256 MiB", list->path);
    }
    if (info.size == 0) {
        return take_text(list, slice_make(NULL, 0), pool);
    }
    /* a copy: who writes the file now may cut it short under us */
    copy = malloc((size_t)info.size);
    if (!copy) {
        return "there is no memory for it";
    }
    len = (apr_size_t)info.size;
    rv = apr_file_read_full(file, copy, len, &len);
    wrong = rv != APR_SUCCESS && rv != APR_EOF
                ? say(pool, list, "read", rv)
                : take_text(list, slice_make(copy, len), pool);
    free(copy);
    return wrong;
}

static const char *load_file(named_list_t *list, apr_pool_t *pool)
{
    apr_file_t *file;
    apr_status_t rv =
        apr_file_open(&file, list->path, APR_FOPEN_READ | APR_FOPEN_BINARY,
                      APR_FPROT_OS_DEFAULT, pool);
    const char *wrong;

    if (rv != APR_SUCCESS) {
        return say(pool, list, "opened", rv);
    }
    wrong = read_file(list, file, pool);
    apr_file_close(file);
    return wrong;
}

/* What came of a reading. */
static void note(named_list_t *list, const char *wrong)
{
    named_list_state_t *state = &list->state;

    pthread_mutex_lock(&list->mutex);
    apr_cpystrn(state->fault, wrong ? wrong : "", sizeof(state->fault));
    state->line = list->wrong_line;
    if (!wrong) {
        state->loaded_at = apr_time_now();
    }
    pthread_mutex_unlock(&list->mutex);
}

const char *named_list_load(named_list_t *list, apr_pool_t *pool)
{
    const char *wrong;

    list->wrong_line = 0;
    wrong = list->path ? load_file(list, pool)
                       : take_text(list, slice_make(NULL, 0), pool);
    note(list, wrong);
    if (wrong && !list->place[list->current].list) {
        take_text(list, slice_make(NULL, 0), pool);
    }
    return wrong;
}

void named_list_state(named_list_t *list, named_list_state_t *out)
{
    pthread_mutex_lock(&list->mutex);
    *out = list->state;
    pthread_mutex_unlock(&list->mutex);
}

int named_list_changed(named_list_t *list, apr_pool_t *pool)
{
    apr_finfo_t info;

    if (!list->path
        || apr_stat(&info, list->path,
                    APR_FINFO_MTIME | APR_FINFO_SIZE | APR_FINFO_INODE, pool)
               != APR_SUCCESS) {
        return 0; /* a file that is away for a moment is being replaced */
    }
    return info.mtime != list->modified || info.size != list->size
           || info.inode != list->inode;
}

/* ---- looking ---- */

static uint32_t find_network(named_list_t *list, address_t address)
{
    for (;;) {
        uint32_t at = __atomic_load_n(&list->current, __ATOMIC_SEQ_CST);
        uint32_t found;

        __atomic_fetch_add(&list->place[at].readers, 1, __ATOMIC_SEQ_CST);
        if (at != __atomic_load_n(&list->current, __ATOMIC_SEQ_CST)) {
            __atomic_fetch_sub(&list->place[at].readers, 1, __ATOMIC_SEQ_CST);
            continue; /* the other one has become current */
        }
        found = list->place[at].list
                    ? network_list_find(list->place[at].list, address)
                    : NETWORK_LIST_NONE;
        __atomic_fetch_sub(&list->place[at].readers, 1, __ATOMIC_RELEASE);
        return found;
    }
}

uint32_t named_list_find(named_list_t *list, address_t address)
{
    uint32_t found = find_network(list, address);
    geo_t geo;

    if (found == NETWORK_LIST_NONE && list->geo) {
        geo_find(address, &geo);
        found =
            geo_items_has(list->geo, &geo) ? NAMED_LIST_GEO : NETWORK_LIST_NONE;
    }
    return found;
}
