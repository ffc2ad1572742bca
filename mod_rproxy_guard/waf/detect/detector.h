/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* detector.h: who finds SQL injection and cross-site scripting for the
 * operators @detectSQLi and @detectXSS: our own detectors, or a library that
 * exports libinjection's two functions.  Layer L1 (memory of a pool).
 *
 * The choice is one for the process: made while the configuration is read,
 * undone when its pool is cleared; all threads read it afterwards. */
#ifndef RPROXY_GUARD_DETECTOR_H
#define RPROXY_GUARD_DETECTOR_H

#include <apr_pools.h>

#include "waf/byte_set.h"

enum {
    DETECTOR_FINGERPRINT = 8, /* bytes of it, with its final 0 */
};

/* From now on ask the library in this file, which stays loaded as long as the
 * pool lives.
 * @return NULL, or what is wrong */
const char *detector_use(const char *file, apr_pool_t *pool);

/* Is the value, put into some statement of SQL, more than data?
 * @param fingerprint  the kinds of tokens that say so, one letter each (what
 *                     ModSecurity puts into TX.0); empty if nothing is found
 * @return 1: yes */
int detector_sql(slice_t value, char fingerprint[DETECTOR_FINGERPRINT]);

/* Bytes without any of which a value is nothing to one of the two.
 * @return 0: not known, it is a library that is asked */
int detector_bytes(int is_script, byte_set_t *any);

/* Does the value, put into some place of a page, make a script run?
 * @return 1: yes */
int detector_script(slice_t value);

#endif
