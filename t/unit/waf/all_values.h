/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* all_values.h: everything that makes values of a request, in one unit. */
#ifndef T_UNIT_ALL_VALUES_H
#define T_UNIT_ALL_VALUES_H

#include "waf/match/word_search.c"
#include "waf/transform/transform.c"
#include "waf/transform/transform_chains.c"
#include "waf/transform/transform_code.c"
#include "waf/transform/transform_digest.c"
#include "waf/transform/transform_escape.c"
#include "waf/transform/transform_path.c"
#include "waf/transform/transform_space.c"
#include "waf/transform/transform_url.c"
#define find find_string
#include "waf/value/known.c"
#include "waf/value/strings.c"
#undef find
#define find find_value
#include "waf/value/values.c"
#undef find
#define decode decode_form
#include "waf/body/pairs.c"
#undef decode
#define digits json_digits
#include "waf/body/json_values.c"
#undef digits
#define reader_t xml_reader_t
#include "waf/body/xml_values.c"
#undef reader_t
#define read_value read_disposition_value
#define read_name read_disposition_name
#include "waf/body/multipart_disposition.c"
#undef read_value
#undef read_name
#define append append_field
#include "waf/body/multipart_head.c"
#undef append
#include "waf/body/multipart_type.c"
#include "waf/body/multipart.c"
#include "waf/inspect/arguments.c"
#include "waf/inspect/request_head.c"
#include "waf/inspect/request_text.c"
#include "waf/inspect/response_head.c"
#include "waf/body/body_parts.c"
#include "waf/body/body_values.c"
#include "waf/rule/rule_words.c"

#endif
