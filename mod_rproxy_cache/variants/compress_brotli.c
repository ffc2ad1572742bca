/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* compress_brotli.c: brotli by its library.  Layer L1.  RFC 7932. */
#include "compress_brotli.h"

#ifdef HAVE_BROTLI

#include <stdint.h>

#include <brotli/decode.h>
#include <brotli/encode.h>

int compress_brotli_is_built(void)
{
    return 1;
}

/* The encoder's memory grows with its window: no larger than the body. */
static uint32_t window_bits(size_t len)
{
    uint32_t bits = BROTLI_MIN_WINDOW_BITS;

    while (bits < BROTLI_DEFAULT_WINDOW && ((size_t)1 << bits) - 16 < len) {
        bits++;
    }
    return bits;
}

static compress_e encode_all(packing_t *p, BrotliEncoderState *encoder)
{
    const unsigned char *next = NULL;
    size_t left = 0;
    BrotliEncoderOperation operation = BROTLI_OPERATION_PROCESS;

    while (!BrotliEncoderIsFinished(encoder)) {
        unsigned char *out;
        size_t room;

        if (packing_is_stopped(p)) {
            return COMPRESS_STOPPED;
        }
        if (left == 0 && !packing_piece(p, &next, &left)) {
            operation = BROTLI_OPERATION_FINISH;
        }
        if (p->out_len == p->out_size) {
            compress_e result = packing_grow(p);

            if (result != COMPRESS_OK) {
                return result;
            }
        }
        out = (unsigned char *)p->out + p->out_len;
        room = p->out_size - p->out_len;
        if (!BrotliEncoderCompressStream(encoder, operation, &left, &next,
                                         &room, &out, NULL)) {
            return COMPRESS_NO_MEMORY;
        }
        p->out_len = p->out_size - room;
    }
    return COMPRESS_OK;
}

compress_e compress_brotli_pack(packing_t *p, int quality)
{
    BrotliEncoderState *encoder = BrotliEncoderCreateInstance(NULL, NULL, NULL);
    uint32_t hint = p->in_total < 1u << 30 ? (uint32_t)p->in_total : 1u << 30;
    compress_e result;

    if (!encoder) {
        return COMPRESS_NO_MEMORY;
    }
    BrotliEncoderSetParameter(encoder, BROTLI_PARAM_QUALITY, (uint32_t)quality);
    BrotliEncoderSetParameter(encoder, BROTLI_PARAM_LGWIN,
                              window_bits(p->in_total));
    BrotliEncoderSetParameter(encoder, BROTLI_PARAM_SIZE_HINT, hint);
    result = encode_all(p, encoder);
    BrotliEncoderDestroyInstance(encoder);
    return result;
}

static compress_e decode_error(const BrotliDecoderState *decoder)
{
    BrotliDecoderErrorCode code = BrotliDecoderGetErrorCode(decoder);

    return code <= BROTLI_DECODER_ERROR_ALLOC_CONTEXT_MODES
                   && code >= BROTLI_DECODER_ERROR_ALLOC_BLOCK_TYPE_TREES
               ? COMPRESS_NO_MEMORY
               : COMPRESS_CORRUPT;
}

static compress_e decode_all(packing_t *p, BrotliDecoderState *decoder)
{
    const unsigned char *next = NULL;
    size_t left = 0;
    BrotliDecoderResult code = BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT;

    while (code != BROTLI_DECODER_RESULT_SUCCESS) {
        compress_e result = COMPRESS_OK;
        unsigned char *out;
        size_t room;

        if (packing_is_stopped(p)) {
            return COMPRESS_STOPPED;
        }
        if (code == BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT
            && !packing_piece(p, &next, &left)) {
            return COMPRESS_TRUNCATED;
        }
        if (p->out_len == p->out_size) {
            result = packing_grow(p);
        }
        if (result != COMPRESS_OK) {
            return result;
        }
        out = (unsigned char *)p->out + p->out_len;
        room = p->out_size - p->out_len;
        code = BrotliDecoderDecompressStream(decoder, &left, &next, &room, &out,
                                             NULL);
        p->out_len = p->out_size - room;
        if (code == BROTLI_DECODER_RESULT_ERROR) {
            return decode_error(decoder);
        }
    }
    return left || packing_has_more(p) ? COMPRESS_TRAILING : COMPRESS_OK;
}

compress_e compress_brotli_unpack(packing_t *p)
{
    BrotliDecoderState *decoder = BrotliDecoderCreateInstance(NULL, NULL, NULL);
    compress_e result = COMPRESS_NO_MEMORY;

    if (decoder) {
        result = decode_all(p, decoder);
        BrotliDecoderDestroyInstance(decoder);
    }
    return result;
}

#else

int compress_brotli_is_built(void)
{
    return 0;
}

compress_e compress_brotli_pack(packing_t *p, int quality)
{
    (void)p;
    (void)quality;
    return COMPRESS_NOT_BUILT;
}

compress_e compress_brotli_unpack(packing_t *p)
{
    (void)p;
    return COMPRESS_NOT_BUILT;
}

#endif
