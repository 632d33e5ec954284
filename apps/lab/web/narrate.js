/* narrate.js: one event in words: for the line below the page, for screen readers, for the list of events. */
(() => {
  var {t, flags, packets, span} = Lab;
  function segment(event, key) {
    var packet = packets[event.seg.id], label = packet ? Lab.labels(packet)[1] : flags(event.seg.fl);
    return t(key, event.n, label, packet ? key === 'say_tx' ? packet.to : packet.from : '');
  }
  function why(event) {
    var rule = event.rule && event.rule.split(':');
    return rule ? ' (RFC ' + rule[0] + ' ' + rule.slice(1).join(':').replace(/\//g, ', ') + ')' : '';
  }
  function cause(event) {
    return event.timer ? t('by_timer', event.timer)
      : event.call     ? t('by_call', event.call)
      : event.seg_id   ? t('by_segment', packets[event.seg_id] ? flags(packets[event.seg_id].seg.fl) : event.seg_id)
                       : '';
  }
  function values(event) {
    return Lab.VARS.filter(name => event[name] !== undefined)
      .map(name => {
        var time = name === 'srtt' || name === 'rttvar' || name === 'rto';
        return name + ' ' + (event[name] < 0 ? '∞' : time ? span(event[name]) : event[name]);
      })
      .join(', ');
  }
  var SAY = {
    seg_tx: e => segment(e, e.rtx || e.again ? 'say_again' : 'say_tx'),
    seg_rx: e => segment(e, 'say_rx'),
    state: e => t(e.parent && !e.from || e.from === 'LISTEN' && e.parent ? 'say_born' : 'say_state', e.n,
                  e.from || 'CLOSED', e.to || 'CLOSED', cause(e)) +
      why(e),
    rule: e => t('say_rule', e.n, e.out.replace('_', ' ')) + why(e),
    timer_set: e => t('say_set', e.n, e.timer, span(e.at - e.t)),
    timer_fire: e => t('say_fire', e.n, e.timer),
    timer_stop: e => t('say_stop', e.n, e.timer),
    'var': e => e.n + ': ' + values(e),
    call: e => t('say_call', e.n, e.op === 'open' ? 'connect' : e.op, e.a ? String(e.a) : ''),
    ret: e => t('say_ret', e.n, e.op === 'open' ? 'connect' : e.op, String(e.r)),
    wire: e => {
      var packet = packets[e.id];
      return t('say_wire', packet ? Lab.labels(packet)[3] : e.id || '', t('act_' + e.act), e.by ? span(e.by) : '');
    },
    app: e => e.k === 'delivered' ? t('say_delivered', e.n, e.count) : e.n + ': ' + e.k + ' ' + (e.text || ''),
    peer: e => t('say_peer', e.n, e.state || ''),
    cmd: e => '> ' + e.text,
    note: e => e.text,
    drop: e => e.n + ': ' + (e.text || e.reason),
    predict: e => t('say_predict', e.id),
    check: e => {
      var said = Lab.scenario() && Lab.scenario().checks[e.id];
      return t(e.points === e.of ? 'say_passed' : 'say_failed', said ? Lab.words(said) : e.want, e.want, e.got);
    },
    lost: e => t('say_lost', e.count)
  };
  Lab.say = event => {
    var words = SAY[event.ev] ? SAY[event.ev](event) : event.ev + ' ' + (event.text || '');
    return Lab.time(event.t) + ' ' + words;
  };
  Lab.narrate = () => {
    var event = Lab.log.at(Lab.at.i);
    Lab.by('narration').textContent = event ? Lab.say(event) : t('beginning');
  };
})();
