/* Licensed under the Apache License, Version 2.0 (see LICENSE). */
/*
 * A private httpd: a ServerRoot of its own, configured from templates whose
 * @NAMES@ are replaced, and what its logs tell.
 */
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { execFileSync } = require('node:child_process');
const daemon = require('./daemon');
const place = require('./place');

/* What the scripts in conf/ say of this machine's httpd. */
function ask(script, ...words)
{
    return execFileSync(path.join(place.top, 'conf', script), words,
                        { encoding: 'utf8' }).trim();
}

function fill(template, values)
{
    return template.replace(/@([A-Z_]+)@/g, (token, name) => {
        if (!(name in values))
            throw new Error(`no value for ${token}`);
        return values[name];
    });
}

/*
 * folder: the ServerRoot. templates: their names in t/e2e. modules: stock
 * modules to load. port: one of the ports it listens on. defines: words for
 * <IfDefine>. env: variables.
 */
async function start({ name, templates, folder, modules, values, port,
                       defines = [], env = {} })
{
    const conf = path.join(folder, 'httpd.conf');
    const text = templates.map((file) => fs.readFileSync(
        path.join(place.top, 't/e2e', file), 'utf8')).join('\n');
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(conf, fill(text, {
        FOLDER: folder,
        TOP: place.top,
        BUILD: place.modules,
        LOAD_MODULES: ask('modules.sh', ...modules),
        ...values,
    }));
    return daemon.start({
        name, port, env,
        log: path.join(folder, 'startup.log'),
        alsoLog: path.join(folder, 'error.log'),
        command: [ask('httpd.sh'), '-d', folder, '-f', conf, '-DFOREGROUND',
                  ...defines.map((word) => `-D${word}`)],
    });
}

/* Lines of one of its logs. */
function lines(folder, log)
{
    return fs.readFileSync(path.join(folder, log), 'utf8').trim().split('\n');
}

/* Those of the error log that tell of an error or worse. */
function errors(folder)
{
    return lines(folder, 'error.log').filter((line) =>
        /:(error|crit|alert|emerg)\]/.test(line) || /exit signal/.test(line));
}

module.exports = { start, lines, errors };
