/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* suggest_write.c: see suggest_write.h.  Layer L1.
 *
 * Signs that httpd ("$", "\", quotes), the language of rules ("%", ",", ";",
 * "|", "/" in front of a part) or people might take for something else are not
 * written. */
#include "suggest_write.h"

#include <apr_strings.h>

int suggest_is_of_value(const hit_t *hit)
{
    if (!hit->rule || hit->flags & HIT_IS_COUNT
        || hit->variable >= VARIABLE_COUNT) {
        return 0;
    }
    switch ((rule_variable_e)hit->variable) {
    case VARIABLE_ARGS:
    case VARIABLE_ARGS_GET:
    case VARIABLE_ARGS_GET_NAMES:
    case VARIABLE_ARGS_NAMES:
    case VARIABLE_ARGS_POST:
    case VARIABLE_ARGS_POST_NAMES:
    case VARIABLE_FILES:
    case VARIABLE_FILES_NAMES:
    case VARIABLE_FULL_REQUEST:
    case VARIABLE_MULTIPART_FILENAME:
    case VARIABLE_MULTIPART_NAME:
    case VARIABLE_MULTIPART_PART_HEADERS:
    case VARIABLE_PATH_INFO:
    case VARIABLE_QUERY_STRING:
    case VARIABLE_REQUEST_BASENAME:
    case VARIABLE_REQUEST_BODY:
    case VARIABLE_REQUEST_COOKIES:
    case VARIABLE_REQUEST_COOKIES_NAMES:
    case VARIABLE_REQUEST_FILENAME:
    case VARIABLE_REQUEST_HEADERS:
    case VARIABLE_REQUEST_HEADERS_NAMES:
    case VARIABLE_REQUEST_LINE:
    case VARIABLE_REQUEST_METHOD:
    case VARIABLE_REQUEST_URI:
    case VARIABLE_REQUEST_URI_RAW:
    case VARIABLE_RESPONSE_BODY:
    case VARIABLE_RESPONSE_HEADERS:
    case VARIABLE_XML:
        return 1;
    default:
        return 0;
    }
}

static int consists_of(const char *text, const char *signs)
{
    for (; *text; text++) {
        int is_word = (*text >= 'a' && *text <= 'z')
                      || (*text >= 'A' && *text <= 'Z')
                      || (*text >= '0' && *text <= '9');

        if (!is_word && !strchr(signs, *text)) {
            return 0;
        }
    }
    return 1;
}

/* The parts of a variable have to be named: all of them would be no narrow
 * exception. */
static int is_writable(const hit_t *hit)
{
    int has_parts =
        rule_variable_has_parts((rule_variable_e)hit->variable) != 0;

    return !(hit->flags & HIT_HAS_OTHERS) && hit->flags & HIT_PATH_IS_EXACT
           && hit->flags & HIT_PART_IS_EXACT && *hit->path == '/'
           && consists_of(hit->path, "/._-~+=:@")
           && consists_of(hit->part, "_-.[]") && has_parts == (*hit->part != 0);
}

const char *suggest_write(const hit_t *hit, uint64_t id, const rule_t **read,
                          apr_pool_t *pool)
{
    const char *op, *actions;
    rule_list_t *list;

    if (!is_writable(hit)) {
        return NULL;
    }
    op = apr_pstrcat(pool, "@streq ", hit->path, NULL);
    actions =
        apr_psprintf(pool,
                     "id:%" APR_UINT64_T_FMT ",phase:1,pass,nolog,t:none,"
                     "ctl:ruleRemoveTargetById=%" APR_UINT64_T_FMT ";%s%s%s",
                     (apr_uint64_t)id, (apr_uint64_t)hit->rule,
                     rule_variable_name((rule_variable_e)hit->variable),
                     *hit->part ? ":" : "", hit->part);
    list = rule_list_make(pool);
    if (rule_list_add(list, "REQUEST_FILENAME", op, actions, "", pool)
        || !list->added) {
        return NULL;
    }
    *read = list->added->rule;
    return apr_pstrcat(pool, "SecRule REQUEST_FILENAME \"", op, "\" \"",
                       actions, "\"", NULL);
}
