/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* html_dialog.c: orders for the admin handler, from the status page.
 * Layer L1.
 *
 * The dialog stands outside of what is kept up to date and says whom it is
 * about from the click that opened it: rows that come and go under it change
 * neither the order nor its answer.  A token is asked for when the handler
 * wants one, and stays in this tab's sessionStorage. */
#include "html_parts.h"

void html_dialog(writer_t *w, const char *admin)
{
    write_text(w, "<dialog id=\"control\" aria-labelledby=\"whom\" "
                  "data-admin=\"");
    write_html(w, admin);
    write_text(
        w,
        "\"><h3 id=\"whom\"></h3>\n"
        "<div class=\"one\">\n"
        "<p><button type=\"button\" value=\"ready\">ready</button> "
        "is asked again</p>\n"
        "<p><button type=\"button\" value=\"drain\">drain</button> "
        "no new clients; its sessions for <label><input name=\"for\" "
        "inputmode=\"numeric\" size=\"5\"> s</label>, or on</p>\n"
        "<p><button type=\"button\" value=\"maintenance\">maintenance"
        "</button> is asked no more</p>\n"
        "<p><button type=\"button\" value=\"weight\">weight</button> "
        "<input name=\"weight\" aria-label=\"weight\" inputmode=\"numeric\" "
        "size=\"5\"></p>\n"
        "<p><button type=\"button\" value=\"remove\">remove</button> "
        "one member less</p></div>\n"
        "<div class=\"all\">\n"
        "<p><button type=\"button\" value=\"add\">add</button> "
        "<input name=\"url\" aria-label=\"URL\" size=\"24\" "
        "placeholder=\"http://10.0.0.4:3000\"></p></div>\n"
        "<p><button type=\"button\" value=\"reset\">reset</button> "
        "as it is configured</p>\n"
        "<p><output></output></p>\n"
        "<p><button type=\"button\" value=\"\">close</button></p></dialog>\n");
}

/* clang-format off */
const char html_dialog_script[] =
    "(()=>{\n"
    "const dialog=document.getElementById('control'),key='rproxy-token';\n"
    "const answer=dialog.querySelector('output');\n"
    "const field=name=>dialog.querySelector('[name='+name+']');\n"
    "let whom={};\n"
    "document.body.classList.add('controls');\n"
    "function say(text,state){answer.textContent=text;"
    "answer.className=state}\n"
    "document.addEventListener('click',event=>{\n"
    "const button=event.target.closest('button.control');\n"
    "if(!button)return;\n"
    "whom={...button.dataset};say('','');\n"
    "for(const input of dialog.querySelectorAll('input'))input.value='';\n"
    "dialog.className=whom.url?'member':'upstream';\n"
    "dialog.querySelector('h3').textContent="
    "whom.upstream+(whom.url?': '+whom.url:'');\n"
    "dialog.showModal()});\n"
    "function number(name){const text=field(name).value.trim();\n"
    "return/^\\d+$/.test(text)?Number(text):text}\n"
    "function order(verb){const of={...whom};\n"
    "if(verb==='drain'&&field('for').value.trim())of.for=number('for');\n"
    "if(verb==='weight')of.weight=number('weight');\n"
    "if(verb==='add')of.url=field('url').value.trim();\n"
    "return JSON.stringify(of)}\n"
    "function post(verb,body){\n"
    "const headers={'Content-Type':'application/json'};\n"
    "const token=sessionStorage.getItem(key);\n"
    "if(token)headers.Authorization='Bearer '+token;\n"
    "return fetch(dialog.dataset.admin+'/balancer/'+verb,"
    "{method:'POST',headers,body,cache:'no-store',redirect:'error'})}\n"
    "function mayAsk(reply){\n"
    "if(reply.status!==401)return false;\n"
    "const token=prompt('Token of the admin handler:');\n"
    "if(token)sessionStorage.setItem(key,token.trim());\n"
    "return token}\n"
    "function told(verb,json){\n"
    "const now=json.member?': '+json.member.state+', weight '"
    "+json.member.weight:'';\n"
    "const alone=json.others_up===0?"
    "'; no other member gets requests':'';\n"
    "return verb+' done'+now+alone+(json.warning?'; '+json.warning:'')}\n"
    "async function send(verb){say('\\u2026','');\n"
    "try{const body=order(verb);let reply=await post(verb,body);\n"
    "if(mayAsk(reply))reply=await post(verb,body);\n"
    "if(reply.status===401)sessionStorage.removeItem(key);\n"
    "const json=await reply.json().catch(()=>({}));\n"
    "if(reply.ok)say(told(verb,json),'good');\n"
    "else say(json.error||'refused: '+reply.status,'bad')}\n"
    "catch(error){say('no answer: '+error.message,'bad')}}\n"
    "dialog.addEventListener('click',async event=>{\n"
    "const button=event.target.closest('button');\n"
    "if(!button)return;\n"
    "if(!button.value){dialog.close();return}\n"
    "const all=dialog.querySelectorAll('button[value]:not([value=\"\"])');\n"
    "all.forEach(b=>b.disabled=true);await send(button.value);\n"
    "all.forEach(b=>b.disabled=false)})})();\n";
/* clang-format on */
