/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* field_names.c: one look-up in a table that is complete at compile time.
 * Layer L0.  RFC 9110 sections 5.1 and 7.6. */
#include "field_names.h"

#define SHORTEST_NAME 2 /* "TE" */

/* clang-format off */
/* Without two names of FIELD_NAMES in one slot; found by trying. */
#define SLOT(len, first, middle, penult)                                      \
    (((len) + (first) * 12 + (middle) * 26 + (penult) * 16) & 255)

typedef struct {
    const char *text;
    unsigned char len;
    unsigned char kind;
} known_name_t;

static const known_name_t known_names[FIELD_ID_COUNT] = {
#define X(id, kind, name, first, middle, penult)                              \
    [id] = { name, sizeof(name) - 1, kind },
    FIELD_NAMES(X)
#undef X
    [FIELD_X_FORWARDED_OTHER] = { NULL, 0, FIELD_KIND_FORWARD },
};

static const unsigned char slots[256] = {
#define X(id, kind, name, first, middle, penult)                              \
    [SLOT(sizeof(name) - 1, first, middle, penult)] = id,
    FIELD_NAMES(X)
#undef X
};
/* clang-format on */

_Static_assert(FIELD_ID_COUNT <= 256, "an id fits into a slot");

static unsigned char fold(char c)
{
    return c == '_' ? '-' : slice_lower((unsigned char)c);
}

/* @return 1, and *folded if an underscore stood for a hyphen */
static int equals_folded(slice_t name, const char *text, int *folded)
{
    int underscore = 0;
    size_t i;

    for (i = 0; i < name.len; i++) {
        if (name.p[i] == text[i]) {
            continue;
        }
        if (fold(name.p[i]) != fold(text[i])) {
            return 0;
        }
        underscore |= name.p[i] == '_';
    }
    *folded = underscore;
    return 1;
}

static field_id_e find_x_forwarded(slice_t name, int *folded)
{
    slice_t prefix = SLICE_LIT("x-forwarded-");

    if (name.len > prefix.len && slice_lower((unsigned char)name.p[0]) == 'x'
        && equals_folded(slice_make(name.p, prefix.len), prefix.p, folded)) {
        return FIELD_X_FORWARDED_OTHER;
    }
    return FIELD_OTHER;
}

field_id_e field_names_find(slice_t name, int *folded)
{
    const known_name_t *known;
    unsigned slot;

    *folded = 0;
    if (name.len < SHORTEST_NAME) {
        return FIELD_OTHER;
    }
    slot = SLOT((unsigned)(name.len & 255), fold(name.p[0]),
                fold(name.p[name.len / 2]), fold(name.p[name.len - 2]));
    known = &known_names[slots[slot]];
    if (known->len == name.len && equals_folded(name, known->text, folded)) {
        return (field_id_e)slots[slot];
    }
    return find_x_forwarded(name, folded);
}

field_kind_e field_names_kind(field_id_e id)
{
    return (field_kind_e)known_names[id].kind;
}

const char *field_names_text(field_id_e id)
{
    return known_names[id].text;
}
