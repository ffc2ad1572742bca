/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* guard_path.h: the path that a request is for.  Layer L2.
 *
 * Rules are looked at before httpd decodes the path: they would not know
 * "/wp%2Dlogin.php" or "//wp-login.php" for what httpd serves there. */
#ifndef RPROXY_GUARD_PATH_H
#define RPROXY_GUARD_PATH_H

#include <httpd.h>

/* Decoded, without "//", "." and ".." segments, in r->pool or r's own.  An
 * encoded slash counts as a slash, whatever AllowEncodedSlashes says. */
const char *guard_path(request_rec *r);

#endif
