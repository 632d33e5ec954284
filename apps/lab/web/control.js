/* control.js: the page of a running world: events are pushed, commands are posted. Nothing here in a recorded run. */
(() => {
  var {el, t, by, clear, log} = Lab;
  var live = Lab.live = Lab.data('data-live', null), source = null;
  if (!live) {
    return;
  }
  var answer = Lab.answer = (text, bad) => {
    var box = by('answer');
    box.hidden = !text;
    box.className = bad ? 'bad' : '';
    box.textContent = text || '';
  };
  function post(line) {
    return fetch(
      '/cmd', {method: 'POST', headers: {'X-Lab-Token': live.token, 'Content-Type': 'text/plain'}, body: line})
      .then(response => response.text().then(text => {
        answer(
          text.trim() || (/ hold /.test(line) && log.header.world === 'live' ? t('kernel_clock') : ''), !response.ok);
        return response.ok;
      }),
        () => {
          answer(t('gone'), true);
          return false;
        });
  }
  /* One line of play. Resolves when the world has carried it out; its events come by themselves. Given in the past, it
   * begins a branch: the world goes back first. */
  Lab.command = line => {
    if (Lab.atEnd() || log.header.world === 'live') {
      return post(line);
    }
    return post('goto ' + Lab.at.i).then(went => went && post(line));
  };
  Lab.lock = answers => answers.reduce(
    (before, pair) => before.then(() => Lab.command('predict ' + pair[0] + ' ' + pair[1])), Promise.resolve());
  function blocked() {
    if (Lab.unanswered() > 0) {
      Lab.askPredictions();
      return true;
    }
    return false;
  }
  Lab.stepWorld = () => blocked() ? Promise.resolve(false) : Lab.command('step');
  Lab.runWorld = () => blocked() ? Promise.resolve(false) : Lab.command('run');

  function directions() {
    var nodes = log.nodes(), out = [];
    nodes.forEach(a => {
      nodes.forEach(b => {
        if (a !== b) {
          out.push(a + '->' + b);
        }
      });
    });
    return out.slice(0, 12);
  }
  function next(act) { return 'wire ' + act + ' next ' + by('direction').value; }
  Lab.faults = {drop: 'drop', hold: 'hold', dup: 'dup', delay: 'delay 300ms'};
  Lab.fault = name => Lab.command(next(Lab.faults[name]));
  function button(id, words, click) { return el('button', {id: id, click: click}, words); }
  Lab.buildControl = () => {
    if (!live.token) {
      return;
    }
    clear(by('wire'), [
      el('select', {id: 'direction', 'aria-label': t('next_packet')},
        directions().map(d => el('option', {value: d}, t('next_packet') + ' ' + d.replace('->', ' → ')))),
      Object.keys(Lab.faults).map(name => button('next-' + name, t('do_' + name), () => Lab.fault(name))),
      button('release', t('do_release'), () => Lab.command('wire release all'))
    ].flat());
    by('command').hidden = false;
    by('command').onsubmit = event => {
      var line = by('line');
      event.preventDefault();
      if (line.value.trim()) {
        Lab.command(line.value.trim());
        line.select();
      }
    };
  };
  /* The menu of a packet that is on its way. */
  Lab.packetMenu = (packet, at) => {
    var menu = by('menu'), place = at.getBoundingClientRect(), id = packet.id;
    var items = [
      ['do_drop', 'wire drop id ' + id],
      Lab.fate(packet, Lab.at.i) === 'held' ? ['do_release', 'wire release id ' + id]
                                            : ['do_hold', 'wire hold id ' + id],
      ['do_dup', 'wire dup id ' + id], ['do_delay', 'wire delay 300ms id ' + id],
      ['do_corrupt', 'wire corrupt id ' + id], ['do_before', 'wire reorder 1 id ' + id], ['inspect']
    ];
    function close() {
      menu.hidden = true;
      at.focus && at.focus();
    }
    function item(words, line) {
      return el('button', {
        role: 'menuitem',
        click: () => {
          close();
          return line ? Lab.command(line) : Lab.go(packet.tx, packet);
        }
      },
        t(words));
    }
    clear(menu, items.map(pair => item(pair[0], pair[1])));
    menu.hidden = false;
    menu.style.left = Math.min(place.left, innerWidth - 200) + 'px';
    menu.style.top = Math.min(place.bottom + 4, innerHeight - menu.offsetHeight - 8) + 'px';
    menu.firstChild.focus();
    menu.onkeydown = event => {
      var list = Array.from(menu.children), k = list.indexOf(document.activeElement),
          step = {ArrowDown: 1, ArrowUp: -1}[event.key];
      if (event.key === 'Escape') {
        close();
      } else if (step) {
        list[(k + step + list.length) % list.length].focus();
      } else {
        return;
      }
      event.preventDefault();
      event.stopPropagation();
    };
  };
  document.addEventListener('click', event => {
    if (!by('menu').contains(event.target) && !event.target.closest('.packet')) {
      by('menu').hidden = true;
    }
  });
  /* A branch begins anew what comes after the event it left from: the page reads the log again. */
  /* The checks have come: what the predictions were worth can be told now. */
  var asked = 0;
  function askWhatCame() {
    clearTimeout(asked);
    asked = setTimeout(() => fetch('/scenario').then(response => response.json()).then(now => {
      Lab.scenario(now);
      Lab.tab('answers');
    }),
      200);
  }
  Lab.listen = () => {
    source = new EventSource('/events?from=' + (log.count() + 1));
    source.onmessage = message => {
      var end = Lab.atEnd();
      log.add(message.data);
      Lab.grown(end);
      if (message.data.indexOf('"ev":"check"') > 0) {
        askWhatCame();
      }
    };
    source.addEventListener('branch', () => {
      Lab.leave();
      location.replace(location.href.split('#')[0] + '#new');
      location.reload();
    });
    source.onopen = () => {
      document.body.classList.remove('cut-off');
    };
    source.onerror = () => {
      document.body.classList.add('cut-off');
    };
  };
})();
