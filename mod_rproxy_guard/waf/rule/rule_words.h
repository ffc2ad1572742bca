/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rule_words.h: the words of SecRule and SecAction: variables, operators,
 * actions, as ModSecurity 2.9 knows them.  Layer L0. */
#ifndef RPROXY_GUARD_RULE_WORDS_H
#define RPROXY_GUARD_RULE_WORDS_H

#include "http1/h1_slice.h"

/* Name, and whether it has parts with names ("ARGS:id"). */
/* clang-format off */
#define RULE_VARIABLES(X)                                                     \
    X(ARGS, 1) X(ARGS_COMBINED_SIZE, 0) X(ARGS_GET, 1) X(ARGS_GET_NAMES, 1)   \
    X(ARGS_NAMES, 1) X(ARGS_POST, 1) X(ARGS_POST_NAMES, 1) X(AUTH_TYPE, 0)    \
    X(DURATION, 0) X(ENV, 1) X(FILES, 1) X(FILES_COMBINED_SIZE, 0)            \
    X(FILES_NAMES, 1) X(FILES_SIZES, 1) X(FILES_TMPNAMES, 1)                  \
    X(FILES_TMP_CONTENT, 1) X(FULL_REQUEST, 0) X(FULL_REQUEST_LENGTH, 0)      \
    X(GEO, 1) X(GLOBAL, 1) X(HIGHEST_SEVERITY, 0) X(INBOUND_DATA_ERROR, 0)    \
    X(IP, 1) X(MATCHED_VAR, 0) X(MATCHED_VARS, 1) X(MATCHED_VARS_NAMES, 1)    \
    X(MATCHED_VAR_NAME, 0) X(MODSEC_BUILD, 0) X(MULTIPART_BOUNDARY_QUOTED, 0) \
    X(MULTIPART_BOUNDARY_WHITESPACE, 0) X(MULTIPART_CRLF_LF_LINES, 0)         \
    X(MULTIPART_DATA_AFTER, 0) X(MULTIPART_DATA_BEFORE, 0)                    \
    X(MULTIPART_FILE_LIMIT_EXCEEDED, 0) X(MULTIPART_FILENAME, 1)              \
    X(MULTIPART_HEADER_FOLDING, 0) X(MULTIPART_INVALID_HEADER_FOLDING, 0)     \
    X(MULTIPART_INVALID_PART, 0) X(MULTIPART_INVALID_QUOTING, 0)              \
    X(MULTIPART_LF_LINE, 0) X(MULTIPART_MISSING_SEMICOLON, 0)                 \
    X(MULTIPART_NAME, 1) X(MULTIPART_PART_HEADERS, 1)                         \
    X(MULTIPART_STRICT_ERROR, 0) X(MULTIPART_UNMATCHED_BOUNDARY, 0)           \
    X(OUTBOUND_DATA_ERROR, 0) X(PATH_INFO, 0) X(PERF_ALL, 0)                  \
    X(QUERY_STRING, 0) X(REMOTE_ADDR, 0) X(REMOTE_HOST, 0)                    \
    X(REMOTE_PORT, 0) X(REMOTE_USER, 0) X(REQBODY_ERROR, 0)                   \
    X(REQBODY_ERROR_MSG, 0) X(REQBODY_PROCESSOR, 0)                           \
    X(REQBODY_PROCESSOR_ERROR, 0) X(REQUEST_BASENAME, 0)                      \
    X(REQUEST_BODY, 0) X(REQUEST_BODY_LENGTH, 0) X(REQUEST_COOKIES, 1)        \
    X(REQUEST_COOKIES_NAMES, 1) X(REQUEST_FILENAME, 0) X(REQUEST_HEADERS, 1)  \
    X(REQUEST_HEADERS_NAMES, 1) X(REQUEST_LINE, 0) X(REQUEST_METHOD, 0)       \
    X(REQUEST_PROTOCOL, 0) X(REQUEST_URI, 0) X(REQUEST_URI_RAW, 0)            \
    X(RESOURCE, 1) X(RESPONSE_BODY, 0) X(RESPONSE_CONTENT_LENGTH, 0)          \
    X(RESPONSE_CONTENT_TYPE, 0) X(RESPONSE_HEADERS, 1)                        \
    X(RESPONSE_HEADERS_NAMES, 1) X(RESPONSE_PROTOCOL, 0)                      \
    X(RESPONSE_STATUS, 0) X(RULE, 1) X(SCRIPT_FILENAME, 0)                    \
    X(SERVER_ADDR, 0) X(SERVER_NAME, 0) X(SERVER_PORT, 0) X(SESSION, 1)       \
    X(SESSIONID, 0) X(STATUS_LINE, 0) X(TIME, 0) X(TIME_DAY, 0)               \
    X(TIME_EPOCH, 0) X(TIME_HOUR, 0) X(TIME_MIN, 0) X(TIME_MON, 0)            \
    X(TIME_SEC, 0) X(TIME_WDAY, 0) X(TIME_YEAR, 0) X(TX, 1)                   \
    X(UNIQUE_ID, 0) X(URLENCODED_ERROR, 0) X(USER, 1) X(USERID, 0)            \
    X(WEBAPPID, 0) X(XML, 1)

#define RULE_OPERATORS(X)                                                     \
    X(BEGINS_WITH, "beginsWith") X(CONTAINS, "contains")                      \
    X(CONTAINS_WORD, "containsWord") X(DETECT_SQLI, "detectSQLi")             \
    X(DETECT_XSS, "detectXSS") X(ENDS_WITH, "endsWith") X(EQ, "eq")           \
    X(GE, "ge") X(GEO_LOOKUP, "geoLookup") X(GT, "gt")                        \
    X(IP_MATCH, "ipMatch") X(IP_MATCH_F, "ipMatchF")                          \
    X(IP_MATCH_FROM_FILE, "ipMatchFromFile") X(LE, "le") X(LT, "lt")          \
    X(NO_MATCH, "noMatch") X(PM, "pm") X(PM_F, "pmf")                         \
    X(PM_FROM_FILE, "pmFromFile") X(RBL, "rbl") X(RX, "rx")                   \
    X(STREQ, "streq") X(STRMATCH, "strmatch")                                 \
    X(UNCONDITIONAL_MATCH, "unconditionalMatch")                              \
    X(VALIDATE_BYTE_RANGE, "validateByteRange")                               \
    X(VALIDATE_URL_ENCODING, "validateUrlEncoding")                           \
    X(VALIDATE_UTF8_ENCODING, "validateUtf8Encoding") X(WITHIN, "within")

/* Name, and its argument: 0 none, 1 must be there, 2 may be. */
#define RULE_ACTIONS(X)                                                       \
    X(ACCURACY, "accuracy", 1) X(ALLOW, "allow", 2) X(APPEND, "append", 1)    \
    X(AUDITLOG, "auditlog", 0) X(BLOCK, "block", 0) X(CAPTURE, "capture", 0)  \
    X(CHAIN, "chain", 0) X(CTL, "ctl", 1) X(DENY, "deny", 0)                  \
    X(DEPRECATEVAR, "deprecatevar", 1) X(DROP, "drop", 0)                     \
    X(EXPIREVAR, "expirevar", 1) X(ID, "id", 1) X(INITCOL, "initcol", 1)      \
    X(LOG, "log", 0) X(LOGDATA, "logdata", 1) X(MATURITY, "maturity", 1)      \
    X(MSG, "msg", 1) X(MULTI_MATCH, "multiMatch", 0)                          \
    X(NOAUDITLOG, "noauditlog", 0) X(NOLOG, "nolog", 0) X(PASS, "pass", 0)    \
    X(PAUSE, "pause", 1) X(PHASE, "phase", 1) X(PREPEND, "prepend", 1)        \
    X(REDIRECT, "redirect", 1) X(REV, "rev", 1)                               \
    X(SANITISE_ARG, "sanitiseArg", 1)                                         \
    X(SANITISE_MATCHED, "sanitiseMatched", 0)                                 \
    X(SANITISE_MATCHED_BYTES, "sanitiseMatchedBytes", 2)                      \
    X(SANITISE_REQUEST_HEADER, "sanitiseRequestHeader", 1)                    \
    X(SANITISE_RESPONSE_HEADER, "sanitiseResponseHeader", 1)                  \
    X(SETENV, "setenv", 1) X(SETRSC, "setrsc", 1) X(SETSID, "setsid", 1)      \
    X(SETUID, "setuid", 1) X(SETVAR, "setvar", 1) X(SEVERITY, "severity", 1)  \
    X(SKIP, "skip", 1) X(SKIP_AFTER, "skipAfter", 1) X(STATUS, "status", 1)   \
    X(T, "t", 1) X(TAG, "tag", 1) X(VER, "ver", 1) X(XMLNS, "xmlns", 1)
/* clang-format on */

typedef enum {
#define X(name, parts) VARIABLE_##name,
    RULE_VARIABLES(X)
#undef X
    VARIABLE_COUNT
} rule_variable_e;

typedef enum {
#define X(id, name) OPERATOR_##id,
    RULE_OPERATORS(X)
#undef X
    OPERATOR_COUNT
} rule_operator_e;

typedef enum {
#define X(id, name, argument) ACTION_##id,
    RULE_ACTIONS(X)
#undef X
    ACTION_COUNT
} rule_action_e;

/* Case does not matter.  All return -1 for a word that is none. */
int rule_variable_find(slice_t name);
int rule_operator_find(slice_t name);
int rule_action_find(slice_t name);

const char *rule_variable_name(rule_variable_e variable);
const char *rule_operator_name(rule_operator_e op);
const char *rule_action_name(rule_action_e action);

int rule_variable_has_parts(rule_variable_e variable);

/* 0 none, 1 must be there, 2 may be. */
int rule_action_argument(rule_action_e action);

#endif
