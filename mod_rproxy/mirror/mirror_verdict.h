/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* mirror_verdict.h: are two responses the same?  Layer L0. */
#ifndef RPROXY_MIRROR_VERDICT_H
#define RPROXY_MIRROR_VERDICT_H

#include <stdint.h>

enum {
    MIRROR_FIELDS = 16
};

/* clang-format off */
#define MIRROR_VERDICTS(X)                                                    \
    X(MIRROR_EQUAL,   "equal")                                                \
    X(MIRROR_STATUS,  "status")   /* differs */                               \
    X(MIRROR_FIELD,   "header")   /* one of them differs */                   \
    X(MIRROR_BODY,    "body")     /* differs */                               \
    X(MIRROR_FAILED,  "failed")   /* the copy had no whole response */        \
    X(MIRROR_UNKNOWN, "unknown")  /* nor had the original */
/* clang-format on */

typedef enum {
#define X(id, name) id,
    MIRROR_VERDICTS(X)
#undef X
} mirror_verdict_e;

/* What is kept of a response; hashes of what counts of it. */
typedef struct {
    int complete;
    int status;
    uint64_t field[MIRROR_FIELDS];
    uint64_t body;
} mirror_view_t;

/* @param fields  so many of view.field are used
 * @param field   out, with MIRROR_FIELD: which one */
mirror_verdict_e mirror_verdict(const mirror_view_t *original,
                                const mirror_view_t *copy, int fields,
                                int *field);

const char *mirror_verdict_name(mirror_verdict_e verdict);

#endif
