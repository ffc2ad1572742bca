/* Licensed under the Apache License, Version 2.0 (see LICENSE). */
/*
 * Where things are: the checkout, the build folder, npm's modules, a data
 * folder for each test, and loopback ports that are free.
 */
'use strict';

const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { createRequire } = require('node:module');

const top = path.resolve(__dirname, '../../..');
const results = path.join(path.resolve(top, process.env.BUILD || 'build'),
                          'e2e');

/* Started as root, daemons give the root user up and become this one. */
const user = 'www-data';

/* Can any user reach the folder? */
function isPublic(folder)
{
    const open = (fs.statSync(folder).mode & 0o001) !== 0;
    const parent = path.dirname(folder);
    return open && (parent === folder || isPublic(parent));
}

/*
 * An empty folder build/e2e/<name>. Where the build folder is closed to the
 * daemons' user, it is a link to a folder in the system's temporary one.
 */
function dataFolder(name)
{
    const folder = path.join(results, name);
    fs.mkdirSync(results, { recursive: true });
    if (fs.lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink())
        fs.rmSync(fs.realpathSync(folder), { recursive: true });
    fs.rmSync(folder, { recursive: true, force: true });
    if (process.getuid() !== 0 || isPublic(results)) {
        fs.mkdirSync(folder);
        return folder;
    }
    const other = fs.mkdtempSync(path.join(os.tmpdir(), `e2e-${name}-`));
    fs.chmodSync(other, 0o755);
    fs.symlinkSync(other, folder);
    return other;
}

function isFree(port)
{
    return new Promise((resolve) => {
        const probe = net.createServer();
        probe.once('error', () => resolve(false));
        probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
    });
}

let nextPort = Number(process.env.E2E_PORT || 18440);

/* A port below those that the kernel hands to outgoing connections. */
async function freePort()
{
    while (!await isFree(nextPort))
        nextPort++;
    return nextPort++;
}

module.exports = {
    top,
    results,
    user,
    dataFolder,
    freePort,
    modules: path.join(results, '..'),
    npm: createRequire(path.join(results, 'package.json')),
};
