/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* status_sections.c: finds the sections of other modules.  Layer L2. */
#include "status_sections.h"

#include <stdlib.h>

#include <ap_provider.h>

#include "../mod_rproxy.h"

typedef void text_fn(request_rec *r, apr_bucket_brigade *bb);

typedef struct {
    status_section_t base; /* first */
    request_rec *r;
    text_fn *text;
} section_t;

/* Our own text up to here goes into the brigade first. */
static void write_section(writer_t *w, const status_section_t *base)
{
    const section_t *section = (const section_t *)base;

    writer_end(w);
    section->text(section->r, w->bb);
}

static text_fn *text_of(const rproxy_status_section_t *provider,
                        status_format_e format)
{
    switch (format) {
    case STATUS_HTML:
        return provider->html;
    case STATUS_JSON:
        return provider->json;
    default:
        return provider->metrics;
    }
}

static const status_section_t *make(request_rec *r, const char *name,
                                    status_format_e format)
{
    const rproxy_status_section_t *provider =
        ap_lookup_provider(RPROXY_STATUS_GROUP, name, RPROXY_STATUS_VERSION);
    text_fn *text = text_of(provider, format);
    section_t *section;

    if (!text) {
        return NULL;
    }
    section = apr_pcalloc(r->pool, sizeof(*section));
    section->base.name = name;
    section->base.title = provider->title ? provider->title : name;
    section->base.write = write_section;
    section->r = r;
    section->text = text;
    return &section->base;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const ap_list_provider_names_t *)a)->provider_name,
                  ((const ap_list_provider_names_t *)b)->provider_name);
}

const status_section_t *const *status_sections(request_rec *r,
                                               status_format_e format)
{
    apr_array_header_t *names =
        ap_list_provider_names(r->pool, RPROXY_STATUS_GROUP,
                               RPROXY_STATUS_VERSION);
    const status_section_t **sections =
        apr_pcalloc(r->pool, sizeof(*sections) * ((size_t)names->nelts + 1));
    int i, n = 0;

    qsort(names->elts, (size_t)names->nelts, sizeof(ap_list_provider_names_t),
          by_name);
    for (i = 0; i < names->nelts; i++) {
        sections[n] = make(r,
                           APR_ARRAY_IDX(names, i, ap_list_provider_names_t)
                               .provider_name,
                           format);
        n += sections[n] != NULL;
    }
    return sections;
}
