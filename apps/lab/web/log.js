/* log.js: lines of the event log become events, in order, each shown to every reader once. */
(() => {
  var log = Lab.log = {header: null, events: [], bad: 0};

  log.add = line => {
    var event;
    try {
      event = JSON.parse(line);
    } catch (error) {
      log.bad++;
      return;
    }
    if (event.tlog) {
      log.header = event;
      return;
    }
    if (event.ev === 'lost') {
      log.lost = (log.lost || 0) + event.count;
    }
    if (event.i !== log.events.length + 1) {
      log.bad++;
      return;
    }
    log.events.push(event);
    for (var k = 0; k < Lab.readers.length; k++) {
      Lab.readers[k](event);
    }
  };
  /* A text of any length, a slice at a time, so that the page stays alive. */
  log.take = (text, done, progress) => {
    var at = 0;
    function slice() {
      for (var n = 0; n < 8000 && at < text.length; n++) {
        var end = text.indexOf('\n', at);
        end = end < 0 ? text.length : end;
        if (end > at) {
          log.add(text.slice(at, end));
        }
        at = end + 1;
      }
      if (at >= text.length) {
        return done();
      }
      progress(at / text.length);
      setTimeout(slice, 0);
    }
    slice();
  };
  log.at = i => log.events[i - 1];
  log.count = () => log.events.length;
  function heads() { return log.header ? log.header.nodes : []; }
  log.nodes = () => heads().map(node => node[0]);
  log.kernel = name => heads().some(node => node[0] === name && node[2]);
  log.nodeOf = address => (heads().filter(node => node[1] === address)[0] || [null])[0];
  /* The last event not later than t. */
  log.find = t => {
    var low = 0, high = log.events.length;
    while (low < high) {
      var middle = (low + high) >> 1;
      if (log.events[middle].t <= t) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  };
})();
