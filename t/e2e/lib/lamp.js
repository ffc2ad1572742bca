/* Licensed under the Apache License, Version 2.0 (see LICENSE). */
/*
 * The origin: MariaDB with an empty database, stock Apache with PHP, and
 * Debian's WordPress as it is before anybody has installed it.
 */
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { execFileSync } = require('node:child_process');
const daemon = require('./daemon');
const httpd = require('./httpd');
const place = require('./place');

const WORDPRESS = '/usr/share/wordpress';
const MODULES = ['mpm_prefork', 'authz_core', 'access_compat', 'alias',
                 'deflate', 'dir', 'env', 'filter', 'mime', 'negotiation',
                 'remoteip', 'rewrite', 'setenvif'];
const database = { name: 'blog', user: 'blog', password: 'not-secret' };

/* WordPress asks nobody outside for news and updates. */
const OFFLINE = "<?php const WP_HTTP_BLOCK_EXTERNAL = true;\n";

function giveToUser(folder)
{
    if (process.getuid() === 0)
        execFileSync('chown', ['-R', place.user, folder]);
}

async function startDatabase(folder)
{
    const data = path.join(folder, 'database');
    const user = process.getuid() === 0 ? [`--user=${place.user}`] : [];
    fs.mkdirSync(data);
    giveToUser(data);
    execFileSync('mariadb-install-db', [
        '--no-defaults', '--skip-test-db', `--datadir=${data}`, ...user,
    ], { stdio: 'ignore' });
    const setup = path.join(folder, 'setup.sql');
    fs.writeFileSync(setup, `CREATE DATABASE ${database.name};\n`
        + `GRANT ALL ON ${database.name}.* TO ${database.user}@127.0.0.1 `
        + `IDENTIFIED BY '${database.password}';\n`);
    const port = await place.freePort();
    await daemon.start({
        name: 'mariadb', port,
        log: path.join(folder, 'mariadb.log'),
        /* The path of a socket has a limit: this one counts from the data. */
        command: ['mariadbd', '--no-defaults', `--datadir=${data}`, ...user,
                  '--bind-address=127.0.0.1', `--port=${port}`,
                  '--socket=mariadb.sock', '--skip-name-resolve',
                  `--init-file=${setup}`],
    });
    return { ...database, host: `127.0.0.1:${port}` };
}

/* A site of its own: Debian's configuration is for the whole machine. */
function copySite(folder)
{
    const site = path.join(folder, 'site');
    execFileSync('cp', ['-rL', WORDPRESS, site]);
    for (const name of ['wp-config.php', '.htaccess'])
        fs.rmSync(path.join(site, name), { force: true });
    giveToUser(site);
    return site;
}

function phpModule()
{
    const folder = '/usr/lib/apache2/modules';
    const name = fs.readdirSync(folder)
                   .find((file) => /^libphp[\d.]*\.so$/.test(file));
    return path.join(folder, name);
}

/*
 * more: templates, modules, values and defines beside the usual ones. prepare:
 * called with the site's folder and the database before httpd starts.
 *
 * Returns the database to name in the installer, the origin's port, its
 * ServerRoot and its daemon.
 */
async function start(folder, more = {}, prepare = () => {})
{
    const root = path.join(folder, 'origin');
    fs.mkdirSync(root);
    fs.writeFileSync(path.join(root, 'offline.php'), OFFLINE);
    const site = copySite(folder);
    const db = await startDatabase(folder);
    prepare(site, db);
    const port = await place.freePort();
    const running = await httpd.start({
        name: 'origin', port,
        templates: ['lamp.conf.in', ...more.templates || []],
        folder: root,
        modules: [...MODULES, ...more.modules || []],
        defines: more.defines,
        values: { PORT: port, SITE: site, PHP_MODULE: phpModule(),
                  ...more.values },
    });
    return { port, database: db, site, root, running };
}

module.exports = { start };
