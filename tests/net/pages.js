/* pages.js URL: visits every page of this server in Chromium; started by pages.sh. */
'use strict';
const http = require('http');
const browserOf = require('../lab/browser');

const [, , SERVER] = process.argv;
const ANSWERS = /^(?:200|204|301|302|303|307|308)$/;
let failures = 0, browser;

function verdict(name, good, told) {
  console.log((good ? 'ok' : 'not ok') + ' pages: ' + name + (good || told === undefined ? '' : ': ' + told));
  failures += good ? 0 : 1;
}

/* The status; of a stream that does not end, too. */
function ask(path) {
  return new Promise((done, fail) => {
    const request = http.get(SERVER + path, {headers: {Accept: 'text/html,*/*;q=0.8'}}, (answer) => {
      request.destroy();
      done(String(answer.statusCode));
    });
    request.on('error', fail);
  });
}

function links() {
  return browser.run('Array.from(document.querySelectorAll("a[href]")).map((a) => a.href)');
}

/* As narrow as a phone and as wide as a desk, light and dark. */
async function look(path, ready) {
  for (const [width, scheme] of [[360, 'light'], [1200, 'dark']]) {
    await browser.size(width, 800);
    await browser.media({'prefers-color-scheme': scheme});
    await browser.load(SERVER + path, ready || 'document.readyState === "complete"');
    await browser.frame();
    const wide = await browser.run('document.documentElement.scrollWidth');
    verdict(path + ' fits ' + width + ' pixels', wide <= width, wide);
  }
  const text = await browser.run('document.body.innerText.length');
  verdict(path + ' says something', text > 40, text);
}

async function every() {
  await browser.load(SERVER + '/', 'document.readyState === "complete"');
  const all = Array.from(new Set((await links()).map((link) => link.slice(SERVER.length))));
  verdict('/ links what there is', all.length >= 25, all.length);
  for (const path of all) {
    const status = await ask(path);
    const meant = (/^\/status\/(\d+)$/.exec(path) || [])[1];
    verdict(path + ' answers', meant ? status === meant : ANSWERS.test(status), status);
  }
  return all.find((path) => /^\/why\?id=/.test(path));
}

async function forms() {
  for (const [number, method] of [[0, 'GET'], [1, 'POST']]) {
    await browser.load(SERVER + '/', 'document.readyState === "complete"');
    await browser.run('document.forms[' + number + '].querySelector("button").click()');
    await browser.until('location.pathname === "/echo" && document.readyState === "complete"', 10000);
    verdict('the form by ' + method, await browser.run('document.body.innerText').then(
      (text) => new RegExp('method\\s+' + method + '[^]*hello & goodbye').test(text)));
  }
}

async function main() {
  browser = await browserOf.open({width: 360, height: 800});
  const own = await every();
  await look('/');
  await look('/connections');
  await look('/echo?a=%3Cb%3E&c=' + 'd'.repeat(200));
  await look('/events?every=50', 'document.querySelectorAll("#variables tr").length > 10');
  await browser.load('about:blank', 'true');
  await look('/why');
  await look(own);
  await forms();
  verdict('nothing to complain about', browser.complaints.length === 0, browser.complaints.join('; '));
  const others = browser.requests.filter((url) => !url.startsWith(SERVER) && !/^(?:data|about):/.test(url));
  verdict('nothing is loaded from elsewhere', others.length === 0, others.join(' '));
  await browser.close();
}

main().then(() => process.exit(failures ? 1 : 0), (error) => {
  console.log('not ok pages: ' + error.stack);
  process.exit(1);
});
