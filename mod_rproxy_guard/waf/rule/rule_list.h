/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rule_list.h: what SecRule and its kin said in a place, in their order.  Layer
 * L1 (memory of a pool).
 *
 * A change (SecRuleRemoveById ...) is kept between the rules, and speaks of
 * those before it: of its own place and of all outer ones.  rule_list_finish
 * carries changes out, on copies, since outer places share their rules with
 * inner ones.
 *
 * Errors are texts of the pool, without file and line; NULL: good. */
#ifndef RPROXY_GUARD_RULE_LIST_H
#define RPROXY_GUARD_RULE_LIST_H

#include <apr_hash.h>

#include "rule.h"

/* ---- changes ---- */

typedef enum {
    CHANGE_REMOVE,  /* the rule */
    CHANGE_TARGETS, /* adds targets, or puts them in the place of one */
    CHANGE_ACTIONS
} rule_change_e;

typedef enum {
    CHANGE_BY_ID,
    CHANGE_BY_TAG,
    CHANGE_BY_MSG
} rule_change_by_e;

typedef struct {
    uint64_t first, last;
} rule_ids_t;

typedef struct rule_change_t {
    rule_change_e kind;
    rule_change_by_e by;
    const rule_ids_t *ids; /* [ids_count]: by id */
    int ids_count;
    int link;            /* of the chain, by id: 0 its first rule */
    const char *pattern; /* by tag, by msg: an expression that one of them
                            matches */
    const struct expression_t *expression;      /* pattern, compiled */
    const rule_target_t *target;                /* [target_count] */
    const struct expression_t *const *selector; /* [target_count]: of targets
                                                   that are patterns */
    int target_count;
    const rule_target_t *in_place_of;  /* or NULL: they are added; a rule that
                                          has no such target stays as it is */
    const apr_array_header_t *actions; /* of rule_action_t */
    const char *where;
} rule_change_t;

/* Does it speak of this rule, the first of its chain? */
int rule_change_is_of(const rule_change_t *change, const rule_t *rule);

/* A copy of the rule, and of its links, with other targets. */
rule_t *rule_change_targets(const rule_change_t *change, const rule_t *rule,
                            apr_pool_t *pool);

/* ---- lists ---- */

/* What a rule was built of. */
typedef struct rule_source_t {
    rule_t *rule;
    const apr_array_header_t *actions; /* of rule_action_t */
    const rule_default_t *defaults;
    struct rule_source_t *link;
} rule_source_t;

/* Of rule, marker and change there is one. */
typedef struct {
    const rule_t *rule;          /* the links of a chain hang on rule->link */
    slice_t marker;              /* of SecMarker; p NULL: none */
    const rule_change_t *change; /* none in a finished list */
    const rule_source_t *source; /* of a rule */
} rule_item_t;

typedef struct rule_list_t {
    apr_array_header_t *items;      /* of rule_item_t */
    const rule_default_t *defaults; /* [RULE_PHASES], for rules that come */
    rule_source_t *open;            /* the last of a chain that wants a link */
    const rule_t *open_starter;
    const rule_source_t *added;  /* by rule_list_add; NULL: it left it out */
    int skips_links;             /* of a rule that was skipped */
    int rules, changes;          /* how many, links not counted */
    apr_hash_t *ids;             /* uint64_t -> rule_t *, of this
                                              place alone */
    apr_array_header_t *skip;    /* of const char *: rules that cannot be
                                    loaded and name one of these are left
                                    out; or NULL */
    apr_array_header_t *skipped; /* of const char *: what was left out, where
                                    and why */
} rule_list_t;

rule_list_t *rule_list_make(apr_pool_t *pool);

/* @param targets  of SecRule; NULL: it is a SecAction, op too
 * @param actions  NULL: none (a link may go without)
 * @param where    "FILE:LINE", kept */
const char *rule_list_add(rule_list_t *list, const char *targets,
                          const char *op, const char *actions,
                          const char *where, apr_pool_t *pool);

const char *rule_list_marker(rule_list_t *list, const char *name,
                             apr_pool_t *pool);

/* SecDefaultAction: for all rules that come in this place, of any phase, as
 * ModSecurity takes it. */
const char *rule_list_default(rule_list_t *list, const char *actions,
                              apr_pool_t *pool);

/* @param ids  "942100", "942100-942199", or more with commas between them */
const char *rule_list_remove_id(rule_list_t *list, const char *ids,
                                const char *where, apr_pool_t *pool);
const char *rule_list_remove_tag(rule_list_t *list, const char *pattern,
                                 const char *where, apr_pool_t *pool);
const char *rule_list_remove_msg(rule_list_t *list, const char *pattern,
                                 const char *where, apr_pool_t *pool);

/* @param which        ids or an expression
 * @param in_place_of  a target, or NULL */
const char *rule_list_update_target(rule_list_t *list, rule_change_by_e by,
                                    const char *which, const char *targets,
                                    const char *in_place_of, const char *where,
                                    apr_pool_t *pool);

/* @param which  "942100"; "942100:1" is the first link of its chain */
const char *rule_list_update_action(rule_list_t *list, const char *which,
                                    const char *actions, const char *where,
                                    apr_pool_t *pool);

/* What an outer place said, then what an inner one did.  Neither is written
 * to; either may be NULL.  @return NULL: both are */
rule_list_t *rule_list_join(const rule_list_t *outer, const rule_list_t *inner,
                            apr_pool_t *pool);

/* Does it only take rules or targets away, or say nothing? */
int rule_list_is_exceptions(const rule_list_t *list);

/* At the end of a place.  @return what is wrong: a chain is not at its end */
const char *rule_list_check(const rule_list_t *list, apr_pool_t *pool);

/* Carries the changes out: *finished has rules and markers only.  The list is
 * not written to.  @return NULL, or what is wrong, with file and line */
const char *rule_list_finish(const rule_list_t *list,
                             const rule_list_t **finished, apr_pool_t *pool);

#endif
