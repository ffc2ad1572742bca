/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* store.c: making the store.  Layer L1. */
#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <apr_strings.h>

#include "file.h"
#include "plan.h"
#include "shard.h"

enum {
    PINS_MIN = 256, /* for each child */
    PINS_MAX = 16384,
    PINS_SHARE = 32,  /* at most this part of the segment's size for pins */
    OBJECT_SHARE = 4, /* a body may take this part of an arena */
    CHILDREN_MAX = 65536
};

static apr_status_t lock_init(pthread_mutex_t *mutex)
{
    pthread_mutexattr_t attr;
    int rv = pthread_mutexattr_init(&attr);

    if (rv == 0) {
        pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
        pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
        rv = pthread_mutex_init(mutex, &attr);
        pthread_mutexattr_destroy(&attr);
    }
    return rv;
}

static uint32_t pins_for_each(const store_t *store)
{
    uint64_t n =
        store->plan.size / PINS_SHARE / sizeof(uint32_t) / store->children;

    return (uint32_t)(n < PINS_MIN ? PINS_MIN : n > PINS_MAX ? PINS_MAX : n);
}

static apr_status_t runtime_open(store_t *store)
{
    size_t head = sizeof(runtime_t) + store->children * sizeof(child_t);
    apr_status_t status = APR_SUCCESS;
    runtime_t *runtime;
    uint32_t i;

    store->pins_each = pins_for_each(store);
    store->runtime_size =
        head + (size_t)store->children * store->pins_each * sizeof(uint32_t);
    runtime = mmap(NULL, store->runtime_size, PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (runtime == MAP_FAILED) {
        return APR_FROM_OS_ERROR(errno);
    }
    store->runtime = runtime;
    store->pins = (atomic_u32_t *)((char *)runtime + head);
    status = lock_init(&runtime->children_lock);
    if (!status) {
        status = lock_init(&runtime->purges_lock);
    }
    for (i = 0; i < store->plan.shards && !status; i++) {
        status = lock_init(&runtime->shard_locks[i]);
    }
    return status;
}

static apr_status_t store_close(void *data)
{
    store_t *store = data;
    uint32_t i;

    if (store->segment && store->file >= 0 && store->creator == getpid()) {
        file_close(store);
    }
    if (store->segment) {
        munmap(store->base, store->plan.size);
    }
    if (store->runtime) {
        munmap(store->runtime, store->runtime_size);
    }
    if (store->file >= 0) {
        close(store->file);
    }
    for (i = 0; i < store->children; i++) {
        if (store->wake_fds[i] >= 0) {
            close(store->wake_fds[i]);
        }
    }
    return APR_SUCCESS;
}

static apr_status_t wake_open(store_t *store)
{
    uint32_t i;

    for (i = 0; i < store->children; i++) {
        store->wake_fds[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
        if (store->wake_fds[i] < 0) {
            return APR_FROM_OS_ERROR(errno);
        }
    }
    return APR_SUCCESS;
}

static apr_status_t segment_open(store_t *store, const store_config_t *config,
                                 const char **note, apr_pool_t *pool)
{
    if (config->path) {
        return file_open(store, config->path, note, pool);
    }
    store->base = mmap(NULL, store->plan.size, PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (store->base == MAP_FAILED) {
        *note = apr_psprintf(pool, "no %" APR_UINT64_T_FMT " bytes of memory",
                             store->plan.size);
        return APR_FROM_OS_ERROR(errno);
    }
    store->segment = (segment_t *)store->base;
    return store_format(store);
}

/* All zeroed before. */
apr_status_t store_format(store_t *store)
{
    segment_t *segment = store->segment;
    apr_status_t status;
    uint32_t i;

    status = apr_generate_random_bytes((unsigned char *)&segment->secret,
                                       sizeof(segment->secret));
    if (status != APR_SUCCESS) {
        return status;
    }
    atomic_store(&segment->clock, 1);
    for (i = 0; i < store->plan.shards; i++) {
        arena_reset(store->base, &shard_at(store, i)->arena,
                    shard_first_granule(store, i), store->plan.granules, NULL,
                    0);
    }
    return APR_SUCCESS;
}

static store_t *store_make(const store_config_t *config, apr_pool_t *pool)
{
    store_t *store = apr_pcalloc(pool, sizeof(*store));
    uint32_t i;

    store->file = -1;
    store->child = NO_CHILD;
    store->creator = getpid();
    store->children = (uint32_t)config->children;
    store->wake_fds = apr_palloc(pool, store->children * sizeof(int));
    for (i = 0; i < store->children; i++) {
        store->wake_fds[i] = -1;
    }
    return store;
}

apr_status_t store_create(store_t **result, const store_config_t *config,
                          const char **note, apr_pool_t *pool)
{
    store_t *store;
    store_plan_t plan;
    uint64_t most;
    apr_status_t status;

    *note = NULL;
    if (config->children < 1 || config->children > CHILDREN_MAX
        || plan_make(&plan, config->size, config->layout_salt) != APR_SUCCESS) {
        return APR_EINVAL;
    }
    store = store_make(config, pool);
    store->plan = plan;
    most = (uint64_t)plan.granules * ARENA_GRANULE / OBJECT_SHARE;
    store->object_max = config->object_max && config->object_max < most
                            ? config->object_max
                            : most;
    apr_pool_cleanup_register(pool, store, store_close, apr_pool_cleanup_null);
    status = runtime_open(store);
    if (status == APR_SUCCESS) {
        status = wake_open(store);
    }
    if (status == APR_SUCCESS) {
        status = segment_open(store, config, note, pool);
    }
    if (status != APR_SUCCESS) {
        apr_pool_cleanup_run(pool, store, store_close);
        return status;
    }
    *result = store;
    return APR_SUCCESS;
}
