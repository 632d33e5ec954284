/* browser.js: drives a Chromium without a window, by its debugging protocol over two pipes: messages in JSON, each
 * ended by a zero octet, written to descriptor 3 and read from descriptor 4. No package, no port, no network.
 *
 *     const browser = await require('./browser').open({width: 1440, height: 900});
 *     await browser.load('file:///tmp/replay.html');
 *     await browser.run('document.title');
 *     await browser.close();
 *
 * What the page says in its console, exceptions and failed loads are gathered in browser.complaints.
 */
'use strict';
const {spawn} = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

function find() {
  const folders = (process.env.PATH || '').split(':');
  for (const name of NAMES) {
    for (const folder of folders) {
      const file = path.join(folder, name);
      if (fs.existsSync(file)) {
        return file;
      }
    }
  }
  return null;
}

class Browser {
  constructor(child, home) {
    this.child = child;
    this.home = home;
    this.next = 1;
    this.waiting = new Map();
    this.listeners = new Map();
    this.complaints = [];
    this.rest = '';
    child.stdio[4].setEncoding('utf8');
    child.stdio[4].on('data', (data) => this.take(data));
    child.on('exit', () => this.ended());
  }

  take(data) {
    const messages = (this.rest + data).split('\0');
    this.rest = messages.pop();
    for (const text of messages) {
      this.message(JSON.parse(text));
    }
  }

  message(message) {
    const call = this.waiting.get(message.id);
    if (call) {
      this.waiting.delete(message.id);
      if (message.error) {
        call.fail(new Error(message.error.message));
      } else {
        call.done(message.result);
      }
      return;
    }
    const listener = this.listeners.get(message.method);
    if (listener) {
      listener(message.params);
    }
  }

  ended() {
    for (const call of this.waiting.values()) {
      call.fail(new Error('the browser has ended'));
    }
    this.waiting.clear();
  }

  send(method, params, session) {
    const id = this.next++;
    const message = {id, method, params: params || {}};
    if (session !== null) {
      message.sessionId = session || this.session;
    }
    this.child.stdio[3].write(JSON.stringify(message) + '\0');
    return new Promise((done, fail) => this.waiting.set(id, {done, fail}));
  }

  async begin(options) {
    const {targetId} = await this.send('Target.createTarget', {url: 'about:blank'}, null);
    const {sessionId} = await this.send('Target.attachToTarget', {targetId, flatten: true}, null);
    this.session = sessionId;
    this.listeners.set('Runtime.consoleAPICalled', (p) => {
      this.complaints.push(p.type + ': ' + p.args.map((a) => a.value || a.description).join(' '));
    });
    this.listeners.set('Runtime.exceptionThrown', (p) => {
      const d = p.exceptionDetails;
      this.complaints.push('exception: ' + (d.exception ? d.exception.description : d.text));
    });
    this.listeners.set('Log.entryAdded', (p) => this.complaints.push(p.entry.source + ': ' + p.entry.text));
    this.listeners.set('Network.requestWillBeSent', (p) => this.requests.push(p.request.url));
    this.requests = [];
    await Promise.all(['Page', 'Runtime', 'Log', 'Network'].map((domain) => this.send(domain + '.enable')));
    await this.size(options.width || 1440, options.height || 900);
  }

  size(width, height, scale) {
    return this.send(
      'Emulation.setDeviceMetricsOverride', {width, height, deviceScaleFactor: scale || 1, mobile: false});
  }

  media(features) {
    return this.send(
      'Emulation.setEmulatedMedia', {features: Object.keys(features).map((name) => ({name, value: features[name]}))});
  }

  /* Loads a page and waits until it says that it is ready. */
  async load(url, ready) {
    const loaded = new Promise((done) => this.listeners.set('Page.loadEventFired', done));
    await this.send('Page.navigate', {url});
    await loaded;
    await this.until(ready || 'document.body && document.body.classList.contains("ready")');
  }

  async run(expression) {
    const answer = await this.send('Runtime.evaluate', {expression, awaitPromise: true, returnByValue: true});
    if (answer.exceptionDetails) {
      const d = answer.exceptionDetails;
      throw new Error(expression + ': ' + (d.exception ? d.exception.description : d.text));
    }
    return answer.result.value;
  }

  async until(expression, milliseconds) {
    const end = Date.now() + (milliseconds || 60000);
    while (!(await this.run(expression))) {
      if (Date.now() > end) {
        throw new Error('never came true: ' + expression);
      }
      await new Promise((done) => setTimeout(done, 20));
    }
  }

  /* A real click in the middle of what a selector finds. */
  async click(selector) {
    const at = await this.run('(function () { var e = document.querySelector(' + JSON.stringify(selector) + ');' +
      ' if (!e) return null; if (!e.closest("svg")) e.scrollIntoView({block: "nearest"});' +
      ' var r = e.getBoundingClientRect(); return [r.left + r.width / 2, r.top + r.height / 2]; })()');
    if (!at) {
      throw new Error('nothing to click: ' + selector);
    }
    for (const type of ['mousePressed', 'mouseReleased']) {
      await this.send('Input.dispatchMouseEvent', {type, x: at[0], y: at[1], button: 'left', clickCount: 1});
    }
  }

  async key(key, code) {
    const codes = {
      Enter: 13,
      Tab: 9,
      Escape: 27,
      ArrowLeft: 37,
      ArrowUp: 38,
      ArrowRight: 39,
      ArrowDown: 40,
      Home: 36,
      End: 35,
      F2: 113,
      ' ': 32
    };
    const text = key.length === 1 ? key : key === 'Enter' ? '\r' : undefined;
    const common = {key, code: code || key, windowsVirtualKeyCode: codes[key] || key.toUpperCase().charCodeAt(0)};
    await this.send('Input.dispatchKeyEvent', Object.assign({type: text ? 'keyDown' : 'rawKeyDown', text}, common));
    await this.send('Input.dispatchKeyEvent', Object.assign({type: 'keyUp'}, common));
  }

  async type(text) { await this.send('Input.insertText', {text}); }

  /* After the next frame was drawn. */
  frame() {
    return this.run('new Promise(function (d) { requestAnimationFrame(function () {' +
      ' requestAnimationFrame(function () { d(1); }); }); })');
  }

  async picture(file) {
    const {data} = await this.send('Page.captureScreenshot', {format: 'png'});
    fs.writeFileSync(file, Buffer.from(data, 'base64'));
  }

  async close() {
    const gone = new Promise((done) => this.child.once('exit', done));
    this.send('Browser.close', {}, null).catch(() => 0);
    await gone;
    fs.rmSync(this.home, {recursive: true, force: true, maxRetries: 5});
  }
}

/* Null when this machine has none. */
exports.open = async function(options) {
  const program = find();
  if (!program) {
    return null;
  }
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'lucid-page-'));
  const child = spawn(program,
    [
      '--headless=new', '--no-sandbox', '--remote-debugging-pipe', '--disable-gpu', '--no-first-run',
      '--disable-extensions', '--disable-background-networking', '--disable-component-update', '--disable-sync',
      '--mute-audio', '--hide-scrollbars', '--user-data-dir=' + home, 'about:blank'
    ],
    {stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe']});
  const browser = new Browser(child, home);
  await browser.begin(options || {});
  return browser;
};
exports.find = find;
