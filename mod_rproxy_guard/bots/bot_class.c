/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* bot_class.c: see bot_class.h.  Layer L0. */
#include "bot_class.h"

static const struct {
    const char *name, *text;
} classes[] = {
#define X(id, name, text) { name, text },
    BOT_CLASSES(X)
#undef X
};

static int begins_with(slice_t text, slice_t with)
{
    return text.len >= with.len
           && slice_eq_nocase(slice_make(text.p, with.len), with);
}

bot_class_e bot_class_decide(bot_class_e listed, slice_t agent,
                             bot_proof_e proof)
{
    if (listed == BOT_SEARCH) {
        return proof == BOT_REAL     ? BOT_SEARCH
               : proof == BOT_UNREAL ? BOT_FAKE
                                     : BOT_CLAIM;
    }
    if (listed != BOT_CLASS_COUNT) {
        return listed;
    }
    return begins_with(agent, SLICE_LIT("Mozilla/"))
                   || begins_with(agent, SLICE_LIT("Opera/"))
               ? BOT_BROWSER
               : BOT_TOOL;
}

const char *bot_class_name(bot_class_e class)
{
    return classes[class].name;
}

const char *bot_class_text(bot_class_e class)
{
    return classes[class].text;
}

bot_class_e bot_class_named(slice_t name)
{
    int i = 0;

    while (i < BOT_CLASS_COUNT && !slice_eq(slice_str(classes[i].name), name)) {
        i++;
    }
    return (bot_class_e)i;
}
