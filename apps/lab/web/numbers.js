/* numbers.js: sequence numbers, times and octets as people read them. Relative to the ISN unless R is pressed. */
(() => {
  /* "10.77.0.1:40000>10.77.0.2:80" -> first sequence number of the newest connection */
  var isn = {};

  Lab.relative = true;
  /* a - b modulo 2^32, as a signed number. */
  Lab.minus = (a, b) => (a - b) | 0;
  Lab.ends = seg => [(seg.src || '') + ':' + seg.sp, (seg.dst || '') + ':' + seg.dp];
  Lab.readers.push(event => {
    /* Chosen by command, as the RFC's figures have them: shown as they are. */
    if (event.ev === 'cmd' && /^iss /.test(event.text)) {
      Lab.relative = false;
    }
    if (event.ev === 'seg_tx' && event.seg.fl.indexOf('S') >= 0) {
      var ends = Lab.ends(event.seg);
      isn[ends[0] + '>' + ends[1]] = event.seg.seq;
    }
  });
  function shown(raw, base) { return Lab.relative && base !== undefined ? (raw - base) >>> 0 : raw; }
  Lab.seqOf = seg => {
    var ends = Lab.ends(seg);
    return shown(seg.seq, isn[ends[0] + '>' + ends[1]]);
  };
  Lab.ackOf = seg => {
    var ends = Lab.ends(seg);
    return shown(seg.ack, isn[ends[1] + '>' + ends[0]]);
  };
  Lab.sendBase = connection => isn[connection.local + '>' + connection.remote];
  Lab.receiveBase = connection => isn[connection.remote + '>' + connection.local];
  Lab.shown = shown;

  /* Nanoseconds as seconds: three places, more only where they differ from zero. */
  Lab.time = t => (t / 1e9).toFixed(3);
  /* A length of time in its natural unit. */
  Lab.span = t => {
    var s = t / 1e9;
    return s >= 100 ? s.toFixed(0) + ' s'
      : s >= 1      ? s.toFixed(2) + ' s'
      : s >= 0.001  ? (s * 1000).toFixed(0) + ' ms'
                    : Math.round(s * 1e6) + ' µs';
  };
  Lab.octets = n => n >= 1e6 ? (n / 1e6).toFixed(2) + ' MB' : n >= 1e4 ? (n / 1e3).toFixed(1) + ' kB' : String(n);
  var LETTERS = {S: 'SYN', F: 'FIN', R: 'RST', P: 'PSH', A: 'ACK', U: 'URG', E: 'ECE', C: 'CWR'};
  /* "SA" as "SYN,ACK": what matters first; PSH is left out. */
  Lab.flags = letters => 'SFRAUEC'.split('').filter(l => letters.indexOf(l) >= 0).map(l => LETTERS[l]).join() || '–';
  Lab.kindOf = seg => seg.fl.indexOf('R') >= 0 ? 'rst'
    : seg.fl.indexOf('S') >= 0                 ? 'syn'
    : seg.fl.indexOf('F') >= 0                 ? 'fin'
    : seg.len > 0                              ? 'data'
                                               : 'ack';
})();
