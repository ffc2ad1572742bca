/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_directives.c: settings of the WAF.  Layer L2. */
#include "guard_private.h"
#include "guard_config.h"

#include <apr_lib.h>
#include <apr_strings.h>

#include "config/config_option.h"
#include "waf/detect/detector.h"
#include "waf_directives.h"

enum {
    LOG_LINES_MOST = 1000000
};

/* cmd->info: waf_words_t */
const char *waf_set_word(cmd_parms *cmd, void *dir, const char *word)
{
    const waf_words_t *words = cmd->info;
    char *settings = (char *)waf_directives_settings(cmd, dir);
    int found = config_option_find(words->words, word);

    if (found < 0) {
        return config_option_expected(cmd, word, words->expected);
    }
    *(int *)(settings + words->offset) = found;
    return NULL;
}

/* cmd->info: waf_words_t */
const char *waf_set_kept_files(cmd_parms *cmd, void *dir, const char *word)
{
    const char *wrong = waf_set_word(cmd, dir, word);

    if (!wrong && strcasecmp(word, "Off") != 0) {
        waf_idle_note(cmd, word,
                      "files of bodies are not kept; rules see them as "
                      "FILES_TMP_CONTENT");
    }
    return wrong;
}

/* cmd->info: option_t */
const char *waf_set_number(cmd_parms *cmd, void *dir, const char *value)
{
    return config_option_value(cmd, cmd->info,
                               waf_directives_settings(cmd, dir), value);
}

/* ---- bodies ---- */

const char *waf_set_types(cmd_parms *cmd, void *dir, const char *type)
{
    waf_settings_t *settings = waf_directives_settings(cmd, dir);
    char *lower = apr_pstrdup(cmd->pool, type);

    if (!strchr(type, '/') && strcasecmp(type, "null") != 0) {
        return config_option_expected(cmd, type,
                                      "a media type, as text/html, or null");
    }
    if (!settings->types) {
        settings->types = apr_array_make(cmd->pool, 4, sizeof(const char *));
    }
    ap_str_tolower(lower);
    APR_ARRAY_PUSH(settings->types, const char *) = lower;
    return NULL;
}

const char *waf_set_types_clear(cmd_parms *cmd, void *dir)
{
    waf_settings_t *settings = waf_directives_settings(cmd, dir);

    settings->types = NULL;
    settings->types_cleared = 1;
    return NULL;
}

const char *waf_set_separator(cmd_parms *cmd, void *dir, const char *value)
{
    if (strlen(value) != 1) {
        return config_option_expected(cmd, value, "one character, as &");
    }
    waf_directives_settings(cmd, dir)->separator = (unsigned char)*value;
    return NULL;
}

const char *waf_set_folder(cmd_parms *cmd, void *dir, const char *path)
{
    waf_settings_t *settings = waf_directives_settings(cmd, dir);

    settings->folder = ap_server_root_relative(cmd->pool, path);
    return settings->folder && ap_is_directory(cmd->temp_pool, settings->folder)
               ? NULL
               : config_option_expected(cmd, path, "a directory that is there");
}

const char *waf_set_webapp(cmd_parms *cmd, void *dir, const char *id)
{
    waf_directives_settings(cmd, dir)->webapp_id = id;
    return NULL;
}

/* ---- rules, of the whole server ---- */

/* Relative to the file that the directive is in, as ModSecurity has it. */
static const char *beside(cmd_parms *cmd, const char *file)
{
    const char *name = cmd->directive->filename;
    const char *slash = name ? strrchr(name, '/') : NULL;

    return *file == '/' || !slash
               ? file
               : apr_pstrcat(cmd->pool,
                             apr_pstrmemdup(cmd->pool, name,
                                            (apr_size_t)(slash - name + 1)),
                             file, NULL);
}

const char *waf_set_code_page(cmd_parms *cmd, void *dir, const char *page)
{
    int number = atoi(page);

    if (strspn(page, "0123456789") != strlen(page) || number < 1
        || number > 65535) {
        return config_option_expected(cmd, page, "a code page, as 20127");
    }
    waf_global->code_page = number;
    return NULL;
}

const char *waf_set_unicode(cmd_parms *cmd, void *dir, const char *file,
                            const char *page)
{
    waf_global->unicode_file = beside(cmd, file);
    return page ? waf_set_code_page(cmd, dir, page) : NULL;
}

const char *waf_set_match_limit(cmd_parms *cmd, void *dir, const char *value)
{
    static const option_t option = { NULL, OPTION_INT, 0, 1, 1000000000 };
    int limit = 0;
    const char *wrong = config_option_value(cmd, &option, &limit, value);

    waf_global->match_limit = (uint32_t)limit;
    return wrong;
}

const char *waf_set_log_pace(cmd_parms *cmd, void *dir, const char *value)
{
    char *end;
    apr_int64_t lines = apr_strtoi64(value, &end, 10);

    if (strcasecmp(value, "Off") == 0) {
        waf_global->log_lines = 0;
        return NULL;
    }
    if (!apr_isdigit(*value) || strcmp(end, "/s") != 0 || lines < 1
        || lines > LOG_LINES_MOST) {
        return config_option_expected(cmd, value,
                                      "lines a second up to 1000000/s, as "
                                      "100/s, or Off");
    }
    waf_global->log_lines = (int)lines;
    return NULL;
}

const char *waf_set_library(cmd_parms *cmd, void *dir, const char *file)
{
    const char *wrong =
        detector_use(ap_server_root_relative(cmd->pool, file), cmd->pool);

    return wrong ? apr_psprintf(cmd->pool, "%s: %s", cmd->cmd->name, wrong)
                 : NULL;
}

const char *waf_set_skip(cmd_parms *cmd, void *dir, const char *name)
{
    if (!*name) {
        return config_option_expected(
            cmd, name, "names, as @inspectFile or SecRuleScript");
    }
    APR_ARRAY_PUSH(waf_global->skip, const char *) = name;
    return NULL;
}

const char *waf_set_htaccess(cmd_parms *cmd, void *dir, int flag)
{
    waf_directives_settings(cmd, dir)->htaccess = flag;
    waf_global->in_sections |= flag;
    return NULL;
}

/* ---- the audit log ---- */

/* What is only found out when logs are opened would end a server that is to
 * reload. */
static int has_folder(cmd_parms *cmd, const char *file)
{
    return file
           && ap_is_directory(cmd->temp_pool,
                              ap_make_dirstr_parent(cmd->temp_pool, file));
}

const char *waf_set_audit_log(cmd_parms *cmd, void *dir, const char *target)
{
    waf_settings_t *settings = waf_directives_settings(cmd, dir);

    settings->audit_log =
        *target == '|' ? target : ap_server_root_relative(cmd->pool, target);
    if (*target != '|' && !has_folder(cmd, settings->audit_log)) {
        return config_option_expected(cmd, target,
                                      "a file in a directory that is there, or "
                                      "|program");
    }
    APR_ARRAY_PUSH(waf_global->audit_logs, const char *) = settings->audit_log;
    return NULL;
}

const char *waf_set_audit_parts(cmd_parms *cmd, void *dir, const char *parts)
{
    if (*parts != 'A' || strspn(parts, "ABCDEFGHIJKZ") != strlen(parts)
        || parts[strlen(parts) - 1] != 'Z') {
        return config_option_expected(cmd, parts,
                                      "letters A to K, as ABCFHZ, A first and "
                                      "Z last");
    }
    waf_directives_settings(cmd, dir)->audit_parts = parts;
    return NULL;
}

const char *waf_set_audit_status(cmd_parms *cmd, void *dir, const char *text)
{
    ap_regex_t *made = ap_pregcomp(cmd->pool, text, AP_REG_DOTALL);

    if (!made) {
        return config_option_expected(cmd, text, "a regular expression");
    }
    waf_directives_settings(cmd, dir)->audit_status = made;
    return NULL;
}
