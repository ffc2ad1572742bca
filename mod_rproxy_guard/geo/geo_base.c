/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* geo_base.c: see geo_base.h.  Layer L1. */
#include "geo_base.h"

#include <string.h>

#ifdef HAVE_MAXMINDDB

#include <maxminddb.h>
#include <stdlib.h>
#include <unistd.h>

#include <apr_file_info.h>
#include <apr_strings.h>

enum {
    BASES_MAX = 8,
    TYPE_MAX = 64
};

struct geo_base_t {
    const char *path, *where;
    pid_t owner;

    /* of this process */
    struct {
        MMDB_s base;
        int is_open;
        uint32_t readers; /* atomic */
    } place[2];
    uint32_t current; /* atomic: a place */
    apr_time_t modified;
    apr_off_t size;
    apr_ino_t inode;
    char type[TYPE_MAX];
};

static geo_base_t *bases[BASES_MAX + 1];
static int base_count;
static uint32_t generation = 1; /* atomic: grows with each reading */

int geo_base_is_built_in(void)
{
    return 1;
}

/* ---- all of them ---- */

static void close_place(geo_base_t *base, uint32_t at)
{
    if (base->place[at].is_open) {
        MMDB_close(&base->place[at].base);
        base->place[at].is_open = 0;
    }
}

/* Threads of a child may look until it ends. */
static apr_status_t leave(void *data)
{
    geo_base_t *base = data;

    if (base->owner == getpid()) {
        close_place(base, 0);
        close_place(base, 1);
    }
    return APR_SUCCESS;
}

geo_base_t *geo_base_add(apr_pool_t *pool, const char *path, const char *where)
{
    geo_base_t *base;

    if (base_count == BASES_MAX) {
        return NULL;
    }
    base = apr_pcalloc(pool, sizeof(*base));
    base->path = path;
    base->where = where;
    base->owner = getpid();
    bases[base_count++] = base;
    bases[base_count] = NULL;
    apr_pool_cleanup_register(pool, base, leave, apr_pool_cleanup_null);
    return base;
}

void geo_base_forget(void)
{
    base_count = 0;
    bases[0] = NULL;
}

geo_base_t *geo_base_at(int i)
{
    return i < base_count ? bases[i] : NULL;
}

const char *geo_base_path(const geo_base_t *base)
{
    return base->path;
}

const char *geo_base_where(const geo_base_t *base)
{
    return base->where;
}

const char *geo_base_type(const geo_base_t *base)
{
    return base->type;
}

/* ---- reading a file ---- */

/* Some addresses from everywhere: a file that is torn shows it. */
static int is_whole(const MMDB_s *base)
{
    uint32_t i;

    for (i = 0; i < 256; i++) {
        struct sockaddr_in a = { .sin_family = AF_INET };
        MMDB_lookup_result_s found;
        MMDB_entry_data_list_s *list = NULL;
        int fault = 0, status = MMDB_SUCCESS;

        a.sin_addr.s_addr = htonl(i << 24 | i << 16 | i << 8 | 1);
        found = MMDB_lookup_sockaddr(base, (struct sockaddr *)&a, &fault);
        if (fault == MMDB_SUCCESS && found.found_entry) {
            status = MMDB_get_entry_data_list(&found.entry, &list);
            MMDB_free_entry_data_list(list);
        }
        if (fault != MMDB_SUCCESS || status != MMDB_SUCCESS) {
            return 0;
        }
    }
    return 1;
}

static const char *open_base(geo_base_t *base, uint32_t at, apr_pool_t *pool)
{
    MMDB_s *opened = &base->place[at].base;
    int status = MMDB_open(base->path, MMDB_MODE_MMAP, opened);

    if (status != MMDB_SUCCESS) {
        return apr_psprintf(pool, "%s cannot be used: %s", base->path,
                            MMDB_strerror(status));
    }
    base->place[at].is_open = 1;
    if (!is_whole(opened)) {
        close_place(base, at);
        return apr_psprintf(pool, "%s cannot be used: it is damaged",
                            base->path);
    }
    apr_cpystrn(base->type,
                opened->metadata.database_type ? opened->metadata.database_type
                                               : "",
                sizeof(base->type));
    return NULL;
}

static apr_status_t look(const geo_base_t *base, apr_finfo_t *info,
                         apr_pool_t *pool)
{
    return apr_stat(info, base->path,
                    APR_FINFO_MTIME | APR_FINFO_SIZE | APR_FINFO_INODE, pool);
}

const char *geo_base_load(geo_base_t *base, apr_pool_t *pool)
{
    uint32_t next = !base->current;
    apr_finfo_t info = { 0 };
    const char *fault;

    while (__atomic_load_n(&base->place[next].readers, __ATOMIC_SEQ_CST)) {
        apr_sleep(1000); /* a look takes less */
    }
    if (look(base, &info, pool) == APR_SUCCESS) {
        base->modified = info.mtime;
        base->size = info.size;
        base->inode = info.inode;
    }
    close_place(base, next);
    fault = open_base(base, next, pool);
    if (!fault) {
        __atomic_store_n(&base->current, next, __ATOMIC_SEQ_CST);
        __atomic_fetch_add(&generation, 1, __ATOMIC_SEQ_CST);
    }
    return fault;
}

int geo_base_changed(geo_base_t *base, apr_pool_t *pool)
{
    apr_finfo_t info;

    return look(base, &info, pool) == APR_SUCCESS
           && (info.mtime != base->modified || info.size != base->size
               || info.inode != base->inode);
}

/* ---- looking ---- */

static int text_at(MMDB_entry_s *entry, MMDB_entry_data_s *data,
                   const char *const *path)
{
    return MMDB_aget_value(entry, data, path) == MMDB_SUCCESS && data->has_data
           && data->type == MMDB_DATA_TYPE_UTF8_STRING;
}

/* As the several makers of databases name it. */
static void take_country(MMDB_entry_s *entry, geo_t *out)
{
    static const char *const paths[][3] = {
        { "country", "iso_code", NULL },
        { "registered_country", "iso_code", NULL },
        { "country_code", NULL, NULL },
        { "country", NULL, NULL },
    };
    MMDB_entry_data_s data;
    size_t i;

    for (i = 0; i < sizeof(paths) / sizeof(paths[0]) && !out->country[0]; i++) {
        if (text_at(entry, &data, paths[i])) {
            geo_country_set(out, data.utf8_string, data.data_size);
        }
    }
}

static void take_system(MMDB_entry_s *entry, geo_t *out)
{
    static const char *const number[] = { "autonomous_system_number", NULL };
    static const char *const word[] = { "asn", NULL }; /* "AS64500" */
    MMDB_entry_data_s data;
    uint32_t i;

    if (out->asn) {
        return;
    }
    if (MMDB_aget_value(entry, &data, number) == MMDB_SUCCESS && data.has_data
        && data.type == MMDB_DATA_TYPE_UINT32) {
        out->asn = data.uint32;
    }
    else if (text_at(entry, &data, word) && data.data_size > 2
             && data.data_size < 13 && memcmp(data.utf8_string, "AS", 2) == 0) {
        for (i = 2; i < data.data_size && data.utf8_string[i] >= '0'
                    && data.utf8_string[i] <= '9';
             i++) {
            out->asn = 10 * out->asn + (uint32_t)(data.utf8_string[i] - '0');
        }
    }
}

typedef union {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
} socket_address_t;

static void socket_address_of(address_t a, socket_address_t *out)
{
    int i;

    memset(out, 0, sizeof(*out));
    if (address_is_v4(a)) {
        out->v4.sin_family = AF_INET;
        out->v4.sin_addr.s_addr = htonl((uint32_t)a.low);
        return;
    }
    out->v6.sin6_family = AF_INET6;
    for (i = 0; i < 8; i++) {
        out->v6.sin6_addr.s6_addr[i] = (unsigned char)(a.high >> (56 - 8 * i));
        out->v6.sin6_addr.s6_addr[8 + i] =
            (unsigned char)(a.low >> (56 - 8 * i));
    }
}

static void find_in(const MMDB_s *base, const socket_address_t *address,
                    geo_t *out)
{
    int fault = 0;
    MMDB_lookup_result_s found =
        MMDB_lookup_sockaddr(base, &address->any, &fault);

    if (fault == MMDB_SUCCESS && found.found_entry) {
        take_country(&found.entry, out);
        take_system(&found.entry, out);
    }
}

/* The place that is current, held. */
static uint32_t hold(geo_base_t *base)
{
    for (;;) {
        uint32_t at = __atomic_load_n(&base->current, __ATOMIC_SEQ_CST);

        __atomic_fetch_add(&base->place[at].readers, 1, __ATOMIC_SEQ_CST);
        if (at == __atomic_load_n(&base->current, __ATOMIC_SEQ_CST)) {
            return at;
        }
        __atomic_fetch_sub(&base->place[at].readers, 1, __ATOMIC_SEQ_CST);
    }
}

static void find_in_all(address_t address, geo_t *out)
{
    socket_address_t socket_address;
    int i;

    memset(out, 0, sizeof(*out));
    socket_address_of(address, &socket_address);
    for (i = 0; i < base_count; i++) {
        uint32_t at = hold(bases[i]);

        if (bases[i]->place[at].is_open) {
            find_in(&bases[i]->place[at].base, &socket_address, out);
        }
        __atomic_fetch_sub(&bases[i]->place[at].readers, 1, __ATOMIC_RELEASE);
    }
}

/* Several rules ask for the address of one request. */
static __thread struct {
    address_t address;
    uint32_t generation;
    geo_t geo;
} last;

void geo_find(address_t address, geo_t *out)
{
    uint32_t now = __atomic_load_n(&generation, __ATOMIC_SEQ_CST);

    if (last.generation != now || !address_equal(last.address, address)) {
        find_in_all(address, &last.geo);
        last.address = address;
        last.generation = now;
    }
    *out = last.geo;
}

#else

int geo_base_is_built_in(void)
{
    return 0;
}

geo_base_t *geo_base_add(apr_pool_t *pool, const char *path, const char *where)
{
    return NULL;
}

void geo_base_forget(void)
{
}

geo_base_t *geo_base_at(int i)
{
    return NULL;
}

const char *geo_base_path(const geo_base_t *base)
{
    return NULL;
}

const char *geo_base_where(const geo_base_t *base)
{
    return NULL;
}

const char *geo_base_type(const geo_base_t *base)
{
    return NULL;
}

const char *geo_base_load(geo_base_t *base, apr_pool_t *pool)
{
    return NULL;
}

int geo_base_changed(geo_base_t *base, apr_pool_t *pool)
{
    return 0;
}

void geo_find(address_t address, geo_t *out)
{
    memset(out, 0, sizeof(*out));
}

#endif
