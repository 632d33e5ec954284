/* png_palette.js: makes a PNG small: the 256 most frequent colours stay, other pixels get the nearest of them. For
 * pictures of pages, which have few colours and many shades at the edges of letters. Takes and gives a Buffer; only
 * what Chromium writes is understood: 8 bits, red, green, blue, with or without alpha, not interlaced.
 */
'use strict';
const zlib = require('zlib');

function chunks(png) {
  const found = {IDAT: []};
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at), type = png.toString('latin1', at + 4, at + 8);
    const data = png.subarray(at + 8, at + 8 + length);
    if (type === 'IDAT') {
      found.IDAT.push(data);
    } else {
      found[type] = data;
    }
    at += 12 + length;
  }
  return found;
}

function paeth(a, b, c) {
  const p = a + b - c, pa = Math.abs(p - a), pb = Math.abs(p - b), pc = Math.abs(p - c);
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}

/* Takes the filters off the lines (PNG, third edition, 9). */
function pixels(raw, stride, lines, step) {
  const out = Buffer.alloc(lines * stride);
  for (let y = 0; y < lines; y++) {
    const filter = raw[y * (stride + 1)], line = y * stride;
    for (let x = 0; x < stride; x++) {
      const a = x >= step ? out[line + x - step] : 0, b = y > 0 ? out[line + x - stride] : 0;
      const c = x >= step && y > 0 ? out[line + x - stride - step] : 0;
      const guess = [0, a, b, (a + b) >> 1, filter === 4 ? paeth(a, b, c) : 0][filter];
      out[line + x] = raw[y * (stride + 1) + 1 + x] + guess;
    }
  }
  return out;
}

function nearest(palette, colour) {
  let best = 0, least = Infinity;
  palette.forEach((other, i) => {
    const r = (other >> 16) - (colour >> 16), g = (other >> 8 & 255) - (colour >> 8 & 255),
          b = (other & 255) - (colour & 255);
    const distance = r * r + g * g + b * b;
    if (distance < least) {
      best = i;
      least = distance;
    }
  });
  return best;
}

const TABLE = Array.from({length: 256}, (_, n) => {
  for (let k = 0; k < 8; k++) {
    n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  }
  return n >>> 0;
});

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]), out = Buffer.alloc(8);
  const crc = body.reduce((sum, octet) => TABLE[(sum ^ octet) & 255] ^ (sum >>> 8), 0xffffffff) ^ 0xffffffff;
  out.writeUInt32BE(data.length, 0);
  out.writeUInt32BE(crc >>> 0, 4);
  return Buffer.concat([out.subarray(0, 4), body, out.subarray(4)]);
}

module.exports = function(png) {
  const found = chunks(png), head = Buffer.from(found.IHDR), width = head.readUInt32BE(0),
        height = head.readUInt32BE(4);
  const step = head[9] === 6 ? 4 : 3,
        data = pixels(zlib.inflateSync(Buffer.concat(found.IDAT)), width * step, height, step);
  const colours = [], counts = new Map(), lines = Buffer.alloc(height * (width + 1));
  for (let i = 0; i < data.length; i += step) {
    const colour = data[i] << 16 | data[i + 1] << 8 | data[i + 2];
    colours.push(colour);
    counts.set(colour, (counts.get(colour) || 0) + 1);
  }
  const palette = Array.from(counts).sort((a, b) => b[1] - a[1]).slice(0, 256).map((entry) => entry[0]);
  const index = new Map(palette.map((colour, i) => [colour, i]));
  colours.forEach((colour, i) => {
    if (!index.has(colour)) {
      index.set(colour, nearest(palette, colour));
    }
    lines[Math.floor(i / width) * (width + 1) + 1 + i % width] = index.get(colour);
  });
  head[9] = 3;
  return Buffer.concat([
    png.subarray(0, 8), chunk('IHDR', head),
    chunk('PLTE', Buffer.from(palette.flatMap((colour) => [colour >> 16, colour >> 8 & 255, colour & 255]))),
    chunk('IDAT', zlib.deflateSync(lines, {level: 9})), chunk('IEND', Buffer.alloc(0))
  ]);
};
