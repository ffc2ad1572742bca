/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* status_view.h: what there is to see of a server at one moment, as plain
 * structs: made by status_collect.c, written by the renderers.  Layer L1.
 * Strings belong to the configuration and are not yet escaped. */
#ifndef RPROXY_STATUS_VIEW_H
#define RPROXY_STATUS_VIEW_H

#include "../engine/metrics.h"
#include "../engine/upstream.h"
#include "status_write.h"

typedef struct {
    metrics_route_t sum;
    uint64_t requests; /* ended, whatever the outcome */
    uint64_t failed;   /* of them, by upstream or proxy */
    int id;
    const char *server;           /* "www.example.org:443"; "" unknown */
    const char *path;             /* "/app", "=/health", "~ ^/v(\d+)" */
    const char *defined_at;       /* "file:line" */
    const char *const *upstreams; /* names, NULL at the end; "!" has none */
} status_route_t;

typedef struct {
    metrics_member_t sum;
    const char *url;
    int number;              /* within the upstream, from 0 */
    int64_t connections;     /* open now */
    int64_t max_connections; /* 0: no limit */
    int64_t failures_in_row;
    int64_t paused;    /* 1: not chosen ... */
    int64_t paused_us; /* ... for so long still */
} status_member_t;

typedef struct {
    uint64_t attempts; /* of all members */
    const char *name;
    const char *defined_at;
    uint64_t retries; /* attempts beyond the first */
    int retry_credit; /* hundredths of a retry that may be spent */
    int member_count;
    status_member_t *members;
} status_upstream_t;

/* What another module has to say, in the format that is being rendered. */
typedef struct status_section_t {
    const char *name;  /* of its member in JSON */
    const char *title; /* of its section on the page */
    void (*write)(writer_t *w, const struct status_section_t *section);
} status_section_t;

typedef struct {
    metrics_child_t children; /* sum of them all */
    metrics_route_t total;    /* sum of the routes */
    uint64_t requests, failed;
    histogram_t connect; /* of all members */
    histogram_t first_byte;
    int64_t connections;      /* to all members, open now */
    int64_t connections_idle; /* of them kept for later */

    const char *server;  /* name and version of httpd, as it shows them */
    int64_t now_s;       /* Unix time */
    int64_t started_s;   /* counters began at 0: start or restart */
    int64_t child_count; /* running */

    int route_count, upstream_count;
    status_route_t *routes; /* in the order of the configuration */
    status_upstream_t *upstreams;
    const status_section_t *const *sections; /* ends with NULL; or NULL */
    const char *admin; /* path of the admin handler; NULL: no buttons */
} status_view_t;

/* ---- the renderers: each writes all of it ---- */

void status_json(writer_t *w, const status_view_t *view);

/* @param refresh_s the page loads itself again after so long; 0: a script keeps
 *                  it up to date
 * @param nonce     of what the page may run and be styled by */
void status_html(writer_t *w, const status_view_t *view, int refresh_s,
                 const char *nonce);

/* What of it changes. */
void status_html_part(writer_t *w, const status_view_t *view, int refresh_s);

void status_prometheus(writer_t *w, const status_view_t *view);

#endif
