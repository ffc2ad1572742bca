/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* html_script.c: keeps the status page up to date: by events where the server
 * has them, else by asking every two seconds; not while nobody looks at it.
 * Layer L1.
 *
 * What comes is the page's own markup.  Only what differs is changed, so that
 * nothing scrolls away or flickers. */
#include "html_parts.h"

/* clang-format off */
const char html_script[] =
    "'use strict';(()=>{\n"
    "const button=document.getElementById('live');\n"
    "function as(format){const query=new URLSearchParams(location.search);\n"
    "query.set('format',format);return'?'+query}\n"
    "let source=null,timer=0,on=true;\n"
    "function say(state){button.hidden=false;button.className=state;"
    "button.textContent=state}\n"
    "function fields(from,to){\n"
    "for(const a of [...from.attributes])"
    "if(!to.hasAttribute(a.name))from.removeAttribute(a.name);\n"
    "for(const a of to.attributes)"
    "if(from.getAttribute(a.name)!==a.value)"
    "from.setAttribute(a.name,a.value)}\n"
    "function morph(from,to){\n"
    "const old=[...from.childNodes],next=[...to.childNodes];\n"
    "next.forEach((n,i)=>{const o=old[i];\n"
    "if(!o)from.append(document.importNode(n,true));\n"
    "else if(o.nodeName!==n.nodeName)"
    "o.replaceWith(document.importNode(n,true));\n"
    "else if(o.nodeType===1){fields(o,n);morph(o,n)}\n"
    "else if(o.data!==n.data)o.data=n.data});\n"
    "old.slice(next.length).forEach(o=>o.remove())}\n"
    "function show(text){\n"
    "const page=new DOMParser().parseFromString(text,'text/html');\n"
    "const all=page.getElementById('all');\n"
    "if(all){morph(document.getElementById('all'),all);say('live')}}\n"
    "async function poll(){\n"
    "try{const answer=await fetch(as('part'),{cache:'no-store'});\n"
    "if(!answer.ok)throw answer.status;\n"
    "const text=await answer.text();if(on&&!document.hidden)show(text)}\n"
    "catch(error){say('lost')}\n"
    "if(on&&!document.hidden)timer=setTimeout(poll,2000)}\n"
    "function stop(){clearTimeout(timer);if(source)source.close();"
    "source=null}\n"
    "function start(){stop();if(!on||document.hidden)return;\n"
    "source=new EventSource(as('events'));\n"
    "source.onmessage=event=>show(event.data);\n"
    "source.onerror=()=>{if(!source)return;\n"
    "if(source.readyState===EventSource.CLOSED){stop();poll()}"
    "else say('lost')}}\n"
    "button.onclick=()=>{on=!on;if(on)start();else{stop();say('paused')}};\n"
    "document.addEventListener('visibilitychange',start);\n"
    "start()})();\n";
/* clang-format on */
