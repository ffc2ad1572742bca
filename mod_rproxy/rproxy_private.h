/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rproxy_private.h: the module record and its log tags.  Layer L2. */
#ifndef RPROXY_PRIVATE_H
#define RPROXY_PRIVATE_H

#include <httpd.h>
#include <http_config.h>
#include <http_log.h>

/* AP_MODULE_DECLARE_DATA is empty on Linux: with hidden visibility the record
 * would not be found by LoadModule. */
extern module __attribute__((visibility("default"))) rproxy_module;

#ifdef APLOG_USE_MODULE
APLOG_USE_MODULE(rproxy);
#endif

#ifndef HTTP_EARLY_HINTS /* not in all 2.4 releases */
#define HTTP_EARLY_HINTS 103
#endif

/* Our log tags: RP1000-RP1999 are mod_rproxy's.  Each number stands once in
 * the source (t/style/logtags.t). */
#define RPLOGNO(n) "RP" #n ": "

#endif
