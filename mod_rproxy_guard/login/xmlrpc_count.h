/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* xmlrpc_count.h: how many passwords a call by XML-RPC can try, and how many
 * the answer says were wrong, of bodies as they pass by.  Layer L0.
 *
 * The calls within a system.multicall are structs of one list: each <struct
 * counts, also one that is no call (the answer tells), in comments, in what
 * stands before the method's name.  XML has many ways to write text, but one to
 * write the name of an element: nothing of it needs to be understood, so
 * nothing can be hidden.  A method that takes no password counts nothing. */
#ifndef RPROXY_GUARD_XMLRPC_COUNT_H
#define RPROXY_GUARD_XMLRPC_COUNT_H

#include "http1/h1_slice.h"

enum {
    XMLRPC_NAME_MAX = 64
};

typedef enum {
    XMLRPC_UNNAMED, /* no method's name so far */
    XMLRPC_SINGLE,
    XMLRPC_HARMLESS, /* a single one without password */
    XMLRPC_MANY
} xmlrpc_kind_e;

/* All 0 at first. */
typedef struct {
    xmlrpc_kind_e kind;
    uint32_t structs;
    int odd; /* a document type or a NUL: no client has reason to send one */
    int state;
    char text[XMLRPC_NAME_MAX]; /* of an element's name, of the method's */
    size_t len;
} xmlrpc_count_t;

void xmlrpc_count_add(xmlrpc_count_t *count, slice_t bytes);

/* Passwords that what was seen so far can try. */
uint32_t xmlrpc_count_tries(const xmlrpc_count_t *count);

/* Answers.  All 0 at first. */
typedef struct {
    uint32_t wrong; /* faults that may be a wrong password */
    int state;
    size_t at; /* within the word that is looked for */
    int in_tag, digits;
    uint32_t code;
} xmlrpc_faults_t;

void xmlrpc_faults_add(xmlrpc_faults_t *faults, slice_t bytes);

#endif
