/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* directive.c: see directive.h.  Layer L1. */
#include "directive.h"

#include <string.h>

#include <apr_strings.h>

#define WEIGHT "weight="

/* Of options, words with blanks between them. */
static const char *without_weight(const char *options, apr_pool_t *pool)
{
    char *rest = apr_pstrdup(pool, options ? options : "");
    const char *text = "";
    char *word, *last;

    for (word = apr_strtok(rest, " ", &last); word;
         word = apr_strtok(NULL, " ", &last)) {
        if (strncmp(word, WEIGHT, strlen(WEIGHT)) != 0) {
            text = apr_pstrcat(pool, text, " ", word, NULL);
        }
    }
    return text;
}

const char *directive_reweighted(const char *url, const char *options,
                                 int weight, apr_pool_t *pool)
{
    return apr_psprintf(pool, "RProxyMember %s " WEIGHT "%d%s", url, weight,
                        without_weight(options, pool));
}

static const char *word(const char *text, const char *key, const char *value,
                        apr_pool_t *pool)
{
    return *value ? apr_pstrcat(pool, text, " ", key, "=", value, NULL) : text;
}

static const char *number(const char *text, const char *key, int value,
                          int normal, apr_pool_t *pool)
{
    return value == normal ? text
                           : apr_psprintf(pool, "%s %s=%d", text, key, value);
}

static const char *duration(const char *text, const char *key, int64_t usec,
                            apr_pool_t *pool)
{
    int64_t ms = usec / 1000;

    return !ms              ? text
           : ms % 1000 == 0 ? apr_psprintf(pool, "%s %s=%" APR_INT64_T_FMT "s",
                                           text, key, (apr_int64_t)(ms / 1000))
                            : apr_psprintf(pool, "%s %s=%" APR_INT64_T_FMT "ms",
                                           text, key, (apr_int64_t)ms);
}

const char *directive_added(const roster_entry_t *entry, apr_pool_t *pool)
{
    const char *text = apr_pstrcat(pool, "RProxyMember ", entry->url, NULL);

    text = number(text, "weight", entry->weight, 1, pool);
    text = entry->backup ? apr_pstrcat(pool, text, " backup=on", NULL) : text;
    text = number(text, "tier", entry->tier, 0, pool);
    text = word(text, "zone", entry->zone, pool);
    text = word(text, "group", entry->group, pool);
    text = word(text, "route", entry->route, pool);
    text = number(text, "max-connections", entry->max_connections, 0, pool);
    return duration(text, "slow-start", entry->slow_start_us, pool);
}
