/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* html_tokens.c: see html_tokens.h.  Layer L0. */
#include "html_tokens.h"

#include "waf/transform/char_kind.h"

static int is_letter(unsigned char c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static int is_blank(char c)
{
    return char_is_space((unsigned char)c) || !c;
}

static int starts(const html_reader_t *reader, slice_t text)
{
    size_t left = (size_t)(reader->end - reader->p);

    return left >= text.len
           && slice_eq_nocase(slice_make(reader->p, text.len), text);
}

static int takes(html_reader_t *reader, slice_t text)
{
    if (!starts(reader, text)) {
        return 0;
    }
    reader->p += text.len;
    return 1;
}

/* What is before the mark, or all; goes behind it. */
static slice_t take_before(html_reader_t *reader, slice_t mark)
{
    const char *from = reader->p, *p = from;
    size_t len;

    while ((p = memchr(p, *mark.p, (size_t)(reader->end - p)))) {
        if ((size_t)(reader->end - p) >= mark.len
            && !memcmp(p, mark.p, mark.len)) {
            reader->p = p + mark.len;
            return slice_make(from, (size_t)(p - from));
        }
        p++;
    }
    len = (size_t)(reader->end - from);
    reader->p = reader->end;
    return slice_make(from, len);
}

static void skip_white(html_reader_t *reader)
{
    while (reader->p < reader->end && is_blank(*reader->p)) {
        reader->p++;
    }
}

static slice_t take_name(html_reader_t *reader, const char *ends)
{
    const char *from = reader->p;

    while (reader->p < reader->end && !char_is_space((unsigned char)*reader->p)
           && (!*reader->p || !strchr(ends, *reader->p))) {
        reader->p++;
    }
    return slice_make(from, (size_t)(reader->p - from));
}

static slice_t take_value(html_reader_t *reader)
{
    char quote = *reader->p;

    if (quote != '"' && quote != '\'' && quote != '`') {
        return take_name(reader, ">");
    }
    reader->p++;
    return take_before(reader, slice_make(&quote, 1));
}

static int take_attribute(html_reader_t *reader, html_token_t *token)
{
    const char *from = reader->p;

    token->kind = HTML_ATTRIBUTE;
    reader->p++; /* one "=" belongs to the name */
    take_name(reader, "/>=");
    token->name = slice_make(from, (size_t)(reader->p - from));
    skip_white(reader);
    if (reader->p < reader->end && *reader->p == '=') {
        reader->p++;
        skip_white(reader);
        token->has_value = reader->p < reader->end;
        if (token->has_value) {
            token->value = take_value(reader);
        }
    }
    return 1;
}

/* @return 0: the tag is over */
static int next_in_tag(html_reader_t *reader, html_token_t *token)
{
    while (reader->p < reader->end
           && (is_blank(*reader->p) || *reader->p == '/')) {
        reader->p++;
    }
    if (reader->p == reader->end) {
        return 0;
    }
    if (*reader->p == '>') {
        reader->p++;
        reader->is_in_tag = 0;
        return 0;
    }
    return take_attribute(reader, token);
}

/* Up to "-->" or "--!>"; "<!-->" and "<!--->" are whole ones. */
static int take_comment(html_reader_t *reader, html_token_t *token)
{
    const char *from;

    reader->p += strlen("!--");
    from = reader->p;
    token->kind = HTML_COMMENT;
    if (takes(reader, SLICE_LIT(">")) || takes(reader, SLICE_LIT("->"))) {
        token->value = slice_make(from, 0);
        return 1;
    }
    for (; reader->p < reader->end; reader->p++) {
        token->value = slice_make(from, (size_t)(reader->p - from));
        if (*reader->p == '-'
            && (takes(reader, SLICE_LIT("-->"))
                || takes(reader, SLICE_LIT("--!>")))) {
            return 1;
        }
    }
    token->value = slice_make(from, (size_t)(reader->p - from));
    return 1;
}

static int take_to_end(html_reader_t *reader, html_token_t *token,
                       html_kind_e kind)
{
    reader->p++;
    token->kind = kind;
    token->value = take_before(reader, SLICE_LIT(">"));
    return 1;
}

/* Behind "<".  @return 0: this is text, or tells nothing */
static int take_markup(html_reader_t *reader, html_token_t *token)
{
    if (starts(reader, SLICE_LIT("!--"))) {
        return take_comment(reader, token);
    }
    if (starts(reader, SLICE_LIT("![CDATA["))) {
        reader->has_cdata = 1;
        take_before(reader,
                    reader->is_foreign ? SLICE_LIT("]]>") : SLICE_LIT(">"));
        return 0;
    }
    switch (*reader->p) {
    case '!':
        return take_to_end(reader, token, HTML_DECLARATION);
    case '?':
        return take_to_end(reader, token, HTML_INSTRUCTION);
    case '/':
        reader->p++;
        take_name(reader, "/>");
        reader->is_in_tag = 1;
        return 0;
    default:
        break;
    }
    /* Old parsers leave NULs out. */
    if (!*reader->p || is_letter((unsigned char)*reader->p)) {
        token->kind = HTML_TAG;
        token->name = take_name(reader, "/>");
        reader->is_in_tag = 1;
        return 1;
    }
    return 0;
}

int html_reader_leave(html_reader_t *reader, char quote)
{
    reader->is_in_tag = 1;
    if (quote) {
        const char *end =
            memchr(reader->p, quote, (size_t)(reader->end - reader->p));

        reader->p = end ? end + 1 : reader->end;
        return end != NULL;
    }
    return 1;
}

int html_reader_next(html_reader_t *reader, html_token_t *token)
{
    const html_token_t none = { .has_value = 0 };

    *token = none;
    while (reader->p < reader->end) {
        if (reader->is_in_tag) {
            if (next_in_tag(reader, token)) {
                return 1;
            }
            continue;
        }
        reader->p = memchr(reader->p, '<', (size_t)(reader->end - reader->p));
        if (!reader->p) {
            reader->p = reader->end;
        }
        else if (++reader->p < reader->end && take_markup(reader, token)) {
            return 1;
        }
    }
    return 0;
}
