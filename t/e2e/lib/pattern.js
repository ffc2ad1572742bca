/* Licensed under the Apache License, Version 2.0 (see LICENSE). */
/*
 * Any amount of bytes that two sides can make alike: blocks of 1 MiB, each
 * with its number at the start, so that none can be lost, doubled or moved
 * without a trace in the hash.
 */
'use strict';

const { createHash, createCipheriv } = require('node:crypto');
const { Readable } = require('node:stream');

const BLOCK = 1024 * 1024;

/* Bytes that do not compress, the same in every run. */
const noise = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16))
    .update(Buffer.alloc(BLOCK));

function* blocks(count)
{
    for (let i = 0; i < count; i++) {
        const block = Buffer.from(noise);
        block.writeUInt32BE(i);
        yield block;
    }
}

function stream(count)
{
    return Readable.from(blocks(count), { objectMode: false });
}

/* SHA-256 of an iterable of buffers, and how many bytes it had. */
async function digest(chunks)
{
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of chunks) {
        hash.update(chunk);
        bytes += chunk.length;
    }
    return { bytes, sha256: hash.digest('hex') };
}

module.exports = { BLOCK, blocks, stream, digest };
