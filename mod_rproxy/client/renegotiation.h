/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* renegotiation.h: may mod_ssl wait for a handshake within a request?  Layer
 * L2.
 *
 * It does where a section asks for a certificate or a cipher that the virtual
 * host does not ask for (a renegotiation in TLS 1.2, RFC 8446 section 4.6.2 in
 * TLS 1.3).  What .htaccess files say is not known here. */
#ifndef RENEGOTIATION_H
#define RENEGOTIATION_H

#include <httpd.h>

/* In post_config, while the configuration's tree is there. */
void renegotiation_configure(apr_pool_t *pool);
int renegotiation_possible(const server_rec *s);

#endif
