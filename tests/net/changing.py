"""Asks for files while they change: changing.py HOST FOLDER SECONDS.

One thread puts new files in the place of old ones, cuts files off, makes them longer, and fills and empties a folder.
Eight ask for them all the time: whole, in parts, slowly, and some go away in the middle. A whole answer from a file
that is only ever replaced has the content of one of its versions, each of which is one letter over and over; every
other answer is as long as it says, or breaks off with RST. What is not so ends it with 1.
"""
import os
import random
import socket
import sys
import threading
import time

COUNT = 6
SIZES = (0, 10, 5000, 70000, 300000, 3000000)


def version(rng):
    return bytes([rng.randrange(97, 123)]) * rng.choice(SIZES)


def put(name, octets):
    with open(name, "wb") as file:
        file.write(octets)


def change_one(rng, folder):
    """replaced*: by rename; edited*: in place; list/: names come and go."""
    kind, number = rng.randrange(4), rng.randrange(COUNT)
    edited = f"{folder}/edited{number}"
    if kind == 0:
        put(f"{folder}/.new", version(rng))
        os.rename(f"{folder}/.new", f"{folder}/replaced{number}")
    elif kind == 1:
        file = os.open(edited, os.O_RDWR | os.O_CREAT)
        os.ftruncate(file, rng.choice(SIZES))
        os.pwrite(file, b"x" * rng.randrange(100000), 0)
        os.close(file)
    elif kind == 2:
        os.unlink(edited)
        put(edited, version(rng))
    else:
        name = f"{folder}/list/{rng.randrange(50)}"
        os.unlink(name) if os.path.exists(name) else put(name, b"")


def ask(rng, host, name):
    """The status and the body; None when the client went away, or the connection broke."""
    ranges = rng.choice(["", "", f"{rng.randrange(100000)}-{rng.randrange(100000, 400000)}", "0-99,70000-,-5"])
    field = f"Range: bytes={ranges}\r\n" if ranges else ""
    slow, patience = rng.random() < 0.2, rng.choice([10**9, 10**9, 100000])
    octets = bytearray()
    try:
        with socket.create_connection((host, 80), 10) as sock:
            sock.sendall(f"GET /{name} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{field}\r\n".encode())
            while part := sock.recv(65536):
                octets += part
                time.sleep(0.005 if slow else 0)
                if len(octets) > patience:
                    return None
    except ConnectionResetError:
        return None
    head, _, body = bytes(octets).partition(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    if length != len(body):
        raise ValueError(f"/{name} {field}: {len(body)} octets, not {length}, and no RST: {head[:40]}")
    return head[9:12], body


def main(host, folder, seconds):
    rng, end, wrong, whole = random.Random(1), time.monotonic() + seconds, [], []
    os.makedirs(f"{folder}/list")
    for number in range(COUNT):
        put(f"{folder}/replaced{number}", version(rng))
        put(f"{folder}/edited{number}", version(rng))

    def change():
        while time.monotonic() < end:
            change_one(rng, folder)
            time.sleep(rng.choice([0, 0.01, 0.05]))

    def client(seed):
        own = random.Random(seed)
        while time.monotonic() < end and not wrong:
            name = own.choice([f"replaced{own.randrange(COUNT)}", f"edited{own.randrange(COUNT)}", "list/"])
            try:
                answer = ask(own, host, name)
            except (ValueError, OSError) as error:
                wrong.append(str(error))
                return
            if answer and answer[0] == b"200":
                whole.append(name)
            if answer and answer[0] == b"200" and name.startswith("replaced") and len(set(answer[1])) > 1:
                wrong.append(f"/{name}: two versions in one answer: {set(answer[1])}")

    threads = [threading.Thread(target=change)] + [threading.Thread(target=client, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(f"{len(whole)} whole answers")
    if wrong or len(whole) < 50:
        sys.exit("\n".join(wrong) or "that are too few")


main(sys.argv[1], sys.argv[2], float(sys.argv[3]))
