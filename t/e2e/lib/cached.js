/* Licensed under the Apache License, Version 2.0 (see LICENSE). */
/*
 * One WordPress with a shop, and the cache before it in four ways: in the httpd
 * that runs PHP, and in one before that; with the preset alone, and with the
 * fields of a plugin.
 */
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { execFileSync } = require('node:child_process');
const { randomBytes } = require('node:crypto');
const httpd = require('./httpd');
const lamp = require('./lamp');
const place = require('./place');
const proxies = require('./proxy');

const editor = { name: 'editor', password: 'Correct-Horse-Battery-42' };
const templates = ['cached.conf.in'];

/* The site has as many names as there are ways. */
function configuration(db)
{
    return `<?php
define('DB_NAME', '${db.name}');
define('DB_USER', '${db.user}');
define('DB_PASSWORD', '${db.password}');
define('DB_HOST', '${db.host}');
define('AUTH_SALT', '${randomBytes(32).toString('hex')}');
define('AUTOMATIC_UPDATER_DISABLED', true);
define('WP_HOME', (isset($_SERVER['HTTPS']) ? 'https://' : 'http://')
                  . $_SERVER['HTTP_HOST']);
define('WP_SITEURL', WP_HOME);
$table_prefix = 'wp_';
if (!defined('ABSPATH'))
    define('ABSPATH', __DIR__ . '/');
require ABSPATH . 'wp-settings.php';
`;
}

function install(site, db)
{
    const source = path.join(place.top, 't/e2e/site');
    const plugins = path.join(site, 'wp-content/mu-plugins');
    fs.writeFileSync(path.join(site, 'wp-config.php'), configuration(db));
    fs.mkdirSync(plugins);
    for (const name of ['shop.php', 'litespeed.php'])
        fs.copyFileSync(path.join(source, name), path.join(plugins, name));
    execFileSync('php', ['-d', 'sendmail_path=/bin/true',
                         path.join(source, 'setup.php'), site, editor.password],
                 { stdio: ['ignore', 'inherit', 'inherit'] });
}

/* Lines of the log, cut: name of the site, cache's verdict and so on. */
function requests(root)
{
    return httpd.lines(root, 'cached.log').map((line) => {
        const [site, cache, reason, status, method, target, cookies] =
            line.split('\t');
        return { line, site, cache, reason, status, method, target, cookies };
    });
}

/*
 * Returns the ways, the certificate of those over TLS, and for the end: the
 * lines of all logs, and a graceful stop.
 */
async function start(folder)
{
    const port = await place.freePort();
    const origin = await lamp.start(folder, {
        templates, modules: ['headers'], values: { CACHED_PORT: port, SHOP: 0 },
    }, install);
    const proxy = await proxies.start(folder, {}, {
        templates, defines: ['REMOTE'], values: { SHOP: origin.port },
    });
    const ways = [];
    for (const [host, plugin] of [['shop', false], ['litespeed', true]]) {
        ways.push({ name: `${host}, PHP inside`, plugin,
                    url: `http://${host}.localhost:${port}` },
                  { name: `${host}, RProxyPass`, plugin,
                    url: `https://${host}.localhost:${proxy.port}` });
    }
    const roots = [origin.root, proxy.root];
    return {
        ways,
        certificate: proxy.certificate,
        requests: () => roots.flatMap(requests),
        errors: () => roots.flatMap(httpd.errors),
    };
}

module.exports = { start, editor };
