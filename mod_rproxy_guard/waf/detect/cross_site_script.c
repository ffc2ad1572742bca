/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cross_site_script.c: see cross_site_script.h.  Layer L0. */
#include "cross_site_script.h"

#include "html_names.h"
#include "html_tokens.h"
#include "html_url.h"

/* Conditional comments, and a backquote, which ends one for old browsers. */
static int is_code_comment(slice_t text)
{
    return memchr(text.p, '`', text.len)
           || html_name_begins(text, SLICE_LIT("[if"))
           || html_name_begins(text, SLICE_LIT("xml"))
           || html_name_begins(text, SLICE_LIT("import"))
           || html_name_begins(text, SLICE_LIT("entity"));
}

static int is_code_attribute(const html_token_t *token)
{
    if (!token->has_value) {
        return 0;
    }
    switch (html_name_of_attribute(token->name)) {
    case HTML_NAME_CODE:
        return 1;
    case HTML_NAME_URL:
        return html_url_is_code(token->value);
    case HTML_NAME_INDIRECT:
        return html_name_of_attribute(token->value) == HTML_NAME_CODE;
    default:
        return 0;
    }
}

static int runs_script(const html_token_t *token)
{
    switch (token->kind) {
    case HTML_TAG:
        return html_name_is_tag_of_code(token->name);
    case HTML_ATTRIBUTE:
        return is_code_attribute(token);
    case HTML_DECLARATION:
        return html_name_begins(token->value, SLICE_LIT("doctype"))
               || is_code_comment(token->value);
    default:
        return is_code_comment(token->value);
    }
}

static int reads_code(html_reader_t *reader)
{
    html_token_t token;

    while (html_reader_next(reader, &token)) {
        if (runs_script(&token)) {
            return 1;
        }
    }
    return 0;
}

/* Whether the page is in HTML or in SVG there is not known. */
static int has_code(html_reader_t reader)
{
    html_reader_t foreign = reader;

    foreign.is_foreign = 1;
    return reads_code(&reader) || (reader.has_cdata && reads_code(&foreign));
}

static int has_code_behind(slice_t value, char quote)
{
    html_reader_t reader = { .p = value.p, .end = value.p + value.len };

    return html_reader_leave(&reader, quote) && has_code(reader);
}

int cross_site_script_found(slice_t value)
{
    html_reader_t text = { .p = value.p, .end = value.p + value.len };
    int has_tag, has_value;

    if (!value.len) {
        return 0;
    }
    has_tag = memchr(value.p, '<', value.len) != NULL;
    has_value = memchr(value.p, '=', value.len) != NULL;
    return (has_tag && has_code(text))
           || ((has_tag || has_value)
               && (has_code_behind(value, 0) || has_code_behind(value, '"')
                   || has_code_behind(value, '\'')
                   || has_code_behind(value, '`')));
}

byte_set_t cross_site_script_bytes(void)
{
    return byte_set_of(SLICE_LIT("<="));
}
