/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* program_parts.h: all that a program of rules is made of, in one program. */
#ifndef T_UNIT_WAF_PROGRAM_PARTS_H
#define T_UNIT_WAF_PROGRAM_PARTS_H

#include "match_parts.h"

#define begin begin_program
#define finish finish_program
#include "waf/program/program.c"
#undef begin
#undef finish
#include "waf/program/program_ctl.c"
#include "waf/program/program_asked.c"
#include "waf/program/program_askers.c"
#include "waf/program/program_gate.c"
#define add_part add_view_part
#include "waf/program/program_idle.c"
#include "waf/program/program_selectors.c"
#include "waf/program/selector.c"
#include "waf/program/program_sets.c"
#include "waf/program/program_view.c"
#undef add_part
#define place_of tx_names_place_of
#include "waf/program/tx_names.c"
#undef place_of
#include "waf/rule/rule_build.c"
#include "waf/rule/rule_change.c"
#include "waf/rule/rule_list.c"
#include "waf/rule/rule_setvar.c"

/* The same one, of which all rules run. */
static inline const program_t *program_without_gates(const program_t *program,
                                                     apr_pool_t *pool)
{
    program_t *made = apr_pmemdup(pool, program, sizeof(*program));

    memset(made->gate, 0, sizeof(made->gate));
    return made;
}

#endif
