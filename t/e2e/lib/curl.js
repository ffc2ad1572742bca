/* Licensed under the Apache License, Version 2.0 (see LICENSE). */
/*
 * curl as the client: whole answers, and transfers as streams.
 */
'use strict';

const { once } = require('node:events');
const { spawn } = require('node:child_process');

/*
 * A curl that runs. certificate: the one that the server must show. protocol:
 * 'http1.1' or 'http2' (on TLS by ALPN). words: further options and the URL.
 */
function run({ certificate, protocol = 'http2', seconds = 120 }, words)
{
    const child = spawn('curl', [
        '--silent', '--show-error', '--no-buffer', `--${protocol}`,
        '--cacert', certificate, '--max-time', String(seconds),
        '--noproxy', '*', ...words,
    ]);
    const errors = [];
    child.stderr.on('data', (chunk) => errors.push(chunk));
    const done = once(child, 'close').then(([code]) => {
        if (code !== 0)
            throw new Error(`curl: exit ${code}: ${Buffer.concat(errors)}`);
    });
    done.catch(() => {});
    return { child, stdin: child.stdin, stdout: child.stdout, done };
}

/* Splits what --include printed; interim answers (100) come first. */
function parse(bytes)
{
    let end = bytes.indexOf('\r\n\r\n');
    let [start, ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
    const [, version, status] = /^HTTP\/([\d.]+) (\d+)/.exec(start);
    if (status.startsWith('1'))
        return parse(bytes.subarray(end + 4));
    const headers = {};
    for (const line of lines) {
        const [, name, value] = /^([^:]+):\s*(.*)$/.exec(line);
        headers[name.toLowerCase()] = value;
    }
    const body = bytes.subarray(end + 4);
    return { version, status: Number(status), headers, body,
             text: body.toString(), json: () => JSON.parse(body) };
}

/* A request from start to end. options as in run(). */
async function request(options, words)
{
    const curl = run(options, ['--include', ...words]);
    const chunks = [];
    curl.stdin.end();
    for await (const chunk of curl.stdout)
        chunks.push(chunk);
    await curl.done;
    return parse(Buffer.concat(chunks));
}

module.exports = { run, request };
