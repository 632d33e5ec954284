#!/bin/sh
# check_generated, check_matrix and check_man find what is stale, missing or untrue, in a copy of the project.
set -u
. "$(dirname "$0")/lib"

copy scripts stack docs tests tun apps
[ -d "$root/tun/include" ] || mkdir -p "$work/tun/include"

# change FILE SED WHAT PATTERN CHECK: after this change to the copy the check fails and says so; then it is undone.
change() {
    cp "$work/$1" "$work/saved"
    sed -i "$2" "$work/$1"
    fails "$3" "$4" "$work/scripts/$5" "$work"
    cp "$work/saved" "$work/$1"
}

passes "check_generated: as committed" "$work/scripts/check_generated" "$work"
change docs/figure5.md 's/ESTABLISHED/ESTABLISH/' "a generated page was edited" '^docs/figure5.md:[0-9]+: is stale' \
    check_generated
change stack/tcp/fsm.def '/^FSM_ROW(TIME_WAIT, TIMEOUT_2MSL/d' "a row of Figure 5 is gone" 'arrow 20' check_generated
change stack/tcp/fsm.def 's/TIMEOUT_2MSL, ALWAYS, CLOSED, DELETE/TIMEOUT_2MSL, RFC1337, CLOSED, DELETE/' \
    "a row was changed" '^docs/figure5.md:[0-9]+: is stale' check_generated
change stack/tcp/fsm.c '1s|.*|/* RFC 9293 3.1 MUST-99 */|' "a citation of nothing" \
    '^stack/tcp/fsm.c:1: no requirement is called MUST-99' check_generated
change stack/tcp/fsm.c '1s|.*|/* RFC 2525 2.17 SHLD-3 MUST-1 MUST-2 MUST-3 MUST-4 MUST-5 MUST-6 */|' \
    "a new citation" '^docs/rfc9293.md:[0-9]+: is stale' check_generated
change stack/tcp/fsm.c '1s|.*|/* 9293-3.10.7.1-01, -03 and -04 */|' "a list of citations, one of nothing" \
    '^stack/tcp/fsm.c:1: no requirement is called 9293-3.10.7.1-04' check_generated
change stack/include/lucid/socket.h 's/Names the local end/Names the near end/' "a comment was changed" \
    '^docs/man/lucid_bind.3:[0-9]+: is stale' check_generated
echo >"$work/docs/man/lucid_gone.3"
fails "a page of a function that is gone" '^docs/man/lucid_gone.3:1: nothing generates' \
    "$work/scripts/check_generated" "$work"
rm "$work/docs/man/lucid_gone.3"

passes "check_matrix: as committed" "$work/scripts/check_matrix" "$work"
change tests/pkt/report/switched-off.pkt 's/SHLD-20//' "a rule without a test" 'SHLD-20 lacks a test' check_matrix
change stack/tcp/isn.h 's/MUST-9//' "a rule without code" 'MUST-9 lacks code' check_matrix
change docs/decisions/0059-what-may-be-done-and-is-not.md 's/, MAY-17$//' "an exception without a record" \
    'MAY-17 lacks code and a test' check_matrix
change scripts/matrix 's/^OPEN = {/OPEN = {"MUST-1": "done", /' "something settled is under way" \
    'MUST-1 is settled' check_matrix
change stack/include/lucid/socket.h 's/SHLD-23//' "a rule for applications that is not documented" \
    'SHLD-23 lacks code and a test' check_matrix

passes "check_http_rules: as committed" "$work/scripts/check_http_rules" "$work"
change tests/unit/test_http_limits.c 's/H45//' "a rule that nobody tests" \
    '^docs/http-rules.tsv:46: no test cites H45' check_http_rules
change tests/unit/test_http_answers.c 's/H41: whoever/H99: whoever/' "a rule that there is not" \
    'test_http_answers.c.*there is no rule H99' check_http_rules
change docs/http-rules.tsv 's/:take_version/:take_vision/' "a function that there is not" \
    '^docs/http-rules.tsv:5: apps/http/http_head.c has no take_vision' check_http_rules

change stack/include/lucid/socket.h 's/^ \* Returns a handle.*/ * A handle;/' "what it returns is not said" \
    '^stack/include/lucid/socket.h:[0-9]+: lucid_socket: .* returns' check_man
change stack/include/lucid/socket.h 's/ State: none, CLOSED\.//' "State is not said" \
    '^stack/include/lucid/socket.h:[0-9]+: lucid_socket: .* State' check_man
sed -i '$i LUCID_API int lucid_bare(int x);' "$work/stack/include/lucid/socket.h"
fails "no comment" '^stack/include/lucid/socket.h:[0-9]+: lucid_bare has no comment' "$work/scripts/check_man" "$work"
fails "no page" 'lucid_bare has no page' "$work/scripts/check_man" "$work"
change docs/man/lucid.7 's/^\.Sh NAME/.Sh/' "mandoc complains" '^docs/man/lucid.7:[0-9]+:' check_man
change docs/man/lucid.7 's/^\.Xr lucid_input 3/.Xr lucid_nothing 3/' "a reference to nothing" \
    '^docs/man/lucid.7:[0-9]+: there is no' check_man

exit $failures
