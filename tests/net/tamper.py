#!/usr/bin/env python3
"""tamper.py LISTEN TO PORT HOW: passes connections on, one after another, from LISTEN:PORT to TO:PORT, and does
something to the way that carries bulk data, to the server on port 9 and from it on others. HOW is "nothing", "flip"
(one bit, near the end), "lose", "double" or "swap" (as much as an IP packet carries, once). It says "ready"."""
import socket
import sys
import threading

PIECE = 1 << 20
PACKET = 65160


def pieces(source):
    """The last one is shorter."""
    while data := source.recv(PIECE, socket.MSG_WAITALL):
        yield data


def changed(how, number, data, last):
    """What becomes of that piece."""
    if how == "flip" and last:
        return data[:1000] + bytes([data[1000] ^ 1]) + data[1001:]
    if how == "lose" and number == 5:
        return data[PACKET:]
    if how == "double" and number == 5:
        return data[:PACKET] + data
    if how == "swap" and number == 5:
        return data[PACKET : 2 * PACKET] + data[:PACKET] + data[2 * PACKET :]
    return data


def pass_on(source, target, how):
    """A piece is sent when the next one is there, so that the last one is known."""
    number, before = 0, b""
    for data in pieces(source):
        target.sendall(changed(how, number, before, False))
        number, before = number + 1, data
    target.sendall(changed(how, number, before, len(before) > 1000))
    target.shutdown(socket.SHUT_WR)


def pass_quietly(*way):
    """Who gives up first is no matter."""
    try:
        pass_on(*way)
    except OSError:
        way[1].close()


def main():
    listen, to, port, how = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
    up, down = (how, "nothing") if port == 9 else ("nothing", how)
    listener = socket.create_server((listen, port))
    print("ready", flush=True)
    while True:
        client, _ = listener.accept()
        server = socket.create_connection((to, port))
        there = threading.Thread(target=pass_quietly, args=(client, server, up))
        there.start()
        pass_quietly(server, client, down)
        there.join()
        client.close()
        server.close()


main()
