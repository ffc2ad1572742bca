/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* request_head.c: see request_head.h.  Layer L1.
 *
 * The path of most requests takes place here before anything else is known of
 * them: values point into what the caller has wherever they can. */
#include "request_head.h"

#include "arguments.h"
#include "waf/body/body_values.h"
#include "waf/body/pairs.h"

/* Without a body, and before one is read. */
static const struct {
    rule_variable_e variable;
    slice_t text;
} constant[] = {
    { VARIABLE_REQBODY_ERROR, SLICE_LIT("0") },
    { VARIABLE_REQBODY_ERROR_MSG, SLICE_LIT("") },
    { VARIABLE_REQBODY_PROCESSOR, SLICE_LIT("") },
    { VARIABLE_REQBODY_PROCESSOR_ERROR, SLICE_LIT("0") },
    { VARIABLE_REQUEST_BODY_LENGTH, SLICE_LIT("0") },
    { VARIABLE_URLENCODED_ERROR, SLICE_LIT("0") },
    { VARIABLE_INBOUND_DATA_ERROR, SLICE_LIT("0") },
    { VARIABLE_OUTBOUND_DATA_ERROR, SLICE_LIT("0") },
    { VARIABLE_FILES_COMBINED_SIZE, SLICE_LIT("0") },
    { VARIABLE_MODSEC_BUILD, SLICE_LIT("020907900") },
    { VARIABLE_MULTIPART_BOUNDARY_QUOTED, SLICE_LIT("0") },
    { VARIABLE_MULTIPART_BOUNDARY_WHITESPACE, SLICE_LIT("0") },
    { VARIABLE_MULTIPART_CRLF_LF_LINES, SLICE_LIT("0") },
    { VARIABLE_MULTIPART_DATA_AFTER, SLICE_LIT("0") },
    { VARIABLE_MULTIPART_DATA_BEFORE, SLICE_LIT("0") },
    { VARIABLE_MULTIPART_FILE_LIMIT_EXCEEDED, SLICE_LIT("0") },
    { VARIABLE_MULTIPART_HEADER_FOLDING, SLICE_LIT("0") },
    { VARIABLE_MULTIPART_INVALID_HEADER_FOLDING, SLICE_LIT("0") },
    { VARIABLE_MULTIPART_INVALID_PART, SLICE_LIT("0") },
    { VARIABLE_MULTIPART_INVALID_QUOTING, SLICE_LIT("0") },
    { VARIABLE_MULTIPART_LF_LINE, SLICE_LIT("0") },
    { VARIABLE_MULTIPART_MISSING_SEMICOLON, SLICE_LIT("0") },
    { VARIABLE_MULTIPART_STRICT_ERROR, SLICE_LIT("0") },
    { VARIABLE_MULTIPART_UNMATCHED_BOUNDARY, SLICE_LIT("0") },
};

static int set_constants(values_t *values)
{
    int zero = strings_add(values->strings, SLICE_LIT("0")), fits = 1;
    size_t i;

    for (i = 0; i < sizeof(constant) / sizeof(constant[0]); i++) {
        slice_t text = constant[i].text;

        fits &= values_put(values, constant[i].variable, VALUE_ALONE,
                           text.len == 1 ? zero
                                         : strings_add(values->strings, text));
    }
    return fits;
}

/* What is known; an unknown one is not there. */
static int set_known(values_t *values, rule_variable_e variable, slice_t text)
{
    return !text.p || values_add(values, variable, VALUE_ALONE, text);
}

/* ---- the target ---- */

static const char *first_of(const char *p, const char *end, const char *marks)
{
    byte_set_t set = byte_set_of(slice_str(marks));

    while (p < end && !byte_set_has(&set, (unsigned char)*p)) {
        p++;
    }
    return p;
}

/* Behind scheme and authority, where there are some (RFC 3986 section 3). */
static const char *path_of(const char *p, const char *end)
{
    const char *colon = first_of(p, end, ":/?#");

    if (end - colon >= 3 && memcmp(colon, "://", 3) == 0) {
        return first_of(colon + 3, end, "/?#");
    }
    while (end - p >= 2 && p[0] == '/' && p[1] == '/') {
        p++;
    }
    return p;
}

void request_head_target(slice_t uri_raw, slice_t *path, slice_t *query)
{
    const char *end = uri_raw.p + uri_raw.len;
    const char *p = path_of(uri_raw.p, end), *mark = first_of(p, end, "?#");
    const char *fragment = first_of(mark, end, "#");

    *path = slice_make(p, (size_t)(mark - p));
    *query = slice_make(NULL, 0);
    if (mark < end && *mark == '?') {
        *query = slice_make(mark + 1, (size_t)(fragment - mark - 1));
    }
}

static slice_t basename_of(slice_t path)
{
    const char *p = path.p + path.len;

    while (p > path.p && p[-1] != '/' && p[-1] != '\\') {
        p--;
    }
    return slice_make(p, (size_t)(path.p + path.len - p));
}

/* Path and query as one: they lie side by side, or are put so. */
static slice_t join_target(const values_t *values, slice_t path, slice_t query)
{
    char *joined;

    if (!query.p) {
        return path;
    }
    if (path.p + path.len + 1 == query.p) {
        return slice_make(path.p, path.len + 1 + query.len);
    }
    joined = apr_palloc(values->pool, path.len + 1 + query.len);
    memcpy(joined, path.p, path.len);
    joined[path.len] = '?';
    memcpy(joined + path.len + 1, query.p, query.len);
    return slice_make(joined, path.len + 1 + query.len);
}

static int set_path(values_t *values, slice_t path, slice_t query)
{
    return values_set(values, VARIABLE_REQUEST_FILENAME, VALUE_ALONE, path)
           && values_set(values, VARIABLE_REQUEST_BASENAME, VALUE_ALONE,
                         basename_of(path))
           && values_set(values, VARIABLE_REQUEST_URI, VALUE_ALONE,
                         join_target(values, path, query));
}

static int add_target(values_t *values, const waf_head_t *head)
{
    arguments_t arguments =
        arguments_of(values, ARGUMENTS_GET, head->arguments_most);
    slice_t path, query;

    request_head_target(head->uri_raw, &path, &query);
    if (!set_path(values, path, query)
        || !set_known(values, VARIABLE_QUERY_STRING, query)) {
        return 0;
    }
    arguments_add_form(&arguments, query, head->separator);
    return arguments_end(&arguments);
}

/* ---- fields ---- */

static int add_named(values_t *values, rule_variable_e variable,
                     rule_variable_e variable_of_names, slice_t name,
                     slice_t value)
{
    return values_add(values, variable, name, value)
           && values_add(values, variable_of_names, name, name);
}

typedef struct {
    values_t *values;
    int fits;
} cookies_t;

static int add_cookie(void *ctx, slice_t name, slice_t value)
{
    cookies_t *cookies = ctx;

    cookies->fits = add_named(cookies->values, VARIABLE_REQUEST_COOKIES,
                              VARIABLE_REQUEST_COOKIES_NAMES, name, value);
    return cookies->fits;
}

static int add_fields(values_t *values, const waf_head_t *head)
{
    cookies_t cookies = { values, 1 };
    int i;

    for (i = 0; i < head->field_count; i++) {
        const waf_field_t *field = &head->field[i];

        if (!add_named(values, VARIABLE_REQUEST_HEADERS,
                       VARIABLE_REQUEST_HEADERS_NAMES, field->name,
                       field->value)) {
            return 0;
        }
        if (slice_eq_nocase(field->name, SLICE_LIT("Cookie"))) {
            pairs_cookies(field->value, add_cookie, &cookies);
        }
        if (slice_eq_nocase(field->name, SLICE_LIT("Content-Type"))) {
            cookies.fits &=
                values_set(values, VARIABLE_REQBODY_PROCESSOR, VALUE_ALONE,
                           slice_str(body_processor_of(field->value)));
        }
    }
    return cookies.fits;
}

/* ---- time and place ---- */

static char *two_digits(char *to, int number)
{
    *to++ = (char)('0' + number / 10 % 10);
    *to++ = (char)('0' + number % 10);
    return to;
}

/* All are parts of one text, "20260131235959" with the day of the week behind
 * it, counted from Sunday. */
static int add_time(values_t *values, apr_time_t time)
{
    static const struct {
        rule_variable_e variable;
        int from, length;
    } parts[] = {
        { VARIABLE_TIME, 0, 14 },     { VARIABLE_TIME_YEAR, 0, 4 },
        { VARIABLE_TIME_MON, 4, 2 },  { VARIABLE_TIME_DAY, 6, 2 },
        { VARIABLE_TIME_HOUR, 8, 2 }, { VARIABLE_TIME_MIN, 10, 2 },
        { VARIABLE_TIME_SEC, 12, 2 }, { VARIABLE_TIME_WDAY, 14, 1 },
    };
    char *text = apr_palloc(values->pool, 16), *p = text;
    apr_time_exp_t local;
    size_t i;

    apr_time_exp_lt(&local, time);
    p = two_digits(p, (local.tm_year + 1900) / 100);
    p = two_digits(p, local.tm_year + 1900);
    p = two_digits(p, local.tm_mon + 1);
    p = two_digits(p, local.tm_mday);
    p = two_digits(p, local.tm_hour);
    p = two_digits(p, local.tm_min);
    p = two_digits(p, local.tm_sec);
    *p = (char)('0' + local.tm_wday);
    for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (!set_known(values, parts[i].variable,
                       slice_make(text + parts[i].from,
                                  (size_t)parts[i].length))) {
            return 0;
        }
    }
    return arguments_say_number(values, VARIABLE_TIME_EPOCH,
                                apr_time_sec(time));
}

static int add_places(values_t *values, const waf_head_t *head)
{
    return set_known(values, VARIABLE_REMOTE_ADDR, head->client)
           && set_known(values, VARIABLE_REMOTE_HOST,
                        head->client_name.p ? head->client_name : head->client)
           && arguments_say_number(values, VARIABLE_REMOTE_PORT,
                                   head->client_port)
           && set_known(values, VARIABLE_SERVER_ADDR, head->server_addr)
           && set_known(values, VARIABLE_SERVER_NAME, head->server_name)
           && arguments_say_number(values, VARIABLE_SERVER_PORT,
                                   head->server_port)
           && set_known(values, VARIABLE_UNIQUE_ID, head->unique_id)
           && set_known(values, VARIABLE_WEBAPPID,
                        head->webapp_id.p ? head->webapp_id
                                          : SLICE_LIT("default"));
}

int request_head_values(values_t *values, const waf_head_t *head)
{
    return set_constants(values)
           && set_known(values, VARIABLE_REQUEST_LINE, head->line)
           && set_known(values, VARIABLE_REQUEST_METHOD, head->method)
           && set_known(values, VARIABLE_REQUEST_PROTOCOL, head->protocol)
           && set_known(values, VARIABLE_REQUEST_URI_RAW, head->uri_raw)
           && add_places(values, head) && add_time(values, head->time)
           && add_fields(values, head) && add_target(values, head);
}

/* A request may be mapped more than once. */
static int set_again(values_t *values, rule_variable_e variable, slice_t text)
{
    return !text.p || values_set(values, variable, VALUE_ALONE, text);
}

int request_mapped_values(values_t *values, const waf_mapped_t *mapped)
{
    const value_t *query =
        values_find(values, VARIABLE_QUERY_STRING, VALUE_ALONE);

    if (mapped->path.p
        && !set_path(values, mapped->path,
                     query ? strings_text(values->strings, query->text)
                           : slice_make(NULL, 0))) {
        return 0;
    }
    return set_again(values, VARIABLE_PATH_INFO, mapped->path_info)
           && set_again(values, VARIABLE_SCRIPT_FILENAME,
                        mapped->script_filename)
           && set_again(values, VARIABLE_REMOTE_USER, mapped->user)
           && set_again(values, VARIABLE_AUTH_TYPE, mapped->auth_type);
}

static char *append_text(char *to, slice_t text, const char *behind)
{
    size_t n = strlen(behind);

    memcpy(to, text.p ? text.p : "", text.len);
    memcpy(to + text.len, behind, n);
    return to + text.len + n;
}

int request_full_values(values_t *values, const waf_head_t *head, slice_t body)
{
    size_t length = body.len;
    char *text, *to;
    int i;

    for (i = 0; i < head->field_count; i++) {
        length += head->field[i].name.len + head->field[i].value.len + 3;
    }
    to = text = apr_palloc(values->pool, head->line.len + length + 2);
    to = append_text(to, head->line, "\n");
    for (i = 0; i < head->field_count; i++) {
        to = append_text(to, head->field[i].name, ": ");
        to = append_text(to, head->field[i].value, "\n");
    }
    to = append_text(append_text(to, VALUE_ALONE, "\n"), body, "");
    return values_set(values, VARIABLE_FULL_REQUEST, VALUE_ALONE,
                      slice_make(text, (size_t)(to - text)))
           && arguments_say_number(values, VARIABLE_FULL_REQUEST_LENGTH,
                                   (int64_t)length + 2);
}
