/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* credentials.h: what paths need, and where it is looked up.  Layer L2.
 *
 * A credential is asked for when all sections that apply to a request are known
 * and before access control, whatever RProxyGuard and Satisfy say.  What cannot
 * be checked (a file that is broken, an upstream that is down) is refused. */
#ifndef RPROXY_GUARD_CREDENTIALS_H
#define RPROXY_GUARD_CREDENTIALS_H

#include <httpd.h>
#include <http_config.h>

#include "usage_table.h"
#include "watched_file.h"

/* ---- of a section ---- */

typedef enum {
    CREDENTIAL_KEY,
    CREDENTIAL_JWT,
    CREDENTIAL_URL,
    CREDENTIAL_AUTH,
    CREDENTIAL_KINDS
} credential_kind_e;

/* RProxyGuardRequire */
typedef struct {
    unsigned kinds;    /* bits of credential_kind_e, one of them is needed; 0:
                          nothing is */
    const char *scope; /* that it must have; NULL: any */
    const char *realm;
    int log_only;
    const char *where;
} credential_rule_t;

/* RProxyGuardKeys */
typedef struct {
    watched_file_t *file; /* of key_set_t */
    const char *header, *query;
    const char *tell; /* the field that names the label to the origin */
    int hide;         /* the origin does not see the key */
} key_source_t;

/* One claim of a token, and the field that names it to the origin. */
typedef struct {
    const char *claim, *field;
} jwt_claim_t;

/* A key of RProxyGuardSignedUrl. */
typedef struct {
    const char *id;
    watched_file_t *file; /* of slice_t, its secret */
} url_key_t;

/* RProxyGuardSignedUrl */
typedef struct {
    apr_array_header_t *keys; /* of url_key_t */
    const char *param, *free;
} url_source_t;

/* RProxyGuardJwt */
typedef struct {
    watched_file_t *file; /* of jwt_keys_t */
    const char *issuer, *audience;
    apr_interval_time_t leeway;
    const char *header, *cookie; /* where it is looked for */
    int hide;                    /* the origin does not see the field */
    apr_array_header_t *claims;  /* of jwt_claim_t */
} jwt_source_t;

typedef struct credential_settings_t {
    const credential_rule_t *rule; /* NULL: not said here, as the others */
    const key_source_t *keys;
    const jwt_source_t *jwt;
    const url_source_t *url;
    const struct auth_source_t *auth; /* forward_auth.h */
} credential_settings_t;

static inline void credential_settings_merge(credential_settings_t *out,
                                             const credential_settings_t *inner)
{
    out->rule = inner->rule ? inner->rule : out->rule;
    out->keys = inner->keys ? inner->keys : out->keys;
    out->jwt = inner->jwt ? inner->jwt : out->jwt;
    out->url = inner->url ? inner->url : out->url;
    out->auth = inner->auth ? inner->auth : out->auth;
}

static inline int credential_settings_equal(const credential_settings_t *a,
                                            const credential_settings_t *b)
{
    return a->rule == b->rule && a->keys == b->keys && a->jwt == b->jwt
           && a->url == b->url && a->auth == b->auth;
}

/* ---- of a request ---- */

typedef enum {
    CREDENTIAL_ABSENT, /* none of this kind was shown */
    CREDENTIAL_GOOD,
    CREDENTIAL_BAD,
    CREDENTIAL_CLOSED, /* it cannot be told */
    CREDENTIAL_LATER   /* its handler will ask, forward_auth.c */
} credential_answer_e;

typedef struct {
    credential_answer_e answer;
    int status;          /* HTTP, of a bad one */
    const char *why;     /* likewise, a phrase for the log */
    const char *error;   /* likewise, for WWW-Authenticate (RFC 6750 3.1) */
    const char *label;   /* whose it is; NULL: not known */
    usage_row_t *row;    /* of the label, or NULL */
    int retry_after_s;   /* or 0 */
    apr_table_t *claims; /* variables, or NULL */
    apr_table_t *fields; /* that the refusal has; NULL: no others */
    int is_shared;       /* it belongs to the address, and to nobody */
} credential_result_t;

static inline credential_result_t credential_bad(int status, const char *why)
{
    credential_result_t result = { .answer = CREDENTIAL_BAD,
                                   .status = status,
                                   .why = why,
                                   .error = "invalid_token" };

    return result;
}

/* scope: that it must have, or NULL */
typedef credential_result_t credential_check_fn(request_rec *r,
                                                const credential_settings_t *s,
                                                const char *scope);

credential_check_fn api_key_check;
credential_check_fn jwt_check;
credential_check_fn url_check;
credential_check_fn forward_auth_check;

/* Of all kinds that the rule of s takes.
 * @param name  out: of the kind that decided */
credential_result_t credentials_ask(request_rec *r,
                                    const credential_settings_t *s,
                                    const char **name);

/* In a handler, of what was CREDENTIAL_LATER.  @return as a handler's;
 * DECLINED: it goes on */
int credentials_finish(request_rec *r, credential_result_t *result,
                       const char *kind);

/* A watched_make_fn: a secret of 16 bytes and more, without the blanks and ends
 * of lines around it. */
const char *url_key_make(void *unused, slice_t text, void **secret,
                         apr_pool_t *pool);

/* The value of a field; of Authorization what stands behind "Bearer".  len 0:
 * there is none. */
slice_t credentials_of_field(const request_rec *r, const char *name);

/* The row where all are counted that have no label of their own. */
usage_row_t *credentials_row(const char *name);

/* One more request that was let in, unless it is only asked about.
 * @param row  may be NULL */
void credentials_count(request_rec *r, usage_row_t *row);

/* ---- of the server ---- */

/* While a configuration is read: a file that is looked at now and then. */
watched_file_t *credentials_watch(cmd_parms *cmd, const char *path,
                                  watched_make_fn *make);

void credentials_create(apr_pool_t *pconf);

/* While a configuration is checked: the log tells of files that children could
 * not read. */
void credentials_check_files(server_rec *s);

/* In post_config.  @return APR_SUCCESS, or why there is no memory */
apr_status_t credentials_open(server_rec *s, apr_pool_t *ptemp);

/* On the thread that looks at files. */
void credentials_look_at_files(apr_pool_t *pool);

/* Where labels are counted; rows: set while the configuration is read. */
extern usage_table_t credentials_usage;

void credentials_register(void);

#endif
