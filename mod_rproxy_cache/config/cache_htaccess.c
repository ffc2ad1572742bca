/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_htaccess.c: see cache_htaccess.h.  Layer L2. */
#include "cache_htaccess.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <apr_strings.h>
#include <http_config.h>
#include <http_core.h>
#include <mod_so.h>

#include "cache_private.h"
#include "policy/htaccess_scan.h"

#define PATH_ROOM 480
#define FILE_MAX (256 * 1024)
#define LOOK_INTERVAL apr_time_from_sec(1)

typedef struct {
    int32_t used; /* 0: free, 1: being written, 2: in use; atomic */
    int32_t is_static;
    int64_t mtime_ns, size; /* size -1: not there */
    char path[PATH_ROOM];
} watched_t;

typedef struct {
    uint32_t generation; /* atomic */
    int64_t looked_at;   /* usec; atomic */
    watched_t file[CACHE_HTACCESS_WATCHED];
} watch_t;

static watch_t *watch;

apr_status_t cache_htaccess_create(void **kept, apr_pool_t *pool)
{
    watch_t *w = mmap(NULL, sizeof(*w), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    (void)pool; /* as long as the server runs */
    if (w == MAP_FAILED) {
        return errno;
    }
    /* What an earlier server stored is not of this one's generations. */
    w->generation = (uint32_t)apr_time_sec(apr_time_now()) << 8;
    *kept = w;
    return APR_SUCCESS;
}

void cache_htaccess_use(void *kept)
{
    watch = kept;
}

uint32_t cache_htaccess_generation(void)
{
    return watch ? __atomic_load_n(&watch->generation, __ATOMIC_ACQUIRE) : 0;
}

/* ---- the state of a file ---- */

static void look_at(const char *path, int64_t *mtime_ns, int64_t *size)
{
    struct stat st;

    *mtime_ns = 0;
    *size = -1;
    if (stat(path, &st) == 0) {
        *mtime_ns =
            (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
        *size = st.st_size;
    }
}

/* As <IfModule> asks: by the name of the source file or of the module. */
static int has_module(void *server, slice_t name)
{
    APR_OPTIONAL_FN_TYPE(ap_find_loaded_module_symbol) *find_symbol =
        APR_RETRIEVE_OPTIONAL_FN(ap_find_loaded_module_symbol);
    char text[128];

    if (name.len >= sizeof(text)) {
        return 1; /* look into it */
    }
    memcpy(text, name.p, name.len);
    text[name.len] = '\0';
    return ap_find_linked_module(text) || !find_symbol
           || find_symbol(server, text);
}

/* @return NULL, or why it counts as looking at the client */
static const char *scan(request_rec *r, const char *path)
{
    htaccess_verdict_t verdict;
    apr_file_t *file;
    apr_size_t len = FILE_MAX;
    char *text = apr_palloc(r->pool, FILE_MAX);
    apr_status_t rv = apr_file_open(&file, path, APR_READ, 0, r->pool);

    if (APR_STATUS_IS_ENOENT(rv) || APR_STATUS_IS_ENOTDIR(rv)) {
        return NULL;
    }
    if (rv == APR_SUCCESS) {
        rv = apr_file_read_full(file, text, FILE_MAX, &len);
        apr_file_close(file);
    }
    if (rv != APR_EOF) { /* an error, or longer than we read */
        return apr_psprintf(r->pool, "%s cannot be read", path);
    }
    if (htaccess_scan(&verdict, slice_make(text, len), has_module, r->server)) {
        return NULL;
    }
    return apr_psprintf(r->pool, "%s (%.*s) at %s:%u",
                        directive_reason_name(verdict.reason),
                        (int)verdict.directive.len, verdict.directive.p, path,
                        verdict.line);
}

/* ---- the list ---- */

static watched_t *find(const char *path)
{
    int i;

    for (i = 0; i < CACHE_HTACCESS_WATCHED; i++) {
        watched_t *w = &watch->file[i];
        int32_t used = __atomic_load_n(&w->used, __ATOMIC_ACQUIRE);
        if (!used) {
            return NULL;
        }
        if (used == 2 && strcmp(w->path, path) == 0) {
            return w;
        }
    }
    return NULL;
}

static watched_t *add(const char *path, int64_t mtime_ns, int64_t size,
                      int is_static)
{
    int i;

    for (i = 0; strlen(path) < PATH_ROOM && i < CACHE_HTACCESS_WATCHED; i++) {
        watched_t *w = &watch->file[i];
        int32_t unused = 0;
        if (__atomic_compare_exchange_n(&w->used, &unused, 1, 0,
                                        __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
            apr_cpystrn(w->path, path, PATH_ROOM);
            w->mtime_ns = mtime_ns;
            w->size = size;
            w->is_static = is_static;
            __atomic_store_n(&w->used, 2, __ATOMIC_RELEASE);
            return w;
        }
    }
    return NULL;
}

static const char *check_file(request_rec *r, const char *path)
{
    watched_t *w = find(path);
    int64_t mtime_ns, size;
    const char *why;

    if (w && __atomic_load_n(&w->is_static, __ATOMIC_ACQUIRE)) {
        return NULL;
    }
    look_at(path, &mtime_ns, &size); /* before it is read: a change is seen */
    why = scan(r, path);
    if (why) {
        return why;
    }
    if (w) {
        /* Changed once and read again; a change in between is seen later. */
        __atomic_store_n(&w->is_static, 1, __ATOMIC_RELEASE);
        return NULL;
    }
    return add(path, mtime_ns, size, 1) ? NULL
                                        : "too many .htaccess files to watch";
}

const char *cache_htaccess_checked(request_rec *r, const char *dir)
{
    const core_server_config *core =
        ap_get_core_module_config(r->server->module_config);
    const char *names = core->access_name ? core->access_name : ".htaccess";
    const char *why = NULL;

    if (!watch) {
        return "no watch of .htaccess";
    }
    while (*names && !why) {
        const char *name = ap_getword_conf(r->pool, &names);
        why = check_file(r, ap_make_full_path(r->pool, dir, name));
    }
    return why;
}

/* ---- watching ---- */

static int has_changed(watched_t *w)
{
    int64_t mtime_ns, size;

    look_at(w->path, &mtime_ns, &size);
    if (mtime_ns == w->mtime_ns && size == w->size) {
        return 0;
    }
    w->mtime_ns = mtime_ns;
    w->size = size;
    return 1;
}

void cache_htaccess_look(apr_time_t now)
{
    int64_t before;
    int i;

    if (!watch) {
        return;
    }
    before = __atomic_load_n(&watch->looked_at, __ATOMIC_RELAXED);
    if (now - before < LOOK_INTERVAL
        || !__atomic_compare_exchange_n(&watch->looked_at, &before, now, 0,
                                        __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) {
        return; /* another child has just looked */
    }
    for (i = 0; i < CACHE_HTACCESS_WATCHED; i++) {
        watched_t *w = &watch->file[i];
        if (__atomic_load_n(&w->used, __ATOMIC_ACQUIRE) != 2) {
            break;
        }
        if (has_changed(w)) {
            /* Read again when it is next on a request's way. */
            __atomic_store_n(&w->is_static, 0, __ATOMIC_RELEASE);
            __atomic_fetch_add(&watch->generation, 1, __ATOMIC_ACQ_REL);
        }
    }
}
