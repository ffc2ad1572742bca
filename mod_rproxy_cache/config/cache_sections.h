/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_sections.h: where does the configuration look at the client?
 * Layer L2.
 *
 * A hit may be served before all phases (access control, rewriting, headers)
 * only if none of them could have decided otherwise for another client.  That
 * is known beforehand: the configuration tree is read before httpd does, and
 * each section that holds a directive of that kind (Require ip, AuthType,
 * <If>, RewriteCond on cookies, Header with %{...}) gets one more directive,
 * RProxyCacheChecked.  httpd's own merging then tells every request whether
 * such a section applies to it. */
#ifndef RPROXY_CACHE_SECTIONS_H
#define RPROXY_CACHE_SECTIONS_H

#include <httpd.h>
#include <http_config.h>

/* In pre_config: marks the sections of ap_conftree.
 * @return a hash of the whole configuration */
uint32_t cache_sections_mark(apr_pool_t *p);

/* The setter of the mark. */
const char *cache_section_mark(cmd_parms *cmd, void *dir, const char *args);

/* Does a log format ask for fields of responses, or might an unknown module
 * that writes logs?  Otherwise a quick hit leaves its table empty. */
int cache_sections_logs_fields(void);
void cache_sections_look_at_loggers(void);

/* In post_config: the name of a module that sits in a phase of access control
 * and is not known to be configured by directives alone, or NULL. */
const char *cache_sections_unknown_module(apr_pool_t *p);

/* What QUICK objects of this host must carry: changes with the configuration
 * and with any .htaccess file on the way of one of them. */
uint32_t cache_sections_epoch(const server_rec *s);

/* After the phases: may what this request got be handed to any client?
 * @return NULL, or why not (from r->pool) */
const char *cache_sections_checked(request_rec *r);

#endif
