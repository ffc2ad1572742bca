/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* bot_class.h: what kind of client a request is from.  Layer L0. */
#ifndef RPROXY_GUARD_BOT_CLASS_H
#define RPROXY_GUARD_BOT_CLASS_H

#include "http1/h1_slice.h"

/* Name for directives, logs and metrics; what it is, a phrase. */
/* clang-format off */
#define BOT_CLASSES(X)                                                        \
    X(BOT_BROWSER, "browser", "its user agent is that of a browser")          \
    X(BOT_SEARCH,  "search",  "it is a search bot, verified by its address")  \
    X(BOT_CLAIM,   "claim",   "it says it is a search bot, not verified yet") \
    X(BOT_FAKE,    "fake",    "it says it is a search bot, and is none")      \
    X(BOT_BOT,     "bot",     "its user agent is that of a bot")              \
    X(BOT_AI,      "ai",      "its user agent is that of an AI crawler")      \
    X(BOT_TOOL,    "tool",    "its user agent is that of a tool, or none")
/* clang-format on */

typedef enum {
#define X(id, name, text) id,
    BOT_CLASSES(X)
#undef X
    BOT_CLASS_COUNT
} bot_class_e;

/* What is known of an address that says it is a search bot's. */
typedef enum {
    BOT_UNKNOWN, /* nothing can be found out, or not now */
    BOT_ASKED,   /* it is being found out */
    BOT_REAL,
    BOT_UNREAL
} bot_proof_e;

/* @param listed  the class of the first line that fits: BOT_SEARCH, BOT_BOT,
 *                BOT_AI, BOT_TOOL; BOT_CLASS_COUNT: none does
 * @param agent   the User-Agent field; browsers' begin with "Mozilla/" or
 *                "Opera/", whatever else they have */
bot_class_e bot_class_decide(bot_class_e listed, slice_t agent,
                             bot_proof_e proof);

const char *bot_class_name(bot_class_e class);
const char *bot_class_text(bot_class_e class);

/* @return BOT_CLASS_COUNT: there is none of that name */
bot_class_e bot_class_named(slice_t name);

#endif
