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
#include "waf/rule/rule_build.c"
#include "waf/rule/rule_change.c"
#include "waf/rule/rule_list.c"
#include "waf/rule/rule_setvar.c"

#endif
