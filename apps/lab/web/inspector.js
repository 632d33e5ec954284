/* inspector.js: the header of one packet, bit by bit as the RFCs draw it, each field with its name and in hex. */
(() => {
  var {el, t, ackOf, clear, shown} = Lab;
  var BITS = ['CWR', 'ECE', 'URG', 'ACK', 'PSH', 'RST', 'SYN', 'FIN'];
  function hex(value, digits) { return (value >>> 0).toString(16).padStart(digits, '0'); }
  function pairs(text) { return (text.match(/../g) || []); }

  /* Fields of one header: name, bits, value as read, hexadecimal. 32 bits a row. */
  function ip(packet) {
    var seg = packet.seg, length = 20 + Math.ceil((seg.opt || '').length / 8) * 4 + seg.len;
    return [
      ['Version', 4, '4'], ['IHL', 4, '5'], ['DSCP, ECN', 8, ''], ['Total length', 16, String(length + 20)],
      ['Identification', 16, ''], ['Flags, offset', 16, ''], ['TTL', 8, ''], ['Protocol', 8, '6 TCP'],
      ['Checksum', 16, ''], ['Source', 32, seg.src || ''], ['Destination', 32, seg.dst || '']
    ];
  }
  function tcp(seg) {
    var options = Math.ceil((seg.opt || '').length / 8),
        flags = BITS.map(bit => seg.fl.indexOf({CWR: 'C'}[bit] || bit.charAt(0)) >= 0 ? 1 : 0);
    return [
      ['Source port', 16, String(seg.sp), hex(seg.sp, 4)], ['Destination port', 16, String(seg.dp), hex(seg.dp, 4)],
      ['Sequence number', 32, Lab.seqOf(seg) + (Lab.relative ? ' (' + seg.seq + ')' : ''), hex(seg.seq, 8)],
      [
        'Acknowledgment number', 32,
        seg.fl.indexOf('A') < 0 ? '–' : ackOf(seg) + (Lab.relative ? ' (' + seg.ack + ')' : ''), hex(seg.ack, 8)
      ],
      ['Offset', 4, String(5 + options), hex(5 + options, 1)], ['Rsrvd', 4, '0', '0']
    ].concat(BITS.map((bit, k) => [bit, 1, String(flags[k]), null, flags[k] ? 'set' : 'clear']))
      .concat([
        ['Window', 16, String(seg.win), seg.win < 65536 ? hex(seg.win, 4) : null], ['Checksum', 16, ''],
        ['Urgent pointer', 16, String(seg.urg || 0), hex(seg.urg || 0, 4)]
      ]);
  }
  var OPTIONS =
    {0: 'End', 1: 'NOP', 2: 'MSS', 3: 'Window scale', 4: 'SACK permitted', 5: 'SACK', 8: 'Timestamps', 34: 'Fast Open'};
  function number(octets) { return octets.reduce((sum, octet) => sum * 256 + parseInt(octet, 16), 0); }
  function meaning(kind, octets, seg) {
    if (kind === 2 || kind === 3) {
      return String(number(octets));
    }
    if (kind === 8) {
      return 'TSval ' + number(octets.slice(0, 4)) + ', TSecr ' + number(octets.slice(4));
    }
    if (kind !== 5) {
      return octets.join(' ');
    }
    var blocks = [], base = (seg.ack - ackOf(seg)) >>> 0;
    for (var k = 0; k + 8 <= octets.length; k += 8) {
      blocks.push([k, k + 4].map(at => shown(number(octets.slice(at, at + 4)), base)).join('–'));
    }
    return blocks.join(', ');
  }
  function options(seg) {
    var octets = pairs(seg.opt || ''), out = [];
    for (var k = 0; k < octets.length;) {
      var kind = parseInt(octets[k], 16), length = kind < 2 ? 1 : Math.max(2, parseInt(octets[k + 1] || '2', 16));
      out.push([
        OPTIONS[kind] || 'Option ' + kind, meaning(kind, octets.slice(k + 2, k + length), seg),
        octets.slice(k, k + length).join(' ')
      ]);
      k += length;
    }
    return out;
  }
  function grid(fields, title) {
    var narrow;
    return el('div', {class: 'bits', role: 'table', 'aria-label': title}, fields.map(field => {
      narrow = field[1] < 4;
      return el('div', {
        class: 'field' + (narrow ? ' bit ' + field[4] : '') + (field[2] === '' ? ' unknown' : ''),
        role: 'cell',
        style: 'grid-column:span ' + field[1],
        title: field[0] + (field[2] === '' ? ': ' + t('not_in_log') : ' ' + field[2])
      },
        [
          el('span', {class: 'name'}, narrow ? field[0].split('').map(letter => el('i', {}, letter)) : field[0]),
          el('span', {class: 'value'},
            [field[2] === '' ? '·' : field[2], field[3] && field[1] > 8 ? el('small', {}, field[3]) : null])
        ]);
    }));
  }
  Lab.printable = code => code > 32 && code < 127 ? String.fromCharCode(code) : code === 32 ? ' ' : '·';
  function dump(pay) {
    var lines = [];
    for (var k = 0; k < pay.length; k += 8) {
      var piece = pay.slice(k, k + 8).split('').map(c => c.charCodeAt(0) & 255);
      lines.push(
        hex(k, 4) + '  ' + piece.map(n => hex(n, 2)).join(' ').padEnd(24) + ' ' + piece.map(Lab.printable).join(''));
    }
    return lines.join('\n');
  }
  function about(packet) {
    var fate = Lab.fate(packet, Lab.at.i), sent = packet.tx ? Lab.time(Lab.log.at(packet.tx).t) : '?';
    return el('p', {}, [
      el('b', {}, Lab.labels(packet)[4]),
      ' · ' + packet.from + ' → ' + packet.to + ' · ' + sent + ' s · ' + t('fate_' + fate) +
        (packet.again ? ' · ' + t('again', packet.first || '') : '') +
        (packet.copy ? ' · ' + t('copy', packet.copy) : '') + (packet.corrupt ? ' · ' + t('corrupt') : '')
    ]);
  }
  Lab.tabs.push({
    id: 'inspector',
    draw: (state, box) => {
      var packet = Lab.packet(), list;
      if (!packet) {
        return clear(box, Lab.note('no_packet'));
      }
      list = options(packet.seg);
      clear(box, [
        about(packet), el('h3', {}, 'TCP'), grid(tcp(packet.seg), 'TCP'),
        list.length
          ? el('table', {class: 'options'},
              list.map(o => el('tr', {}, [el('td', {}, o[0]), el('td', {}, o[1]), el('td', {class: 'hex'}, o[2])])))
          : null,
        packet.seg.len ? el('h3', {}, t('data_octets', packet.seg.len)) : null,
        packet.seg.pay ? el('pre', {class: 'hex'}, dump(packet.seg.pay)) : null, el('h3', {}, 'IP'),
        grid(ip(packet), 'IP')
      ]);
    }
  });
})();
