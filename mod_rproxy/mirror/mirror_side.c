/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* mirror_side.c: what is kept of a response, be it the client's or the copy's,
 * for the comparison.  Layer L2; the thread of that exchange. */
#include "mirror_private.h"

#define LINE_MAX_BYTES (32 * 1024)

void mirror_side_begin(mirror_t *m, mirror_side_t *side)
{
    if (m->conf->masks.count && !side->body.line) {
        side->body.mask = mirror_mask;
        side->body.masks = &m->conf->masks;
        side->body.line = apr_palloc(m->pool, LINE_MAX_BYTES);
        side->body.cap = LINE_MAX_BYTES;
    }
    masked_digest_begin(&side->body);
    side->content.text = &side->body;
}

/* Of a URL on the member itself: what follows its authority. */
static slice_t without_authority(const member_t *member, slice_t value)
{
    static const char *const schemes[] = { "http://", "https://" };
    size_t i, own = strlen(member->authority);

    for (i = 0; i < 2; i++) {
        size_t begin = strlen(schemes[i]);

        if (value.len >= begin + own && memcmp(value.p, schemes[i], begin) == 0
            && memcmp(value.p + begin, member->authority, own) == 0) {
            return slice_make(value.p + begin + own, value.len - begin - own);
        }
    }
    return value;
}

static uint64_t field_hash(const mirror_t *m, const member_t *member,
                           const h1_response_t *response, const char *name)
{
    digest_t digest;
    size_t i;

    digest_begin(&digest);
    for (i = 0; i < response->field_count; i++) {
        const h1_field_t *field = &response->fields[i];

        if (slice_eq_nocase(field->name, slice_str(name))) {
            mirror_mask(&m->conf->masks,
                        without_authority(member, field->value), &digest);
            digest_add(&digest, SLICE_LIT("\n"));
        }
    }
    return digest_end(&digest);
}

void mirror_side_head(const mirror_t *m, mirror_side_t *side,
                      const member_t *member, const h1_response_t *response)
{
    int i;

    side->view.status = response->status;
    if (!m->conf->compare) {
        return;
    }
    masked_digest_begin(&side->body);
    decoded_end(&side->content);
    decoded_begin(&side->content, response->fields, response->field_count);
    for (i = 0; i < m->conf->field_count; i++) {
        side->view.field[i] =
            field_hash(m, member, response, m->conf->field[i]);
    }
}

void mirror_side_end(mirror_side_t *side, int complete)
{
    side->view.complete = complete;
    decoded_end(&side->content);
    side->view.body = masked_digest_end(&side->body);
}
