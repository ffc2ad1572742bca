/* Licensed under the Apache License, Version 2.0 (see LICENSE). */
/*
 * Daemons in the foreground, as children of the test: started until they
 * listen, ended by their process id, whichever way the test ends.
 */
'use strict';

const fs = require('node:fs');
const net = require('node:net');
const { once } = require('node:events');
const { setTimeout: sleep } = require('node:timers/promises');
const { spawn } = require('node:child_process');

const START_MS = 30000;
const STOP_MS = 15000;

const running = new Set();

function accepts(port)
{
    return new Promise((resolve) => {
        const socket = net.connect(port, '127.0.0.1');
        socket.once('connect', () => { socket.destroy(); resolve(true); });
        socket.once('error', () => resolve(false));
    });
}

function tail(file)
{
    return fs.existsSync(file) ? fs.readFileSync(file, 'utf8').slice(-2000)
                               : '';
}

/*
 * command: array of words. log: file for what it prints. port: the daemon is
 * ready once it accepts there. alsoLog: a file to quote from if it does not
 * start. Returns a handle for stop().
 */
async function start({ name, command, port, log, alsoLog = log, cwd, env })
{
    const out = fs.openSync(log, 'a');
    /* With a process group for each, a Ctrl-C reaches the test alone. */
    const child = spawn(command[0], command.slice(1), {
        cwd, detached: true, stdio: ['ignore', out, out],
        env: { ...process.env, ...env },
    });
    fs.closeSync(out);
    const daemon = { name, child, pid: child.pid, ended: once(child, 'exit') };
    let failure = null;
    child.once('error', (error) => { failure = error; });
    running.add(daemon);
    daemon.ended.then(() => running.delete(daemon), () => {});

    const limit = Date.now() + START_MS;
    while (!await accepts(port)) {
        if (failure || child.exitCode !== null || Date.now() > limit) {
            throw new Error(`${name} does not start: ${failure || ''}\n`
                            + [...new Set([log, alsoLog])].map(tail).join(''));
        }
        await sleep(50);
    }
    return daemon;
}

/* Returns the exit code.  One that hangs is killed, and that is an error. */
async function stop(daemon, signal = 'SIGTERM')
{
    const { child, name } = daemon;
    if (child.exitCode === null && child.signalCode === null) {
        child.kill(signal);
        /* Its whole process group, which start() made for it. */
        const late = setTimeout(() => process.kill(-child.pid, 'SIGKILL'),
                                STOP_MS);
        await daemon.ended;
        clearTimeout(late);
    }
    if (child.signalCode === 'SIGKILL')
        throw new Error(`${name} did not stop within ${STOP_MS} ms`);
    return child.exitCode;
}

/* Newest first. */
async function stopAll()
{
    for (const daemon of [...running].reverse())
        await stop(daemon);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.once(signal, () => {
        stopAll().finally(() => process.kill(process.pid, signal));
    });
}
process.on('exit', () => {
    for (const daemon of running)
        daemon.child.kill('SIGTERM');
});

module.exports = { start, stop, stopAll };
