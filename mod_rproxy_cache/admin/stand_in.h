/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* stand_in.h: a request as a client could send it, to be asked about and never
 * run.  Layer L2. */
#ifndef RPROXY_CACHE_STAND_IN_H
#define RPROXY_CACHE_STAND_IN_H

#include <httpd.h>

#include "admin/command_reader.h"

/* How far the settings come from; in words for explain. */
typedef enum {
    SETTINGS_OF_HOST,
    SETTINGS_OF_LOCATION,
    SETTINGS_OF_SECTION /* <Directory>, <Files>, <If>, .htaccess */
} settings_of_e;

typedef struct {
    request_rec *r; /* its per_dir_config: of all sections */
    settings_of_e of;
    int status; /* what the way to the sections ended with; OK */
} stand_in_t;

/* To the virtual host of order's URL, with the settings of all sections that
 * apply; from r's pool and connection.  It goes the way of a real request to
 * where those are known (translate_name, map_to_storage), and no further: no
 * access control, no log, nothing that counts.  Reads .htaccess files. */
void stand_in_make(stand_in_t *s, request_rec *r, const explain_order_t *order);

#endif
