/* Licensed under the Apache License, Version 2.0 (see LICENSE). */
/*
 * A reporter for node:test that prove understands to the last line: TAP whose
 * details are comments (node's own adds YAML that prove refuses). Subtests are
 * indented, as prove wants them.
 */
'use strict';

function comment(indent, text)
{
    return String(text).split('\n').map((line) => `${indent}# ${line}\n`)
                       .join('');
}

let last = '';

/* A hook that fails fails every test: its reason is told once. */
function reason(error)
{
    const cause = error.cause instanceof Error ? error.cause : error;
    const text = cause.stack || cause.message || String(cause);
    const known = text === last;
    last = text;
    return known ? 'as before' : text;
}

function line(word, data, indent)
{
    const seconds = (data.details.duration_ms / 1000).toFixed(1);
    return `${indent}${word} ${data.testNumber} - ${data.name}`
           + ` (${seconds} s)\n`;
}

/* On standard error, as Perl's tests do: prove shows it without -v too. */
function tellWhy(data, indent)
{
    process.stderr.write(comment(indent, `${data.name}: failed`)
                         + comment(indent, reason(data.details.error)));
}

module.exports = async function* tap(source) {
    for await (const { type, data } of source) {
        const indent = '    '.repeat(data.nesting || 0);
        if (type === 'test:pass')
            yield line('ok', data, indent);
        else if (type === 'test:fail') {
            tellWhy(data, indent);
            yield line('not ok', data, indent);
        } else if (type === 'test:plan')
            yield `${indent}1..${data.count}\n`;
        else if (type === 'test:diagnostic' && data.nesting > 0)
            yield comment(indent, data.message);
        else if (type === 'test:stderr' || type === 'test:stdout')
            yield comment(indent, data.message);
    }
};
