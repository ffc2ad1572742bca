/* Licensed under the Apache License, Version 2.0 (see LICENSE). */
/*
 * The WAF before the sites of proxy.js, with the rules that Debian has; nothing
 * where mod_proxy_http takes the proxy's place.
 */
'use strict';

const path = require('node:path');
const { execFileSync } = require('node:child_process');

const PACKAGES = path.join(__dirname, '../../waf/packages');

const IS_ON = process.env.E2E_PROXY !== 'stock';

/* What proxies.start wants more. */
function withRules()
{
    if (!IS_ON)
        return {};
    const folder = execFileSync(PACKAGES, { encoding: 'utf8' }).trim();
    return { templates: ['waf.conf.in'], values: { RULES: folder } };
}

module.exports = { IS_ON, withRules };
