/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rule_text.h: files of SecRule and its kin, and of what changes rules, as
 * lists of rules, without httpd: what else is in them is passed over. */
#ifndef T_UNIT_WAF_RULE_TEXT_H
#define T_UNIT_WAF_RULE_TEXT_H

#include <apr_file_info.h>
#include <apr_strings.h>

#include "waf/rule/rule_list.h"

typedef struct {
    rule_list_t *list;
    apr_pool_t *pool;
} rule_text_file_t;

static inline void rule_text_begin(rule_text_file_t *file, apr_pool_t *pool)
{
    file->list = rule_list_make(pool);
    file->pool = pool;
}

/* As httpd has them: blanks between, "quoted", with \" and \\ in it. */
static inline const char *rule_text_word(const char **p, apr_pool_t *pool)
{
    char *word = apr_palloc(pool, strlen(*p) + 1), *out = word, quote = '\0';

    *p += strspn(*p, " \t\n");
    if (**p == '"' || **p == '\'') {
        quote = *(*p)++;
    }
    while (**p && (quote ? **p != quote : !strchr(" \t\n", **p))) {
        *p += **p == '\\' && ((*p)[1] == '\\' || (quote && (*p)[1] == quote));
        *out++ = *(*p)++;
    }
    *p += **p != '\0';
    *out = '\0';
    return word;
}

static inline const char *rule_text_change(rule_text_file_t *file,
                                           const char *name, const char *line,
                                           const char *where)
{
    const char *which = rule_text_word(&line, file->pool);
    const char *what = rule_text_word(&line, file->pool);

    if (strcmp(name, "SecRuleRemoveById") == 0) {
        return rule_list_remove_id(file->list, which, where, file->pool);
    }
    if (strcmp(name, "SecRuleRemoveByTag") == 0) {
        return rule_list_remove_tag(file->list, which, where, file->pool);
    }
    if (strcmp(name, "SecRuleUpdateTargetById") == 0) {
        return rule_list_update_target(file->list, CHANGE_BY_ID, which, what,
                                       NULL, where, file->pool);
    }
    if (strcmp(name, "SecRuleUpdateActionById") == 0) {
        return rule_list_update_action(file->list, which, what, where,
                                       file->pool);
    }
    return NULL;
}

/* A line, those that ended with "\" joined. */
static inline const char *rule_text_line(rule_text_file_t *file,
                                         const char *line, const char *where)
{
    const char *name = rule_text_word(&line, file->pool), *targets, *op;

    if (strcmp(name, "SecAction") == 0) {
        return rule_list_add(file->list, NULL, NULL,
                             rule_text_word(&line, file->pool), where,
                             file->pool);
    }
    if (strcmp(name, "SecRule") == 0) {
        targets = rule_text_word(&line, file->pool);
        op = rule_text_word(&line, file->pool);
        return rule_list_add(file->list, targets, op,
                             rule_text_word(&line, file->pool), where,
                             file->pool);
    }
    if (strcmp(name, "SecMarker") == 0) {
        return rule_list_marker(file->list, rule_text_word(&line, file->pool),
                                file->pool);
    }
    if (strcmp(name, "SecDefaultAction") == 0) {
        return rule_list_default(file->list, rule_text_word(&line, file->pool),
                                 file->pool);
    }
    return rule_text_change(file, name, line, where);
}

/* @return NULL, or what is wrong */
static inline const char *rule_text_read(rule_text_file_t *file,
                                         const char *text, const char *name)
{
    char *from = apr_pstrdup(file->pool, text), *end = from;
    const char *wrong = NULL, *where = name;
    int line;

    for (line = 1; *from && !wrong; line++) {
        end += strcspn(end, "\n");
        if (*end && end > from && end[-1] == '\\') {
            end[-1] = *end = ' ';
            continue;
        }
        if (*end) {
            *end++ = '\0';
        }
        where = apr_psprintf(file->pool, "%s:%d", name, line);
        if (*from != '#') {
            wrong = rule_text_line(file, from, where);
        }
        from = end;
    }
    return wrong ? apr_pstrcat(file->pool, where, ": ", wrong, NULL) : NULL;
}

/* Where the Core Rule Set's files are: CRS, else what t/waf/packages has
 * fetched, else the system's; NULL: nowhere. */
static inline const char *rule_text_crs(void)
{
    static const char *const folders[] = {
        "build/waf-packages/usr/share/modsecurity-crs/rules",
        "/usr/share/modsecurity-crs/rules"
    };
    const char *own = getenv("CRS");
    apr_finfo_t info;
    apr_pool_t *pool;
    size_t i;

    if (own) {
        return own;
    }
    apr_pool_create(&pool, NULL);
    for (i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
        if (apr_stat(&info, folders[i], APR_FINFO_TYPE, pool) == APR_SUCCESS) {
            apr_pool_destroy(pool);
            return folders[i];
        }
    }
    apr_pool_destroy(pool);
    return NULL;
}

static inline int rule_text_compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* All *.conf of a folder in the order of their names.
 * @return NULL, or what is wrong */
static inline const char *rule_text_folder(rule_text_file_t *file,
                                           const char *folder)
{
    apr_array_header_t *names =
        apr_array_make(file->pool, 50, sizeof(const char *));
    const char *wrong = NULL;
    apr_finfo_t info;
    slice_t text;
    apr_dir_t *dir;
    int i;

    if (apr_dir_open(&dir, folder, file->pool) != APR_SUCCESS) {
        return apr_pstrcat(file->pool, "no folder ", folder, NULL);
    }
    while (apr_dir_read(&info, APR_FINFO_NAME, dir) == APR_SUCCESS) {
        size_t length = strlen(info.name);

        if (length > 5 && strcmp(info.name + length - 5, ".conf") == 0) {
            APR_ARRAY_PUSH(names, const char *) =
                apr_pstrdup(file->pool, info.name);
        }
    }
    apr_dir_close(dir);
    qsort(names->elts, (size_t)names->nelts, sizeof(const char *),
          rule_text_compare);
    for (i = 0; i < names->nelts && !wrong; i++) {
        const char *name = APR_ARRAY_IDX(names, i, const char *);

        wrong = matcher_read_file(folder, slice_str(name), &text, file->pool);
        if (!wrong) {
            wrong = rule_text_read(file,
                                   apr_pstrmemdup(file->pool, text.p, text.len),
                                   apr_pstrcat(file->pool, folder, "/", name,
                                               NULL));
        }
    }
    return wrong;
}

#endif
