/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* body_parts.c: a multipart body as values: FILES and MULTIPART_*, and
 * arguments from its other parts.  Layer L1. */
#include "body_private.h"

#include <apr_strings.h>

enum {
    PARTS_MOST = 1000,
    FILES_MOST = 100
};

typedef struct {
    slice_t name, value;
} part_value_t;

static slice_t copy_text(const body_parts_t *parts, slice_t text)
{
    return slice_make(apr_pmemdup(parts->values->pool, text.p, text.len),
                      text.len);
}

static int fits(body_parts_t *parts, int is_good)
{
    parts->is_full |= !is_good;
    return is_good;
}

static int add_of_part(body_parts_t *parts, rule_variable_e variable,
                       slice_t text)
{
    return fits(parts, values_add(parts->values, variable, parts->name, text));
}

/* ---- part_events of the parser ---- */

static int part_begins(void *ctx, const multipart_part_t *part)
{
    body_parts_t *parts = ctx;
    int most = parts->limits->parts_most;

    if (parts->parts++ == (most > 0 ? most : PARTS_MOST)) {
        return 0;
    }
    parts->name = copy_text(parts, part->name);
    parts->filename = slice_make(NULL, 0);
    if (part->filename.p) {
        parts->filename = copy_text(parts, part->filename);
    }
    return 1;
}

static int field_comes(void *ctx, slice_t line)
{
    body_parts_t *parts = ctx;

    return add_of_part(parts, VARIABLE_MULTIPART_PART_HEADERS,
                       copy_text(parts, line));
}

static int keeps_files(const body_parts_t *parts)
{
    return parts->limits->counts_files && parts->limits->keeps_files;
}

static int data_comes(void *ctx, slice_t piece)
{
    body_parts_t *parts = ctx;

    if (!parts->whole.p && (!parts->filename.p || keeps_files(parts))) {
        body_text_add(&parts->text, piece, parts->values->pool);
    }
    return 1;
}

static int add_file(body_parts_t *parts, const multipart_part_t *part,
                    slice_t content)
{
    int most = parts->limits->files_most;
    const char *size =
        apr_psprintf(parts->values->pool, "%" APR_SIZE_T_FMT, part->length);

    parts->last_filename = parts->filename;
    parts->files_size += (int64_t)part->length;
    if (!add_of_part(parts, VARIABLE_FILES, parts->filename)
        || !add_of_part(parts, VARIABLE_FILES_NAMES, parts->name)
        || !add_of_part(parts, VARIABLE_FILES_SIZES, slice_str(size))) {
        return 0;
    }
    if (!parts->limits->counts_files) {
        return 1;
    }
    if (parts->files++ >= (most > 0 ? most : FILES_MOST)) {
        parts->is_over_files = 1;
        return 1;
    }
    return !keeps_files(parts)
           || add_of_part(parts, VARIABLE_FILES_TMP_CONTENT, content);
}

static int part_ends(void *ctx, const multipart_part_t *part)
{
    body_parts_t *parts = ctx;
    part_value_t *argument;
    slice_t content;

    content = parts->whole.p
                  ? slice_make(parts->whole.p + part->offset, part->length)
                  : body_text_take(&parts->text);
    if (parts->filename.p) {
        return add_file(parts, part, content);
    }
    argument = apr_array_push(parts->arguments);
    argument->name = parts->name;
    argument->value = content;
    return 1;
}

static const multipart_events_t part_events = {
    .begin = part_begins,
    .data = data_comes,
    .field = field_comes,
    .end = part_ends,
};

void body_parts_init(body_parts_t *parts, values_t *values, slice_t type,
                     const body_limits_t *limits)
{
    memset(parts, 0, offsetof(body_parts_t, parser));
    parts->values = values;
    parts->limits = limits;
    multipart_init(&parts->parser, type, &part_events, parts);
    memset(&parts->whole, 0, sizeof(*parts) - offsetof(body_parts_t, whole));
    parts->arguments = apr_array_make(values->pool, 8, sizeof(part_value_t));
}

/* ---- what all parts together say ---- */

static void say_text(body_parts_t *parts, rule_variable_e variable,
                     slice_t text)
{
    fits(parts, values_set(parts->values, variable, VALUE_ALONE, text));
}

static void say_flags(body_parts_t *parts)
{
    static const struct {
        unsigned flags; /* all of them */
        rule_variable_e variable;
    } of[] = {
        { MULTIPART_BOUNDARY_QUOTED, VARIABLE_MULTIPART_BOUNDARY_QUOTED },
        { MULTIPART_BOUNDARY_WHITESPACE,
          VARIABLE_MULTIPART_BOUNDARY_WHITESPACE },
        { MULTIPART_DATA_BEFORE, VARIABLE_MULTIPART_DATA_BEFORE },
        { MULTIPART_DATA_AFTER, VARIABLE_MULTIPART_DATA_AFTER },
        { MULTIPART_HEADER_FOLDING, VARIABLE_MULTIPART_HEADER_FOLDING },
        { MULTIPART_INVALID_HEADER_FOLDING,
          VARIABLE_MULTIPART_INVALID_HEADER_FOLDING },
        { MULTIPART_INVALID_PART, VARIABLE_MULTIPART_INVALID_PART },
        { MULTIPART_INVALID_QUOTING, VARIABLE_MULTIPART_INVALID_QUOTING },
        { MULTIPART_LF_LINE, VARIABLE_MULTIPART_LF_LINE },
        { MULTIPART_LF_LINE | MULTIPART_CRLF_LINE,
          VARIABLE_MULTIPART_CRLF_LF_LINES },
        { MULTIPART_MISSING_SEMICOLON, VARIABLE_MULTIPART_MISSING_SEMICOLON },
        { MULTIPART_UNMATCHED_BOUNDARY, VARIABLE_MULTIPART_UNMATCHED_BOUNDARY },
    };
    const unsigned tolerated =
        MULTIPART_UNMATCHED_BOUNDARY | MULTIPART_CRLF_LINE;
    unsigned flags = parts->parser.flags;
    size_t i;

    for (i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
        if ((flags & of[i].flags) == of[i].flags) {
            say_text(parts, of[i].variable, SLICE_LIT("1"));
        }
    }
    if (parts->is_over_files) {
        say_text(parts, VARIABLE_MULTIPART_FILE_LIMIT_EXCEEDED, SLICE_LIT("1"));
    }
    if ((flags & ~tolerated) || parts->is_over_files
        || parts->parser.error != MULTIPART_GOOD) {
        say_text(parts, VARIABLE_MULTIPART_STRICT_ERROR, SLICE_LIT("1"));
    }
}

/* Of the last part, be it only half a one. */
static void say_names(body_parts_t *parts)
{
    const multipart_part_t *half = &parts->parser.part;
    slice_t name = half->name.p ? half->name : parts->name;
    slice_t filename = half->filename.p ? half->filename : parts->last_filename;

    if (name.p) {
        say_text(parts, VARIABLE_MULTIPART_NAME, name);
    }
    if (filename.p) {
        say_text(parts, VARIABLE_MULTIPART_FILENAME, filename);
    }
    fits(parts,
         arguments_say_number(parts->values, VARIABLE_FILES_COMBINED_SIZE,
                              parts->files_size));
}

/* A body that is wrong has no arguments. */
static void say_arguments(body_parts_t *parts)
{
    arguments_t to = arguments_of(parts->values, ARGUMENTS_POST,
                                  parts->limits->arguments_most);
    int i;

    for (i = 0; i < parts->arguments->nelts; i++) {
        const part_value_t *argument =
            &APR_ARRAY_IDX(parts->arguments, i, part_value_t);

        if (!arguments_add(&to, argument->name, argument->value)) {
            break;
        }
    }
    fits(parts, arguments_end(&to));
}

static void check_outside(body_parts_t *parts)
{
    size_t most = parts->limits->outside_most;

    if (most && parts->parser.outside > most) {
        fits(parts,
             arguments_say_error(parts->values,
                                 SLICE_LIT(
                                     "SecRequestBodyNoFilesLimit exceeded")));
    }
}

void body_parts_end(body_parts_t *parts)
{
    multipart_end(&parts->parser);
    check_outside(parts);
    say_flags(parts);
    say_names(parts);
    if (parts->parser.error == MULTIPART_GOOD) {
        say_arguments(parts);
        return;
    }
    fits(parts,
         arguments_say_error(parts->values,
                             slice_str(apr_pstrcat(parts->values->pool,
                                                   "Multipart parsing error: ",
                                                   multipart_error_text(
                                                       parts->parser.error),
                                                   NULL))));
}
