#!/bin/sh
# The model of fsm.def finds the mistakes that it is there for: each claim fails on a machine that breaks it.
set -u
. "$(dirname "$0")/lib"
command -v spin >/dev/null || {
    echo "skip the model of fsm.def: spin is not installed"
    exit 0
}
copy scripts stack/tcp tests/model

# seed WHAT CLAIM PATTERN SED: with this change the claim fails, and for this reason.
seed() {
    cp "$root/stack/tcp/fsm.def" "$work/stack/tcp/fsm.def"
    sed -i "$4" "$work/stack/tcp/fsm.def"
    passes "$1: the seed is a change" sh -c '! cmp -s "$0" "$1"' "$root/stack/tcp/fsm.def" "$work/stack/tcp/fsm.def"
    fails "$1" "$3" "$work/scripts/check_model" "$work" "$2"
}

seed "an end that waits for ever is a deadlock" deadlock 'invalid end state' \
    '/^FSM_ROW(LAST_ACK, RCV_ACK_OF_FIN,/d'
seed "TIME-WAIT without a timer is a deadlock" deadlock 'invalid end state' \
    '/^FSM_ROW(FIN_WAIT_2, RCV_FIN,/s/ | START_2MSL//'
seed "2MSL without end never ends" ends 'acceptance cycle' \
    '/^FSM_ROW(TIME_WAIT, TIMEOUT_2MSL,/s/CLOSED, DELETE/TIME_WAIT, 0/'
seed "TIME-WAIT of who closed last" time-wait 'assertion violated first' \
    '/^FSM_ROW(LAST_ACK, RCV_ACK_OF_FIN,/s/CLOSED, DELETE/TIME_WAIT, START_2MSL/'
seed "nobody in TIME-WAIT" time-wait 'assertion violated .*was_time_wait' \
    '/^FSM_ROW(FIN_WAIT_2, RCV_FIN,/s/TIME_WAIT, SEND_ACK | START_2MSL/CLOSED, SEND_ACK | DELETE/'

exit $failures
