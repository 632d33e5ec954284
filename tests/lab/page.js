/* page.js LAB DIRECTORY: tries the page of the lab, served by this lucid-lab, in Chromium; started by page.sh. */
'use strict';
const {spawn} = require('child_process');
const fs = require('fs');
const http = require('http');
const path = require('path');
const browserOf = require('./browser');
const probe = require('./page_probe');

const [, , LAB, WORK] = process.argv;
const HELD = 'Object.values(Lab.packets).some((p) => Lab.fate(p, Lab.log.count()) === "held")';
let failures = 0, browser, address;

function verdict(name, good, told) {
  console.log((good ? 'ok' : 'not ok') + ' page: ' + name + (good || told === undefined ? '' : ': ' + told));
  failures += good ? 0 : 1;
}

/* ---- the lab ---- */

function serve(args, port) {
  return new Promise((done) => {
    const child = spawn(LAB, args.concat(['--port', String(port)]), {stdio: ['ignore', 'pipe', 'pipe']});
    let said = '', wrong = '';
    child.stderr.on('data', (data) => {
      wrong += data;
    });
    child.stdout.on('data', (data) => {
      said += data;
      const found = /open (\S+) in a browser/.exec(said);
      if (found) {
        done({child, address: found[1]});
      }
    });
    child.on('exit', () => done({wrong}));
  });
}

/* On the first port that nobody has. */
async function start(args) {
  let server;
  for (let i = 0; i < 20; i++) {
    server = await serve(args, 20000 + (process.pid + i * 997) % 30000);
    if (server.child) {
      return server;
    }
  }
  throw new Error('the lab does not serve: ' + server.wrong);
}

async function stop(server) {
  const gone = new Promise((done) => server.child.on('exit', done));
  server.child.kill('SIGINT');
  return gone;
}

function fetchTo(file, url) {
  return new Promise(
    (done, fail) => http
                      .get(url,
                        (answer) => {
                          answer.pipe(fs.createWriteStream(file)).on('finish', () => done(answer.statusCode));
                        })
                      .on('error', fail));
}

function script(name, lines) {
  const file = path.join(WORK, name);
  fs.writeFileSync(file, lines.join('\n') + '\n');
  return file;
}

async function step() {
  const before = await browser.run('Lab.log.count()');
  await browser.click('#do-step');
  await browser.until('Lab.log.count() > ' + before, 20000);
  await browser.frame();
}

/* ---- what is tried ---- */

async function renders() {
  const boxes = await browser.run('[0, 1].map((k) => document.querySelectorAll("#machine" + k + " .state").length)');
  verdict('two diagrams of twelve boxes', String(boxes) === '12,12', boxes);
  verdict('the packet on its way is an object',
    await browser.run('document.querySelectorAll(".packet.flying").length') === 1);
  verdict('the title names the world', await browser.run('document.title').then((t) => / sim /.test(t)));
  verdict('every picture has a name and a description', await browser.run('unnamed()') === 0);
  const states = await browser.run('[state(0), state(1)]');
  verdict('the diagrams show where both are', String(states) === 'SYN-SENT,LISTEN', states);
}

async function clickDrops() {
  await step();
  verdict('the state diagram follows', await browser.run('state(1)') === 'LISTEN SYN-RECEIVED',
    await browser.run('state(1)'));
  await browser.click('.packet.flying');
  await browser.until('!document.getElementById("menu").hidden', 5000);
  const before = await browser.run('Lab.log.count()');
  await browser.click('#menu button');
  await browser.until('Lab.log.count() > ' + before, 20000);
  await browser.frame();
  verdict('a click drops the packet', await browser.run('document.querySelectorAll(".packet.lost").length') === 1);
  verdict('the log says so',
    await browser.run('Lab.log.events.some((e) => e.ev === "wire" && e.act === "drop" && e.id === 2)'));
  for (let i = 0; i < 12 && await browser.run('state(0)') !== 'ESTABLISHED'; i++) {
    await step();
  }
  verdict('the retransmission arrives', await browser.run('state(0)') === 'ESTABLISHED', await browser.run('state(0)'));
  await browser.until('distance(0, "ESTABLISHED") < 12', 5000).then(() => 0, () => 0);
  verdict('the token stands at its box', await browser.run('distance(0, "ESTABLISHED")') < 12,
    await browser.run('distance(0, "ESTABLISHED")'));
}

async function buttons() {
  for (let i = 0; i < 6 && await browser.run('state(1)') !== 'LISTEN ESTABLISHED'; i++) {
    await step();
  }
  await browser.click('#next-hold');
  await browser.until('Lab.log.events.some((e) => e.text === "wire hold next A->B")', 20000);
  await browser.run('document.getElementById("line").focus()');
  await browser.type('A send "hello"');
  await browser.key('Enter');
  await browser.until(HELD, 20000);
  await browser.frame();
  verdict('the next packet is held', await browser.run('document.querySelectorAll(".packet.held").length') === 1);
  await browser.click('#release');
  await browser.until('document.querySelectorAll(".packet.held").length === 0', 20000);
  verdict('and released', true);
  await browser.run('document.getElementById("line").value = "A sing"');
  await browser.run('document.getElementById("line").focus()');
  await browser.key('Enter');
  await browser.until('!document.getElementById("answer").hidden', 20000);
  verdict('a wrong command is answered by a sentence',
    /example/.test(await browser.run('document.getElementById("answer").textContent')));
  browser.complaints = browser.complaints.filter((text) => !/status of 400/.test(text));
}

/* The keyboard alone: to a packet on its way, its menu, an entry of it. */
async function keyboard() {
  await browser.run('document.activeElement.blur()');
  for (let i = 0; i < 60; i++) {
    await browser.key('Tab');
    if (await browser.run('!!document.activeElement.closest(".packet.flying")')) {
      break;
    }
  }
  verdict('Tab comes to a packet on its way', await browser.run('!!document.activeElement.closest(".packet.flying")'));
  verdict('what has the focus shows it',
    await browser.run('getComputedStyle(document.activeElement.querySelector("rect")).strokeWidth') === '4px');
  await browser.key('Enter');
  await browser.until('!document.getElementById("menu").hidden', 5000);
  await browser.key('ArrowDown');
  await browser.key('Enter');
  await browser.until(HELD, 20000);
  verdict('Enter, arrow, Enter: it is held', true);
  await browser.run('document.activeElement.blur()');
  await browser.key('Home');
  verdict('Home goes to the beginning', await browser.run('Lab.at.i') === 0);
  await browser.key('n');
  verdict('n goes to the next change of state', await browser.run('Lab.log.at(Lab.at.i).ev') === 'state');
  await browser.key('?');
  verdict('? shows the keys', await browser.run('document.getElementById("card").open'));
  await browser.key('Escape');
  await browser.key('z');
  verdict('z changes the language', await browser.run('document.documentElement.lang') === 'zh');
  verdict('and the words', await browser.run('document.querySelector("#timers h2").textContent') === '定时器');
  await browser.key('z');
  await browser.key('3');
  verdict('3 shows the octets',
    await browser.run('document.getElementById("tab-stream").getAttribute("aria-selected")') === 'true');
  await browser.key('End');
}

async function branch() {
  await browser.run('Lab.go(Lab.log.events.find((e) => e.ev === "wire" && e.act === "drop").i - 2)');
  await browser.run('window.old = true');
  const before = await browser.run('Lab.log.count()');
  await browser.run('Lab.command("note \\"<b>another way</b>\\"")');
  await browser.until('!window.old && document.body && document.body.classList.contains("ready")', 30000);
  await browser.run(probe.source);
  verdict('a command given in the past begins a branch', await browser.run('Lab.log.count()') < before);
  await browser.key('End');
  await browser.frame();
  verdict('markup in a log is text',
    await browser.run('document.getElementById("ladder").textContent.includes("<b>another way</b>")') &&
      await browser.run('document.querySelectorAll("#ladder b").length') === 2);
}

async function colours(where) {
  for (const theme of ['light', 'dark', 'projector']) {
    await browser.run('(document.documentElement.dataset.theme = ' + JSON.stringify(theme) + ', Lab.draw())');
    await browser.frame();
    const found = await browser.run('contrasts()');
    verdict(where + ': contrast of ' + theme, found.seen > 40 && found.bad.length === 0, JSON.stringify(found));
  }
  await browser.run('document.documentElement.dataset.theme = "light"');
  const small = await browser.run('small()');
  verdict(where + ': no text below 16 pixels', small.length === 0, small.slice(0, 5).join('; '));
}

/* ---- a recorded run, from a file ---- */

async function recorded() {
  const file = path.join(WORK, 'run.html');
  verdict('the run is exported', await fetchTo(file, address.replace(/\?.*/, 'export/html')) === 200);
  const count = logOf(fs.readFileSync(file, 'utf8')).length - 1;
  await browser.until('Lab.log.count() === ' + count, 20000);
  browser.requests = [];
  await browser.load('file://' + file + '#i=9&tab=events');
  await browser.run(probe.source);
  verdict('a file shows the same run', await browser.run('Lab.log.count()') === count);
  verdict('the address holds the position', await browser.run('Lab.at.i + Lab.view.tab') === '9events');
  verdict('nothing is loaded', browser.requests.every((url) => /^(file|data):/.test(url)), browser.requests.join(' '));
  verdict('a recorded run gives no commands', await browser.run('document.getElementById("command").hidden'));
  for (const tab of ['inspector', 'plot', 'stream', 'connections', 'events', 'answers']) {
    await browser.run('(Lab.tab(' + JSON.stringify(tab) + '), Lab.go(Lab.log.count() - 3))');
    await browser.frame();
    verdict('pane ' + tab, await browser.run('document.getElementById("tab").textContent.length') > 10);
  }
  await colours('a recorded run');
  await browser.media({'prefers-reduced-motion': 'reduce'});
  verdict('reduced motion: tokens do not slide',
    await browser.run('getComputedStyle(document.querySelector(".person")).transitionDuration') === '0s');
  await browser.media({});
  await browser.run('["SYN-SENT", "ESTABLISHED"].forEach(function (state, k) { Lab.log.add(JSON.stringify({' +
    'i: Lab.log.count() + 1, t: Lab.log.at(Lab.log.count()).t, n: "A", c: 77, ev: "peer", state: state,' +
    ' by: k ? "inferred" : "diag" })); })');
  await browser.run('Lab.go(Lab.log.count())');
  await browser.frame();
  verdict('the kernel\'s socket walks, too',
    / ?ESTABLISHED/.test(await browser.run('state(0)')) &&
      await browser.run('document.querySelectorAll("#machine0 .person.hollow").length') === 1);
  for (const width of [390, 820, 1920]) {
    await browser.size(width, 900);
    await browser.run('Lab.drawLadderHead()');
    await browser.run('Lab.draw()');
    await browser.frame();
    verdict('nothing sticks out at a width of ' + width,
      await browser.run('document.documentElement.scrollWidth <= innerWidth'),
      await browser.run('document.documentElement.scrollWidth'));
  }
  await browser.size(1440, 900);
}

/* ---- a long run: what is drawn does not grow with it ---- */

/* The lines of the log in an exported file. */
function logOf(text) {
  const begin = text.indexOf('id="data-log">') + 15;
  return text.slice(begin, text.indexOf('</script>', begin)).trim().split('\n');
}

/* The short run, and behind it a sender that goes on: data, its arrival, an ACK, and what changes at the sender. */
function prolong(lines, events) {
  const first = JSON.parse(lines.filter((line) => /"n":"A".*"seg_tx"/.test(line))[0]), mss = 1460;
  const last = JSON.parse(lines[lines.length - 1]);
  let {i, t} = last, id = 1000, seq = first.seg.seq;
  function add(event) { lines.push(JSON.stringify(Object.assign({i: ++i, t: t}, event))); }
  while (i < events) {
    const data = Object.assign({}, first.seg, {id: id++, seq: seq, fl: 'PA', len: mss, pay: 'x'});
    const back =
      {id: id++, src: data.dst, sp: data.dp, dst: data.src, dp: data.sp, seq: data.ack, fl: 'A', win: 65535, len: 0};
    seq = (seq + mss) % 4294967296;
    back.ack = seq;
    add({n: 'A', c: 1, ev: 'seg_tx', seg: data});
    add({n: 'A', c: 1, ev: 'var', nxt: seq, flight: mss});
    t += 20000000;
    add({n: 'B', c: 2, ev: 'seg_rx', seg: data});
    add({n: 'B', c: 2, ev: 'var', rnxt: seq});
    add({n: 'B', c: 2, ev: 'seg_tx', seg: back});
    t += 20000000;
    add({n: 'A', c: 1, ev: 'seg_rx', seg: back});
    add({n: 'A', c: 1, ev: 'var', una: seq, cwnd: 14600 + i % 5000, flight: 0});
  }
  return lines;
}

async function long() {
  const file = path.join(WORK, 'long.html'), text = fs.readFileSync(path.join(WORK, 'run.html'), 'utf8');
  const lines = logOf(text), at = text.indexOf(lines.join('\n'));
  fs.writeFileSync(
    file, text.slice(0, at) + prolong(lines.slice(), 200000).join('\n') + text.slice(at + lines.join('\n').length));
  await browser.load('file://' + file);
  const count = await browser.run('Lab.log.count()');
  verdict('a run of 200,000 events is shown', count >= 200000, count);
  const most = await browser.run('(async function () { var most = [0, 0]; for (var k = 0; k < 12; k++) {' +
    ' Lab.go(Math.floor(Lab.log.count() * (k * 7 % 12) / 11)); await new Promise((d) => requestAnimationFrame(() =>' +
    ' requestAnimationFrame(d))); most[0] = Math.max(most[0], document.querySelectorAll("#ladder *").length);' +
    ' most[1] = Math.max(most[1], document.querySelectorAll("*").length); } return most; })()');
  verdict('the ladder draws only what is seen', most[0] < 2500, most[0]);
  verdict('the page has few elements', most[1] < 5000, most[1]);
  await browser.run('dispatchEvent(new Event("beforeprint"))');
  const paper = await browser.run('document.getElementById("ladder-rows").firstChild.offsetHeight');
  verdict('on paper it takes a few pages', paper > 1000 && paper < 10000, paper);
  await browser.run('dispatchEvent(new Event("afterprint"))');
  await browser.run('Lab.tab("plot")');
  await browser.frame();
  const points = await browser.run('Math.max(0, ...Array.from(document.querySelectorAll("path.curve")).map((p) =>' +
    ' p.getAttribute("d").length))');
  verdict('a curve has few points', points > 100 && points < 40000, points);
  verdict('going back gives the same state',
    await browser.run('(function () { Lab.state(Lab.log.count());' +
      ' var i = 54321, a = JSON.stringify(Lab.state(i)); Lab.forget();' +
      ' return a === JSON.stringify(Lab.state(i)); })()'));
}

/* ---- predict, run, compare ---- */

async function scenario() {
  const server = await start(['run', 'L11', '--web', '--seed', '5', '--out', path.join(WORK, 'out')]);
  await browser.load(server.address);
  await browser.run(probe.source);
  verdict('the card asks before anything runs', await browser.run('document.getElementById("card").open'));
  await browser.key('Escape');
  const before = await browser.run('Lab.log.count()');
  await browser.click('#do-step');
  await browser.frame();
  verdict('no step without an answer',
    await browser.run('document.getElementById("card").open') && await browser.run('Lab.log.count()') === before);
  await browser.run('(document.querySelector("[name=q-p1]").focus(), window.old = true)');
  await browser.type('4');
  await browser.run('document.querySelectorAll("[name=q-p2]")[1].focus()');
  await browser.key(' ', 'Space');
  await browser.run('document.querySelectorAll("[name=q-p3]")[1].focus()');
  await browser.key(' ', 'Space');
  await browser.click('dialog button.main');
  await browser.until('!window.old && document.body && document.body.classList.contains("ready")', 30000);
  await browser.run(probe.source);
  verdict('the answers are locked', await browser.run('Lab.unanswered()') === 0);
  verdict('and nothing has told yet what happens', await browser.run('!Lab.scenario().over'));
  const locked = await browser.run('Lab.log.count()');
  await browser.click('#do-step');
  await browser.until('Lab.log.count() > ' + locked, 20000);
  verdict('now it steps', true);
  await browser.key('End');
  await browser.until('Lab.scenario().over', 30000);
  await browser.frame();
  const shown = await browser.run('document.getElementById("tab").textContent');
  verdict('mine, what happened and why stand together',
    /mine4what happened3Why✗ 0\/1 Four when the other/.test(shown), shown);
  verdict(
    'the right ones, too', /minestraight to TIME-WAITwhat happenedstraight to TIME-WAITWhy✓ 2\/2/.test(shown), shown);
  verdict('two rows for one segment are one arrow',
    await browser.run('document.querySelectorAll("#machine0 .arrow.TEXT.walked").length') === 1);
  await colours('a scenario');
  const result = () => fs.readFileSync(path.join(WORK, 'out', 'L11-5', 'result.tsv'), 'utf8');
  const kept = result();
  await browser.run('(window.old = true, Lab.command("A listen 99"))');
  await browser.until('!window.old && document.body && document.body.classList.contains("ready")', 30000);
  verdict('a command of one\'s own is another run', await browser.run('!Lab.checked()'));
  verdict('the judged one stays', /^total\t/m.test(kept) && result() === kept);
  await browser.load('about:blank', 'true');
  verdict('wrong answers are the exit status', await stop(server) === 1);
}

async function main() {
  const server = await start([
    'play', '--web', '--seed', '7', '--script',
    script('play.txt', ['B listen 80 app echo', 'A connect B:80 from 40000'])
  ]);
  address = server.address;
  browser = await browserOf.open({width: 1440, height: 900});
  try {
    await browser.load(address);
    await browser.run(probe.source);
    const running = () => colours('a running world');
    for (const test of [renders, clickDrops, buttons, running, keyboard, branch, recorded, long, scenario]) {
      await test();
    }
    verdict('the console is silent', browser.complaints.length === 0, browser.complaints.join(' | '));
  } finally {
    await browser.close();
    verdict('Ctrl-C ends the lab', await stop(server) === 0);
  }
}

main().catch((error) => verdict('ran to its end', false, error.stack)).then(() => process.exit(failures ? 1 : 0));
