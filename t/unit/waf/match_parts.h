/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* match_parts.h: all that matching is made of, in one program: for tests, fuzz
 * targets and benchmarks. */
#ifndef T_UNIT_WAF_MATCH_PARTS_H
#define T_UNIT_WAF_MATCH_PARTS_H

#include <apr_general.h>

#include "address/address.c"
#include "waf/match/expression.c"
#include "waf/match/expression_scan.c"
#include "waf/match/work_time.c"
#define add add_to_union
#define has_mark union_has_mark
#include "waf/match/match_union.c"
#undef add
#undef has_mark
#include "waf/match/matcher.c"
#include "waf/match/matcher_address.c"
#include "waf/match/matcher_bytes.c"
#include "waf/match/matcher_detect.c"
#include "waf/match/matcher_expression.c"
#include "waf/match/matcher_phrases.c"
#include "waf/match/matcher_text.c"
#define begins text_begins
#define find find_text
#include "waf/match/operators.c"
#undef begins
#undef find
#include "waf/match/phrases.c"
#include "waf/match/word_search.c"
#include "waf/pattern/pattern_class.c"
#include "waf/pattern/pattern_condition.c"
#define escape pattern_escape
#define number pattern_number
#define skip_space skip_pattern_space
#include "waf/pattern/pattern_tree.c"
#undef escape
#undef number
#undef skip_space
#include "waf/request/waf_line.c"
#include "waf/rule/rule_parse.c"
#include "waf/rule/rule_text.c"
#include "waf/rule/rule_words.c"
#include "waf/transform/transform.c"
#include "waf/transform/transform_chains.c"
#include "waf/transform/transform_code.c"
#include "waf/transform/transform_digest.c"
#include "waf/transform/transform_escape.c"
#include "waf/transform/transform_path.c"
#include "waf/transform/transform_space.c"
#include "waf/transform/transform_url.c"
#include "waf/value/known.c"
#include "waf/value/strings.c"

#endif
