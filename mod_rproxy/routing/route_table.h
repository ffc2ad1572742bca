/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* route_table.h: from a path to the routes that may serve it, best first.
 * Layer L0.
 *
 * Built once from the configured paths, constant afterwards, so any number of
 * threads may look up at the same time.  Paths of the table and paths looked
 * up are both normalised (path_normalize.h); they are compared byte by byte.
 *
 * A prefix ends at a segment: "/app" matches "/app", "/app/" and "/app/x" but
 * not "/apple"; "/app/" matches "/app/" and what is below it; "/" matches
 * every path. */
#ifndef RPROXY_ROUTE_TABLE_H
#define RPROXY_ROUTE_TABLE_H

#include "../http1/h1_slice.h"

typedef struct route_table_t route_table_t;

typedef enum {
    ROUTE_EXACT,
    ROUTE_PREFIX
} route_kind_e;

typedef struct {
    slice_t path; /* begins with "/"; only read while building */
    route_kind_e kind;
    int conditional; /* may be passed over although its path matches */
    void *route;     /* the caller's, handed back by the look-up */
} route_entry_t;

/* Where memory comes from.  alloc returns memory aligned for any object, or
 * NULL.  Nothing is given back: the owner of ctx (a pool) does that. */
typedef struct {
    void *(*alloc)(void *ctx, size_t size);
    void *ctx;
} route_memory_t;

typedef enum {
    ROUTE_BUILD_OK,
    ROUTE_BUILD_NO_MEMORY,
    ROUTE_BUILD_BAD_PATH, /* not absolute, or longer than ROUTE_PATH_MAX */
    ROUTE_BUILD_TOO_MANY  /* more than ROUTE_ENTRIES_MAX entries */
} route_build_e;

#define ROUTE_PATH_MAX 65535u
#define ROUTE_ENTRIES_MAX 1000000u

/* @param keep     the table lives here, in one piece
 * @param scratch  used while building only, about 100 bytes an entry and
 *                 the sum of the path lengths
 * @return ROUTE_BUILD_OK and *table; NULL is the table without entries, which
 *         costs nothing.  Otherwise *table is not touched. */
route_build_e route_table_build(const route_entry_t *entries, size_t count,
                                route_memory_t keep, route_memory_t scratch,
                                route_table_t **table);

/* Memory the table takes, 0 for NULL.  With 64-bit pointers a table of n routes
 * takes at most 64 + 58 n bytes and one byte for each path byte that it does
 * not share with another path of the table. */
size_t route_table_bytes(const route_table_t *table);

/* Entries that can never be chosen, as one before them has the same path and
 * kind and no condition.  (Nothing else hides an entry: a longer path is always
 * looked at before a shorter one, an exact one before a prefix.)
 * @param hidden_by  count elements; the index of the entry that hides this
 *                   one, or ROUTE_NOT_HIDDEN
 * @return ROUTE_BUILD_OK, or why it could not be told */
#define ROUTE_NOT_HIDDEN UINT32_MAX
route_build_e route_table_hidden(const route_entry_t *entries, size_t count,
                                 route_memory_t scratch, uint32_t *hidden_by);

/* A look-up under way.  Lives on the caller's stack; holds no reference to the
 * path once begun. */
typedef struct {
    const route_table_t *table;
    uint32_t group;
    uint32_t next;
} route_lookup_t;

typedef struct {
    void *route;
    route_kind_e kind;
    size_t length; /* bytes of the path that the route's own path covers */
} route_found_t;

/* @param table  NULL: nothing matches */
void route_lookup_begin(route_lookup_t *lookup, const route_table_t *table,
                        slice_t path);

/* The next best route: those of the longest matching path first, of these the
 * exact ones before the prefixes, equals in the order of the configuration;
 * then those of the next shorter path.
 * @return 1 and *found, or 0 when there is none left */
int route_lookup_next(route_lookup_t *lookup, route_found_t *found);

#endif
