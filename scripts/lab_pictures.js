/* lab_pictures.js RUNS DIRECTORY: see lab_pictures. Each row: name of the picture, scenario, width, height, scheme of
 * colours, and where in the run: the last event that is so, and what else the address says. */
'use strict';
const fs = require('fs');
const path = require('path');
const small = require('./png_palette');
const browserOf = require('../tests/lab/browser');

const established = 'e.ev === "state" && e.n === "A" && e.to === "ESTABLISHED"';
const synAck = 'e.ev === "seg_rx" && e.n === "B" && e.seg.fl === "S"';
const again = 'e.ev === "state" && e.from === "TIME-WAIT" && e.to === "TIME-WAIT"';
const probe = 'e.ev === "timer_fire" && e.timer === "PERSIST" && e.t < 4e9';

const PICTURES = [
  ['L01-light', 'L01', 1440, 900, 'light', established, 'tab=inspector'],
  ['L01-dark', 'L01', 1440, 900, 'dark', established, 'tab=inspector'],
  ['L01-phone', 'L01', 390, 844, 'light', synAck, 'tab=inspector'],
  ['L11-light', 'L11', 1440, 900, 'light', 'true', ''],
  ['L11-dark', 'L11', 1440, 900, 'dark', 'true', ''],
  ['L11-narrow', 'L11', 900, 1200, 'light', 'true', ''],
  ['L11-zh', 'L11', 1440, 900, 'light', 'true', 'zh'],
  ['L13-light', 'L13', 1440, 900, 'light', again, 'tab=events'],
  ['L13-dark', 'L13', 1920, 1080, 'dark', again, 'tab=events'],
  ['L20-light', 'L20', 1440, 900, 'light', probe, 'tab=plot'],
  ['L20-dark', 'L20', 1920, 1080, 'dark', probe, 'tab=plot'],
];

async function main(runs, to) {
  const browser = await browserOf.open();
  if (!browser) {
    throw new Error('Chromium is not installed; scripts/setup check installs it');
  }
  for (const [name, lab, width, height, scheme, where, more] of PICTURES) {
    const page = 'file://' + path.resolve(runs, lab + '-1', 'replay.html');
    await browser.size(width, height);
    await browser.media({'prefers-color-scheme': scheme, 'prefers-reduced-motion': 'reduce'});
    await browser.load('about:blank', 'true');
    await browser.load(page + '#' + more);
    await browser.run('Lab.go(Lab.log.events.filter((e) => ' + where + ').pop().i)');
    await browser.frame();
    const file = path.join(to, name + '.png');
    await browser.picture(file);
    fs.writeFileSync(file, small(fs.readFileSync(file)));
    console.log(name);
  }
  await browser.close();
}

main(process.argv[2], process.argv[3]).catch((error) => {
  console.error('lab_pictures: ' + error.message);
  process.exit(1);
});
