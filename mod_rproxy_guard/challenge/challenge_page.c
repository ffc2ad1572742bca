/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* challenge_page.c: see challenge_page.h.  Layer L1.  All text that is put in
 * is ours: hexadecimal, dots, digits, a path of plain characters. */
#include "challenge_page.h"

#include <apr_strings.h>

/* clang-format off */
static const char style[] =
    ":root{color-scheme:light dark}"
    "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:34rem;"
    "margin:12vh auto;padding:0 1rem}"
    "h1{font-size:1.5rem}"
    "progress{width:100%;height:.5rem}"
    "small{opacity:.8}"
    "button{font:inherit;padding:.3rem 1rem}";

/* SHA-256 as FIPS 180-4 has it, for crypto.subtle is not there without TLS and
 * slow with texts this short.  Words are signed: bit operations care not. */
static const char script[] =
"'use strict';(function(){"
"var data=document.body.dataset,status=document.getElementById('status'),"
"bar=document.querySelector('progress'),K=[],H=[];"
"function fraction(x){return(x-Math.floor(x))*4294967296|0}"
"for(var n=2;K.length<64;n++){"
  "for(var i=2;i*i<=n&&n%i;i++);"
  "if(i*i>n){"
    "if(H.length<8)H.push(fraction(Math.sqrt(n)));"
    "K.push(fraction(Math.pow(n,1/3)))}}"
"function turn(x,by){return x>>>by|x<<32-by}"
"function mix(s,w){"
  "for(var i=16;i<64;i++){var a=w[i-15],b=w[i-2];"
    "w[i]=w[i-16]+w[i-7]+(turn(a,7)^turn(a,18)^a>>>3)"
      "+(turn(b,17)^turn(b,19)^b>>>10)|0}"
  "var A=s[0],B=s[1],C=s[2],D=s[3],E=s[4],F=s[5],G=s[6],J=s[7];"
  "for(i=0;i<64;i++){"
    "var one=J+(turn(E,6)^turn(E,11)^turn(E,25))+(E&F^~E&G)+K[i]+w[i]|0,"
    "two=(turn(A,2)^turn(A,13)^turn(A,22))+(A&B^A&C^B&C)|0;"
    "J=G;G=F;F=E;E=D+one|0;D=C;C=B;B=A;A=one+two|0}"
  "s[0]+=A;s[1]+=B;s[2]+=C;s[3]+=D;s[4]+=E;s[5]+=F;s[6]+=G;s[7]+=J}"
"var words=new Int32Array(64);"
"function hash(text){"
  "var s=Int32Array.from(H),end=text.length,blocks=(end+72)>>6;"
  "for(var b=0;b<blocks;b++){"
    "words.fill(0);"
    "for(var i=0;i<64;i++){var at=b*64+i,"
      "c=at<end?text.charCodeAt(at):at===end?128:0;"
      "words[i>>2]|=c<<24-8*(i&3)}"
    "if(b===blocks-1)words[15]=end*8;"
    "mix(s,words)}"
  "return s}"
"function zeros(s){"
  "for(var i=0;i<8&&s[i]===0;i++);"
  "return 32*i+(i<8?Math.clz32(s[i]):0)}"
"function say(text){status.textContent=text;bar.hidden=true}"
"function fail(text){say(text);status.setAttribute('role','alert')}"
"function done(){"
  "if(data.body!=='1'){say('Done. The page is being loaded.');"
    "location.reload();return}"
  "say('Done. What you sent has not arrived: please go back and send '"
    "+'it again.');"
  "var button=document.getElementById('back');"
  "button.hidden=false;button.onclick=function(){history.back()};"
  "button.focus()}"
"function answer(n){"
  "var request=new XMLHttpRequest();"
  "request.open('GET',data.path+'?'+data.question+'&'+n);"
  "request.onerror=function(){fail('The site could not be reached. '"
    "+'Please load this page again.')};"
  "request.onload=function(){if(request.status===204)done();"
    "else fail('The check took too long, or your network changed. '"
    "+'Please load this page again.')};"
  "request.send()}"
"function look(from){"
  "var end=from+4000,bits=+data.difficulty;"
  "for(var n=from;n<end;n++)"
    "if(zeros(hash(data.question+'.'+n))>=bits){answer(n);return}"
  "bar.value=1-Math.exp(-end/Math.pow(2,bits));"
  "setTimeout(look,0,end)}"
"bar.hidden=false;"
"if(!navigator.cookieEnabled)fail('This check needs a cookie. Please allow '"
  "+'cookies for this site and load the page again.');"
"else{status.textContent='Checking your browser. This takes a moment.';"
  "setTimeout(look,50,0)}"
"})()";
/* clang-format on */

#define END_LINE "\n"

const char *challenge_page(apr_pool_t *pool, const challenge_page_t *page)
{
    return apr_pstrcat(
        pool,
        "<!DOCTYPE html>" END_LINE
        "<html lang=\"en\"><head><meta charset=\"utf-8\">"
        "<meta name=\"viewport\" content=\"width=device-width\">"
        "<meta name=\"robots\" content=\"noindex\">"
        "<title>One moment, please</title><style nonce=\"",
        page->nonce, "\">", style,
        "</style></head>" END_LINE "<body data-question=\"", page->question,
        "\" data-difficulty=\"", apr_itoa(pool, page->difficulty),
        "\" data-path=\"", page->path, "\" data-body=\"",
        page->has_body ? "1" : "0",
        "\">" END_LINE "<main><h1>One moment, please</h1>" END_LINE
        "<p>This site is protected against programs that ask too much of it. "
        "Your browser does a small calculation, once; you need not do "
        "anything.</p>" END_LINE "<p id=\"status\" role=\"status\"></p>"
        "<progress max=\"1\" value=\"0\" aria-label=\"Progress of the check\" "
        "hidden></progress>" END_LINE,
        page->has_body ? "<p>You sent a form. It was not passed on: after the "
                         "check, go back "
                         "and send it again.</p>" END_LINE
                         "<p><button id=\"back\" type=\"button\" hidden>Go back"
                         "</button></p>" END_LINE
                       : "",
        "<noscript><p>The check needs JavaScript. Please switch it on for this "
        "site and load the page again; if you cannot, tell the site's owner "
        "the number below.</p></noscript>" END_LINE "<p><small>Number: <b>",
        page->id, "</b></small></p></main>" END_LINE "<script nonce=\"",
        page->nonce, "\">", script, "</script></body></html>" END_LINE, NULL);
}

const char *challenge_page_policy(apr_pool_t *pool, const char *nonce)
{
    return apr_pstrcat(pool,
                       "default-src 'none'; base-uri 'none'; form-action "
                       "'none'; frame-ancestors 'self'; connect-src 'self'; "
                       "script-src 'nonce-",
                       nonce, "'; style-src 'nonce-", nonce, "'", NULL);
}

const char *challenge_page_json(apr_pool_t *pool, const challenge_page_t *page)
{
    return apr_psprintf(pool,
                        "{\"error\":\"challenge\",\"message\":\"Open this "
                        "address in a browser first: it has to pass a check."
                        "\",\"id\":\"%s\",\"question\":\"%s\",\"difficulty\":"
                        "%d,\"answer\":\"%s\"}\n",
                        page->id, page->question, page->difficulty, page->path);
}
