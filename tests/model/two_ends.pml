/* two_ends.pml: two of the machines of stack/tcp/fsm.def, face to face over a wire that may lose segments, let one
 * overtake another, and, since lost ones are sent again, double them. fsm.pml is made of fsm.def by scripts/promela;
 * this file is what is around it: segments, sequence numbers, calls, timers. It is checked by scripts/check_model.
 *
 * A connection carries no data, so its sequence numbers are 0 (the SYN), 1 (the FIN) and 2 (behind it): una, nxt and
 * rcv are SND.UNA, SND.NXT and RCV.NXT counted from the ISS. What a segment means is decided below, step by step as in
 * RFC 9293 3.10.7.
 *
 * One end connects; the other listens, or connects too. Each closes when it likes, at the latest when nothing else
 * happens. Once, somebody may reset the connection, give up, or hear from ICMP. Claims:
 *
 *     no deadlock       both end in CLOSED, or something can still happen       (spin's own check for end states)
 *     ends              every connection ends, if no process is starved         (the formula below)
 *     TIME-WAIT         only an end that called CLOSE before it had the peer's FIN comes there; and of two that were
 *                       connected and not disturbed, one does                   (assertions)
 *
 * Not in it: data, windows, a second connection (RCV_NEW_SYN), RFC 793's answer to a SYN (RCV_SYN_IN_WINDOW).
 */
#ifndef LOSSES
#define LOSSES 1
#endif
#ifndef SWAPS
#define SWAPS 1
#endif
#define CAPACITY 3

short did;
bit fired;

#define guard_ALWAYS(me) true
#define guard_ACTIVE(me) connects[me]
#define guard_PASSIVE(me) !connects[me]
#define guard_PASSIVE_RFC793(me) false
#define guard_NOTHING_QUEUED(me) true
#define guard_RFC1337(me) rfc1337
#define guard_NOT_RFC1337(me) !rfc1337

/* wire[i] leads to end i: SYN, ACK, FIN, RST, SEG.SEQ, SEG.ACK */
chan wire[2] = [CAPACITY] of { bit, bit, bit, bit, byte, byte };

short st[2] = 1; /* CLOSED */
byte una[2], nxt[2], rcv[2];
bit syn_due[2], ack_due[2], fin_queued[2];
bit msl[2], fin_wait[2];           /* timers that run */
bit connects[2], opened[2], closed[2]; /* what the applications did */
bit rfc1337;
bit turn; /* whose retransmission timer expires next, when both run */
byte losses = LOSSES, swaps = SWAPS, accidents = 1;

/* What is claimed about: who called CLOSE before the peer's FIN had come, who has been where, and whether the
 * connection ended by itself. */
bit over;
bit first[2], was_established[2], was_time_wait[2], disturbed;

#include "fsm.pml"

#define silence (empty(wire[0]) && empty(wire[1]))
#define done(me) (opened[me] && closed[me] && st[me] == CLOSED)
#define finished (done(0) && done(1) && silence)
#define waits(me) (una[me] < nxt[me])

/* ---- out ---- */

/* A wire that is full loses it. */
inline put(me, a_syn, a_ack, a_fin, a_rst, a_seq, a_number) {
    if
    :: len(wire[1 - me]) < CAPACITY -> wire[1 - me]!a_syn,a_ack,a_fin,a_rst,a_seq,a_number
    :: else
    fi
}

inline put_reset(me, r_ack, r_seq, r_number) {
    disturbed = 1;
    put(me, 0, r_ack, 0, 1, r_seq, r_number)
}

inline transmit(me) {
    if
    :: syn_due[me] ->
        put(me, 1, rcv[me] > 0, 0, 0, 0, rcv[me]);
        nxt[me] = (nxt[me] > 1 -> nxt[me] : 1);
        syn_due[me] = 0;
        ack_due[me] = 0
    :: else
    fi;
    if
    :: fin_queued[me] && nxt[me] == 1 ->
        put(me, 0, 1, 1, 0, 1, rcv[me]);
        nxt[me] = 2;
        ack_due[me] = 0
    :: else
    fi;
    if
    :: ack_due[me] ->
        put(me, 0, 1, 0, 0, nxt[me], rcv[me]);
        ack_due[me] = 0
    :: else
    fi
}

inline transmit_again(me) {
    if
    :: una[me] == 0 -> put(me, 1, rcv[me] > 0, 0, 0, 0, rcv[me])
    :: else -> put(me, 0, 1, 1, 0, 1, rcv[me])
    fi
}

/* ---- what a row asks for ---- */

inline forget(me) {
    una[me] = 0;
    nxt[me] = 0;
    rcv[me] = 0;
    syn_due[me] = 0;
    ack_due[me] = 0;
    fin_queued[me] = 0;
    msl[me] = 0;
    fin_wait[me] = 0
}

inline act(me) {
    if
    :: st[me] == TIME_WAIT ->
        assert(first[me]);
        was_time_wait[me] = 1
    :: st[me] == ESTABLISHED -> was_established[me] = 1
    :: else
    fi;
    if
    :: did & DO_SEND_RST -> put_reset(me, 0, nxt[me], 0)
    :: else
    fi;
    if
    :: did & (DO_SEND_SYN | DO_SEND_SYN_ACK) -> syn_due[me] = 1
    :: else
    fi;
    if
    :: did & DO_SEND_ACK -> ack_due[me] = 1
    :: else
    fi;
    if
    :: did & DO_SEND_FIN -> fin_queued[me] = 1
    :: else
    fi;
    if
    :: did & DO_START_2MSL -> msl[me] = 1
    :: else
    fi;
    if
    :: did & DO_START_FIN_WAIT_2 -> fin_wait[me] = 1
    :: else
    fi;
    transmit(me);
    if
    :: did & DO_DELETE -> forget(me)
    :: else
    fi;
    did = 0
}

/* ---- in: 3.10.7 ---- */

/* 3.10.7.1 */
inline arrive_closed(me) {
    if
    :: rst
    :: !rst && ack -> put_reset(me, 0, number, 0)
    :: else -> put_reset(me, 1, 0, seq + syn + fin)
    fi
}

/* 3.10.7.2 */
inline arrive_listen(me) {
    if
    :: rst
    :: !rst && ack -> put_reset(me, 0, number, 0)
    :: !rst && !ack && syn ->
        rcv[me] = 1;
        fire_RCV_SYN(me);
        act(me)
    :: else
    fi
}

/* 3.10.7.3 */
inline arrive_syn_sent(me) {
    if
    :: ack && number != 1 ->
        if
        :: rst
        :: else -> put_reset(me, 0, number, 0)
        fi
    :: rst && ack && number == 1 ->
        disturbed = 1;
        fire_RCV_RST(me);
        act(me)
    :: !rst && syn && ack && number == 1 ->
        rcv[me] = 1;
        una[me] = 1;
        fire_RCV_SYN_ACK(me);
        act(me)
    :: !rst && syn && !ack ->
        rcv[me] = 1;
        fire_RCV_SYN(me);
        act(me)
    :: else
    fi
}

/* 3.10.7.4, fifth step, and the eighth */
inline arrive_ack_and_fin(me) {
    una[me] = (number > una[me] -> number : una[me]);
    if
    :: st[me] == SYN_RECEIVED && number > 0 ->
        fire_RCV_ACK_OF_SYN(me);
        act(me)
    :: else
    fi;
    if
    :: fin_queued[me] && una[me] == 2 ->
        fire_RCV_ACK_OF_FIN(me);
        act(me)
    :: else
    fi;
    if
    :: fin && seq + syn == rcv[me] && rcv[me] == 1 ->
        rcv[me] = 2;
        fire_RCV_FIN(me);
        act(me)
    :: else
    fi
}

/* 3.10.7.4. An old FIN in TIME-WAIT starts its time again, see stack/tcp/arrive_timewait.c. */
inline arrive_other(me) {
    if
    :: seq + syn + fin < rcv[me] + (seq < rcv[me] && syn + fin > 0) ->
        if
        :: !rst && fin && st[me] == TIME_WAIT ->
            fire_RCV_FIN(me);
            act(me)
        :: !rst && !(fin && st[me] == TIME_WAIT) -> ack_due[me] = 1
        :: else
        fi
    :: else ->
        if
        :: rst && seq == rcv[me] ->
            disturbed = 1;
            fire_RCV_RST(me);
            act(me)
        :: rst && seq != rcv[me] -> ack_due[me] = 1
        :: !rst && syn -> ack_due[me] = 1
        :: !rst && !syn && ack && st[me] == SYN_RECEIVED && (number == 0 || number > nxt[me]) ->
            put_reset(me, 0, number, 0)
        :: !rst && !syn && ack && st[me] != SYN_RECEIVED && number > nxt[me] -> ack_due[me] = 1
        :: !rst && !syn && ack && number <= nxt[me] && (number > 0 || st[me] != SYN_RECEIVED) -> arrive_ack_and_fin(me)
        :: else
        fi
    fi
}

inline arrive(me) {
    if
    :: st[me] == CLOSED -> arrive_closed(me)
    :: st[me] == LISTEN -> arrive_listen(me)
    :: st[me] == SYN_SENT -> arrive_syn_sent(me)
    :: else -> arrive_other(me)
    fi;
    transmit(me)
}

/* ---- calls and time ---- */

inline call_open(me) {
    opened[me] = 1;
    if
    :: connects[me] -> fire_OPEN_ACTIVE(me)
    :: else -> fire_OPEN_PASSIVE(me)
    fi;
    act(me)
}

inline call_close(me) {
    closed[me] = 1;
    first[me] = rcv[me] < 2;
    fire_CLOSE(me);
    act(me)
}

inline accident(me) {
    accidents--;
    disturbed = 1;
    if
    :: closed[me] = 1; fire_ABORT(me)
    :: waits(me) && silence -> fire_TIMEOUT_USER(me)
    :: st[me] == SYN_SENT -> fire_RCV_UNREACHABLE(me)
    fi;
    act(me)
}

/* Nobody is there any more: only a timer ends what is left here. 2MSL is longer than any repetition of the peer's. */
#define deserted(me) (silence && st[1 - me] == CLOSED && opened[1 - me])

proctype machine(bit me) {
    bit syn, ack, fin, rst;
    byte seq, number;
    do
    :: atomic { wire[me]?syn,ack,fin,rst,seq,number -> arrive(me) }
    :: atomic { !opened[me] -> call_open(me) }
    :: atomic { opened[me] && !closed[me] -> call_close(me) }
    :: atomic { opened[me] && accidents > 0 && st[me] != CLOSED -> accident(me) }
    :: atomic { waits(me) && silence && (turn == me || !waits(1 - me)) -> turn = 1 - me; transmit_again(me) }
    :: atomic { msl[me] && silence && !waits(1 - me) -> fire_TIMEOUT_2MSL(me); act(me) }
    :: atomic { fin_wait[me] && st[me] == FIN_WAIT_2 && deserted(me) ->
        disturbed = 1;
        fire_TIMEOUT_FIN_WAIT_2(me);
        act(me) }
    :: atomic { (st[me] == ESTABLISHED || st[me] == CLOSE_WAIT) && deserted(me) ->
        disturbed = 1;
        fire_TIMEOUT_KEEPALIVE(me);
        act(me) }
    :: atomic { finished -> break }
    od
}

/* ---- the wire ---- */

inline lose(i) {
    wire[i]?syn,ack,fin,rst,seq,number;
    losses--
}

inline overtake(i) {
    wire[i]?syn,ack,fin,rst,seq,number;
    wire[i]!syn,ack,fin,rst,seq,number;
    swaps--
}

proctype network() {
    bit syn, ack, fin, rst;
    byte seq, number;
    do
    :: atomic { losses > 0 && nempty(wire[0]) -> lose(0) }
    :: atomic { losses > 0 && nempty(wire[1]) -> lose(1) }
    :: atomic { swaps > 0 && len(wire[0]) > 1 -> overtake(0) }
    :: atomic { swaps > 0 && len(wire[1]) > 1 -> overtake(1) }
    :: atomic { finished ->
        assert(disturbed || !was_established[0] || !was_established[1] || was_time_wait[0] || was_time_wait[1]);
        over = 1;
        break }
    od
}

init {
    atomic {
        connects[0] = 1;
        if
        :: connects[1] = 0
        :: connects[1] = 1
        fi;
        if
        :: rfc1337 = 0
        :: rfc1337 = 1
        fi;
        run machine(0);
        run machine(1);
        run network()
    }
}

ltl ends { <> over }
