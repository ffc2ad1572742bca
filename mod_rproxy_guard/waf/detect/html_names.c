/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* html_names.c: see html_names.h.  Layer L0. */
#include "html_names.h"

enum {
    NAME_MAX_LEN = 16, /* of those known */
    EVENT_MIN = 5,     /* "oncut"; "on" alone, "one" and "once" are words */
};

/* Tags that run code, load some, or change what the rest of the page means. */
static const char *const tags[] = {
    "applet",   "base",     "comment",  "embed",    "frame",
    "frameset", "handler",  "iframe",   "import",   "isindex",
    "link",     "listener", "meta",     "noscript", "object",
    "script",   "style",    "vmlframe", "xml",      "xss",
};

typedef struct {
    const char *name;
    html_name_e kind;
} attribute_t;

static const attribute_t attributes[] = {
    { "action", HTML_NAME_URL },     { "attributename", HTML_NAME_INDIRECT },
    { "background", HTML_NAME_URL }, { "by", HTML_NAME_URL },
    { "datasrc", HTML_NAME_CODE },   { "dynsrc", HTML_NAME_URL },
    { "filter", HTML_NAME_CODE },    { "folder", HTML_NAME_URL },
    { "formaction", HTML_NAME_URL }, { "from", HTML_NAME_URL },
    { "href", HTML_NAME_URL },       { "lowsrc", HTML_NAME_URL },
    { "poster", HTML_NAME_URL },     { "src", HTML_NAME_URL },
    { "style", HTML_NAME_CODE },     { "to", HTML_NAME_URL },
    { "values", HTML_NAME_URL },
};

/* In lower case, without the NULs that some parsers leave out.
 * @return its length; 0: it is longer than any name that is known */
static size_t clean(slice_t name, char room[NAME_MAX_LEN + 1])
{
    size_t len = 0, i;

    for (i = 0; i < name.len; i++) {
        if (!name.p[i]) {
            continue;
        }
        if (len == NAME_MAX_LEN) {
            return 0;
        }
        room[len++] = (char)slice_lower((unsigned char)name.p[i]);
    }
    room[len] = 0;
    return len;
}

int html_name_begins(slice_t text, slice_t with)
{
    return text.len >= with.len
           && slice_eq_nocase(slice_make(text.p, with.len), with);
}

int html_name_is_tag_of_code(slice_t tag)
{
    char name[NAME_MAX_LEN + 1];
    size_t i;

    if (html_name_begins(tag, SLICE_LIT("svg"))
        || html_name_begins(tag, SLICE_LIT("xsl"))) {
        return 1;
    }
    if (!clean(tag, name)) {
        return 0;
    }
    for (i = 0; i < sizeof(tags) / sizeof(*tags); i++) {
        if (!strcmp(name, tags[i])) {
            return 1;
        }
    }
    return 0;
}

html_name_e html_name_of_attribute(slice_t attribute)
{
    char name[NAME_MAX_LEN + 1];
    size_t i;

    if ((attribute.len >= EVENT_MIN
         && html_name_begins(attribute, SLICE_LIT("on")))
        || html_name_begins(attribute, SLICE_LIT("xmlns"))
        || html_name_begins(attribute, SLICE_LIT("xlink"))) {
        return HTML_NAME_CODE;
    }
    if (!clean(attribute, name)) {
        return HTML_NAME_PLAIN;
    }
    for (i = 0; i < sizeof(attributes) / sizeof(*attributes); i++) {
        if (!strcmp(name, attributes[i].name)) {
            return attributes[i].kind;
        }
    }
    return HTML_NAME_PLAIN;
}
