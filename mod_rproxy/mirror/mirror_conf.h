/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* mirror_conf.h: RProxyMirror and RProxyMirrorLimit, and which parts of a
 * response do not count.  Layer L2. */
#ifndef RPROXY_MIRROR_CONF_H
#define RPROXY_MIRROR_CONF_H

#include <httpd.h>
#include <http_config.h>

#include "../engine/upstream.h"
#include "digest.h"
#include "mirror_verdict.h"

enum {
    MIRROR_MASKS = 16
};

typedef struct {
    int count;
    ap_regex_t *regex[MIRROR_MASKS];
} mirror_masks_t;

struct mirror_conf_t {
    const char *name;            /* of the upstream; NULL: Off */
    upstream_t *upstream;        /* when the configuration is complete */
    int sample;                  /* permille of the requests */
    apr_array_header_t *methods; /* of const char * */
    apr_off_t body;              /* bytes of a request's body, at most */
    int compare;
    mirror_masks_t masks;
    const char *field[MIRROR_FIELDS]; /* that are compared */
    int field_count;
};
typedef struct mirror_conf_t mirror_conf_t;

const char *mirror_directive(cmd_parms *cmd, void *dir, int argc,
                             char *const argv[]);
const char *mirror_directive_limit(cmd_parms *cmd, void *dir, int argc,
                                   char *const argv[]);

/* When the configuration is complete: finds the upstreams.  @return how many
 * RProxyMirror there are */
int mirror_conf_finish(void);

int mirror_conf_has_method(const mirror_conf_t *conf, const char *method);

/* A mask of masked_digest_t; masks: mirror_masks_t. */
void mirror_mask(const void *masks, slice_t line, digest_t *out);

#endif
