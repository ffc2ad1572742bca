/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* section_scan.c: directives of the configuration tree.  Layer L0. */
#include "section_scan.h"

/* Without the ">" that closes a section's line. */
static slice_t without_bracket(slice_t s)
{
    s = slice_trim(s);
    if (s.len && s.p[s.len - 1] == '>') {
        s.len--;
    }
    return s;
}

section_scan_e section_scan(slice_t name, slice_t args,
                            directive_reason_e *reason)
{
    int is_section = name.len && name.p[0] == '<';
    directive_t directive;

    if (is_section) {
        name = without_bracket(name);
        args = without_bracket(args);
    }
    directive_read(&directive, name, args);
    if (!directive.is_known) {
        directive.reason = DIRECTIVE_FINE;
    }
    if (reason) {
        *reason = directive.reason;
    }
    if (directive.reason != DIRECTIVE_FINE) {
        return SECTION_CLIENT;
    }
    if (!is_section) {
        return SECTION_STATIC;
    }
    return directive.has_settings ? SECTION_CONTAINER : SECTION_GROUP;
}
