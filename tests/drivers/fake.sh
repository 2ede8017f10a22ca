# shellcheck shell=bash disable=SC2154
# A stand-in for a tool: every call is one line of `$scratch/calls`, and its answers are lines `PATTERN => STATUS TEXT` of
# `$scratch/answers`, the first that matches; without one it answers nothing and 0.
mkdir "${scratch:?}/bin"
PATH="$scratch/bin:$PATH"

# Puts a stand-in of this name on the PATH.
fake() {
  cat >"$scratch/bin/$1" <<SH
#!/bin/bash
call="${1} \$*"
printf '%s\n' "\$call" >>"$scratch/calls"
while IFS= read -r line; do
  pattern="\${line%% => *}"
  answer="\${line#* => }"
  # shellcheck disable=SC2053 # a pattern
  if [[ "\$call" == \$pattern ]]; then
    [ "\${answer#* }" = "\$answer" ] || printf '%b\n' "\${answer#* }"
    exit "\${answer%% *}"
  fi
done <"$scratch/answers"
SH
  chmod +x "$scratch/bin/$1"
}

# What the tool answers from now on; the log begins anew.
answers() {
  printf '%s\n' "$@" >"$scratch/answers"
  : >"$scratch/calls"
}

# The calls since then, one argument each.
called() {
  printf '%s\n' "$@" >"$scratch/wanted"
  [ "$#" != 0 ] || : >"$scratch/wanted"
  diff "$scratch/wanted" "$scratch/calls" >&2
}
