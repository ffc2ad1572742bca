/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* compress_gzip.c: gzip by zlib.  Layer L1.  RFC 1952. */
#include "compress_gzip.h"

#ifdef HAVE_ZLIB

#include <limits.h>

#define ZLIB_CONST
#include <zlib.h>

/* The largest window, and gzip's head and check sum around it. */
#define GZIP_WINDOW (15 + 16)
#define MEMORY_LEVEL 9

int compress_gzip_is_built(void)
{
    return 1;
}

static compress_e init_result(int code)
{
    return code == Z_OK ? COMPRESS_OK : COMPRESS_NO_MEMORY;
}

/* One call of zlib into the room there is, made if there is none. */
static compress_e step(packing_t *p, z_stream *z,
                       int (*call)(z_stream *z, int flush), int flush,
                       int *code)
{
    compress_e result = COMPRESS_OK;
    size_t room;

    if (p->out_len == p->out_size) {
        result = packing_grow(p);
    }
    if (result != COMPRESS_OK) {
        return result;
    }
    room = p->out_size - p->out_len;
    room = room > UINT_MAX ? UINT_MAX : room;
    z->next_out = (unsigned char *)p->out + p->out_len;
    z->avail_out = (unsigned)room;
    *code = call(z, flush);
    p->out_len += room - z->avail_out;
    return COMPRESS_OK;
}

static compress_e deflate_all(packing_t *p, z_stream *z)
{
    compress_e result = COMPRESS_OK;
    int code = Z_OK, flush = Z_NO_FLUSH;

    while (result == COMPRESS_OK && code != Z_STREAM_END) {
        size_t len;

        if (packing_is_stopped(p)) {
            return COMPRESS_STOPPED;
        }
        if (z->avail_in == 0 && flush == Z_NO_FLUSH) {
            if (packing_piece(p, &z->next_in, &len)) {
                z->avail_in = (unsigned)len;
            }
            else {
                flush = Z_FINISH;
            }
        }
        result = step(p, z, deflate, flush, &code);
    }
    return result;
}

compress_e compress_gzip_pack(packing_t *p, int level)
{
    z_stream z = { 0 };
    compress_e result =
        init_result(deflateInit2(&z, level, Z_DEFLATED, GZIP_WINDOW,
                                 MEMORY_LEVEL, Z_DEFAULT_STRATEGY));

    if (result == COMPRESS_OK) {
        result = deflate_all(p, &z);
        deflateEnd(&z);
    }
    return result;
}

static int feed(packing_t *p, z_stream *z)
{
    size_t len;

    if (z->avail_in == 0 && packing_piece(p, &z->next_in, &len)) {
        z->avail_in = (unsigned)len;
    }
    return z->avail_in > 0;
}

/* One member.  Z_BUF_ERROR with input left says that room was missing. */
static compress_e inflate_member(packing_t *p, z_stream *z)
{
    int code = Z_OK;

    while (code != Z_STREAM_END) {
        int has_input = feed(p, z);
        compress_e result;

        if (packing_is_stopped(p)) {
            return COMPRESS_STOPPED;
        }
        result = step(p, z, inflate, Z_NO_FLUSH, &code);
        if (result != COMPRESS_OK) {
            return result;
        }
        if (code == Z_BUF_ERROR && !has_input) {
            return COMPRESS_TRUNCATED;
        }
        if (code == Z_MEM_ERROR) {
            return COMPRESS_NO_MEMORY;
        }
        if (code != Z_OK && code != Z_BUF_ERROR && code != Z_STREAM_END) {
            return COMPRESS_CORRUPT;
        }
    }
    return COMPRESS_OK;
}

/* What stands behind a member must begin like another one. */
static int is_member(packing_t *p, z_stream *z)
{
    return feed(p, z) && *z->next_in == 0x1f;
}

static compress_e inflate_all(packing_t *p, z_stream *z)
{
    compress_e result = inflate_member(p, z);

    while (result == COMPRESS_OK && feed(p, z)) {
        int begins_well = is_member(p, z);

        inflateReset(z);
        result = begins_well ? inflate_member(p, z) : COMPRESS_TRAILING;
    }
    return result;
}

compress_e compress_gzip_unpack(packing_t *p)
{
    z_stream z = { 0 };
    compress_e result = init_result(inflateInit2(&z, GZIP_WINDOW));

    if (result == COMPRESS_OK) {
        result = inflate_all(p, &z);
        inflateEnd(&z);
    }
    return result;
}

#else

int compress_gzip_is_built(void)
{
    return 0;
}

compress_e compress_gzip_pack(packing_t *p, int level)
{
    (void)p;
    (void)level;
    return COMPRESS_NOT_BUILT;
}

compress_e compress_gzip_unpack(packing_t *p)
{
    (void)p;
    return COMPRESS_NOT_BUILT;
}

#endif
