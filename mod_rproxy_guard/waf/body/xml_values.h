/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* xml_values.h: the text of an XML document and the values of its attributes
 * (what rules know as the parts "/" with a star and "//@" with a star of XML),
 * by expat.  Layer L1.
 *
 * Nothing is fetched or expanded: a document that declares entities is refused,
 * for what it means cannot be known without them. */
#ifndef RPROXY_GUARD_XML_VALUES_H
#define RPROXY_GUARD_XML_VALUES_H

#include "pairs.h"

typedef enum {
    XML_VALUES_GOOD,
    XML_VALUES_BAD, /* not well-formed, or of an encoding that is not known */
    XML_VALUES_ENTITY,  /* it declares an entity */
    XML_VALUES_DEEP,    /* more than depth elements within each other */
    XML_VALUES_STOPPED, /* pair has enough, or there is no memory */
    XML_VALUES_MISSING  /* built without expat */
} xml_values_e;

/* @param room      of text.len * 3 bytes, for the text without its elements
 * @param out       set to that text, in room
 * @param pair      of each attribute, valid during the call */
xml_values_e xml_values(slice_t text, int depth, char *room, slice_t *out,
                        pair_fn *pair, void *ctx);

#endif
