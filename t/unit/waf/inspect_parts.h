/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* inspect_parts.h: the whole of the WAF but for httpd, in one program: for
 * tests, fuzz targets and benchmarks. */
#ifndef T_UNIT_WAF_INSPECT_PARTS_H
#define T_UNIT_WAF_INSPECT_PARTS_H

#include "program_parts.h"

#define cut body_cut
#define utf8_length body_utf8_length
#define skip_space body_skip_space
#define takes body_takes
#define read_hex body_read_hex
#define escape body_escape
#define append body_append
#define read_number body_read_number
#define read_all body_read_all
#define know body_know
#define finish body_finish
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
#undef append
#define append append_field
#include "waf/body/multipart_head.c"
#undef append
#define append body_append
#include "waf/body/multipart_type.c"
#include "waf/body/multipart.c"
#include "waf/inspect/arguments.c"
#include "waf/inspect/request_head.c"
#include "waf/inspect/request_text.c"
#include "waf/inspect/response_head.c"
#include "waf/body/body_parts.c"
#include "waf/body/body_values.c"
#undef cut
#undef utf8_length
#undef skip_space
#undef takes
#undef read_hex
#undef escape
#undef append
#undef read_number
#undef read_all
#undef know
#undef finish
#include "waf/inspect/targets.c"
#include "waf/inspect/unions.c"
#define add_value add_view_value
#define add_named add_view_named
#define add_part add_view_part_values
#define look look_at_view
#include "waf/inspect/views.c"
#undef add_value
#undef add_named
#undef add_part
#undef look
#include "waf/inspect/matched.c"
#include "waf/inspect/expand.c"
#include "waf/inspect/tx.c"
#include "waf/inspect/effects.c"
#include "waf/inspect/detection.c"
#include "waf/inspect/chain.c"
#define compares gate_compares
#define has_mark view_has_mark
#include "waf/inspect/rules.c"
#include "waf/inspect/inspect.c"

#endif
