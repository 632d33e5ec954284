/* tables.js: the connections of all nodes, as ss would list them; and the events around the position. */
(() => {
  var {el, clear, log} = Lab;
  function cell(text, kind) { return el('td', {class: kind}, text); }

  Lab.tabs.push({
    id: 'connections',
    draw: (state, box) => {
      var rows = [];
      log.nodes().forEach(name => {
        Lab.connections(state, name).forEach(c => {
          var token = Lab.token(name, c.c),
              picture = Lab.svg(
                'svg', {width: 24, height: 24, viewBox: '-13 -13 26 26', 'aria-hidden': 'true'}, Lab.drawToken(token));
          rows.push(el('tr', {class: c.gone ? 'gone' : ''}, [
            cell(picture), cell(name + ' ' + token.name), cell(c.st || 'CLOSED', 'st'),
            cell((c.local || '').replace(/^.*:/, ':') + ' ' + (c.remote || ''), 'num'),
            cell(c.tx + '/' + c.rx + (c.again ? ' ↻' + c.again : ''), 'num')
          ]));
        });
      });
      clear(box, el('table', {class: 'list'}, [
        el('thead', {}, el('tr', {}, ['', 'node', 'state', 'local_remote',
          'sent_received'].map(key => el('th', {}, key && Lab.t(key))))),
        el('tbody', {}, rows.slice(-80))
      ]));
    }
  });

  function line(event) {
    return el('li', {
      class: event.i === Lab.at.i ? 'now'
        : event.i > Lab.at.i      ? 'ahead'
                                  : '',
      'aria-current': event.i === Lab.at.i ? 'true' : null
    },
      el('button', {
        click: () => {
          Lab.go(event.i);
        }
      },
        [el('span', {class: 'num'}, String(event.i)), ' ', Lab.say(event)]));
  }
  Lab.tabs.push({
    id: 'events',
    draw: (state, box) => {
      var from = Math.max(1, Lab.at.i - 14), to = Math.min(log.count(), Lab.at.i + 14), out = [];
      for (var i = from; i <= to; i++) {
        out.push(line(log.at(i)));
      }
      clear(box, el('ol', {class: 'events'}, out));
      var now = box.querySelector('.now');
      if (now) {
        box.scrollTop = Math.max(0, now.offsetTop - box.clientHeight / 2);
      }
    }
  });
})();
