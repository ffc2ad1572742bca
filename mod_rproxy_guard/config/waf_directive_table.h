/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_directive_table.h: the WAF's part of the table of directives.  Layer L2;
 * for guard_directives.c alone. */
#ifndef RPROXY_GUARD_WAF_DIRECTIVE_TABLE_H
#define RPROXY_GUARD_WAF_DIRECTIVE_TABLE_H

#include "config/config_option.h"
#include "waf_directives.h"

/* clang-format off */
#define WAF_WORDS(field, expected, ...)                                       \
    (void *)&(const waf_words_t){                                             \
        (const char *const[]){ __VA_ARGS__, NULL },                           \
        offsetof(waf_settings_t, field), expected }
#define WAF_NUMBER(field, kind, min, max)                                     \
    (void *)&(const option_t){                                                \
        NULL, kind, offsetof(waf_settings_t, field), min, max }
#define WAF_BY(by) ((void *)CHANGE_BY_##by)
#define WAF_WHY(harmless, is_refused, instead)                                \
    (void *)&(const waf_idle_t){ harmless, is_refused, instead }
#define WAF_IDLE(name, harmless, is_refused, instead)                         \
    AP_INIT_RAW_ARGS(name, waf_idle, WAF_WHY(harmless, is_refused, instead),  \
        WAF_ANYWHERE, "Does nothing here: " instead)

#define WAF_DIRECTIVES                                                        \
    AP_INIT_TAKE1("RProxyWafFail", waf_set_word,                              \
        WAF_WORDS(fails_open, "open or closed", "closed", "open"),            \
        WAF_ANYWHERE,                                                         \
        "closed: what cannot be inspected is refused"),                       \
    AP_INIT_FLAG("RProxyWafHtaccess", waf_set_htaccess, NULL, WAF_ANYWHERE,   \
        "On: .htaccess files may make exceptions"),                           \
    AP_INIT_TAKE1("RProxyWafLibinjection", waf_set_library, NULL, RSRC_CONF,  \
        "A library that finds SQL injection and scripts for "                 \
        "@detectSQLi and @detectXSS"),                                        \
    AP_INIT_TAKE1("RProxyWafLogPace", waf_set_log_pace, NULL, RSRC_CONF,      \
        "Lines about what rules find in the error log: 100/s; Off: all"),     \
    AP_INIT_ITERATE("RProxyWafSkip", waf_set_skip, NULL, RSRC_CONF,           \
        "Names of what rules may ask for in vain: those are left out"),       \
    AP_INIT_TAKE1("RProxyWafTime", waf_set_number,                            \
        WAF_NUMBER(time_max, OPTION_TIME, 0, 60), WAF_ANYWHERE,               \
        "That the inspection of a request may take of the processor: 100ms"), \
    AP_INIT_TAKE1("SecArgumentSeparator", waf_set_separator,                  \
        NULL, WAF_ANYWHERE,                                                   \
        "The character between arguments: &"),                                \
    AP_INIT_TAKE1("SecArgumentsLimit", waf_set_number,                        \
        WAF_NUMBER(arguments_limit, OPTION_INT, 1, 1000000), WAF_ANYWHERE,    \
        "Arguments that a request may have; more are an error of it"),        \
    AP_INIT_TAKE1("SecAuditEngine", waf_set_word,                             \
        WAF_WORDS(audit, "On, Off or RelevantOnly",                           \
            "Off", "On", "RelevantOnly"),                                     \
        WAF_ANYWHERE,                                                         \
        "Which requests are written to SecAuditLog"),                         \
    AP_INIT_TAKE1("SecAuditLog", waf_set_audit_log, NULL, WAF_ANYWHERE,       \
        "A line of JSON for a request goes to this file, or \"|program\""),   \
    AP_INIT_TAKE1("SecAuditLogParts", waf_set_audit_parts,                    \
        NULL, WAF_ANYWHERE,                                                   \
        "What of a request SecAuditLog tells: letters A to K, then Z"),       \
    AP_INIT_TAKE1("SecAuditLogRelevantStatus", waf_set_audit_status,          \
        NULL, WAF_ANYWHERE,                                                   \
        "An expression: responses with such a status are relevant"),          \
    AP_INIT_TAKE1("SecPcreMatchLimit", waf_set_match_limit, NULL, RSRC_CONF,  \
        "Steps that a regular expression may take"),                          \
    AP_INIT_TAKE1("SecRequestBodyAccess", waf_set_word,                       \
        WAF_WORDS(request_body, "On or Off", "Off", "On"), WAF_ANYWHERE,      \
        "On: request bodies are inspected"),                                  \
    AP_INIT_TAKE1("SecRequestBodyInMemoryLimit", waf_set_number,              \
        WAF_NUMBER(request_body_memory, OPTION_SIZE, 0, 1073741824),          \
        WAF_ANYWHERE,                                                         \
        "Bytes of a body that are kept in memory; more go to a file"),        \
    AP_INIT_TAKE1("SecRequestBodyJsonDepthLimit", waf_set_number,             \
        WAF_NUMBER(json_depth, OPTION_INT, 1, 100000), WAF_ANYWHERE,          \
        "How deep JSON may be nested"),                                       \
    AP_INIT_TAKE1("SecRequestBodyLimit", waf_set_number,                      \
        WAF_NUMBER(request_body_limit, OPTION_SIZE, 1, 1099511627776),        \
        WAF_ANYWHERE,                                                         \
        "Bytes that a request body may have"),                                \
    AP_INIT_TAKE1("SecRequestBodyLimitAction", waf_set_word,                  \
        WAF_WORDS(request_body_limit_action, "Reject or ProcessPartial",      \
            "Reject", "ProcessPartial"),                                      \
        WAF_ANYWHERE,                                                         \
        "Reject: larger request bodies are refused"),                         \
    AP_INIT_TAKE1("SecRequestBodyNoFilesLimit", waf_set_number,               \
        WAF_NUMBER(request_body_no_files, OPTION_SIZE, 1, 1099511627776),     \
        WAF_ANYWHERE,                                                         \
        "Bytes that a request body may have, files not counted"),             \
    AP_INIT_TAKE1("SecResponseBodyAccess", waf_set_word,                      \
        WAF_WORDS(response_body, "On or Off", "Off", "On"), WAF_ANYWHERE,     \
        "On: response bodies are inspected"),                                 \
    AP_INIT_TAKE1("SecResponseBodyLimit", waf_set_number,                     \
        WAF_NUMBER(response_body_limit, OPTION_SIZE, 1, 1073741824),          \
        WAF_ANYWHERE,                                                         \
        "Bytes of a response body that are inspected"),                       \
    AP_INIT_TAKE1("SecResponseBodyLimitAction", waf_set_word,                 \
        WAF_WORDS(response_body_limit_action, "Reject or ProcessPartial",     \
            "Reject", "ProcessPartial"),                                      \
        WAF_ANYWHERE,                                                         \
        "Reject: larger response bodies are refused"),                        \
    AP_INIT_ITERATE("SecResponseBodyMimeType", waf_set_types,                 \
        NULL, WAF_ANYWHERE,                                                   \
        "Media types of response bodies that are inspected"),                 \
    AP_INIT_NO_ARGS("SecResponseBodyMimeTypesClear", waf_set_types_clear,     \
        NULL, WAF_ANYWHERE,                                                   \
        "No media type is inspected, until more are said"),                   \
    AP_INIT_TAKE1("SecRuleEngine", waf_set_word,                              \
        WAF_WORDS(engine, "On, Off or DetectionOnly",                         \
            "Off", "DetectionOnly", "On"),                                    \
        WAF_ANYWHERE,                                                         \
        "On: rules are carried out; DetectionOnly: nothing is refused"),      \
    AP_INIT_TAKE1("SecTmpDir", waf_set_folder, NULL, RSRC_CONF,               \
        "A directory for bodies that are too large for memory"),              \
    AP_INIT_TAKE1("SecUnicodeCodePage", waf_set_code_page, NULL, RSRC_CONF,   \
        "The code page of SecUnicodeMapFile"),                                \
    AP_INIT_TAKE12("SecUnicodeMapFile", waf_set_unicode, NULL, RSRC_CONF,     \
        "A file that maps code points to bytes, and a code page"),            \
    AP_INIT_TAKE1("SecTmpSaveUploadedFiles", waf_set_word,                    \
        WAF_WORDS(saves_files, "On or Off", "Off", "On"), WAF_ANYWHERE,       \
        "On: what is in files is FILES_TMP_CONTENT"),                         \
    AP_INIT_TAKE1("SecUploadFileLimit", waf_set_number,                       \
        WAF_NUMBER(files_limit, OPTION_INT, 1, 100000), WAF_ANYWHERE,         \
        "Files of a body that are looked at"),                                \
    AP_INIT_TAKE1("SecUploadKeepFiles", waf_set_kept_files,                   \
        WAF_WORDS(keeps_files, "On, Off or RelevantOnly",                     \
            "Off", "On", "RelevantOnly"),                                     \
        WAF_ANYWHERE,                                                         \
        "As SecTmpSaveUploadedFiles: files are not kept"),                    \
    AP_INIT_TAKE1("SecWebAppId", waf_set_webapp, NULL, WAF_ANYWHERE,          \
        "The value of WEBAPPID")

#define WAF_RULE_DIRECTIVES                                                   \
    AP_INIT_TAKE1("SecAction", waf_rule_action, NULL, WAF_ANYWHERE,           \
        "Actions without a condition"),                                       \
    AP_INIT_TAKE1("SecDefaultAction", waf_rule_default, NULL, WAF_ANYWHERE,   \
        "What rules do that say \"block\", and what they log"),               \
    AP_INIT_TAKE1("SecMarker", waf_rule_marker, NULL, WAF_ANYWHERE,           \
        "A name that skipAfter leads to"),                                    \
    AP_INIT_TAKE23("SecRule", waf_rule_add, NULL, WAF_ANYWHERE,               \
        "Variables, an operator and actions"),                                \
    AP_INIT_FLAG("SecRuleInheritance", waf_rule_inheritance,                  \
        NULL, WAF_ANYWHERE,                                                   \
        "Off: rules of outer places do not count here"),                      \
    AP_INIT_ITERATE("SecRuleRemoveById", waf_rule_remove,                     \
        WAF_BY(ID), WAF_ANYWHERE | OR_LIMIT,                                  \
        "Takes rules away that are before it, by an id"),                     \
    AP_INIT_ITERATE("SecRuleRemoveByMsg", waf_rule_remove,                    \
        WAF_BY(MSG), WAF_ANYWHERE | OR_LIMIT,                                 \
        "Takes rules away that are before it, by a message"),                 \
    AP_INIT_ITERATE("SecRuleRemoveByTag", waf_rule_remove,                    \
        WAF_BY(TAG), WAF_ANYWHERE | OR_LIMIT,                                 \
        "Takes rules away that are before it, by a tag"),                     \
    AP_INIT_TAKE2("SecRuleUpdateActionById", waf_rule_update_action,          \
        NULL, WAF_ANYWHERE,                                                   \
        "An id, and other actions for that rule"),                            \
    AP_INIT_TAKE23("SecRuleUpdateTargetById", waf_rule_update_target,         \
        WAF_BY(ID), WAF_ANYWHERE | OR_LIMIT,                                  \
        "Adds variables to rules that are before it, or takes them "          \
        "away, by an id"),                                                    \
    AP_INIT_TAKE23("SecRuleUpdateTargetByMsg", waf_rule_update_target,        \
        WAF_BY(MSG), WAF_ANYWHERE | OR_LIMIT,                                 \
        "Adds variables to rules that are before it, or takes them "          \
        "away, by a message"),                                                \
    AP_INIT_TAKE23("SecRuleUpdateTargetByTag", waf_rule_update_target,        \
        WAF_BY(TAG), WAF_ANYWHERE | OR_LIMIT,                                 \
        "Adds variables to rules that are before it, or takes them "          \
        "away, by a tag")

#define WAF_IDLE_DIRECTIVES                                                   \
    WAF_IDLE("SecAuditLog2", NULL, 0, "there is one audit log"),              \
    WAF_IDLE("SecAuditLogDirMode", NULL, 0, "the audit log is one file"),     \
    WAF_IDLE("SecAuditLogFileMode", NULL, 0,                                  \
        "only the owner may read the audit log"),                             \
    WAF_IDLE("SecAuditLogFormat", "JSON", 0, "the audit log is JSON"),        \
    WAF_IDLE("SecAuditLogStorageDir", NULL, 0, "the audit log is one file"),  \
    WAF_IDLE("SecAuditLogType", "Serial", 0, "the audit log is one file"),    \
    WAF_IDLE("SecCacheTransformations", NULL, 0,                              \
        "each value is transformed once"),                                    \
    WAF_IDLE("SecChrootDir", NULL, 1, "use ChrootDir of httpd"),              \
    WAF_IDLE("SecCollectionTimeout", NULL, 0,                                 \
        "there are no persistent collections"),                               \
    WAF_IDLE("SecComponentSignature", NULL, 0,                                \
        "only the log of the start had it"),                                  \
    WAF_IDLE("SecConnEngine", "Off", 0, "use RProxyGuardConnections"),        \
    WAF_IDLE("SecConnReadStateLimit", NULL, 1, "use RProxyGuardConnections"), \
    WAF_IDLE("SecConnWriteStateLimit", NULL, 1,                               \
        "use RProxyGuardConnections"),                                        \
    WAF_IDLE("SecContentInjection", "Off", 0,                                 \
        "append and prepend do nothing"),                                     \
    WAF_IDLE("SecCookieFormat", "0", 1, "cookies are of version 0"),          \
    WAF_IDLE("SecCookiev0Separator", ";", 1,                                  \
        "cookies have \";\" between them"),                                   \
    WAF_IDLE("SecDataDir", NULL, 0, "there are no persistent collections"),   \
    WAF_IDLE("SecDebugLog", NULL, 0, "use LogLevel rproxy_guard:debug"),      \
    WAF_IDLE("SecDebugLogLevel", "0", 0, "use LogLevel rproxy_guard:debug"),  \
    WAF_IDLE("SecDisableBackendCompression", "Off", 1,                        \
        "use RequestHeader unset Accept-Encoding"),                           \
    WAF_IDLE("SecGeoLookupDB", NULL, 1,                                       \
        "use RProxyGuardGeo and RProxyGuardDeny country:XX"),                 \
    WAF_IDLE("SecGsbLookupDB", NULL, 1, "there is no @gsbLookup"),            \
    WAF_IDLE("SecGuardianLog", NULL, 0, "use SecAuditLog"),                   \
    WAF_IDLE("SecHashEngine", "Off", 1, "use RProxyGuardSignedUrl"),          \
    WAF_IDLE("SecHashKey", NULL, 0, "there is no SecHashEngine"),             \
    WAF_IDLE("SecHashMethodPm", NULL, 0, "there is no SecHashEngine"),        \
    WAF_IDLE("SecHashMethodRx", NULL, 0, "there is no SecHashEngine"),        \
    WAF_IDLE("SecHashParam", NULL, 0, "there is no SecHashEngine"),           \
    WAF_IDLE("SecHttpBlKey", NULL, 1, "use RProxyGuardList file:PATH"),       \
    WAF_IDLE("SecInterceptOnError", NULL, 0, "use RProxyWafFail"),            \
    WAF_IDLE("SecPcreMatchLimitRecursion", NULL, 0,                           \
        "SecPcreMatchLimit holds for all"),                                   \
    WAF_IDLE("SecParseXmlIntoArgs", "Off", 1,                                 \
        "rules have XML:/* and XML://@*"),                                    \
    WAF_IDLE("SecReadStateLimit", NULL, 1, "use RProxyGuardConnections"),     \
    WAF_IDLE("SecRemoteRules", NULL, 1, "put the rules into a file"),         \
    WAF_IDLE("SecRemoteRulesFailAction", NULL, 0,                             \
        "there is no SecRemoteRules"),                                        \
    WAF_IDLE("SecRequestEncoding", NULL, 0, "nothing is converted"),          \
    WAF_IDLE("SecRulePerfTime", NULL, 0, "the status page tells times"),      \
    WAF_IDLE("SecRuleScript", NULL, 1, "there is no Lua"),                    \
    WAF_IDLE("SecSensorId", NULL, 0, "it is not logged"),                     \
    WAF_IDLE("SecServerSignature", NULL, 0, "use ServerTokens Prod"),         \
    WAF_IDLE("SecStatusEngine", "Off", 0, "nothing is sent to anyone"),       \
    WAF_IDLE("SecStreamInBodyInspection", "Off", 0,                           \
        "there is no STREAM_INPUT_BODY"),                                     \
    WAF_IDLE("SecStreamOutBodyInspection", "Off", 0,                          \
        "there is no STREAM_OUTPUT_BODY"),                                    \
    WAF_IDLE("SecUploadDir", NULL, 0, "files of bodies are not kept"),        \
    WAF_IDLE("SecUploadFileMode", NULL, 0, "files of bodies are not kept"),   \
    WAF_IDLE("SecWriteStateLimit", NULL, 1, "use RProxyGuardConnections"),    \
    WAF_IDLE("SecXmlExternalEntity", "Off", 1,                                \
        "external entities are never loaded")
/* clang-format on */

#endif
