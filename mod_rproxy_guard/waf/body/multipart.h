/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* multipart.h: the parts of a multipart/form-data body (RFC 7578, RFC 2046
 * section 5.1), in whatever pieces it comes.  Layer L0.
 *
 * Strict: servers behind read such bodies each in their own way, so what two of
 * them could read differently is an error or a flag, by the rules of
 * ModSecurity 2.9.  Contents go by and are not kept. */
#ifndef RPROXY_GUARD_MULTIPART_H
#define RPROXY_GUARD_MULTIPART_H

#include "http1/h1_slice.h"

enum {
    MULTIPART_TYPE_MAX = 1024, /* of a Content-Type */
    MULTIPART_LINE_MAX = 4096, /* of a field; of data so much is looked at */
    MULTIPART_HEAD_MAX = 8192, /* of a part's fields together */
    MULTIPART_FIELDS_MAX = 64
};

/* Flags. */
enum {
    MULTIPART_BOUNDARY_QUOTED = 1,
    MULTIPART_BOUNDARY_WHITESPACE = 2,
    MULTIPART_DATA_BEFORE = 4,
    MULTIPART_DATA_AFTER = 8,
    MULTIPART_HEADER_FOLDING = 16,
    MULTIPART_INVALID_HEADER_FOLDING = 32,
    MULTIPART_INVALID_PART = 64,
    MULTIPART_INVALID_QUOTING = 128,
    MULTIPART_LF_LINE = 256,
    MULTIPART_CRLF_LINE = 512,
    MULTIPART_MISSING_SEMICOLON = 1024,
    MULTIPART_UNMATCHED_BOUNDARY = 2048
};

/* clang-format off */
#define MULTIPART_ERRORS(X)                                                   \
    X(GOOD, "")                                                               \
    X(TYPE_MISSING, "there is no Content-Type")                               \
    X(TYPE_LONG, "the Content-Type is too long")                              \
    X(TYPE_OTHER, "the Content-Type is not multipart/form-data")              \
    X(BOUNDARY_MISSING, "the Content-Type has no boundary")                   \
    X(BOUNDARY_TWICE, "the Content-Type has more than one boundary")          \
    X(BOUNDARY_CASE, "the Content-Type has a boundary in capitals")           \
    X(BOUNDARY_BAD, "the boundary in the Content-Type is malformed")          \
    X(LINE_BAD, "a boundary has something behind it")                         \
    X(LINE_QUOTED, "a boundary has quotes")                                   \
    X(LINE_SPACE, "a boundary has space before it")                           \
    X(FIELD_LONG, "a part has a field that is too long")                      \
    X(FIELDS_MANY, "a part has too many fields")                              \
    X(FIELD_NUL, "a part has a NUL in its fields")                            \
    X(FIELD_FOLDED, "a part begins with a continuation line")                 \
    X(FIELD_BAD, "a part has a field without name or colon")                  \
    X(FIELD_TWICE, "a part has a field twice")                                \
    X(DISPOSITION_MISSING, "a part has no Content-Disposition")               \
    X(DISPOSITION_BAD, "a part has a malformed Content-Disposition")          \
    X(NAME_MISSING, "a part has no name")                                     \
    X(NOTHING, "there is no boundary in the body")                            \
    X(CUT, "the last boundary is missing")                                    \
    X(STOPPED, "there is more than is looked at")
/* clang-format on */

typedef enum {
#define X(name, text) MULTIPART_##name,
    MULTIPART_ERRORS(X)
#undef X
} multipart_e;

typedef struct {
    slice_t name;
    slice_t filename; /* p NULL: a field of the form, no file */
    size_t offset;    /* of its content in the body */
    size_t length;
} multipart_part_t;

/* Slices are valid during the call only.  All return 0: enough. */
typedef struct {
    int (*begin)(void *ctx, const multipart_part_t *part);
    int (*data)(void *ctx, slice_t piece); /* of its content; may be NULL */
    int (*field)(void *ctx, slice_t line); /* "Name: value", when it is over */
    int (*end)(void *ctx, const multipart_part_t *part);
} multipart_events_t;

typedef enum {
    MULTIPART_STATE_BEFORE, /* the first boundary */
    MULTIPART_STATE_HEAD,
    MULTIPART_STATE_DATA,
    MULTIPART_STATE_AFTER
} multipart_state_e;

typedef struct {
    const multipart_events_t *events;
    void *ctx;
    unsigned flags;
    multipart_e error; /* the first one */
    size_t outside;    /* bytes that are of no file */

    multipart_state_e state;
    char mark[MULTIPART_TYPE_MAX + 2]; /* "--" and the boundary */
    size_t mark_len;

    char line[MULTIPART_LINE_MAX]; /* the beginning of one */
    size_t line_len;
    int is_begun;  /* of the line there was more before */
    size_t offset; /* of the line in the body */
    int held;      /* bytes of the last line's end, that may be a boundary's */
    int has_bytes; /* of a body */
    int boundaries;

    char head[MULTIPART_HEAD_MAX]; /* fields, LF behind each */
    size_t head_len;
    size_t field_from; /* of the last one in head */
    int fields;
    int is_folded; /* the Content-Disposition, before it has said anything */
    multipart_part_t part;
    char names[MULTIPART_HEAD_MAX]; /* of the part, without quotes */
} multipart_t;

/* @param type    Content-Type; p NULL: there is none
 * @param events  outlive it, with ctx */
void multipart_init(multipart_t *m, slice_t type,
                    const multipart_events_t *events, void *ctx);

/* @return 0: it is wrong, m->error says how; more of it changes nothing */
int multipart_add(multipart_t *m, slice_t piece);
int multipart_end(multipart_t *m);

const char *multipart_error_text(multipart_e error);

/* ---- in files of their own ---- */

/* Sets the boundary, and flags. */
multipart_e multipart_type_read(multipart_t *m, slice_t type);

/* A line with its end, of a part's head. */
multipart_e multipart_head_line(multipart_t *m, slice_t line);

/* Tells of its fields. */
multipart_e multipart_head_say(multipart_t *m);

/* Name and filename of the part. */
multipart_e multipart_disposition_read(multipart_t *m, slice_t value);

#endif
