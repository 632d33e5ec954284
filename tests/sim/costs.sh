#!/bin/sh
# costs.sh: nothing that an outsider can make many of makes a call of the stack much dearer (tests/sim/costs_main.c).
exec "${BUILD:-build}/work/lucid-costs"
