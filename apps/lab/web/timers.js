/* timers.js: what runs, draining from left to right; empty is when it fires. */
(() => {
  var {el, t} = Lab;
  function bar(c, name, timer) {
    var whole = Math.max(1, timer.at - timer.since), left = Math.max(0, timer.at - Lab.at.t),
        part = Math.min(1, left / whole);
    var token = Lab.token(c.node, c.c);
    return el('li', {}, [
      el('span', {class: 'who'}, [c.node, el('i', {}, token.letter)]), el('span', {class: 'what'}, name),
      el('span', {
        class: 'bar',
        role: 'meter',
        'aria-valuemin': 0,
        'aria-valuemax': 100,
        'aria-valuenow': Math.round(part * 100),
        'aria-label': c.node + ' ' + name
      },
        el('b', {style: 'width:' + (part * 100).toFixed(1) + '%'})),
      el('span', {class: 'left'}, Lab.span(left))
    ]);
  }
  Lab.drawTimers = state => {
    var bars = [], box = Lab.by('timers');
    Lab.view.nodes.forEach(name => {
      Lab.connections(state, name).forEach(c => {
        Object.keys(c.timers).sort().forEach(timer => {
          if (bars.length < 4) {
            bars.push(bar(c, timer, c.timers[timer]));
          }
        });
      });
    });
    Lab.clear(box, [el('h2', {}, t('timers')), bars.length ? el('ul', {class: 'bars'}, bars) : Lab.note('no_timer')]);
  };
})();
