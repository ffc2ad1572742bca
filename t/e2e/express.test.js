/* Licensed under the Apache License, Version 2.0 (see LICENSE). */
/*
 * A Node application behind the proxy, with curl as its client: over HTTP/2,
 * over HTTP/1.1 with TLS, and over plain HTTP/1.1.
 */
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test, before, after } = require('node:test');
const { pipeline } = require('node:stream/promises');
const curl = require('./lib/curl');
const daemon = require('./lib/daemon');
const pattern = require('./lib/pattern');
const place = require('./lib/place');
const proxies = require('./lib/proxy');

const UPLOAD_MIB = 200;
const DOWNLOAD_MIB = 1024;
/* What one process of the proxy may hold: far less than any of the bodies. */
const MEMORY_MIB = 100;

const ways = [
    { name: 'HTTP/2', protocol: 'http2', version: '2' },
    { name: 'HTTP/1.1 with TLS', protocol: 'http1.1', version: '1.1' },
    { name: 'plain HTTP/1.1', protocol: 'http1.1', version: '1.1',
      plain: true },
];
let proxy;

before(async () => {
    const folder = place.dataFolder('express');
    const port = await place.freePort();
    await daemon.start({
        name: 'application', port,
        command: [process.execPath, path.join(__dirname, 'app.js'), port],
        log: path.join(folder, 'application.log'),
    });
    proxy = await proxies.start(folder, { API: port });
});

after(daemon.stopAll);

function address(way)
{
    return way.plain ? proxy.plainApi : proxy.api;
}

function options(way)
{
    return { certificate: proxy.certificate, protocol: way.protocol };
}

/* words: curl's options; the URL is made from the target. */
function ask(way, target, ...words)
{
    return curl.request(options(way), [...words, address(way) + target]);
}

function askJson(way, method, target, value)
{
    return ask(way, target, '--request', method, '--json',
               JSON.stringify(value));
}

async function notes(way)
{
    const made = await askJson(way, 'POST', '/notes', { text: 'grüße' });
    assert.equal(made.version, way.version);
    assert.equal(made.status, 201);
    assert.equal(made.headers.location, `/notes/${made.json().id}`);

    const target = made.headers.location;
    const read = await ask(way, target);
    assert.deepEqual(read.json(), { id: made.json().id, text: 'grüße' });
    const known = await ask(way, target, '--header',
                            `If-None-Match: ${read.headers.etag}`);
    assert.equal(known.status, 304);
    assert.equal(known.body.length, 0);

    const changed = await askJson(way, 'PATCH', target, { text: 'changed' });
    assert.equal(changed.json().text, 'changed');
    const head = await ask(way, target, '--head');
    assert.equal(head.status, 200);
    assert.equal(Number(head.headers['content-length']), changed.body.length);

    const gone = await ask(way, target, '--request', 'DELETE');
    assert.equal(gone.status, 204);
    assert.equal((await ask(way, target)).status, 404);
}

async function errors(way)
{
    const refused = await ask(way, '/notes', '--data', '{"text":', '--header',
                              'Content-Type: application/json');
    assert.equal(refused.status, 400);
    const broken = await ask(way, '/broken');
    assert.equal(broken.status, 500);
    assert.match(broken.text, /broken on purpose/);
}

async function client(way)
{
    const answer = await ask(way, '/client', '--interface', '127.0.0.9');
    const { protocol, host } = new URL(address(way));
    assert.deepEqual(answer.json(), {
        ip: '127.0.0.9', protocol: protocol.replace(':', ''), host,
    });
    const moved = await ask(way, '/old');
    assert.equal(moved.status, 301);
    assert.equal(moved.headers.location, `${address(way)}/notes`);
}

async function upload(way, ...words)
{
    const put = curl.run(options(way), ['--upload-file', '-', ...words,
                                        `${address(way)}/upload`]);
    const answer = put.stdout.toArray();
    await pipeline(pattern.stream(UPLOAD_MIB), put.stdin);
    await put.done;
    assert.deepEqual(JSON.parse(Buffer.concat(await answer)),
                     await pattern.digest(pattern.blocks(UPLOAD_MIB)));
}

/* curl sends no byte of the body before it has seen 100 (Continue). */
async function uploadAfterContinue(way)
{
    const answer = await ask(way, '/notes', '--json', '{"text":"waits"}',
                             '--header', 'Expect: 100-continue',
                             '--expect100-timeout', '600');
    assert.equal(answer.status, 201);
    assert.equal(answer.json().text, 'waits');
}

/* The second request finds the connection of the first one open. */
async function keepAlive(way)
{
    const url = `${address(way)}/notes`;
    const words = ['--output', '/dev/null', '--write-out', '%{num_connects} '];
    const curls = curl.run(options(way), [
        ...words, '--json', '{"text":"first"}', url,
        '--next', '--silent', '--cacert', proxy.certificate, ...words, url,
    ]);
    const connects = Buffer.concat(await curls.stdout.toArray()).toString();
    await curls.done;
    assert.equal(connects, '1 0 ');
}

async function download(way, query, expected)
{
    const get = curl.run(options(way), [`${address(way)}/download?${query}`]);
    const got = await pattern.digest(get.stdout);
    await get.done;
    assert.deepEqual(got, expected);
}

/* The next event is asked for only once the one before has come through. */
async function events(way)
{
    const stream = curl.run(options(way), [`${address(way)}/events`]);
    const words = ['one', 'two', 'three', 'end'];
    let text = '';
    for await (const chunk of stream.stdout) {
        text += chunk;
        if (text.endsWith('\n\n') && words.length > 0)
            await ask(way, `/events/${words.shift()}`, '--request', 'POST');
    }
    await stream.done;
    assert.deepEqual(text.match(/\w+(?=\n\n)/g),
                     ['hello', 'one', 'two', 'three', 'end']);
}

for (const way of ways) {
    test(`JSON API over ${way.name}`, () => notes(way));
    test(`the application's own errors over ${way.name}`, () => errors(way));
    test(`client, scheme and host over ${way.name}`, () => client(way));
    test(`server-sent events over ${way.name}`, () => events(way));
}

for (const way of ways)
    test(`a connection is kept over ${way.name}`, () => keepAlive(way));
for (const way of ways.slice(1)) {
    test(`an upload that waits for 100 (Continue) over ${way.name}`,
         () => uploadAfterContinue(way));
}
for (const way of ways)
    test(`upload of ${UPLOAD_MIB} MiB over ${way.name}`, () => upload(way));
test(`upload of ${UPLOAD_MIB} MiB with its length`, async () => {
    const file = path.join(place.results, 'express', 'upload');
    await pipeline(pattern.stream(UPLOAD_MIB), fs.createWriteStream(file));
    await upload(ways[2], '--upload-file', file);
    fs.unlinkSync(file);
});

test(`download of ${DOWNLOAD_MIB} MiB`, async (t) => {
    const expected = await pattern.digest(pattern.blocks(DOWNLOAD_MIB));
    for (const way of ways) {
        await t.test(`over ${way.name}`,
                     () => download(way, `mib=${DOWNLOAD_MIB}`, expected));
    }
    await t.test('without a length', () =>
        download(ways[2], `mib=${DOWNLOAD_MIB}&chunked`, expected));
});

test('no process of the proxy held a body in memory', () => {
    const peak = proxy.peakMemory();
    assert.ok(peak < MEMORY_MIB, `${peak} MiB`);
});

test('nothing went wrong in the proxy, to its end', async () => {
    assert.equal(await proxy.stop(), 0);
    assert.deepEqual(proxy.errors(), []);
    assert.deepEqual(proxy.requests().filter((line) => / 5\d\d /.test(line)
                                                       && !/broken/.test(line)),
                     []);
});
