/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* file.c: see file.h.  Layer L1.
 *
 * Pages of a shared mapping reach the disk in any order.  As long as the
 * machine runs nothing is lost, however the server ended: what a process wrote
 * is in the page cache.  After another boot the content counts only if the
 * server had ended in order and waited for the disk: bodies have no checksum.
 *
 * Kept content is checked shard by shard (check.h); one that is not what it
 * must be starts empty, and so does what was under way. */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <apr_strings.h>

#include "file.h"
#include "check.h"
#include "child.h"
#include "shard.h"

static const char file_magic[16] = "RProxyCacheFile";

static void boot_id(char id[BOOT_ID_SIZE])
{
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, id, BOOT_ID_SIZE - 1);

    memset(id + (n > 0 ? n : 0), 0, BOOT_ID_SIZE - (size_t)(n > 0 ? n : 0));
    if (fd >= 0) {
        close(fd);
    }
}

static apr_status_t file_fails(const char **note, apr_pool_t *pool,
                               const char *path, const char *what, int error)
{
    char text[120];

    *note = apr_psprintf(pool, "%s %s: %s", path, what,
                         apr_strerror(error, text, sizeof(text)));
    return error;
}

/* Locked for as long as this process or a child has it open. */
static apr_status_t open_and_lock(store_t *store, const char *path,
                                  struct stat *st, const char **note,
                                  apr_pool_t *pool)
{
    store->file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (store->file < 0) {
        return file_fails(note, pool, path, "cannot be opened for writing",
                          errno);
    }
    if (flock(store->file, LOCK_EX | LOCK_NB) != 0) {
        return file_fails(note, pool, path, "is in use by another server",
                          errno);
    }
    if (fstat(store->file, st) != 0) {
        return file_fails(note, pool, path, "cannot be looked at", errno);
    }
    if (!S_ISREG(st->st_mode)) {
        return file_fails(note, pool, path, "is no regular file", EINVAL);
    }
    return APR_SUCCESS;
}

/* All blocks are there before a page is touched: no SIGBUS from a full disk. */
static apr_status_t allocate_and_map(store_t *store, const char *path,
                                     int empty, const char **note,
                                     apr_pool_t *pool)
{
    int error;

    if (empty && ftruncate(store->file, 0) != 0) {
        return file_fails(note, pool, path, "cannot be emptied", errno);
    }
    error = posix_fallocate(store->file, 0, (off_t)store->plan.size);
    if (error) {
        const char *what =
            apr_psprintf(pool, "cannot get %" APR_UINT64_T_FMT " bytes of disk",
                         store->plan.size);

        if (empty && ftruncate(store->file, 0) != 0) {
            what = apr_pstrcat(pool, what, " nor give back some", NULL);
        }
        return file_fails(note, pool, path, what, error);
    }
    store->base = mmap(NULL, store->plan.size, PROT_READ | PROT_WRITE,
                       MAP_SHARED, store->file, 0);
    if (store->base == MAP_FAILED) {
        return file_fails(note, pool, path, "cannot be mapped", errno);
    }
    store->segment = (segment_t *)store->base;
    return APR_SUCCESS;
}

/* ---- trusting what is there ---- */

/* Reads as little as says whether the mapping is worth looking at. */
static const char *file_distrust(const store_t *store, const struct stat *st)
{
    segment_t head;
    char boot[BOOT_ID_SIZE];

    if ((uint64_t)st->st_size != store->plan.size) {
        return "has another size";
    }
    if (pread(store->file, &head, sizeof(head), 0) != sizeof(head)) {
        return "cannot be read";
    }
    if (memcmp(head.magic, file_magic, sizeof(file_magic)) != 0) {
        return "is no cache file";
    }
    if (memcmp(&head.plan, &store->plan, sizeof(head.plan)) != 0) {
        return "has another layout";
    }
    boot_id(boot);
    if (head.clean != 1
        && (!boot[0] || memcmp(boot, head.boot, sizeof(boot)) != 0)) {
        return "was in use when the machine stopped";
    }
    return NULL;
}

static void shard_drop_unfinished(store_t *store, shard_t *shard)
{
    while (shard->under_way.head) {
        store_object_t *o = object_at(store, shard->under_way.head);

        shard_retire_locked(store, shard, o, o->kind == KIND_TICKET);
    }
    while (shard_free_limbo_locked(store, shard)) {
    }
}

static void shard_format(store_t *store, uint32_t number)
{
    shard_t *shard = shard_at(store, number);

    memset(shard_base(store, number), 0, store->plan.arena_at);
    arena_reset(store->base, &shard->arena, shard_first_granule(store, number),
                store->plan.granules, NULL, 0);
}

/* @return shards that had to be emptied */
uint32_t file_load(store_t *store)
{
    uint32_t i, emptied = 0;

    for (i = 0; i < store->plan.shards; i++) {
        shard_t *shard = shard_lock(store, i);

        if (check_shard_locked(store, i)) {
            shard_format(store, i);
            emptied++;
        }
        shard_drop_unfinished(store, shard);
        shard->broken = 0;
        shard_unlock(store, i);
    }
    atomic_store(&store->segment->now_s, 0);
    return emptied;
}

static void mark_in_use(store_t *store)
{
    segment_t *segment = store->segment;

    segment->clean = 0;
    segment->plan = store->plan;
    boot_id(segment->boot);
    memcpy(segment->magic, file_magic, sizeof(file_magic));
    msync(store->base, LAYOUT_PAGE, MS_SYNC);
}

apr_status_t file_open(store_t *store, const char *path, const char **note,
                       apr_pool_t *pool)
{
    const char *distrust;
    struct stat st;
    apr_status_t status = open_and_lock(store, path, &st, note, pool);

    if (status != APR_SUCCESS) {
        return status;
    }
    distrust = file_distrust(store, &st);
    status = allocate_and_map(store, path, distrust != NULL, note, pool);
    if (status != APR_SUCCESS) {
        return status;
    }
    if (distrust) {
        if (st.st_size > 0) {
            *note = apr_psprintf(pool, "%s %s: started empty", path, distrust);
        }
        status = store_format(store);
    }
    else {
        uint32_t emptied = file_load(store);

        if (emptied) {
            *note = apr_psprintf(pool,
                                 "%s is damaged: %u of %u parts started empty",
                                 path, emptied, store->plan.shards);
        }
    }
    if (status == APR_SUCCESS) {
        mark_in_use(store);
    }
    return status;
}

/* ---- the end ---- */

static int has_children(store_t *store)
{
    uint32_t i;

    child_reclaim_dead(store, 1);
    for (i = 0; i < store->children; i++) {
        if (atomic_load(&store->runtime->children[i].pid)) {
            return 1;
        }
    }
    return 0;
}

void file_close(store_t *store)
{
    if (has_children(store)
        || msync(store->base, store->plan.size, MS_SYNC) != 0) {
        return;
    }
    store->segment->clean = 1;
    msync(store->base, LAYOUT_PAGE, MS_SYNC);
}
