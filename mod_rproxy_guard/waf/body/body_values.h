/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* body_values.h: what rules know of a request's body.  Layer L1.
 *
 * A body may come in one piece or in many:
 *
 *     body_values(values, "MULTIPART", body, type, &limits);
 *
 *     reader = body_reader_make(values, "MULTIPART", type, &limits);
 *     body_reader_add(reader, piece) ... body_reader_end(reader);
 *
 * What is in files of a multipart body is not kept unless rules want to see it.
 */
#ifndef RPROXY_GUARD_BODY_VALUES_H
#define RPROXY_GUARD_BODY_VALUES_H

#include "waf/value/values.h"

/* 0: as ModSecurity without directives. */
typedef struct {
    int arguments_most;  /* SecArgumentsLimit: 1000 */
    int depth_most;      /* SecRequestBodyJsonDepthLimit, of XML too: 512 */
    int files_most;      /* SecUploadFileLimit: 100 */
    int parts_most;      /* of a multipart body: 1000 */
    size_t outside_most; /* SecRequestBodyNoFilesLimit: bytes that are of no
                            file of a multipart body; 0: any number */
    char separator;      /* SecArgumentSeparator: '&' */
    int counts_files;    /* SecTmpSaveUploadedFiles, SecUploadKeepFiles: files
                            are looked at, files_most of them */
    int keeps_files;     /* ... and rules ask for FILES_TMP_CONTENT */
    int is_forced;       /* ctl:forceRequestBodyVariable */
    int is_cut;          /* more came than SecRequestBodyLimit */
} body_limits_t;

typedef struct body_reader_t body_reader_t;

/* The processor that ModSecurity takes by itself for a media type ("" where
 * none): forms and multipart. */
const char *body_processor_of(slice_t content_type);

/* ARGS_POST, ARGS, FILES, MULTIPART_*, XML, REQUEST_BODY, REQBODY_ERROR ...
 * After request_head_values().
 * @param processor  URLENCODED, MULTIPART, JSON, XML or "", without case; one
 *                   that is none of them is an error of the body
 * @param body       in one piece, outlives the values: values point there
 * @return 0: the values are full, not all is there; an error of
 *         the body is a value, REQBODY_ERROR */
int body_values(values_t *values, const char *processor, slice_t body,
                slice_t content_type, const body_limits_t *limits);

/* @param content_type  outlives it */
body_reader_t *body_reader_make(values_t *values, const char *processor,
                                slice_t content_type,
                                const body_limits_t *limits);

/* @param piece  is copied where it is needed
 * @return 0: the body is known to be wrong; what comes may be left away */
int body_reader_add(body_reader_t *reader, slice_t piece);

/* @return as body_values */
int body_reader_end(body_reader_t *reader);

/* Bytes so far that are of no file of a multipart body: what
 * SecRequestBodyNoFilesLimit is about. */
size_t body_reader_outside(const body_reader_t *reader);

#endif
