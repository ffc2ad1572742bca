/* Licensed under the Apache License, Version 2.0 (see LICENSE). */
/*
 * The proxy under test, and what is asked of it once a test is over. With
 * E2E_PROXY=stock mod_proxy_http takes its place, which tells a fault of the
 * site from one of ours.
 */
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { execFileSync } = require('node:child_process');
const daemon = require('./daemon');
const httpd = require('./httpd');
const place = require('./place');

const STOCK = process.env.E2E_PROXY === 'stock';
const MODULES = ['mpm_event', 'authz_core', 'headers', 'setenvif', 'ssl',
                 'socache_shmcb', 'http2', 'unixd', 'log_config'];
const STOCK_MODULES = ['proxy', 'proxy_http'];

function makeCertificate(folder)
{
    const files = { key: path.join(folder, 'tls.key'),
                    certificate: path.join(folder, 'tls.crt') };
    execFileSync('openssl', [
        'req', '-x509', '-newkey', 'ec', '-pkeyopt',
        'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
        '-subj', '/CN=e2e', '-keyout', files.key, '-out', files.certificate,
        '-addext', 'basicConstraints=critical,CA:FALSE',
        '-addext', 'subjectAltName=DNS:blog.localhost,DNS:api.localhost,'
                   + 'DNS:shop.localhost,DNS:litespeed.localhost',
    ], { stdio: 'ignore' });
    return files;
}

/*
 * folder: data folder of the test. origins: { BLOG, API }, ports on loopback;
 * one that is not given refuses connections. more: templates, values and
 * defines beside the usual ones.
 */
async function start(folder, origins, more = {})
{
    const root = path.join(folder, 'proxy');
    fs.mkdirSync(root);
    const { key, certificate } = makeCertificate(root);
    const tlsPort = await place.freePort();
    const plainPort = await place.freePort();
    const running = await httpd.start({
        name: 'proxy',
        templates: ['proxy.conf.in', ...more.templates || []],
        folder: root,
        modules: STOCK ? [...MODULES, ...STOCK_MODULES] : MODULES,
        defines: STOCK ? ['STOCK'] : more.defines,
        port: tlsPort,
        values: {
            TLS_PORT: tlsPort,
            CACHED_PORT: tlsPort,
            PLAIN_PORT: plainPort,
            KEY: key,
            CERTIFICATE: certificate,
            BLOG: origins.BLOG || await place.freePort(),
            API: origins.API || await place.freePort(),
            ...more.values,
        },
    });
    return {
        certificate,
        port: tlsPort,
        blog: `https://blog.localhost:${tlsPort}`,
        api: `https://api.localhost:${tlsPort}`,
        plainApi: `http://api.localhost:${plainPort}`,
        root,
        /* Lines of the access log: "protocol status method target". */
        requests: () => httpd.lines(root, 'access.log'),
        /* Lines of the error log that tell of an error or worse. */
        errors: () => httpd.errors(root),
        peakMemory: () => peakMemory(running.pid),
        /*
         * A graceful stop (a hard one exits while threads of httpd and
         * OpenSSL still run). Returns the exit code.
         */
        stop: () => daemon.stop(running, 'SIGWINCH'),
    };
}

/* The most that one of the proxy's processes ever held, in MiB. */
function peakMemory(pid)
{
    const children = fs.readFileSync(`/proc/${pid}/task/${pid}/children`,
                                     'utf8').match(/\d+/g);
    return Math.max(...[pid, ...children].map((one) => {
        const status = fs.readFileSync(`/proc/${one}/status`, 'utf8');
        return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)[1]) / 1024;
    }));
}

module.exports = { start };
