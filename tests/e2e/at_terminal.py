"""Runs a command at a terminal of its own and answers every question of yes or no with yes.

`at_terminal.py [--answer WORDS ANSWER] COMMAND…`: a question that contains the words gets that answer; what the terminal shows goes to standard output; the exit status is the command's.
Ends the command when nothing is shown for three minutes.
"""

import os
import pty
import re
import select
import signal
import sys

words, answer, command = "", "", sys.argv[1:]
if command[0] == "--answer":
    words, answer, command = command[1], command[2], command[3:]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
unread = b""
while True:
    ready, _, _ = select.select([terminal], [], [], 180)
    if not ready:
        os.kill(pid, signal.SIGTERM)
        sys.stdout.write("\nnothing is shown any more\n")
    try:
        shown = os.read(terminal, 4096)
    except OSError:
        break
    if not shown:
        break
    sys.stdout.buffer.write(shown)
    sys.stdout.buffer.flush()
    unread = (unread + shown)[-400:]
    if words and words.encode() in unread and unread.endswith(b" "):
        unread = b""
        os.write(terminal, answer.encode() + b"\n")
    elif re.search(rb"\[[sy]/N\] $", unread):
        unread = b""
        os.write(terminal, b"y\n")
_, status = os.waitpid(pid, 0)
sys.exit(os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))
