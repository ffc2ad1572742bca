/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* mirror_verdict.c: status first, then fields, then the body.  Layer L0. */
#include "mirror_verdict.h"

mirror_verdict_e mirror_verdict(const mirror_view_t *original,
                                const mirror_view_t *copy, int fields,
                                int *field)
{
    int i;

    if (!original->complete) {
        return MIRROR_UNKNOWN;
    }
    if (!copy->complete) {
        return MIRROR_FAILED;
    }
    if (original->status != copy->status) {
        return MIRROR_STATUS;
    }
    for (i = 0; i < fields; i++) {
        if (original->field[i] != copy->field[i]) {
            *field = i;
            return MIRROR_FIELD;
        }
    }
    return original->body == copy->body ? MIRROR_EQUAL : MIRROR_BODY;
}

const char *mirror_verdict_name(mirror_verdict_e verdict)
{
    static const char *const names[] = {
#define X(id, name) name,
        MIRROR_VERDICTS(X)
#undef X
    };
    return names[verdict];
}
