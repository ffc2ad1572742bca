/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* settings_json.h: the settings of a request, and the lines that they come
 * from.  Layer L2. */
#ifndef RPROXY_CACHE_SETTINGS_JSON_H
#define RPROXY_CACHE_SETTINGS_JSON_H

#include "serve/cache_request.h"
#include "status/status_write.h"

/* How far the settings come from. */
typedef enum {
    SETTINGS_OF_HOST,
    SETTINGS_OF_LOCATION,
    SETTINGS_OF_SECTION /* <Directory>, <Files>, <If>, .htaccess */
} settings_of_e;

/* A member "settings" of what w is in. */
void settings_json(writer_t *w, const cache_request_t *q, settings_of_e of);

/* {"rule": text, "where": "file:line"} */
void settings_json_rule(writer_t *w, const char *text, const char *where);

/* Where the first setting stands that is not the virtual host's; NULL: cannot
 * be said. */
const char *settings_json_section(const cache_request_t *q);

#endif
