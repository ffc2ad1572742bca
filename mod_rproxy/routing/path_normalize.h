/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* path_normalize.h: one spelling for each path (RFC 3986 sections 5.2.4 and
 * 6.2.2), or the reason why there is none.  Layer L0.
 *
 * Routes are matched on the normalised path, and the normalised path is what
 * the origin is sent: both sides see the same one.  A path that an origin may
 * read in another way is refused.  Configured paths go through path_encode()
 * and path_normalize() once, so that they are spelled alike.
 *
 * What RFC 3986 holds for different stays different: case, an escaped reserved
 * character ("%21" is not "!"), and, but for PATH_MERGE_SLASHES, "//". */
#ifndef RPROXY_PATH_NORMALIZE_H
#define RPROXY_PATH_NORMALIZE_H

#include "../http1/h1_slice.h"

/* clang-format off */
#define PATH_RESULTS(X)                                                       \
    X(PATH_OK,            "the path is good")                                 \
    X(PATH_NO_ROOM,       "the path does not fit into its buffer")            \
    X(PATH_NOT_ABSOLUTE,  "the path does not begin with a slash")             \
    X(PATH_BAD_BYTE,      "a byte that may not stand in a path unescaped")    \
    X(PATH_BAD_ESCAPE,    "a percent sign without two hexadecimal digits")    \
    X(PATH_CONTROL,       "a control character, escaped or not")              \
    X(PATH_ESCAPED_SLASH, "an escaped slash or backslash")                    \
    X(PATH_DOT_TRICK,     "a dot segment in disguise, such as \"..;\" or "    \
                          "\"..%2F\"")                                        \
    X(PATH_ABOVE_ROOT,    "more \"..\" segments than the path is deep")
/* clang-format on */

typedef enum {
#define X(id, text) id,
    PATH_RESULTS(X)
#undef X
} path_e;

enum {
    /* "%2F" and "%5C" may stand in a path and are sent on as they are.  An
     * origin may take them for separators, the routes do not. */
    PATH_ALLOW_ESCAPED_SLASH = 1,
    /* "//" becomes "/", for origins that do the same. */
    PATH_MERGE_SLASHES = 2
};

/* A half sentence for logs. */
const char *path_result_text(path_e result);

/* Cuts a request target in origin-form (RFC 9112 section 3.2.1) at its first
 * "?".
 * @param query  with the "?" before it; empty if there is none
 * @return PATH_OK, PATH_NOT_ABSOLUTE, or PATH_CONTROL or PATH_BAD_BYTE for a
 *         control character, a space or a "#" in either part; both slices are
 *         set only if PATH_OK */
path_e path_split_target(slice_t target, slice_t *path, slice_t *query);

/* Escapes what clients and configurations write plainly although a URI has no
 * place for it: bytes above 0x7f, space and " < > ^ ` { | }.  All else is
 * copied.
 * @param out  at least PATH_ENCODE_ROOM(path.len) bytes, not the path's own
 * @return PATH_OK and *result within out, or PATH_NO_ROOM; a path that needs
 *         no escape is its own result, and out is not used */
#define PATH_ENCODE_ROOM(len) (3 * (len))
path_e path_encode(slice_t path, char *out, size_t room, slice_t *result);

/* Unescapes what needs no escape, writes escapes in upper case, removes dot
 * segments.  Normalising once more changes nothing.
 * @param path   without query
 * @param flags  PATH_ALLOW_ESCAPED_SLASH, PATH_MERGE_SLASHES
 * @param out    at least path.len bytes, may be the path's own; not terminated
 * @return PATH_OK and *result within out, never longer than path; or why not,
 *         with out in no particular state */
path_e path_normalize(slice_t path, unsigned flags, char *out, size_t room,
                      slice_t *result);

#endif
