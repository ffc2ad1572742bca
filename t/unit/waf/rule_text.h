/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rule_text.h: files of SecRule, SecAction and SecMarker as lists of rules,
 * without httpd: what else is in them is passed over. */
#ifndef T_UNIT_WAF_RULE_TEXT_H
#define T_UNIT_WAF_RULE_TEXT_H

#include <apr_file_info.h>
#include <apr_strings.h>

#include "waf/rule/rule_list.h"

typedef struct {
    rule_list_t list;
    rule_t *last; /* wants a link */
    const char *wrong, *name;
    int line;
    apr_pool_t *pool;
} rule_text_file_t;

static inline void rule_text_begin(rule_text_file_t *file, apr_pool_t *pool)
{
    int i;

    memset(file, 0, sizeof(*file));
    file->pool = pool;
    file->list.items = apr_array_make(pool, 1000, sizeof(rule_item_t));
    for (i = 0; i < RULE_PHASES; i++) {
        file->list.defaults[i] = rule_default();
    }
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

static inline void rule_text_add(rule_text_file_t *file, const rule_t *rule)
{
    rule_item_t item = { .rule = rule };

    if (file->last) {
        file->last->link = (rule_t *)(uintptr_t)rule;
    }
    else {
        APR_ARRAY_PUSH(file->list.items, rule_item_t) = item;
    }
}

static inline const char *rule_text_rule(rule_text_file_t *file,
                                         const char *targets, const char *op,
                                         const char *actions)
{
    static const rule_default_t *defaults;
    apr_pool_t *pool = file->pool;
    rule_t *rule = apr_pcalloc(pool, sizeof(*rule));
    apr_array_header_t *list = apr_array_make(pool, 8, sizeof(rule_target_t)),
                       *does = apr_array_make(pool, 8, sizeof(rule_action_t));
    const rule_t *starter = NULL;
    const char *wrong = NULL;

    defaults = file->list.defaults;
    if (targets) {
        wrong = rule_targets_parse(targets, list, pool);
        wrong = wrong ? wrong : rule_operator_parse(op, &rule->op, pool);
    }
    rule->target = (const rule_target_t *)list->elts;
    rule->target_count = list->nelts;
    rule->where = apr_psprintf(pool, "%s:%d", file->name, file->line);
    if (file->last) {
        starter = APR_ARRAY_IDX(file->list.items, file->list.items->nelts - 1,
                                rule_item_t)
                      .rule;
    }
    wrong = wrong ? wrong : rule_actions_parse(actions, does, pool);
    wrong = wrong ? wrong : rule_build(does, defaults, starter, rule, pool);
    if (!wrong) {
        rule_text_add(file, rule);
        file->last = rule->is_chained ? rule : NULL;
    }
    return wrong;
}

/* A line, those that ended with "\" joined. */
static inline const char *rule_text_line(rule_text_file_t *file,
                                         const char *line)
{
    const char *p = line, *name = rule_text_word(&p, file->pool);
    rule_item_t marker = { .rule = NULL };
    const char *targets, *op;

    if (strcmp(name, "SecAction") == 0) {
        return rule_text_rule(file, NULL, NULL, rule_text_word(&p, file->pool));
    }
    if (strcmp(name, "SecRule") == 0) {
        targets = rule_text_word(&p, file->pool);
        op = rule_text_word(&p, file->pool);
        return rule_text_rule(file, targets, op,
                              rule_text_word(&p, file->pool));
    }
    if (strcmp(name, "SecMarker") == 0) {
        marker.marker = slice_str(rule_text_word(&p, file->pool));
        APR_ARRAY_PUSH(file->list.items, rule_item_t) = marker;
    }
    return NULL;
}

/* @return NULL, or what is wrong */
static inline const char *rule_text_read(rule_text_file_t *file,
                                         const char *text, const char *name)
{
    char *line = apr_pstrdup(file->pool, text), *end, *from = line;
    const char *wrong = NULL;

    file->name = name;
    for (file->line = 1; *line && !wrong; line = end + 1, file->line++) {
        end = line + strcspn(line, "\n");
        if (end > line && end[-1] == '\\' && *end) {
            end[-1] = *end = ' ';
            continue;
        }
        if (!*end) {
            end--; /* the NUL is the end of the file */
        }
        else {
            *end = '\0';
        }
        if (*from != '#') {
            wrong = rule_text_line(file, from);
        }
        from = end + 1;
    }
    return wrong
               ? apr_psprintf(file->pool, "%s:%d: %s", name, file->line, wrong)
               : NULL;
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
