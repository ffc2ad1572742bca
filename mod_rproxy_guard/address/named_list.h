/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* named_list.h: a list of networks with a name, of a file or of directives,
 * read again when its file changes.  Layer L1.
 *
 * Requests look while another thread reads the file anew: the list stands in
 * one of two places, and a place is made new only when nobody looks in it. */
#ifndef RPROXY_GUARD_NAMED_LIST_H
#define RPROXY_GUARD_NAMED_LIST_H

#include <pthread.h>
#include <sys/types.h>

#include <apr_file_info.h>
#include <apr_pools.h>
#include <apr_tables.h>

#include "../geo/geo_items.h"
#include "list_lines.h"

#define NAMED_LIST_GEO 0

enum {
    NAMED_LIST_FAULT = 256
};

/* What a list has, and what came of the last reading. */
typedef struct {
    uint32_t count;               /* networks in it */
    apr_time_t loaded_at;         /* they were read then */
    uint32_t line;                /* of the file, that is wrong; 0: none is */
    char fault[NAMED_LIST_FAULT]; /* why it is still what it was; "": it was
                                     read */
} named_list_state_t;

typedef struct named_list_t {
    const char *name;
    const char *where;           /* "file:line" of its directive */
    const char *path;            /* NULL: of directives alone */
    apr_array_header_t *entries; /* of network_entry_t, of directives */
    pid_t owner;                 /* the process that made it */
    geo_items_t *geo;            /* NULL: it has none */
    const char *geo_where;       /* the first directive that has some */

    /* of this process */
    struct {
        const network_list_t *list;
        void *memory;
        uint32_t readers; /* atomic */
    } place[2];
    uint32_t current; /* atomic: a place */
    uint32_t version; /* atomic: grows with each reading */
    apr_time_t modified;
    apr_off_t size;
    apr_ino_t inode;
    uint32_t wrong_line; /* of the reading under way */
    pthread_mutex_t mutex;
    named_list_state_t state; /* under mutex */
} named_list_t;

/* @param pool  its end is that of the list */
named_list_t *named_list_create(apr_pool_t *pool, const char *name,
                                const char *where);

/* Reads file and directives.  Of the file that cannot be read, or has a wrong
 * line, nothing is taken and the list stays what it was.  One thread at a time.
 * @param pool  of the error text
 * @return NULL, or what is wrong, a sentence */
const char *named_list_load(named_list_t *list, apr_pool_t *pool);

/* Has the file changed since it was read last, or could it not be read? */
int named_list_changed(named_list_t *list, apr_pool_t *pool);

/* Any thread. */
void named_list_state(named_list_t *list, named_list_state_t *out);

/* The line (of directives: a number from 1) of the network that holds it, or
 * NAMED_LIST_GEO: its country or autonomous system is in the list, or
 * NETWORK_LIST_NONE.  Any thread. */
uint32_t named_list_find(named_list_t *list, address_t address);

/* What was found before, but for NAMED_LIST_GEO, holds as long as this is the
 * same; to be asked before. */
static inline uint32_t named_list_version(const named_list_t *list)
{
    return __atomic_load_n(&list->version, __ATOMIC_SEQ_CST);
}

#endif
