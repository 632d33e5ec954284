/* predict.js: first commit to an answer, then run. The card asks; afterwards mine, what happened and why stand side by
 * side, never the outcome alone. */
(() => {
  var {el, t, clear, words} = Lab;
  var scenario = null, locked = {}, checks = {};

  Lab.readers.push(event => {
    if (event.ev === 'predict') {
      locked[event.id] = event.answer;
    } else if (event.ev === 'check') {
      checks[event.id || event.kind + event.i] = event;
    }
  });
  Lab.scenario = () => scenario = scenario || Lab.data('data-scenario', null);
  function questions() { return (Lab.scenario() || {}).predict || []; }
  Lab.unanswered = () => {
    return questions().filter(q => locked[q.id] === undefined).length;
  };

  function field(question) {
    var name = 'q-' + question.id;
    if (question.options && question.options.length && question.type === 'choice') {
      return el('div', {class: 'choices'}, question.options.map((option, k) => {
        return el(
          'label', {}, [el('input', {type: 'radio', name: name, value: option, required: k === 0}), ' ' + option]);
      }));
    }
    return el('input', {name: name, required: true, placeholder: t('ask_' + question.type)});
  }
  /* The answers become commands; the program locks them before anything is sent. */
  Lab.askPredictions = () => {
    var card = Lab.by('card'), list = questions();
    if (!list.length) {
      return;
    }
    var form = el('form', {
      method: 'dialog',
      submit: event => {
        event.preventDefault();
        Lab.lock(list.map(q => {
          var chosen =
            form.querySelector('[name="q-' + q.id + '"]:checked') || form.querySelector('input[name="q-' + q.id + '"]');
          return [q.id, chosen.value];
        }));
        card.close();
      }
    },
      [
        el('h2', {}, words(Lab.scenario().title)), el('p', {}, words(Lab.scenario().goal)),
        el('p', {class: 'muted'}, t('predict_first'))
      ].concat(list.map(q => {
        return el('fieldset', {}, [el('legend', {}, words(q.ask)), field(q)]);
      }),
        [el('p', {class: 'actions'}, [
          el('button', {
            type: 'button',
            click: () => {
              card.close();
            }
          },
            t('later')),
          el('button', {class: 'main'}, t('lock'))
        ])]));
    clear(card, form);
    card.showModal();
  };
  function row(question) {
    var check = checks[question.id], mine = locked[question.id];
    var good = check && check.points === check.of;
    return el('tr', {class: check ? good ? 'good' : 'bad' : ''}, [
      el('th', {scope: 'row'}, words(question.ask) || question.id), el('td', {}, mine === undefined ? '–' : mine),
      el('td', {}, check && Lab.at.i >= check.i ? check.want : t('not_yet')),
      el('td', {},
        check && Lab.at.i >= check.i
          ? [good ? '✓ ' : '✗ ', check.points + '/' + check.of, check.why ? ' · ' + words(check.why) : '']
          : '')
    ]);
  }
  function asked() {
    var list = questions().slice(), known = {};
    list.forEach(q => {
      known[q.id] = true;
    });
    return list.concat(Object.keys(locked).filter(id => !known[id]).map(id => ({id: id})));
  }
  function outcome(check) {
    var good = check.points === check.of;
    return el('li', {class: good ? 'good' : 'bad'}, [
      good ? '✓ ' : '✗ ', el('b', {}, check.kind || ''), ' ' + (check.id || ''),
      good ? '' : ' · ' + t('expected', check.want, check.got), ' ' + check.points + '/' + check.of
    ]);
  }
  Lab.score = () => {
    var list = Object.keys(checks).map(id => checks[id]).filter(c => c.i <= Lab.at.i);
    return list.length ? [list.reduce((s, c) => s + c.points, 0), list.reduce((s, c) => s + c.of, 0)] : null;
  };
  Lab.tabs.push({
    id: 'answers',
    draw: (state, box) => {
      var list = asked(), rest = Object.keys(checks).filter(id => locked[id] === undefined && checks[id].i <= Lab.at.i),
          s = Lab.scenario();
      clear(box, [
        s ? el('p', {class: 'goal'}, words(s.goal)) : null,
        list.length ? el('table', {class: 'answers'},
                        [
                          el('thead', {}, el('tr', {}, ['question', 'mine', 'happened', 'why'].map(key => {
                            return el('th', {}, t(key));
                          }))),
                          el('tbody', {}, list.map(row))
                        ])
                    : null,
        rest.length ? el('ul', {class: 'checks'}, rest.map(id => outcome(checks[id]))) : null,
        s && s.linux ? el('p', {class: 'linux'}, [el('b', {}, 'Linux '), words(s.linux)]) : null,
        !list.length && !rest.length ? el('p', {class: 'muted'}, t('no_answers')) : null
      ]);
    }
  });
})();
